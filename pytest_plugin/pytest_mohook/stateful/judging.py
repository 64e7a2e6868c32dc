"""Whether a receiver has done right so far, and in the end."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mohook.delivery.message import State
from pytest_mohook.oracle.acknowledged import check_acknowledged
from pytest_mohook.oracle.findings import Finding, report
from pytest_mohook.oracle.stored import check_stored
from pytest_mohook.stateful import program as replay
from pytest_mohook.stateful.errors import receiver_error
from pytest_mohook.stateful.history import History

__all__ = ["check", "finish"]

_POLL = 0.01  # seconds


def check(history: History) -> None:
    """Raise ReceiverError unless what is stored is right, and nothing valid was refused enough."""
    __tracebackhide__ = True
    if findings := _stored_wrong(history):
        _fail(history, findings, _assert_stored(history))
    refused = filter(history.refused, history.messages())
    if findings := check_acknowledged(refused, settings=history.settings):
        place = history.place(findings[0].messages[0])
        _fail(history, findings, [f"assert mohook.messages[{place}].delivered, mohook.timeline()"])
    history.under_way = False


def finish(history: History) -> None:
    """Let everything have its attempts, then raise ReceiverError unless all is right."""
    __tracebackhide__ = True
    if history.pending:
        history.run_until_idle()
    while _given_up_early(history):
        history.resend_failed()
        history.run_until_idle()
    check(history)


def _given_up_early(history: History) -> bool:
    """Whether scripted faults took attempts that the receiver might have acknowledged."""
    failed = (message for message in history.messages() if message.state is State.FAILED)
    return not all(map(history.refused, failed))


def _stored_wrong(history: History) -> list[Finding]:
    """Return what is wrong with what is stored, when the receiver has had its time to store."""
    settings = history.settings
    until = time.monotonic() + history.plan.receiver.settle.total_seconds()
    while True:
        findings = check_stored(history.messages(), history.stored(), settings=settings)
        if not findings or time.monotonic() >= until:
            return findings
        time.sleep(_POLL)


def _assert_stored(history: History) -> list[str]:
    settle = history.plan.receiver.settle.total_seconds()
    provider = replay.literal(history.plan.provider)
    assertion = f"mohook.assert_stored({replay.READBACK}, provider={provider})"
    return [f"time.sleep({settle:g})", assertion] if settle else [assertion]


def _fail(history: History, findings: Sequence[Finding], ending: Sequence[str]) -> None:
    __tracebackhide__ = True
    text = report(findings, history.messages(), seed=history.seed)
    program = replay.program(history.plan, [*history.lines, *ending], seed=history.seed)
    raise receiver_error(text, findings, program)
