"""The dashboard's page: figures, charts and records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mohook.server.portal.pages.reports import RECORDS
from mohook.settings import IntelePeerSettings, Settings
from tests.emulators import App, intelepeer, ip1, manual
from tests.server.bench import Bench


@pytest.fixture
def bench() -> Bench:
    emulator = manual(app=App(500, 503, 200))
    return Bench(emulator)


def test_an_empty_dashboard_tells_the_next_step(bench: Bench) -> None:
    """Rather than show zeros."""
    assert "Nothing has been sent yet" in bench.client.get("/reports").text


def test_each_failed_attempt_is_counted(bench: Bench) -> None:
    """As the document says, in the figures, by outcome and by number."""
    bench.emulator.send([ip1()])
    bench.emulator.advance(timedelta(minutes=30))
    html = bench.client.get("/reports").text
    for name, number in (("attempts", 3), ("failed_attempts", 2), ("delivered", 1)):
        assert f'tile-{name}"><dt>{name.replace("_", " ")}</dt><dd>{number}</dd>' in html
    assert html.count('class="kind-refused"') == 2 + 1  # two bars, and the legend
    assert "<bdi>456189040623</bdi>" in html
    assert "50 %" in html


def test_records_show_and_are_offered_for_download() -> None:
    """The newest; texts are text where the switch shows them, and the links answer."""
    bench = Bench(manual(Settings(intelepeer=IntelePeerSettings(mdr_text=True)), app=App(200)))
    bench.emulator.send([ip1(f"<b>{n}</b>") for n in range(RECORDS + 5)])
    html = bench.client.get("/reports").text
    assert html.count("<td>inbound</td>") == RECORDS
    assert f"&lt;b&gt;{RECORDS + 4}&lt;/b&gt;" in html
    assert "<b>1" not in html.split("records")[-1]
    for form in ("csv", "json"):
        href = f"/mohook/v1/reports/mdr?format={form}&limit=100000"
        assert href.replace("&", "&amp;") in html
        assert bench.client.get(href).status_code == 200


def test_without_an_attempt_there_is_no_chart() -> None:
    """A message that is held has none."""
    bench = Bench(manual())
    bench.emulator.send([intelepeer()])
    html = bench.client.get("/reports").text
    assert "over-time" not in html
    assert "No attempt has been made yet." in html
