"""The scripts of faults on their page: what is offered, what is in force, what was met."""

from __future__ import annotations

import re

from mohook.delivery.faults import MEANINGS, FaultKind, parse_step
from mohook.server.portal.pages.faults import OFFERED
from tests.server.bench import Bench, message
from tests.server.portal.markup import told
from tests.server.test_messages import to_app

HOSTILE = "<img src=x onerror=\"alert(1)\"> & 'quotes'"


def page(bench: Bench) -> str:
    return str(bench.client.get("/faults").text)


def part(markup: str, name: str) -> str:
    """Return one section of the page."""
    [found] = re.findall(rf'<section id="{name}".*?</section>', markup, re.DOTALL)
    return str(found)


def track(markup: str, name: str) -> list[tuple[str, str]]:
    """Return the steps of a script or of a message: each with how it stands."""
    [found] = re.findall(rf'<ol class="track" aria-label="Steps of {name}">(.*?)</ol>', markup)
    chips = re.findall(r'<li class="step step-(\w+)"[^>]*>(?:<span.*?</span>)?(.*?)</li>', found)
    return [(word, stands) for stands, word in chips]


def test_every_kind_of_step_is_offered(bench: Bench) -> None:
    """By a click or typed, and each says what it does."""
    markup = page(bench)
    clicked = re.findall(r'data-add="([^"]+)" title="([^"]+)"', markup)
    kinds = {parse_step(word).kind for word, _ in clicked}
    assert kinds | {FaultKind.DELAY} == set(FaultKind)
    assert [word for word, _ in clicked] == [each.word for one in OFFERED for each in one.steps]
    assert all(meaning == MEANINGS[parse_step(word).kind] for word, meaning in clicked)
    assert re.findall(r'data-typed="([^"]*)"', markup) == ["", "delay:"]


def test_nothing_in_force_tells_how_to_begin(bench: Bench) -> None:
    """With the command for this emulator's own address, and the same in pytest and Python."""
    markup = page(bench)
    assert "Nothing is scripted" in part(markup, "in-force")
    commands = told(markup)
    assert "curl http://localhost/mohook/v1/faults" in commands
    assert """-d '{"steps": [ "500", "lose-ack", "timeout", "ok" ]}'""" in commands
    assert 'mohook.fail_next( "500", "lose-ack", "timeout", "ok" )' in commands
    assert 'Client("http://localhost")' in commands
    assert "Remove all" not in markup


def test_a_script_is_seen_being_used_up(bench: Bench) -> None:
    """Used steps are struck through, the next one stands out, and the round is told."""
    to_app(bench, 200)
    bench.post("/faults", {"steps": ["500", "timeout", "ok"], "times": 2})
    for _ in range(4):
        bench.send()
    markup = part(page(bench), "in-force")
    assert track(markup, "f1") == [("500", "used"), ("timeout", "next"), ("ok", "waiting")]
    assert "Step 2 of 3 is next, in round 2 of 2." in told(markup)
    assert 'data-api="DELETE faults/f1"' in markup
    assert 'data-api="DELETE faults"' in markup
    for _ in range(2):
        bench.send()
    assert "Nothing is scripted" in part(page(bench), "in-force")


def test_a_match_is_shown_with_the_messages_in_the_middle_of_it(bench: Bench) -> None:
    """Each goes through the steps by itself; used up for others, a script stays until they end."""
    to_app(bench, 200)
    match = {"provider": "ip1", "to": "456189040623", "from": "46712345678", "body": HOSTILE}
    bench.post("/faults", {"match": match, "steps": ["500", "404", "503"], "times": 2})
    bench.send(body=f"it is {HOSTILE}")
    markup = part(page(bench), "in-force")
    assert "<img" not in markup
    for said in ("provider ip1", "to 456189040623", "from 46712345678", f"text {HOSTILE}"):
        assert said in told(markup)
    assert "1 message met it so far; 1 more will." in told(markup)
    assert track(markup, "m1") == [("500", "used"), ("404", "next"), ("503", "waiting")]
    bench.send(body=HOSTILE)
    markup = part(page(bench), "in-force")
    assert "2 messages met it so far; no further one will." in told(markup)
    assert bench.get("/faults").json == {"faults": []}
    assert bench.delete("/faults/f1").status_code == 204
    assert "Nothing is scripted" in part(page(bench), "in-force")


def test_many_messages_in_the_middle_are_counted(bench: Bench) -> None:
    """A page shows a few of them, and says how many more there are."""
    to_app(bench, 200)
    bench.post("/faults", {"match": {"provider": "ip1"}, "steps": ["500", "500"]})
    bench.post("/messages", message(count=20))
    markup = part(page(bench), "in-force")
    assert markup.count("Steps of m") == 8
    assert "and 12 messages more" in told(markup)
    assert "every one that fits will" in told(markup)


def test_what_met_a_step_is_told(bench: Bench) -> None:
    """The newest first: the step, the attempt, and what it did."""
    to_app(bench, 200)
    assert "hidden" in part(page(bench), "met").partition(">")[0]
    bench.post("/faults", {"steps": ["500", "lose-ack"]})
    for _ in range(3):
        bench.send()
    markup = part(page(bench), "met")
    assert "hidden" not in markup.partition(">")[0]
    assert re.findall(r"step-used-up\">([^<]+)", markup) == ["lose-ack", "500"]
    assert "m2 attempt 1 the receiver got the message, and its answer was lost" in told(markup)
