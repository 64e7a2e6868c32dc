"""mohook, the bench carrier for inbound SMS: ip1 and IntelePeer on a developer's machine."""

__version__ = "0.1.0"
