"""What runs in Locust's process, which gevent has patched: nothing else may import this."""
