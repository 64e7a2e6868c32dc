"""How many sockets this process may have open."""

from __future__ import annotations

__all__ = ["raise_descriptor_limit"]


def raise_descriptor_limit() -> int | None:
    """Raise the limit on open files as far as the system lets us; return it, None if unknown."""
    try:
        import resource
    except ImportError:  # Windows has no such limit to raise
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else None
