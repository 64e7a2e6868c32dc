"""A database that cannot be read in the middle of a claim: nothing is claimed by that for ever."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from mohook.errors import StoreAwayError
from mohook.store.sql.lanes import Key
from mohook.store.sql.opening import open_store
from mohook.store.sql.owned import OwnedStore
from tests.store.made import HERE, THERE
from tests.store.steps import accepted, claim


@pytest.mark.parametrize("unread", [HERE, THERE], ids=["the same destination", "another"])
def test_what_was_claimed_before_it_is_claimed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unread: str
) -> None:
    """Of this destination or another, in its order, and at once."""
    where = str(tmp_path / "state.sqlite")
    with closing(open_store(where)) as store:
        there = accepted(store, 600) + accepted(store, 3, destination=THERE)
    with closing(open_store(where)) as store:
        assert isinstance(store, OwnedStore)
        assert len(claim(store, room=lambda place: 9 * (place == HERE))) == 9
        load = store._lanes._load

        def away(destination: str, above: Key) -> object:
            if destination == unread:
                raise StoreAwayError("unable to open database file")
            return load(destination, above)

        monkeypatch.setattr(store._lanes, "_load", away)
        store._lanes._lanes[THERE].heap.clear()  # as if there were too many to be held
        store._lanes._lanes[THERE].horizon = store._lanes._lanes[HERE].horizon
        with pytest.raises(StoreAwayError):
            claim(store)
        monkeypatch.undo()
        assert claim(store)[: 512 - 9] == there[9:512]
