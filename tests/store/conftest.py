"""The stores that the contract is held to. A new one is one more line in `STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from mohook.store.memory import MemoryStore
from mohook.store.sql.opening import open_store
from mohook.store.store import Store

NewStore = Callable[[int], Store]
"""Makes an empty store that keeps so many finished messages."""


def in_memory(folder: Path) -> NewStore:
    del folder
    return lambda keep: MemoryStore(keep=keep)


def in_files(folder: Path) -> NewStore:
    names = count()
    return lambda keep: open_store(str(folder / f"{next(names)}.sqlite"), keep=keep)


STORES: dict[str, Callable[[Path], NewStore]] = {"memory": in_memory, "sqlite": in_files}


@pytest.fixture(params=STORES)
def kind(request: pytest.FixtureRequest) -> str:
    """Give the name of a kind of store."""
    name: str = request.param
    return name


@pytest.fixture
def new_store(kind: str, tmp_path: Path) -> Iterator[NewStore]:
    """Give a factory of stores that keep so many finished messages; all are closed at the end."""
    made: list[Store] = []
    make = STORES[kind](tmp_path)

    def new(keep: int) -> Store:
        made.append(make(keep))
        return made[-1]

    yield new
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Give one empty store."""
    return new_store(100)
