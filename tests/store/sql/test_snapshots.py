"""A snapshot moves all of the state from one store to another, and back."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from mohook.store.sql.opening import open_store
from tests.emulators import App, intelepeer, ip1, manual


def test_from_memory_to_a_file_and_back(tmp_path: Path) -> None:
    """Everything stands there as it stood here, and still does after a restart."""
    first = manual(app=App(500, 200, 500))
    first.faults.add(["timeout", "500", "reset"])
    first.send([ip1("a"), intelepeer("b"), intelepeer("c")])
    first.advance(timedelta(minutes=2))
    taken = json.loads(json.dumps(first.snapshot()))
    path = str(tmp_path / "state.sqlite")
    with closing(open_store(path)) as store:
        moved = manual(app=App(200), store=store)
        moved.restore(taken)
        assert json.loads(json.dumps(moved.snapshot())) == taken
    with closing(open_store(path)) as store:
        again = json.loads(json.dumps(manual(store=store).snapshot()))
    back = manual(app=App(200))
    back.restore(again)
    carried = json.loads(json.dumps(back.snapshot()))
    for part in ("store", "faults", "intelepeer", "taken_at"):
        assert carried[part] == taken[part]
    assert len(back.advance(timedelta(minutes=60))) >= 1
