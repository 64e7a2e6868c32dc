"""Every check finds the bug that it is for, and blames no right receiver."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from mohook.assumptions import LEDGER
from mohook.errors import InputError
from mohook.settings import DeliverySettings, IntelePeerSettings, Settings, SignatureSettings
from pytest_mohook.check.catalogue import CATALOGUE, texts
from pytest_mohook.check.model import Check, Group, Result, Status
from pytest_mohook.check.registry import chosen
from pytest_mohook.check.runner import run, run_one
from pytest_mohook.check.target import Target
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.strategies.hostile import HostileKind
from tests.pytest_mohook.check.catalogue_ids import IDS
from tests.pytest_mohook.check.planted import (
    LIMIT,
    PLANTED,
    SECRET,
    Receiver,
    of_hostile,
    that_stores_all,
)

PROVIDERS = ("ip1", "intelepeer")
FORGERIES = [one for one in CATALOGUE if one.group is Group.FORGERY]
HMAC = SignatureSettings(mode="hmac")


def settings(signature: SignatureSettings | None = None, limit: float = 5) -> Settings:
    delivery = DeliverySettings(time_limit=timedelta(seconds=limit))
    peer = IntelePeerSettings(secret=SECRET, signature=signature or SignatureSettings())
    return Settings(delivery=delivery, intelepeer=peer)


@contextmanager
def target(
    receiver: Receiver, settings: Settings, *, blind: bool = False, concurrent: bool = True
) -> Iterator[Target]:
    """Serve a receiver, and aim at it."""
    readback = None if blind else receiver.readback
    with Hosted(receiver, concurrent=concurrent) as hosted:
        yield Target(
            url=f"{hosted.url}/sms",
            provider=receiver.provider,
            settings=settings,
            readback=readback,
        )


class AnswersAll(Receiver):
    """Right, and answers 200 to what it throws away."""

    def answer(self, method: str, body: bytes, environ: Mapping[str, Any]) -> int:
        super().answer(method, body, environ)
        return 200


def name(check: Check) -> str:
    return check.id.partition(".")[2]


def told(result: Result) -> str:
    return f"{result.status}: {result.why}\n{result.story}"


@pytest.mark.slow
@pytest.mark.parametrize("check", [one for one in CATALOGUE if name(one) in PLANTED], ids=str)
def test_a_check_finds_its_bug(check: Check) -> None:
    """A receiver with the bug that the check is for fails it, and nothing else goes wrong."""
    receiver = PLANTED[name(check)](check.provider)
    limit = LIMIT if check.group is Group.TIME else 5
    with target(receiver, settings(limit=limit)) as aimed:
        result = run_one(check, aimed, seed=1)
    assert result.status is Status.FAILED, told(result)
    assert result.why
    assert result.story or result.curl


@pytest.mark.slow
@pytest.mark.parametrize("check", [c for c in CATALOGUE if c.group is Group.HOSTILE], ids=str)
def test_a_hostile_check_finds_a_5xx(check: Check) -> None:
    """A receiver that answers 500 to all that is odd fails each hostile check."""
    with target(of_hostile(check.provider), settings()) as aimed:
        result = run_one(check, aimed, seed=1)
    assert result.status is Status.FAILED, told(result)
    assert "4xx" in result.why


@pytest.mark.slow
@pytest.mark.parametrize(
    "check",
    [c for c in CATALOGUE if c.group is Group.HOSTILE and c.needs_readback],
    ids=str,
)
def test_a_hostile_check_finds_what_is_stored_and_is_no_message(check: Check) -> None:
    """A receiver that stores all that comes fails where nothing may be stored."""
    with target(that_stores_all(check.provider), settings()) as aimed:
        result = run_one(check, aimed, seed=1)
    assert result.status is Status.FAILED, told(result)
    assert "was stored" in result.why


@pytest.mark.slow
@pytest.mark.parametrize("concurrent", [True, False], ids=["threads", "one-thread"])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_right_receiver_passes_everything(provider: str, concurrent: bool) -> None:
    """No check blames a right receiver, be it one that takes one message at a time."""
    checks = [one for one in CATALOGUE if one.provider == provider]
    with target(Receiver(provider), settings(), concurrent=concurrent) as aimed:
        results = list(run(checks, aimed, seed=1))
    assert {one.check for one in results} == {*checks}
    left = [one for one in results if one.status is not Status.PASSED]
    assert {name(one.check) for one in left} <= {"forgery.of-another-message"}, [*map(told, left)]
    assert {one.status for one in left} <= {Status.NOT_APPLICABLE}
    assert not any(one.shortened for one in results)


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_nothing_that_needs_a_readback_passes_without(provider: str) -> None:
    """What only a readback can prove is not checked without one, and nothing fails."""
    checks = [one for one in CATALOGUE if one.provider == provider and not one.alone]
    with target(Receiver(provider), settings(), blind=True) as aimed:
        results = list(run(checks, aimed, seed=1))
    for one in results:
        expected = Status.NOT_CHECKED if one.check.needs_readback else Status.PASSED
        if name(one.check) == "forgery.of-another-message":
            expected = Status.NOT_APPLICABLE
        assert one.status is expected, told(one)


@pytest.mark.parametrize("check", [c for c in FORGERIES if name(c) in PLANTED], ids=str)
def test_forgery_is_told_without_a_readback(check: Check) -> None:
    """A 200 to a forgery counts as accepted where nobody can ask what is stored."""
    with target(PLANTED[name(check)](check.provider), settings(), blind=True) as aimed:
        assert run_one(check, aimed, seed=1).status is Status.FAILED


@pytest.mark.parametrize("check", FORGERIES, ids=str)
def test_a_200_that_stores_no_forgery_is_fair(check: Check) -> None:
    """With a readback a receiver may answer 200 to what it throws away."""
    with target(AnswersAll(check.provider), settings()) as aimed:
        assert run_one(check, aimed, seed=1).status is not Status.FAILED


@pytest.mark.parametrize("check", FORGERIES, ids=str)
def test_an_hmac_is_judged_as_one(check: Check) -> None:
    """A receiver that verifies an HMAC passes, and letter case of hex is not checked."""
    with target(Receiver("intelepeer", signature=_hmac), settings(HMAC)) as aimed:
        result = run_one(check, aimed, seed=1)
    left_out = name(check) == "forgery.changed-case"
    assert result.status is (Status.NOT_APPLICABLE if left_out else Status.PASSED), told(result)


def _hmac(payload: dict[str, object]) -> str:
    signed = f"{payload['refid']}{payload['message']}".encode()
    return hmac.digest(SECRET.encode(), signed, "sha256").hex()


def test_an_hmac_of_another_message_is_found() -> None:
    """A receiver that takes any HMAC that it has seen fails."""
    [check] = [one for one in FORGERIES if name(one) == "forgery.of-another-message"]
    receiver = Receiver("intelepeer", signed=lambda given, _: len(str(given)) == 64)
    with target(receiver, settings(HMAC)) as aimed:
        assert run_one(check, aimed, seed=1).status is Status.FAILED


@pytest.mark.parametrize("check", FORGERIES, ids=str)
def test_where_nothing_is_signed_nothing_is_forged(check: Check) -> None:
    """Without signatures the group does not apply, and says why."""
    receiver = Receiver("intelepeer", load=_with_signature)
    with target(receiver, settings(SignatureSettings(mode="absent"))) as aimed:
        result = run_one(check, aimed, seed=1)
    assert result.status is Status.NOT_APPLICABLE
    assert "mode is absent" in result.why


def _with_signature(body: bytes) -> dict[str, object]:
    raise AssertionError(body)


# What the catalogue is


def test_ids_are_promises() -> None:
    """The ids are those of the list, in this order: others build on them."""
    assert [one.id for one in CATALOGUE] == IDS


def test_ids_are_unique() -> None:
    """No two checks have the same id."""
    assert len({one.id for one in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("check", CATALOGUE, ids=str)
def test_a_check_says_what_it_is(check: Check) -> None:
    """Claim, basis and how it decides are sentences, and an assumption is one of the ledger."""
    assert check.claim.endswith(".")
    assert len(check.claim) <= 90
    assert check.decides.endswith(".")
    assert check.basis
    assert check.id.split(".")[:2] == [check.provider, check.group.value]
    named = [words.split()[0] for words in check.basis.split("assumption ")[1:]]
    assert {one.rstrip(";,.") for one in named} <= {row.id for row in LEDGER}


def test_every_check_has_a_bug_to_find() -> None:
    """No check is without a test that sees it fail."""
    tested = {*PLANTED, "forgery.of-another-message"}
    names = {name(one) for one in CATALOGUE if one.group is not Group.HOSTILE}
    assert names == tested


def test_every_hostile_kind_has_a_check() -> None:
    """All kinds of the strategies are there; those of a signature are the group forgery."""
    kinds = {f"hostile.{kind.value}" for kind in HostileKind if "sign" not in kind.value}
    assert {name(one) for one in CATALOGUE if one.group is Group.HOSTILE} == kinds


def test_no_text_is_sent_by_two_checks() -> None:
    """A receiver that knows messages by their texts fails the checks that say so, and no other."""
    families = [getattr(texts, each) for each in texts.__all__ if each.isupper()]
    everything = [text for family in families for text in family]
    assert len(everything) == len({*everything})


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("ack", 4),
        ("ack.exactly-200", 2),
        ("ip1.ack.exactly-200", 1),
        ("intelepeer.forgery", 12),
        ("forgery", 12),
    ],
)
def test_a_word_chooses_checks(word: str, count: int) -> None:
    """A group, an id, an id without its provider: each chooses, and skips the same."""
    assert len(chosen(CATALOGUE, only=[word])) == count
    assert len(chosen(CATALOGUE, skip=[word])) == len(CATALOGUE) - count


def test_a_word_that_names_no_check_is_refused() -> None:
    """The message names the word, and the groups."""
    with pytest.raises(InputError, match=r"'acks' names no check.*ack, identity"):
        chosen(CATALOGUE, only=["acks"])
