"""Receivers on real sockets for tests: scripted ones and hostile ones, each on a free port.

Standard library only (trustme for the certificates). Nothing here knows mohook.
"""

from tests._receivers.receiver import Arrived, Behaviour, Connection, PeerLeftError, Receiver
from tests._receivers.scripted import Answer, scripted

__all__ = [
    "Answer",
    "Arrived",
    "Behaviour",
    "Connection",
    "PeerLeftError",
    "Receiver",
    "scripted",
]
