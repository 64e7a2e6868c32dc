"""`/metrics`: what a Prometheus reads, counted as it happened."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain

from mohook.delivery.message import State
from mohook.delivery.tally import BOUNDS, Distribution
from mohook.emulator import Emulator
from mohook.errors import StoreError
from tests.emulators import App, intelepeer, ip1, manual
from tests.server.bench import Bench
from tests.server.unplugged import Unplugged

NAMES = {
    "mohook_build_info": "gauge",
    "mohook_healthy": "gauge",
    "mohook_attempts": "counter",
    "mohook_attempt_duration_seconds": "histogram",
    "mohook_messages_accepted": "counter",
    "mohook_messages_delivered": "counter",
    "mohook_messages_failed": "counter",
    "mohook_backlog_messages": "gauge",
    "mohook_backlog_due_messages": "gauge",
    "mohook_undelivered_messages": "gauge",
    "mohook_deliveries_in_flight": "gauge",
    "mohook_delivery_lag_seconds": "gauge",
    "mohook_http_requests": "counter",
    "mohook_http_request_duration_seconds": "histogram",
}


SUFFIXES = {
    "gauge": {""},
    "counter": {"_total"},
    "histogram": {"_bucket", "_count", "_sum"},
}
README = (Path(__file__).parents[2] / "README.md").read_text()


class Scrape:
    """One answer of `/metrics`, by name and labels."""

    def __init__(self, bench: Bench, **headers: str) -> None:
        answer = bench.client.get("/metrics", headers=headers)
        assert answer.status_code == 200
        self.content_type: str = answer.content_type
        parse = openmetrics if "openmetrics" in self.content_type else plain
        self.families: list[Any] = list(parse(answer.text))
        self.kinds = {family.name: family.type for family in self.families}

    def __call__(self, name: str, **labels: str) -> float | None:
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and sample.labels == labels
        ]
        return float(found[0]) if found else None


@pytest.fixture
def busy() -> Any:
    """Give a bench on which a little of everything has happened."""
    emulator = manual(app=App(500, 404, 200))
    emulator.faults.add(["timeout"])
    emulator.send([ip1(), intelepeer()])
    emulator.settle()
    emulator.advance(timedelta(minutes=30))
    yield Bench(emulator)
    emulator.stop()


def test_every_metric_has_its_name_and_kind(busy: Bench) -> None:
    """By Prometheus' conventions: base units, `_total` on counters, and a word of help each."""
    busy.get("/messages")
    scrape = Scrape(busy)
    ours = {name: kind for name, kind in scrape.kinds.items() if name.startswith("mohook_")}
    assert ours == NAMES
    assert all(each.documentation for each in scrape.families if each.name in NAMES)
    assert "process_resident_memory_bytes" in scrape.kinds


def test_no_name_breaks_the_rules_of_names(busy: Bench) -> None:
    """Those of `promtool check metrics`, and the suffixes that mean something to Prometheus."""
    for family in Scrape(busy).families:
        name, kind = family.name, family.type
        assert re.fullmatch("[a-z]+(_[a-z]+)+", name), name
        assert not re.search("_(ms|milliseconds|minutes|kb|mb|percent|total)(_|$)", name), name
        assert not re.search(f"_(sum|count|bucket|{kind})$", name), name
        assert family.documentation.endswith("."), name
        suffixes = {sample.name.removeprefix(name) for sample in family.samples}
        assert suffixes <= SUFFIXES[kind], name


def test_the_readme_tells_of_every_metric() -> None:
    """By the name under which Prometheus keeps it."""
    for name, kind in NAMES.items():
        assert f"`{name}{'_total' if kind == 'counter' else ''}`" in README, name


def test_attempts_are_counted_by_provider_and_outcome(busy: Bench) -> None:
    """Each attempt once, a scripted one too; the sum is what the report says."""
    scrape = Scrape(busy)
    of_ip1 = scrape("mohook_attempts_total", provider="ip1", outcome="timeout")
    assert of_ip1 == 1
    attempts = [
        sample.value
        for family in scrape.families
        if family.name == "mohook_attempts"
        for sample in family.samples
    ]
    report = busy.get("/reports/sms").json
    assert sum(attempts) == report["attempts"] == 5
    took = sum(
        scrape("mohook_attempt_duration_seconds_count", provider=each) or 0
        for each in ("ip1", "intelepeer")
    )
    assert took == 5
    for provider in ("ip1", "intelepeer"):
        assert scrape("mohook_messages_accepted_total", provider=provider) == 1
        assert scrape("mohook_messages_delivered_total", provider=provider) == 1
        assert scrape("mohook_undelivered_messages", provider=provider) == 0


def test_what_waits_is_told_and_how_late_it_is() -> None:
    """Pending, held, and the lag of the oldest one that is due and not made."""
    emulator = Unplugged()
    bench = Bench(emulator)
    emulator.change_clock("manual")
    emulator.ip1.put("ip1-10001", "http://127.0.0.1:1/")
    emulator.send([ip1(), ip1(), intelepeer()])
    before = Scrape(bench)
    assert before("mohook_backlog_messages", state="pending") == 2
    assert before("mohook_backlog_messages", state="held") == 1
    assert before("mohook_undelivered_messages", provider="ip1") == 2
    assert before("mohook_undelivered_messages", provider="intelepeer") == 1
    assert before("mohook_backlog_due_messages") == 2
    assert before("mohook_delivery_lag_seconds") == 0
    emulator.clock.move_to(emulator.clock.now() + timedelta(seconds=90))
    assert Scrape(bench)("mohook_delivery_lag_seconds") == 90
    emulator.settle()
    after = Scrape(bench)
    assert after("mohook_backlog_messages", state="pending") == 2
    assert after("mohook_backlog_due_messages") == after("mohook_delivery_lag_seconds") == 0
    assert after("mohook_undelivered_messages", provider="ip1") == 2
    emulator.stop()


def test_requests_are_counted_by_route_alone(busy: Bench) -> None:
    """What a client makes up, path or method, makes no new series."""
    for number in range(50):
        busy.client.get(f"/made-up-{number}")
        busy.client.open("/", method=f"MADEUP{number}")
        busy.get(f"/messages/m{number + 1}")
    scrape = Scrape(busy)
    route = "/mohook/v1/messages/<id>"
    found = scrape("mohook_http_requests_total", method="GET", route=route, status="200")
    missing = scrape("mohook_http_requests_total", method="GET", route=route, status="404")
    assert (found, missing) == (2, 48)
    series = next(each for each in scrape.families if each.name == "mohook_http_requests").samples
    assert len(series) < 10
    assert scrape("mohook_http_request_duration_seconds_count", method="GET", route=route) == 50


def test_openmetrics_is_told_to_who_asks_for_it(busy: Bench) -> None:
    """By the Accept header, as Prometheus sends it."""
    scrape = Scrape(busy, Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert scrape.content_type.startswith("application/openmetrics-text")
    assert scrape.kinds["mohook_attempts"] == "counter"
    assert Scrape(busy).content_type.startswith("text/plain")


@pytest.mark.usefixtures("busy")
def test_emulators_of_one_process_count_apart() -> None:
    """There is no registry that they share."""
    other = manual(app=App(200))
    other.send([ip1()])
    other.settle()
    told = Scrape(Bench(other))
    assert told("mohook_attempts_total", provider="ip1", outcome="200") == 1
    assert told("mohook_attempts_total", provider="ip1", outcome="timeout") is None
    other.stop()


def test_counts_outlive_a_reset(busy: Bench) -> None:
    """A counter goes back with its process alone; what the store counts begins anew."""
    busy.post("/reset")
    scrape = Scrape(busy)
    assert scrape("mohook_attempts_total", provider="ip1", outcome="timeout") == 1
    assert scrape("mohook_backlog_messages", state="pending") == 0


def test_a_store_that_is_away_leaves_the_rest(busy: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scrape goes on without what only the store knows."""

    def away(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(busy.emulator.store, "figures", away)
    scrape = Scrape(busy)
    assert scrape("mohook_backlog_messages", state="pending") is None
    assert scrape("mohook_healthy") == 0
    assert scrape("mohook_attempts_total", provider="ip1", outcome="timeout") == 1


def test_a_delivery_that_has_stopped_is_unhealthy(
    busy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number to alert on."""
    assert Scrape(busy)("mohook_healthy") == 1
    monkeypatch.setattr(Emulator, "failure", property(lambda _: RuntimeError("stopped")))
    assert Scrape(busy)("mohook_healthy") == 0


def test_a_length_falls_into_its_class() -> None:
    """At its bound into that one, beyond the last into the one without end."""
    seen = Distribution()
    for seconds in (0.0, BOUNDS[0], BOUNDS[0] + 1e-9, BOUNDS[-1], BOUNDS[-1] + 1):
        seen.add(seconds)
    assert seen.cumulative()[:2] == [2, 3]
    assert seen.cumulative()[-2:] == [4, 5]


def test_a_message_that_goes_on_has_not_ended(busy: Bench) -> None:
    """Only what is delivered or given up counts as ended."""
    assert set(busy.emulator.engine.tally.ended) == {
        ("ip1", State.DELIVERED),
        ("intelepeer", State.DELIVERED),
    }


@pytest.mark.slow
def test_prometheus_is_imported_when_it_is_asked_for() -> None:
    """Making an app does not load the client library; the first scrape does."""
    code = """
import sys
from mohook.emulator import Emulator
from mohook.server.app import create_app
client = create_app(Emulator()).test_client()
assert "prometheus_client" not in sys.modules
assert client.get("/metrics").status_code == 200
assert "prometheus_client" in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
