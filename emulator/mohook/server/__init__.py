"""The emulator's HTTP faces: IntelePeer's documented paths, the control API, the first page.

Outermost room: it calls the emulator, and nothing but the entry points imports it.
"""
