"""The machine blames no right receiver."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import pytest

from tests.pytest_mohook.stateful import shops
from tests.pytest_mohook.stateful.running import run

FLASK = {"readback": shops.flask_stored, "path": "/sms"}
ASGI = {"readback": shops.asgi_stored, "concurrent": True}
RIGHT: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "flask-ip1": (shops.flask_shop, "ip1", FLASK),
    "flask-intelepeer": (shops.flask_shop, "intelepeer", FLASK),
    "wsgi-ip1": (shops.Shop, "ip1", {}),
    "asgi-intelepeer": (shops.asgi_shop, "intelepeer", ASGI),
}
RIGHT_TOO: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "in threads": (shops.Locked, "ip1", {"concurrent": True}),
    "restarted": (shops.Kept, "intelepeer", {"restart": methodcaller("restart")}),
    "texts alone": (shops.Shop, "ip1", {"readback": shops.texts}),
    "busy": (shops.Busy, "intelepeer", {}),
    "answers late": (shops.AnswersLate, "ip1", {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_receiver_is_never_blamed(name: str) -> None:
    """Of whatever framework, in 300 histories."""
    app, provider, how = RIGHT[name]
    run(app, provider, examples=300, steps=15, **how)


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT_TOO)
def test_what_the_documents_allow_is_no_bug(name: str) -> None:
    """To be busy, to answer 500 where it has stored, to keep no ids."""
    app, provider, how = RIGHT_TOO[name]
    run(app, provider, steps=25, **how)
