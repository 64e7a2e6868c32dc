"""Runs checks: several at a time, those that must be alone one after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from itertools import groupby

from pytest_mohook.check.curl import with_settings
from pytest_mohook.check.errors import ReadbackBrokenError, ReadbackError, ReceiverGoneError
from pytest_mohook.check.model import (
    Check,
    CheckFailedError,
    Group,
    NotApplicableError,
    Result,
    Status,
)
from pytest_mohook.check.secrecy import without_secret
from pytest_mohook.check.target import Target
from pytest_mohook.check.trial import Trial

__all__ = ["AT_ONCE", "run", "run_one"]

AT_ONCE = 12  # with four deliveries of each, about as many as the fifty
_SLOWLY = 2
_ENOUGH = 2
_CROWD, _PLAIN = "time.fifty-at-once", "time.plain"
_FIRST = ("ack.exactly-200", _PLAIN)
_SIDE_BY_SIDE = (2, 4)
_HOSTILE = 4
_BLIND = r"answered (20[1-9]|2[1-9]\d|3\d\d|404|405)\b"  # of whatever message
_SILENT = f"the receiver gives no answer to a plain message in time: see {_PLAIN}"
_ELSEWHERE = f"no plain message is acknowledged, or none reaches the receiver: see {_FIRST[0]}"
_NO_READBACK = "what is stored was not looked at: give a readback"


def run(checks: Sequence[Check], target: Target, *, seed: int) -> Iterator[Result]:
    """Run the checks, and yield each result as soon as it is there.

    A plain message comes first: where that has no answer, or one that has nothing to do with
    what it says (204, a redirect, 404), nothing else is checked. Then come those that measure:
    a receiver that cannot take fifty messages at once, a finding by itself, gets the other
    checks two by two, with two examples of each kind: all of them would take it minutes. What
    fails for want of an answer is run again by itself. What is hostile comes last: it may be
    the end of a receiver, or of its readback, and some of it may be stored: with a readback one
    check after the other, so that it is known what was it. The receiver stays the same all the
    time; no check needs what another has left.
    Raises ReceiverGoneError where nobody listens at its URL any more.
    """
    failed, late = dict[str, str](), set[str]()
    turns = sorted(checks, key=_turn)
    for turn, part in groupby(turns, key=_turn):
        if turn and (why := _in_vain(failed)):
            yield from (Result(each, Status.NOT_CHECKED, 0.0, why) for each in part)
        elif turn in _SIDE_BY_SIDE and not (turn == _HOSTILE and target.readback):
            yield from _together([*part], target, seed, few=_CROWD in late)
        else:
            for each in part:
                result, unanswered = _run(each, target, seed, few=_CROWD in late)
                if result.status is Status.FAILED:
                    failed[_name(each)] = result.why
                    late |= {_name(each)} if unanswered else set()
                yield result


def _in_vain(failed: Mapping[str, str]) -> str | None:
    """Return why nothing else can be told, by what failed with a plain message; or None."""
    if _PLAIN in failed:
        return _SILENT
    return _ELSEWHERE if re.search(_BLIND, failed.get(_FIRST[0], "")) else None


def _turn(check: Check) -> int:
    if _name(check) in _FIRST:
        return 0
    return 1 + 2 * (check.group is Group.HOSTILE) + (not check.alone)


def _name(check: Check) -> str:
    return check.id.partition(".")[2]


def _together(checks: Sequence[Check], target: Target, seed: int, *, few: bool) -> Iterator[Result]:
    """Run many checks at a time; with `few` examples also few checks.

    Where one finds the receiver gone, those that run are waited for: what they have sent may have
    been its end.
    """
    starved: list[Result] = []
    gone: ReceiverGoneError | None = None
    pool = ThreadPoolExecutor(_SLOWLY if few else AT_ONCE)
    try:
        started = [pool.submit(_run, each, target, seed, few=few) for each in checks]
        for ended in as_completed(started):
            try:
                result, unanswered = ended.result()
            except CancelledError:
                continue
            except ReceiverGoneError as problem:
                gone = problem
                _cancel(started)
                continue
            if unanswered and result.status is Status.FAILED:
                starved.append(result)
            else:
                yield result
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)  # who is in a hurry waits for none of them
        raise
    pool.shutdown()
    if gone:
        last = target.traffic.last_words(target.url, target.settings)
        raise ReceiverGoneError(gone.url, last)
    yield from _again(starved, target, seed)


def _cancel(started: Sequence[Future[tuple[Result, bool]]]) -> None:
    for each in started:
        each.cancel()


def _again(starved: Sequence[Result], target: Target, seed: int) -> Iterator[Result]:
    """Run checks once more, one by one; so many that fail again speak for the rest."""
    enough = _ENOUGH
    for result in starved:
        if enough:
            result = run_one(result.check, target, seed=seed)
            enough -= result.status is Status.FAILED
        yield result


def run_one(check: Check, target: Target, *, seed: int) -> Result:
    """Run one check; what it finds is in the result. Raises ReceiverGoneError."""
    return _run(check, target, seed)[0]


def _run(check: Check, target: Target, seed: int, *, few: bool = False) -> tuple[Result, bool]:
    """Run one check, and tell whether an answer did not come in time."""
    started = time.monotonic()
    with Trial(target, f"{seed} {check.id}", name=check.id, few=few) as trial:
        status, why = _judged(check, trial)
        shown = status is Status.FAILED
        again = with_settings(trial.last_request, target.settings) if shown else ""
        told = (why, trial.story if shown else "", again)
        seconds = time.monotonic() - started
        why, story, again = (without_secret(each, target.settings) for each in told)
        result = Result(check, status, seconds, why, story, again, trial.shortened)
        return result, trial.contact.unanswered


def _judged(check: Check, trial: Trial) -> tuple[Status, str]:
    try:
        check.run(trial)
    except CheckFailedError as problem:
        if trial.contact.unheard:
            trial.contact.require_listener()
        return Status.FAILED, str(problem)
    except ReadbackBrokenError as problem:
        return Status.FAILED, trial.blame(problem)
    except ReadbackError as problem:
        return Status.NOT_CHECKED, str(problem)
    except NotApplicableError as problem:
        return Status.NOT_APPLICABLE, str(problem)
    if check.needs_readback and not trial.read:
        return Status.NOT_CHECKED, _NO_READBACK
    return Status.PASSED, ""
