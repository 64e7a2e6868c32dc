"""Every text that a phone can send, and every field that a provider may send with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mohook import MohookFactory
from pytest_mohook.strategies import fault_scripts, intelepeer_messages, ip1_messages

from shop import create_app
from shop.orders import Orders


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for a file; each example begins without one."""
    return tmp_path_factory.mktemp("shop") / "shop.sqlite"


@given(sms=ip1_messages(), script=fault_scripts())
def test_ip1(
    mohook_factory: MohookFactory, database: Path, sms: dict[str, Any], script: list[str]
) -> None:
    """Whatever goes wrong on the way, the SMS is delivered at last and is one order."""
    database.unlink(missing_ok=True)
    with mohook_factory.episode(must_settle=True) as mohook:
        mohook.ip1.connect(create_app(database, secret=""), "/sms/ip1")
        mohook.fail_next(*script)
        mohook.ip1.send(**sms)
        mohook.run_until_idle()
        mohook.assert_stored((order.id, order.text) for order in Orders(database).all())


@given(history=st.lists(intelepeer_messages(), max_size=5))
def test_intelepeer(
    mohook_factory: MohookFactory, database: Path, history: list[dict[str, Any]]
) -> None:
    """No two messages of one example have the same id, though the text may be the same."""
    database.unlink(missing_ok=True)
    with mohook_factory.episode() as mohook:
        shop = create_app(database, secret=mohook.intelepeer.secret)
        mohook.intelepeer.connect(shop, "/sms/intelepeer")
        for sms in history:
            mohook.intelepeer.send(**sms)
        mohook.assert_settled()
        mohook.assert_stored((order.id, order.text) for order in Orders(database).all())
