"""Where messages, attempts and the journal are kept: one protocol, and the stores that keep it.

A store decides nothing: the engine does.
"""
