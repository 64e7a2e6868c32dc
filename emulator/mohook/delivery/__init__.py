"""How a message reaches its receiver: engine, clock, retry policy, faults; transports under it.

Deciding is pure. Only the transports and the clock touch the world.
"""
