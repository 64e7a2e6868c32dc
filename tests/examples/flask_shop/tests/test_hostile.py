"""What no provider posts is refused, and nothing that is posted makes the shop fall over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_mohook.strategies import HostileKind, HostileRequest, hostile_requests

from shop import create_app
from shop.orders import Orders

SECRET = "SECRET CODE"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a place for a file; each example begins without one."""
    return tmp_path_factory.mktemp("shop") / "shop.sqlite"


@given(request=hostile_requests("ip1"))
def test_ip1(database: Path, request: HostileRequest) -> None:
    require_refusal(database, "/sms/ip1", request)


@pytest.mark.parametrize("kind", HostileKind)
@given(data=st.data())
@settings(max_examples=10)
def test_intelepeer(database: Path, kind: HostileKind, data: st.DataObject) -> None:
    """Each kind by itself, so that each has its examples: a forged signature above all."""
    request = data.draw(hostile_requests("intelepeer", kinds=[kind]))
    require_refusal(database, "/sms/intelepeer", request)


def require_refusal(database: Path, path: str, request: HostileRequest) -> None:
    """Where a receiver may be lenient, the shop may be; it must never answer with a 5xx."""
    database.unlink(missing_ok=True)
    client = create_app(database, SECRET).test_client()
    answer = client.open(path, method=request.method, headers=request.headers, data=request.body)
    assert answer.status_code < 500, request.reason
    if request.must_refuse:
        assert Orders(database).all() == [], request.reason
