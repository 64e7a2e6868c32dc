"""The phone: what it offers, how it counts, and what it shows of what was sent."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest

from mohook.delivery.faults import parse_step
from mohook.server.portal.conversation import MOST_IDS, ids_of
from mohook.server.portal.pages.compose import NEXT_STEPS
from mohook.server.portal.quick_texts import QUICK_TEXTS
from mohook.server.problems import ProblemError
from mohook.settings import AccountSettings, Ip1Settings
from tests.server.bench import Bench, message
from tests.server.portal.markup import told
from tests.server.test_messages import to_app

HOSTILE = '<script>alert(1)</script> & "quotes" \' <b>'


def counted(bench: Bench, text: str) -> str:
    answer = bench.client.post("/portal/count", json={"text": text})
    assert answer.status_code == 200
    return str(answer.text)


def talk(bench: Bench, *sends: str) -> str:
    return str(bench.client.get("/portal/conversation", query_string={"sends": sends}).text)


def value(page: str, name: str) -> str:
    [found] = re.findall(rf'<input name="{name}" value="([^"]*)"', page)
    return str(found)


def test_the_phone_offers_the_numbers_of_the_documents(bench: Bench) -> None:
    """Where nobody has named a number, the samples stand on its lines."""
    page = bench.client.get("/compose").text
    assert (value(page, "from"), value(page, "to")) == ("46712345678", "456189040623")
    assert 'data-sender="+7708675309" data-recipient="+13038675309"' in page
    assert "<datalist" not in page


def test_the_phone_offers_the_numbers_that_there_are(bench_of: Callable[..., Bench]) -> None:
    """Those of the settings and those of now, but none that cannot receive."""
    bench = bench_of(ip1=Ip1Settings(accounts={"ip1-7": AccountSettings(numbers=("46700001",))}))
    bench.put("/intelepeer/numbers/+12161112222", {"sms_enabled": False})
    bench.put("/intelepeer/numbers/+12161113333", {})
    page = bench.client.get("/compose").text
    assert value(page, "to") == "46700001"
    assert 'data-recipient="+12161113333"' in page
    assert re.findall(r'<option value="([+\d]+)"></option>', page) == ["46700001", "+12161113333"]


def test_quick_texts_and_steps_stand_on_the_page(bench: Bench) -> None:
    """Each whole, and escaped; each step is one that there is."""
    page = bench.client.get("/compose").text
    offered = [html.unescape(each) for each in re.findall(r'data-quick="([^"]*)"', page)]
    assert offered == [each.text for each in QUICK_TEXTS]
    assert re.findall(r'name="step" value="([^"]*)"', page) == ["", *NEXT_STEPS]
    assert [str(parse_step(step)) for step in NEXT_STEPS] == list(NEXT_STEPS)
    assert "<script>alert" not in page


def test_a_gsm_text_is_counted(bench: Bench) -> None:
    """Encoding, units of those that there are room for, parts, and nothing marked."""
    markup = counted(bench, "Hi my name is earl")
    assert told(markup).startswith("GSM 18 of 160 septets 1 part Encoding GSM 7-bit")
    assert "<mark" not in markup


def test_the_character_that_forces_ucs_2_is_named_and_marked(bench: Bench) -> None:
    """By its name, its code point and where it stands; at its place in the text too."""
    markup = counted(bench, "Garçon, façade")
    assert told(markup).startswith("UCS-2 14 of 70 units 1 part because of ç")
    assert "latin small letter c with cedilla U+00E7 characters 4, 11" in told(markup)
    assert "Gar<mark>ç</mark>on, fa<mark>ç</mark>ade</p>" in markup


def test_the_breaks_between_parts_are_shown(bench: Bench) -> None:
    """Each part has its text, its units and its number; what stays empty is told."""
    markup = counted(bench, "a" * 152 + "€" + "b" * 20)
    assert re.findall(r"Part \d of \d</span><span>\d+ of \d+", markup) == [
        "Part 1 of 2</span><span>152 of 153",
        "Part 2 of 2</span><span>22 of 153",
    ]
    assert '<span class="double">€</span>' + "b" * 20 in markup
    assert "1 unit stays empty" in told(markup)


def test_a_text_that_no_sms_can_carry_says_why(bench: Bench) -> None:
    """In the words of the API; there is nothing to count."""
    markup = counted(bench, "ç" * 20_000)
    assert "text of 20000 UCS-2 units takes more than 255 parts" in told(markup)
    assert "<mark" not in markup


@pytest.mark.parametrize("text", [HOSTILE, HOSTILE + "ç", "</p><img src=x onerror=alert(1)>“"])
def test_a_hostile_text_is_counted_as_text(bench: Bench, text: str) -> None:
    """Nothing of it is markup, and all of it is shown."""
    markup = counted(bench, text)
    assert not re.search(r"<(script|img|b)\b(?! class=\"tag)(?!>\d)", markup)
    [shown] = re.findall(r'<p class="part-text" dir="auto">(.*?)</p>', markup, re.DOTALL)
    assert html.unescape(re.sub(r"</?(mark|span)[^>]*>", "", shown)) == text


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 422), ({"text": 7}, 422), ({"text": "a", "more": 1}, 422), (None, 400)],
)
def test_a_count_of_no_text_is_refused(bench: Bench, body: Any, status: int) -> None:
    """With a problem, as the API does."""
    given = {} if body is None else {"json": body}
    answer = bench.client.post("/portal/count", **given)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")


def test_a_page_from_elsewhere_cannot_count(bench: Bench) -> None:
    """It is refused as by the control API."""
    foreign = {"Origin": "http://elsewhere.example"}
    answer = bench.client.post("/portal/count", json={"text": "a"}, headers=foreign)
    assert answer.status_code == 403


def test_the_conversation_shows_what_came_of_each(bench: Bench) -> None:
    """One bubble a send, in the order asked for: its state, its outcome, its link."""
    to_app(bench, 200)
    bench.send(body="one")
    bench.post("/faults", {"steps": ["500"]})
    bench.send(body="two")
    markup = talk(bench, "m1", "m2")
    assert re.findall(r'data-id="(m\d)"', markup) == ["m1", "m2"]
    assert "one m1 200 delivered" in told(markup)
    assert "two m2 500 pending" in told(markup)
    assert '<a href="/messages/m2">' in markup


def test_copies_share_a_bubble(bench: Bench) -> None:
    """It links the first and the last, and counts where they stand."""
    to_app(bench, 200)
    bench.post("/faults", {"steps": ["timeout", "500"]})
    bench.post("/messages", message(count=5))
    markup = talk(bench, "m1-m5")
    assert markup.count('class="bubble') == 1
    assert "m1 to m5 2 pending 3 delivered" in told(markup)


def test_a_hostile_text_is_said_as_text(bench: Bench) -> None:
    """An empty one shows as such."""
    bench.send(body=HOSTILE)
    bench.send(body="")
    markup = talk(bench, "m1", "m2")
    [said, empty] = re.findall(r'<p class="bubble[^>]*>(.*?)</p>', markup, re.DOTALL)
    assert (html.unescape(said), "<" in said, empty) == (HOSTILE, False, "empty text")


def test_what_is_forgotten_is_left_out(bench: Bench) -> None:
    """After a reset, or when it was pruned."""
    bench.send()
    assert talk(bench, "m1", "m7-m9").count("data-id") == 1
    bench.post("/reset")
    assert told(talk(bench, "m1")) == "" == told(talk(bench))


@pytest.mark.parametrize(
    "runs", ["x", "", "m3-m1", "m1;m2", f"m1-m{MOST_IDS + 1}", "m1,", "m\N{FULLWIDTH DIGIT ONE}"]
)
def test_a_run_that_is_none_is_refused(bench: Bench, runs: str) -> None:
    """Runs are ids, or the first and the last of ids that follow each other."""
    with pytest.raises(ProblemError, match="expected ids"):
        ids_of(runs)
    answer = bench.client.get("/portal/conversation", query_string={"sends": runs})
    assert answer.status_code == 422


def test_a_conversation_has_an_end(bench: Bench) -> None:
    """Many runs add up to no more than one may hold."""
    half = f"m1-m{MOST_IDS // 2}", f"m{MOST_IDS}-m{MOST_IDS * 2 - 1}"
    answer = bench.client.get("/portal/conversation", query_string={"sends": half})
    assert answer.status_code == 422
