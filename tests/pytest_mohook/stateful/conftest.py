"""Whole runs of pytest with a machine in them, as a user of the plugin has them."""

from __future__ import annotations

from tests.pytest_mohook.plugin.conftest import run

__all__ = ["run"]
