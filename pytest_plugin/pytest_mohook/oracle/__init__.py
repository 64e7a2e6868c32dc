"""The oracle: what a receiver stored and answered, judged by what it acknowledged. Pure."""
