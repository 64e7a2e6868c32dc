"""The stores that the contract is held to. A new one is one more line in `STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

import pytest

from mohook.store.memory import MemoryStore
from mohook.store.sql.opening import open_store
from mohook.store.store import Store
from tests.postgres import state_url

NewStore = Callable[[int], Store]
"""Makes an empty store that keeps so many finished messages."""


STORES = ("memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    """Give the name of a kind of store."""
    name: str = request.param
    return name


@pytest.fixture
def new_store(kind: str, tmp_path: Path) -> Iterator[NewStore]:
    """Give a factory of stores that keep so many finished messages; all are closed at the end."""
    names = count()
    with ExitStack() as held:

        def new(keep: int) -> Store:
            if kind == "memory":
                return MemoryStore(keep=keep)
            path = str(tmp_path / f"{next(names)}.sqlite")
            where = path if kind == "sqlite" else held.enter_context(state_url())
            return held.enter_context(closing(open_store(where, keep=keep)))

        yield new


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Give one empty store."""
    return new_store(100)
