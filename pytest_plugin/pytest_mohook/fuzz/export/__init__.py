"""A bug as a file that shows it again: for a shell, for pytest, for `mohook replay`."""
