"""Ways to ask a receiver what it has stored: by URL, by command; JSON pointers say what is what."""
