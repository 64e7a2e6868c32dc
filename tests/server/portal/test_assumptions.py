"""The ledger as a page: every row, filtered, and how a switch is set."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from mohook.assumptions.assumption import Grade
from mohook.assumptions.ledger import LEDGER
from mohook.settings import Ip1Settings
from tests.server.bench import Bench

BenchOf = Callable[..., Bench]


def page(bench: Bench, **query: str) -> str:
    answer = bench.client.get("/assumptions", query_string=query)
    assert answer.status_code == 200
    return str(answer.text)


def rows(text: str) -> list[str]:
    return re.findall(r'<article id="([^"]+)"', text)


def told(markup: str) -> str:
    """Return the text of markup, its white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())


def test_every_row_stands_under_its_grade(bench: Bench) -> None:
    """Grade by grade, each row once, with its sentence, source and note."""
    text = page(bench)
    by_grade = [row.id for grade in Grade for row in LEDGER if row.grade is grade]
    assert rows(text) == by_grade
    shown = told(text)
    assert all(row.says in shown and row.note in shown and row.source in shown for row in LEDGER)


def test_a_switch_stands_beside_its_row(bench_of: BenchOf) -> None:
    """Its name, its choices, where it stands, and where it stands by default."""
    text = page(bench_of(ip1=Ip1Settings(retry="dlr-like")))
    row = text[text.index('id="ip1-retry"') :].partition("</article>")[0]
    assert re.findall(r'value="([^"]+)"( checked)?', row) == [
        ("until-200", ""),
        ("dlr-like", " checked"),
    ]
    assert "now dlr-like, by default until-200" in told(row)
    assert "47 behaviours, 1 switched" in told(text)
    assert 'class="assumption is-changed"' in text
    assert "is-changed" not in page(bench_of())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"text": "MONGO"}, {"ip1-ids"}),
        ({"text": "batchid digits"}, {"ip1-ids"}),
        ({"text": "delivery.time_limit"}, {"time-limit"}),
        ({"text": "no such words"}, set()),
        ({"grade": "unknown", "provider": "ip1"}, {"ip1-identification"}),
        ({"changed": "1"}, {"ip1-retry"}),
        ({"changed": "1", "provider": "intelepeer"}, set()),
    ],
)
def test_rows_are_filtered(bench_of: BenchOf, query: dict[str, str], found: set[str]) -> None:
    """By words, which all must stand somewhere, by provider, by grade, by what is changed."""
    bench = bench_of(ip1=Ip1Settings(retry="dlr-like"))
    text = page(bench, **query)
    assert set(rows(text)) == found
    assert ("No row fits" in told(text)) == (not found)


def test_how_a_switch_is_set_is_told(bench: Bench) -> None:
    """As a variable and as lines of mohook.toml, for the value that is asked for."""
    text = bench.client.get("/portal/switches/ip1.retry?value=dlr-like").text
    assert "MOHOOK_IP1_RETRY=dlr-like mohook serve" in told(text)
    assert '# mohook.toml [ip1] retry = "dlr-like"' in told(text)


def test_a_value_that_a_switch_does_not_take_is_told(bench: Bench) -> None:
    """In the words of the settings, as text; what is no switch is a 404."""
    answer = bench.client.get("/portal/switches/ip1.retry_interval?value=<b>")
    assert "expected a duration longer than 0" in told(answer.text)
    assert "<b>" not in answer.text
    for name in ("ip1.nothing", "intelepeer.secret", "serve.port"):
        assert bench.client.get(f"/portal/switches/{name}?value=1").status_code == 404
