"""The bodies, queries and answers of the control API as pydantic models: shape, no behaviour.

What only the emulator can judge (an address, a text, a URL) is a plain string here.
"""
