"""The emulator itself over HTTP: health, the ledger, the first page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mohook import __version__
from mohook.assumptions import LEDGER
from mohook.emulator import Emulator
from mohook.settings import Ip1Settings, ServeSettings
from tests.server.bench import Bench


def test_health_tells_version_and_clock(bench_of: Callable[..., Bench]) -> None:
    """The three promised keys, with the clock as it was asked for."""
    for clock in ("real", "manual", "x60"):
        health = bench_of(serve=ServeSettings(clock=clock)).get("/health")
        assert health.json == {"status": "ready", "version": __version__, "clock": clock}


def test_the_ledger_tells_where_each_switch_stands(bench_of: Callable[..., Bench]) -> None:
    """Every row of the ledger, with its default, its value, and whether that was changed."""
    rows = bench_of(ip1=Ip1Settings(retry="dlr-like")).get("/assumptions").json["assumptions"]
    assert [row["id"] for row in rows] == [each.id for each in LEDGER]
    [changed] = [row for row in rows if row["changed"]]
    assert (changed["switch"], changed["value"]) == ("ip1.retry", "dlr-like")


def test_the_first_page_leads_on(bench: Bench) -> None:
    """Every link of the page is answered, and no script may run on it."""
    page = bench.client.get("/")
    assert page.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    links = [part.partition('"')[0] for part in page.text.split('href="')[1:]]
    assert len(links) >= 4
    for link in links:
        if link.startswith("#"):  # a place on this page
            assert f'id="{link[1:]}"' in page.text
            continue
        with bench.client.get(link) as answer:
            assert answer.status_code == 200, link


def test_health_tells_when_delivery_has_died(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulator that answers but no longer delivers is not ready."""
    monkeypatch.setattr(Emulator, "failure", RuntimeError("no such lane"))
    answer = bench.get("/health")
    assert answer.status_code == 503
    assert "delivery has stopped (RuntimeError('no such lane'))" in answer.json["detail"]
