"""The hunt on receivers of the corpus, each in its own process."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.hunt import Hunt
from tests.receivers.running import SECRET, load, running

pytestmark = pytest.mark.slow

CORPUS = {each.name: each for each in load()}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("looks-then-stores", "duplicated"),
        ("knows-by-batch", "lost"),
        ("takes-continuations", "taken"),
        ("fastapi-async", None),
    ],
)
def test_a_planted_bug_is_found_and_a_right_receiver_is_not_blamed(
    name: str, kind: str | None
) -> None:
    """A race, a batch, a forgery; and nothing."""
    receiver = CORPUS[name]
    with running(receiver, secret=SECRET) as run:
        target = Target(
            url=run.url,
            provider=receiver.provider,
            readback=lambda: requests.get(run.readback_url, timeout=10).json(),
        )
        hunt = Hunt(target, seed=1, most=100, within=timedelta(seconds=4 if kind is None else 20))
        found = next((each.finding.kind for each in hunt.bugs()), None)
    assert found == kind
