"""The examples in the docstrings run, and no public function is without one."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

from mohook import sms

MODULES = [
    importlib.import_module(f"{sms.__name__}.{found.name}")
    for found in pkgutil.iter_modules(sms.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    """Each example prints what it says."""
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_public_functions_have_an_example_and_a_source(module: ModuleType) -> None:
    """Whoever reads one function learns how to call it and where its rule comes from."""
    for name in module.__all__:
        thing = getattr(module, name)
        if inspect.isfunction(thing):
            text = inspect.getdoc(thing) or ""
            assert ">>> " in text, name
            assert "Source: " in text, name
