"""A storm's figures, for people at a terminal and for programs."""
