"""The examples have their own pytest runs: this one leaves their tests alone."""

from __future__ import annotations

collect_ignore_glob = ["*/*"]
