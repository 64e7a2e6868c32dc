"""The examples in the docstrings run: the emulator's and the harness'."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import mohook
import pytest_mohook


def modules(package: ModuleType) -> Iterator[str]:
    """Name every module of a package, the package included, without importing them."""
    yield package.__name__
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__"):
            yield found.name


@pytest.fixture(autouse=True)
def _unpatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Locust patches the process that imports it, unless it is told not to."""
    monkeypatch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")


MODULES = [name for package in (mohook, pytest_mohook) for name in modules(package)]


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(name: str) -> None:
    """Each example of the module prints what it says."""
    assert not doctest.testmod(importlib.import_module(name)).failed


def test_there_are_examples_to_run() -> None:
    """A walk that finds nothing would prove nothing."""
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(bool(test.examples) for test in found) >= 30
