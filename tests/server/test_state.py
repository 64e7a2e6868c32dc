"""The whole state over HTTP: reset, and snapshots that are put back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.bench import API, Bench
from tests.server.test_messages import to_app


def test_a_reset_forgets_everything(bench: Bench) -> None:
    """After a reset there are no messages and no faults, and accounts are as in the settings."""
    to_app(bench, 500)
    bench.send()
    bench.post("/faults", {"steps": ["500"]})
    assert bench.client.post(f"{API}/reset").status_code == 204
    assert bench.get("/messages").json == {"messages": []}
    assert bench.get("/faults").json == {"faults": []}
    assert bench.get("/ip1/accounts/ip1-10001").json["callback_url"] is None


def test_a_snapshot_is_put_back_as_it_was(bench: Bench) -> None:
    """What GET gives, PUT takes: messages, attempts, faults, accounts and the clock."""
    to_app(bench, 500)
    sent = bench.send()
    bench.post("/faults", {"steps": ["500", "ok"], "match": {"body": "x"}})
    snapshot = bench.get("/snapshot").json
    bench.post("/clock/advance", {"seconds": 3600})
    bench.client.post(f"{API}/reset")
    assert bench.put("/snapshot", snapshot).status_code == 204
    assert bench.get("/messages/m1").json == sent
    assert bench.get("/snapshot").json == snapshot


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"version": 2}, 422),
        ({"version": True}, 422),
        ({"taken_at": "now"}, 422),
        ({"store": []}, 422),
        ({"random": {}}, 422),
        ({"extra": {}}, 422),
        ({"taken_at": "9999-01-01T00:00:00Z"}, 409),
        ({"store": {}}, 409),
        ({"store": {"messages": [{}], "figures": {}}}, 409),
        ({"faults": {"added": 1}}, 409),
        ({"random": [[], []]}, 409),
        ({"ip1": {"accounts": [{"owner": "-"}]}}, 409),
        ({"intelepeer": {"customers": 5}}, 409),
    ],
)
def test_what_is_no_snapshot_changes_nothing(
    bench: Bench, change: dict[str, Any], status: int
) -> None:
    """422 for another shape, 409 for one that does not hold together: all stays as it was."""
    bench.send()
    bench.post("/faults", {"steps": ["500"]})
    snapshot = bench.get("/snapshot").json
    assert bench.put("/snapshot", snapshot | change).status_code == status
    assert bench.get("/snapshot").json == snapshot
