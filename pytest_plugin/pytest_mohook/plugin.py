"""The pytest plugin. Loaded in every test run of its users, so it imports pytest alone."""
