"""The catalogue in somebody's own suite: one test for each check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mohook.errors import InputError, UnreachableError, WebhookError
from pytest_mohook import checks
from pytest_mohook.check.catalogue import CATALOGUE
from pytest_mohook.check.errors import ForeignHostError, ReadbackError
from pytest_mohook.check.model import CheckFailedError
from pytest_mohook.check.suite import ReceiverCheck
from tests._receivers import scripted
from tests.pytest_mohook.check.inbox import Inbox

[LOST] = checks("ip1", only=["identity.lost-acknowledgement"])
[EXACTLY] = checks("ip1", only=["ip1.ack.exactly-200"])


@pytest.mark.parametrize("check", checks("ip1", only=["ack"]), ids=str)
def test_each_check_is_a_test(check: ReceiverCheck, inbox: Inbox) -> None:
    """As somebody writes it: an app, where the receiver stands in it, and what it has stored."""
    check.assert_passes(inbox, "/sms", readback=inbox.pairs)
    assert inbox.posts


@pytest.mark.parametrize(
    "check", checks("intelepeer", only=["forgery"], skip=["forgery.absent"])[:1]
)
@pytest.mark.mohook(intelepeer={"signature": {"mode": "absent"}})
def test_the_marks_of_a_test_hold(check: ReceiverCheck, inbox: Inbox) -> None:
    """Who signs nothing cannot be forged: the check is skipped, which the mark alone brings."""
    with pytest.raises(pytest.skip.Exception):
        check.assert_passes(inbox, "/sms", readback=inbox.pairs)


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_all_checks_of_a_provider_are_there(provider: str) -> None:
    """In the order of the catalogue, each known by its id."""
    expected = [each.id for each in CATALOGUE if each.provider == provider]
    assert list(map(str, checks(provider))) == expected
    assert [str(each) for each in checks(provider, skip=["ack"])] == [
        each for each in expected if ".ack." not in each
    ]


def test_a_check_says_what_it_is() -> None:
    """In an id, and in a traceback."""
    assert (str(EXACTLY), EXACTLY.id) == ("ip1.ack.exactly-200", "ip1.ack.exactly-200")
    assert repr(EXACTLY) == f"<check ip1.ack.exactly-200: {EXACTLY.claim}>"
    assert EXACTLY.basis


def test_a_failure_tells_the_whole_story(inbox: Inbox) -> None:
    """What was claimed, seen and sent, what it rests on, a curl command, and the seed."""
    inbox.keeps_copies = True
    with pytest.raises(CheckFailedError) as failed:
        LOST.assert_passes(inbox, "/sms", readback=inbox.pairs)
    told = str(failed.value)
    for said in (
        "ip1.identity.lost-acknowledgement: ",
        " times",
        "Rests on: ip1, ",
        "Decided by: Lose the answer",
        "[lose-ack]",
        "Again: curl -i -X POST http://127.0.0.1:",
        "The seed is 0.",
    ):
        assert said in told


def test_what_is_not_checked_skips_the_test(inbox: Inbox) -> None:
    """With the reason; it passes by nothing."""
    with pytest.raises(pytest.skip.Exception, match="give a readback"):
        LOST.assert_passes(inbox, "/sms")


def test_what_does_not_apply_skips_the_test(inbox: Inbox) -> None:
    """With the reason: the settings leave no room for it."""
    [forged] = checks("intelepeer", only=["forgery.of-another-message"])
    with pytest.raises(pytest.skip.Exception, match="the shared code itself"):
        forged.assert_passes(inbox, "/sms")


def test_a_url_is_checked_where_it_listens(url: str, inbox: Inbox) -> None:
    """By its URL, with a path or without."""
    EXACTLY.assert_passes(f"{url}/sms")
    LOST.assert_passes(url, "/sms", readback=inbox.pairs, settle=timedelta(milliseconds=10))


def test_the_seed_can_be_given(inbox: Inbox) -> None:
    """As everything else that the marker says."""
    inbox.keeps_copies = True
    with pytest.raises(CheckFailedError, match=r"The seed is 7\."):
        LOST.assert_passes(inbox, "/sms", readback=inbox.pairs, marker={"seed": 7})


def test_headers_and_hosts_are_given_as_in_mohook_toml(url: str, inbox: Inbox) -> None:
    """The table `serve` says what goes with each request, and where it may go."""
    inbox.key = "hush"
    EXACTLY.assert_passes(f"{url}/sms", serve={"headers": ["X-Api-Key: hush"]})
    with pytest.raises(ForeignHostError):
        EXACTLY.assert_passes("http://192.0.2.1/sms")
    with pytest.raises(InputError, match="allow_hosts: no such key"):
        EXACTLY.assert_passes(url, serve={"allow_hosts": ["192.0.2.1"]})


def test_what_cannot_be_checked_is_refused(inbox: Inbox) -> None:
    """With what was expected."""
    with pytest.raises(WebhookError):
        EXACTLY.assert_passes(7)  # type: ignore[arg-type] # that is the point
    with pytest.raises(WebhookError, match="path 'sms'"):
        EXACTLY.assert_passes(inbox, "sms")
    with pytest.raises(InputError, match="concurrent"):
        EXACTLY.assert_passes(inbox, concurrent=1)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="lifespan=True"):
        EXACTLY.assert_passes("http://127.0.0.1:1/", lifespan=True)
    with scripted() as gone:
        url = gone.url
    with pytest.raises(UnreachableError, match="nobody listens"):
        EXACTLY.assert_passes(url)


@pytest.mark.parametrize("tells", [7, "Hi", [{"ID": "a", "Text": "Hi"}], {"id": "a", "body": "Hi"}])
def test_a_readback_that_returns_something_else_fails_the_test(inbox: Inbox, tells: Any) -> None:
    """A skip would look like a test that is not meant to run: the mistake is in the test."""
    with pytest.raises(ReadbackError, match="expected"):
        LOST.assert_passes(inbox, "/sms", readback=lambda: tells)


@pytest.mark.parametrize("form", [dict, lambda stored: dict(stored).items(), iter])
def test_one_odd_item_does_not_hide_the_others(
    inbox: Inbox, form: Callable[[list[tuple[object, Any]]], Any]
) -> None:
    """Whatever a readback returns: a mapping, its items, or an iterator."""
    LOST.assert_passes(inbox, "/sms", readback=lambda: form([("odd", 7), *inbox.pairs()]))


def test_what_is_no_readback_or_duration_is_refused(inbox: Inbox) -> None:
    """The list in the place of the function that returns it, and seconds as a number."""
    with pytest.raises(InputError, match=r"readback = \[\]: expected a function"):
        LOST.assert_passes(inbox, "/sms", readback=inbox.pairs())  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"settle = 2: expected a timedelta"):
        LOST.assert_passes(inbox, "/sms", settle=2)  # type: ignore[arg-type]
    assert not inbox.posts


def test_an_unknown_provider_or_check_is_refused() -> None:
    """When tests are collected, not when they run."""
    with pytest.raises(InputError, match="expected one of ip1, intelepeer"):
        checks("ip2")
    with pytest.raises(InputError, match="'akc' names no check"):
        checks("ip1", only=["akc"])
    with pytest.raises(InputError, match=r"expected a list of ids or groups, such as \['ack'\]"):
        checks("ip1", skip="ack")
    with pytest.raises(InputError, match="leave no check"):
        checks("ip1", only=["ack"], skip=["ack"])


SUITE = """
    import pytest
    from pytest_mohook import checks

    stored = []

    def app(environ, start_response):
        import json
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        message = json.loads(body)
        stored.append((message["id"], message["body"]))
        start_response("200 OK", [])
        return [b""]

    ONLY = ["ack.exactly-200", "identity.lost-acknowledgement"]

    @pytest.mark.parametrize("read", [True, False])
    @pytest.mark.parametrize("check", checks("ip1", only=ONLY), ids=str)
    def test_receiver(check, read):
        check.assert_passes(app, readback=(lambda: stored) if read else None)
"""


@pytest.mark.slow
def test_a_run_shows_each_check_by_its_id(pytester: pytest.Pytester) -> None:
    """Passed, failed with its story and no frame of ours, or skipped with the reason."""
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("-v", "-rs", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, failed=1, skipped=1)
    shown = result.stdout.str()
    assert "test_receiver[ip1.ack.exactly-200-True] PASSED" in shown
    assert "test_receiver[ip1.identity.lost-acknowledgement-True] FAILED" in shown
    assert "give a readback" in shown
    assert "E       Again: curl -i" in shown
    assert "suite.py" not in shown.partition("short test summary")[0]
