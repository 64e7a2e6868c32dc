"""Reports over HTTP: the dashboard's figures and the detail records."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from mohook.reports import MDR_COLUMNS
from mohook.settings import IntelePeerSettings
from tests.server.bench import API, Bench
from tests.server.test_messages import to_app


def test_each_failed_attempt_is_counted(bench: Bench) -> None:
    """The figures have every promised key, and count attempts, not messages alone."""
    to_app(bench, 500)
    bench.send()
    bench.send("intelepeer")
    bench.post("/clock/advance", {"seconds": 600})
    figures = bench.get("/reports/sms").json
    assert figures["by_provider"]["ip1"]["failed_attempts"] == 2
    promised = {"received": 2, "delivered": 0, "failed": 0, "pending": 1, "attempts": 2,
                "failed_attempts": 2, "by_outcome": {"500": 2}}  # fmt: skip
    assert {name: figures[name] for name in promised} == promised


def test_records_are_told_as_json_by_default(bench: Bench) -> None:
    """A record holds the provider's own id and the documented columns, filtered as messages are."""
    sent = bench.send("intelepeer")
    bench.send("ip1")
    [record] = bench.get("/reports/mdr?provider=intelepeer").json["records"]
    assert tuple(record) == MDR_COLUMNS
    assert record["id"] == sent["payload"]["refid"]
    assert len(bench.get("/reports/mdr?limit=1").json["records"]) == 1
    assert bench.get("/reports/mdr?state=failed").json == {"records": []}


def test_records_are_told_as_csv_where_it_is_asked_for(bench_of: Callable[..., Bench]) -> None:
    """By `format` or by Accept, with what a spreadsheet would run made text."""
    bench = bench_of(intelepeer=IntelePeerSettings(mdr_text=True))
    bench.send("intelepeer", body='=cmd|"x"\n,é')
    asked = [
        bench.get("/reports/mdr?format=csv"),
        bench.get("/reports/mdr", headers={"Accept": "text/csv"}),
        bench.get("/reports/mdr?format=csv", headers={"Accept": "application/json"}),
    ]
    for answer in asked:
        assert answer.content_type == "text/csv; charset=utf-8"
        [record] = csv.DictReader(io.StringIO(answer.text, newline=""))
        assert (record["message"], record["from"]) == ('\'=cmd|"x"\n,é', "'+7708675309")
    answer = bench.get("/reports/mdr?format=json", headers={"Accept": "text/csv"})
    assert answer.content_type == "application/json"


@pytest.mark.parametrize("query", ["format=xml", "limit=0", "limit=100001", "to=x", "state=x"])
def test_records_that_are_none_are_refused(bench: Bench, query: str) -> None:
    """A slip in the query is told."""
    assert bench.client.get(f"{API}/reports/mdr?{query}").status_code == 422
