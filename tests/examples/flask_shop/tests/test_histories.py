"""Whatever provider and network do, in whatever order: each SMS is one order, text intact."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_mohook.stateful import receiver_machine

from shop import create_app

SECRET = "SECRET CODE"  # mohook signs with it unless it is told otherwise


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_every_history_is_survived(provider: str, tmp_path: Path) -> None:
    """Each history gets a shop and a file of its own; a restart keeps the file."""
    number = count()

    def new_shop() -> Flask:
        return create_app(tmp_path / f"{next(number)}.sqlite", SECRET)

    def restarted(shop: Flask) -> Flask:
        return create_app(shop.config["DATABASE"], SECRET)

    run_state_machine_as_test(
        receiver_machine(
            app=new_shop,
            provider=provider,
            path=f"/sms/{provider}",
            readback=_orders,
            restart=restarted,
        ),
        settings=settings(max_examples=10, deadline=None),
    )


def _orders(shop: Flask) -> list[tuple[str, str]]:
    return [(order.id, order.text) for order in shop.extensions["orders"].all()]
