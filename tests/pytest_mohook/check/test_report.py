"""A verdict reads well at a terminal, in JSON, in JUnit XML and on a page, whatever is in it."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from mohook import __version__
from pytest_mohook.check.model import Check, Group, Result, Status
from pytest_mohook.check.report.data import verdict_json
from pytest_mohook.check.report.junit import junit_xml
from pytest_mohook.check.report.page import html_page
from pytest_mohook.check.report.terminal import Progressing, show_catalogue, show_verdict
from pytest_mohook.check.trial import Trial
from pytest_mohook.check.verdict import Ending, Verdict, in_order

NASTY = "</pre><script>alert(1)</script> & \"'\x00\x1b[31m\ud83d\u202e ]]> {{ 7 * 7 }}"


def nothing(trial: Trial) -> None:
    """Send a message and look at it."""


def check(name: str, group: Group = Group.IDENTITY, **changes: Any) -> Check:
    made = Check(
        f"ip1.{group}.{name}", "ip1", group, f"Claims {name}.", "a document", nothing, True, False
    )
    return replace(made, **changes)


PASSES, FAILS, OPEN, LATE = (check(name) for name in ("passes", "fails", "open", "late"))
RESULTS = [
    Result(PASSES, Status.PASSED, 0.5),
    Result(FAILS, Status.FAILED, 1.25, "is stored twice", "m1 delivered\n  1. 200", "curl -i x"),
    Result(OPEN, Status.NOT_CHECKED, 0.0, "give a readback"),
]
VERDICT = Verdict(
    provider="ip1",
    url="http://127.0.0.1:5000/sms",
    seed=7,
    checks=[PASSES, FAILS, OPEN],
    results=RESULTS,
    began=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    seconds=2.0,
)
GONE = replace(
    VERDICT, checks=[PASSES, FAILS, OPEN, LATE], ending=Ending.GONE, last="POST of 7 bytes"
)
NASTY_VERDICT = replace(
    VERDICT,
    url=f"http://x/{NASTY}",
    results=[
        replace(each, check=check("nasty", claim=NASTY, basis=NASTY), why=NASTY, story=NASTY,
                curl=NASTY)
        for each in RESULTS
    ],
    trouble=NASTY,
    last=NASTY,
)  # fmt: skip


def shown(verdict: Verdict) -> str:
    console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    show_verdict(console, verdict)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def with_statuses(*statuses: Status, **changes: Any) -> Verdict:
    results = [Result(check(str(n)), status, 0.0) for n, status in enumerate(statuses)]
    return replace(VERDICT, checks=[each.check for each in results], results=results, **changes)


@pytest.mark.parametrize(
    ("verdict", "right"),
    [
        (with_statuses(Status.PASSED), True),
        (with_statuses(Status.PASSED, Status.NOT_CHECKED), True),
        (with_statuses(Status.PASSED, Status.FAILED), False),
        (with_statuses(Status.PASSED, Status.NOT_APPLICABLE), True),
        (with_statuses(Status.NOT_CHECKED), None),
        (with_statuses(Status.NOT_APPLICABLE), None),
        (with_statuses(), None),
        (with_statuses(Status.PASSED, trouble="404"), None),
        (with_statuses(Status.PASSED, ending=Ending.INTERRUPTED), None),
        (with_statuses(Status.FAILED, ending=Ending.INTERRUPTED), False),
    ],
)
def test_right_is_said_only_where_something_tells(verdict: Verdict, right: bool | None) -> None:
    """One finding is enough for wrong; what was not checked is never right by itself."""
    assert verdict.right is right


def test_results_stand_in_the_order_of_the_catalogue() -> None:
    """Whichever ended first."""
    assert in_order([PASSES, FAILS, OPEN], RESULTS[::-1]) == RESULTS


def test_a_terminal_shows_failures_first_and_the_counts_last() -> None:
    """Each with its claim, what was seen, what it rests on, the timeline and a command."""
    lines = [line.strip() for line in shown(VERDICT).splitlines() if line.strip()]
    assert lines == [
        "✗ ip1.identity.fails  Claims fails.",
        "is stored twice",
        "Rests on: a document",
        "Decided by: Send a message and look at it.",
        "m1 delivered",
        "1. 200",
        "Again: curl -i x",
        "· 1 not checked: give a readback",
        "ip1.identity.open",
        "✗ The receiver is not right: 1 passed, 1 failed, 1 not checked in 2.0 s.",
        "The seed was 7: --seed 7 makes the same choices.",
    ]


def test_nothing_in_a_message_steers_a_terminal() -> None:
    """Control characters, half characters and turned writing are spelled out."""
    text = shown(NASTY_VERDICT)
    assert re.search("[\x00\x1b\u202e\ud800-\udfff]", text) is None
    assert r"\x1b[31m" in text


def test_progress_in_a_pipe_is_a_line_a_result() -> None:
    """No bar, and no more than a line."""
    console = Console(file=io.StringIO(), width=200)
    with Progressing(console, 3) as progress:
        for each in RESULTS:
            progress.show(each)
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().splitlines() == [
        "✓ ip1.identity.passes  passed (0.50 s)",
        "✗ ip1.identity.fails  failed (1.25 s)",
        "· ip1.identity.open  not checked (0.00 s)",
    ]


@pytest.mark.parametrize("verbose", [False, True])
def test_what_was_not_checked_is_a_line_a_group_in_a_pipe(verbose: bool) -> None:
    """In the end; with `--verbose` each has its own, and is named in the verdict too."""
    console = Console(file=io.StringIO(), width=200)
    several = [replace(RESULTS[2], check=check(f"open-{number:02}")) for number in range(20)]
    other = replace(RESULTS[2], check=check("other", Group.ORDER))
    results = [*several[:10], other, *several[10:], RESULTS[0]]
    with Progressing(console, 22, verbose=verbose) as progress:
        for each in results:
            progress.show(each)
    verdict = replace(VERDICT, checks=[each.check for each in results], results=results)
    show_verdict(console, verdict, verbose=verbose)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    own = "· ip1.order.other  not checked (0.00 s)"
    if verbose:
        assert sum("  not checked" in line for line in lines) == 21
        assert lines[-4].endswith("ip1.identity.open-19")
    else:
        passed = "✓ ip1.identity.passes  passed (0.50 s)"
        assert lines[:3] == [passed, "· ip1.identity  20 not checked", own]
        assert lines[-4].endswith("and 9 more")


def test_progress_at_a_terminal_is_a_bar() -> None:
    """It counts what is done, and what has failed."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    with Progressing(console, 3) as progress:
        for each in RESULTS:
            progress.show(each)
    assert isinstance(console.file, io.StringIO)
    assert "3/3" in console.file.getvalue()
    assert "1 failed" in console.file.getvalue()
    assert "ip1.identity" not in console.file.getvalue()


def test_the_catalogue_says_what_each_check_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Its id, its claim, what it rests on, how it decides, and whether it needs a readback."""
    show_catalogue(Console(width=200), [PASSES])
    printed = capsys.readouterr().out
    for said in ("ip1.identity.passes", "Claims passes.", "a document", "look at it", "readback"):
        assert said in printed


def test_json_holds_everything() -> None:
    """Counts, each check with its result, and those that were not run."""
    data = json.loads(json.dumps(verdict_json(GONE)))
    assert data["counts"] == {
        "passed": 1, "failed": 1, "not_checked": 1, "not_applicable": 0, "not_run": 1
    }  # fmt: skip
    assert (data["right"], data["ending"], data["seed"]) == (False, "receiver gone", 7)
    assert data["last_request"] == "POST of 7 bytes"
    failed = data["checks"][1]
    assert (
        failed
        | {
            "id": "ip1.identity.fails",
            "group": "identity",
            "claim": "Claims fails.",
            "basis": "a document",
            "decides": "Send a message and look at it.",
            "status": "failed",
            "why": "is stored twice",
            "curl": "curl -i x",
        }
        == failed
    )
    assert [each["status"] for each in data["checks"]] == [
        "passed", "failed", "not checked", "not run"
    ]  # fmt: skip


def test_each_report_names_what_made_it_and_when() -> None:
    """The version, the time, the provider and the URL."""
    data = verdict_json(VERDICT)
    assert (data["mohook"], data["began"]) == (__version__, "2026-03-01T12:00:00+00:00")
    assert (data["provider"], data["url"]) == ("ip1", VERDICT.url)
    [suite] = parsed(junit_xml(VERDICT))
    assert suite.get("timestamp") == data["began"]
    properties = {each.get("name"): each.get("value") for each in suite.iter("property")}
    assert properties == {"mohook": __version__, "url": VERDICT.url, "seed": "7"}
    page = Elements(html_page(VERDICT)).text
    assert f"mohook {__version__}, 2026-03-01 12:00:00 UTC" in page
    assert "Is this ip1 receiver right?" in page
    assert VERDICT.url in page


def test_what_may_be_one_page_of_several_is_told() -> None:
    """Where messages seem lost, in every report; not where nothing is missing."""
    lost = replace(RESULTS[1], why="m1 was acknowledged and is not stored")
    verdict = replace(VERDICT, results=[lost], page=50)
    said = "The readback told exactly 50 messages each time"
    assert said in shown(verdict)
    assert said in Elements(html_page(verdict)).text
    assert said in verdict_json(verdict)["hint"]
    for other in (replace(verdict, page=None), replace(VERDICT, page=50)):
        assert said not in shown(other)


def parsed(document: bytes) -> ET.Element:
    return ET.fromstring(document)  # noqa: S314 - it is our own


def test_junit_has_a_case_a_check() -> None:
    """What was not checked, or not run, is skipped with its reason; a receiver's end an error."""
    root = parsed(junit_xml(GONE))
    [suite] = root
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("5", "1", "2")
    assert suite.get("errors") == "1"
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == ["passes", "fails", "open", "late", "receiver"]
    assert cases["passes"].get("classname") == "mohook.ip1.identity"
    failure = cases["fails"].find("failure")
    assert failure is not None
    assert failure.get("message") == "is stored twice"
    for said in ("Claims fails.", "a document", "m1 delivered", "curl -i x"):
        assert said in (failure.text or "")
    reasons = [each.get("message") for each in suite.iter("skipped")]
    assert reasons == ["give a readback", "not run: receiver gone"]
    assert [each.text for each in suite.iter("error")] == ["POST of 7 bytes"]


def test_junit_takes_any_text() -> None:
    """What XML cannot hold is spelled out."""
    root = parsed(junit_xml(NASTY_VERDICT))
    [failure] = root.iter("failure")
    assert r"\x00\x1b[31m\ud83d" in str(failure.get("message"))
    assert "</pre><script>" in str(failure.get("message"))


class Elements(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_stands_by_itself() -> None:
    """No script, nothing from elsewhere; it tells all that the terminal tells."""
    page = Elements(html_page(VERDICT))
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {"src", "href"} & {name for name, _ in page.attributes}
    for said in ("is stored twice", "a document", "m1 delivered", "curl -i x", "give a readback",
                 "1 passed, 1 failed, 1 not checked", "--seed 7", "not right"):  # fmt: skip
        assert said in page.text
    assert "prefers-color-scheme: dark" in page.text
    assert "@media print" in page.text


def test_nothing_in_a_message_is_markup_on_a_page() -> None:
    """Every text is escaped, wherever it stands."""
    plain, nasty = (Elements(html_page(each)) for each in (GONE, NASTY_VERDICT))
    assert set(nasty.tags) <= set(plain.tags)
    assert "onload" not in {name for name, _ in nasty.attributes}
    assert nasty.text.count("<script>alert(1)</script>") >= 7
    assert "{{ 7 * 7 }}" in nasty.text


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (with_statuses(Status.PASSED), "✓ The receiver is right, as far as it was checked"),
        (with_statuses(Status.FAILED), "✗ The receiver is not right"),
        (with_statuses(Status.NOT_CHECKED), "· No verdict"),
        (with_statuses(Status.PASSED, ending=Ending.INTERRUPTED), "· No verdict"),
        (GONE, "✗ The receiver listens no more"),
    ],
)
def test_every_report_says_the_same(verdict: Verdict, said: str) -> None:
    """At the terminal and on the page."""
    assert said in shown(verdict)
    assert said in Elements(html_page(verdict)).text


def test_what_to_look_at_first_is_told() -> None:
    """Who acknowledges no plain message fails most of the others for it."""
    first = Result(check("exactly-200", Group.ACKNOWLEDGEMENT), Status.FAILED, 0.1, "404")
    wrong = replace(VERDICT, checks=[first.check, *VERDICT.checks], results=[first, *RESULTS])
    said = "Even a plain message is not acknowledged: see to that first, and to the URL"
    assert said in shown(wrong)
    assert said in Elements(html_page(wrong)).text
    assert said not in shown(VERDICT)


def test_what_does_not_apply_is_no_gap() -> None:
    """It is told apart from what was not checked, with its reason, and counted where it is."""
    one = Result(check("forged"), Status.NOT_APPLICABLE, 0.0, "nothing is signed")
    verdict = replace(VERDICT, checks=[PASSES, one.check], results=[RESULTS[0], one])
    assert verdict.summary == "1 passed, 0 failed, 0 not checked, 1 not applicable in 2.0 s"
    assert not verdict.unchecked
    assert "- 1 not applicable: nothing is signed\n    ip1.identity.forged\n" in shown(verdict)
    page = Elements(html_page(verdict)).text
    assert "What does not apply" in page
    assert "nothing is signed" in page
    assert "What was not checked" not in page
    assert verdict_json(verdict)["counts"]["not_applicable"] == 1
    [suite] = parsed(junit_xml(verdict))
    assert suite.get("skipped") == "1"
    assert [each.get("message") for each in suite.iter("skipped")] == ["nothing is signed"]
    assert "not applicable" not in VERDICT.summary


def test_that_examples_were_left_out_is_told() -> None:
    """And how to have them all: no report is silent about it."""
    results = [replace(each, shortened=True) for each in RESULTS]
    short = replace(VERDICT, results=results)
    said = "the other checks sent it two examples of each kind"
    assert said in shown(short)
    assert said in Elements(html_page(short)).text
    assert [each["shortened"] for each in verdict_json(short)["checks"]] == [True] * 3
    assert said not in shown(VERDICT)


def test_trouble_with_the_readback_is_told() -> None:
    """For then nothing was passed by looking away."""
    troubled = replace(VERDICT, trouble="answered 500")
    assert "The readback failed: answered 500" in shown(troubled)
    assert "answered 500" in Elements(html_page(troubled)).text
