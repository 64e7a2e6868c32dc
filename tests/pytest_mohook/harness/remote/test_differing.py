"""What a test wants against what a running emulator does, switch by switch."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mohook.assumptions import ledger
from mohook.settings import (
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    ServeSettings,
    Settings,
    SignatureSettings,
)
from pytest_mohook.harness.remote.differing import differing

MANUAL = Settings(serve=ServeSettings(clock="manual"))
SOME = replace(
    MANUAL,
    ip1=Ip1Settings(retry_interval=timedelta(seconds=90), mcc="240"),
    intelepeer=IntelePeerSettings(signature=SignatureSettings(mode="hmac")),
    delivery=DeliverySettings(acknowledge="2xx"),
)


def shown(settings: Settings) -> Any:
    """Return an emulator's ledger as the control API shows it."""
    return json.loads(json.dumps([entry.to_json() for entry in ledger(settings)]))


@pytest.mark.parametrize("settings", [MANUAL, SOME], ids=["plain", "some"])
def test_equal_settings_do_not_differ(settings: Settings) -> None:
    """Whatever they are."""
    assert differing(settings, shown(settings), "manual") == []


def test_every_difference_is_told_with_both_values() -> None:
    """In the words of `mohook.toml`, in the order of the ledger."""
    assert differing(SOME, shown(MANUAL), "manual") == [
        "delivery.acknowledge is 200, wanted 2xx",
        "ip1.retry_interval is 10m, wanted 1m30s",
        "ip1.mcc is none, wanted 240",
        "intelepeer.signature.mode is literal, wanted hmac",
    ]


@pytest.mark.parametrize(
    ("wanted", "is_there", "differs"),
    [
        ("manual", "manual", False),
        ("manual", "real", False),
        ("x60", "x60", False),
        ("x60", "manual", True),
        ("real", "manual", True),
    ],
)
def test_only_a_running_clock_is_wanted_on_purpose(
    wanted: str, is_there: str, differs: bool
) -> None:
    """The manual clock is every test's default: one that never moves it can do without."""
    settings = replace(MANUAL, serve=ServeSettings(clock=wanted))
    told = [f"the clock is {is_there}, wanted {wanted}"] if differs else []
    assert differing(settings, shown(settings), is_there) == told
