"""The names that tests import from `pytest_mohook`."""

from __future__ import annotations

import pytest

import pytest_mohook


@pytest.mark.parametrize("name", pytest_mohook.__all__)
def test_each_public_name_is_found_where_it_stands(name: str) -> None:
    """A name is loaded when it is asked for, is explained, and stands in `dir`."""
    found = getattr(pytest_mohook, name)
    assert found.__name__ == name
    assert found.__doc__
    assert name in dir(pytest_mohook)


def test_a_name_that_is_none_is_an_error() -> None:
    """What Python says of any module that lacks a name."""
    with pytest.raises(AttributeError, match="has no attribute 'Mohok'"):
        _ = pytest_mohook.Mohok
