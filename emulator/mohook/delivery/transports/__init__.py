"""The ways a request leaves: libcurl for real HTTP, in-process calls for WSGI and ASGI apps.

A transport knows nothing of messages, policies or clocks.
"""
