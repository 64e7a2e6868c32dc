"""The stores that the contract is held to. A new one is one more line in `STORES`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mohook.store.memory import MemoryStore
from mohook.store.store import Store

NewStore = Callable[[int], Store]

STORES: dict[str, NewStore] = {
    "memory": lambda keep: MemoryStore(keep=keep),
}


@pytest.fixture(params=STORES)
def new_store(request: pytest.FixtureRequest) -> Iterator[NewStore]:
    """Give a factory of stores that keep so many finished messages; all are closed at the end."""
    made: list[Store] = []

    def new(keep: int) -> Store:
        made.append(STORES[request.param](keep))
        return made[-1]

    yield new
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    """Give one empty store."""
    return new_store(100)
