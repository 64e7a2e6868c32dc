"""The harness: mohook inside pytest. Imports mohook; mohook never imports it."""
