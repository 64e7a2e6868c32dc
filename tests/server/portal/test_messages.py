"""The list of messages: what it shows, filters, escapes and tells."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mohook.server.portal.blueprint import POLICY
from mohook.server.portal.pages.messages import PAGE
from tests.server.bench import Bench


def page(bench: Bench, path: str = "/") -> Any:
    return bench.client.get(path, headers={"Accept": "text/html"})


def ids(html: str) -> list[str]:
    return re.findall(r'data-id="(m\d+)"', html)


def test_an_empty_emulator_tells_the_next_step(bench: Bench) -> None:
    """With the command for its own address; no list is there yet."""
    html = page(bench).text
    assert "Nothing has been sent yet" in html
    assert "curl -X PUT http://localhost/mohook/v1/ip1/accounts/ip1-10001" in html
    assert ids(html) == []


def test_the_newest_message_stands_first(bench: Bench) -> None:
    """With state, numbers, text, and what came of it."""
    bench.send(body="first")
    bench.send("intelepeer", body="second")
    html = page(bench).text
    assert ids(html) == ["m2", "m1"]
    assert html.index("second") < html.index("first")
    assert 'class="state state-held"' in html
    assert "no webhook" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?provider=ip1", ["m1"]),
        ("?state=held", ["m2", "m1"]),
        ("?state=delivered", []),
        ("?search=SECOND", ["m2"]),
        ("?search=4567", ["m1"]),
        ("?search=1-1234&provider=intelepeer", ["m2"]),
        ("?search=nobody", []),
        ("?provider=&state=&search=", ["m2", "m1"]),
        ("?before=m2", ["m1"]),
    ],
)
def test_a_query_filters(bench: Bench, query: str, found: list[str]) -> None:
    """As the fields of the page name it; the same for the rows that a script asks for."""
    bench.send(body="first", **{"from": "46745670000"})
    bench.send("intelepeer", body="second")
    assert ids(page(bench, f"/{query}").text) == found
    rows = bench.client.get(f"/portal/rows{query}").json["rows"]
    assert [row["id"] for row in rows] == found


@pytest.mark.parametrize("query", ["provider=nobody", "state=lost"])
def test_a_query_that_cannot_be_is_told(bench: Bench, query: str) -> None:
    """As a page where a browser asks, as problem details where a script does."""
    answer = page(bench, f"/?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "expected" in answer.text
    answer = bench.client.get(f"/portal/rows?{query}")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


HOSTILE = "<script>alert(1)</script>\"'&<!-- -->{{ 7*7 }}"


@pytest.mark.parametrize("path", ["/", "/portal/rows", "/?search=<script>"])
def test_what_a_message_holds_is_text(bench: Bench, path: str) -> None:
    """Markup in a text, and in what is searched for, stands there as it was sent."""
    bench.send(body=HOSTILE)
    text = page(bench, path).text
    assert "<script>alert" not in text
    assert '"<script>' not in text
    assert "{{ 7*7 }}" in text or path.startswith("/?")


def test_a_page_loads_nothing_from_elsewhere(bench: Bench) -> None:
    """The policy says so, no markup has inline script or style, and each asset is there."""
    bench.send()
    answer = page(bench)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)
    assets = re.findall(r'(?:src|href)="(/assets/[^"#]+)', answer.text)
    assert len(assets) > 5
    for asset in assets:
        with bench.client.get(asset) as answer_with_file:
            assert answer_with_file.status_code == 200, asset
    assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_rows_come_a_page_at_a_time(bench: Bench) -> None:
    """`before` goes on where a page ended, `ids` gives named ones; unknown ids give none."""
    bench.send(count=PAGE + 3)
    first = bench.client.get("/portal/rows").json
    assert len(first["rows"]) == PAGE
    assert first["last"] == bench.emulator.store.journal.last
    older = bench.client.get(f"/portal/rows?before={first['rows'][-1]['id']}").json["rows"]
    assert [row["id"] for row in older] == ["m3", "m2", "m1"]
    named = bench.client.get("/portal/rows?ids=m2,m5,m999,nonsense").json["rows"]
    assert [row["id"] for row in named] == ["m5", "m2"]


def test_what_is_not_there_is_told_as_a_page(bench: Bench) -> None:
    """Whoever mistypes an address finds the way back; a program gets problem details."""
    answer = page(bench, "/nowhere")
    assert (answer.status_code, answer.mimetype) == (404, "text/html")
    assert "Go to the messages" in answer.text
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert bench.client.get("/nowhere").mimetype == "application/problem+json"
    assert page(bench, "/mohook/v1/messages/m9").mimetype == "application/problem+json"
