"""The examples in the docstrings run."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from mohook import calls, client
from mohook.cli import attempts, samples, screen


@pytest.mark.parametrize(
    "module", [attempts, calls, client, samples, screen], ids=lambda module: module.__name__
)
def test_examples_run(module: ModuleType) -> None:
    """Each example prints what it says."""
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
