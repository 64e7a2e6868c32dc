"""The examples in the docstrings run, and no strategy is without one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from pytest_mohook import strategies

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(strategies.__path__, f"{strategies.__name__}.")
]
DOCUMENTED = [name for name in strategies.__all__ if name.islower()]


def run(text: str, name: str, names: dict[str, object]) -> doctest.TestResults:
    runner = doctest.DocTestRunner()
    runner.run(doctest.DocTestParser().get_doctest(text, dict(names), name, None, None))
    return runner.summarize(verbose=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_strategy_has_an_example_that_runs(name: str) -> None:
    """Whoever reads one learns how to write a test with it, and what it is drawn from."""
    # Not by `testmod`: to it, what `composite` returns is a function of Hypothesis.
    text = inspect.getdoc(getattr(strategies, name)) or ""
    result = run(text, name, vars(strategies))
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    """Each example of another function prints what it says."""
    assert not doctest.testmod(module).failed
