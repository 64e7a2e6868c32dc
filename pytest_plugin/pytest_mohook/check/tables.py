"""Where Hypothesis keeps what it has worked out: not in the folder of who runs a command."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["keep_tables_in_the_cache"]


def keep_tables_in_the_cache() -> None:
    """Let Hypothesis, which is not imported yet, write nothing into the folder of its user."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(cache / "mohook" / "hypothesis"))
