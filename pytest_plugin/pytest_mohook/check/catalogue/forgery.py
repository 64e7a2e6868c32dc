"""What is not signed by IntelePeer is no message from IntelePeer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import SIGNATURE, assumption
from pytest_mohook.check.catalogue.refusals import Wrong, answers_without_failing
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_check = partial(
    registry.check,
    CHECKS,
    basis=f"{SIGNATURE}; {assumption('intelepeer-signature-mode')}",
    providers=["intelepeer"],
)
_ABSENT = object()
_TAKEN = range(200, 300)


def _refuses(trial: Trial, forgeries: Iterable[Any]) -> None:
    """Fail where a message with one of these signatures is taken, or answered with a 5xx.

    With a readback it is taken where it is stored, without one where it is acknowledged.
    """
    payloads = [_forged(trial, each) for each in trial.some(forgeries)]
    made = [Wrong(_named(each), trial.request(each)) for each in payloads]
    answers = answers_without_failing(trial, made)
    stored = {each.id for each in trial.under({each["refid"] for each in payloads})}
    for payload, wrong, answer in zip(payloads, made, answers, strict=True):
        if trial.read:
            why = f"{wrong.reason}: the message is stored"
            trial.require(payload["refid"] not in stored, why, wrong.request)
        else:
            expected = f"{wrong.reason}: expected a refusal, the receiver {answer.in_words}"
            trial.require(answer.status not in _TAKEN, expected, wrong.request)


def _forged(trial: Trial, signature: Any) -> dict[str, Any]:
    payload = trial.payload("Forged")
    _signature_of(trial, payload)
    if signature is _ABSENT:
        del payload["signature"]
        return payload
    return payload | {"signature": signature}


def _named(payload: dict[str, Any]) -> str:
    return f"signature {payload['signature']!r:.60}" if "signature" in payload else "no signature"


def _signature_of(trial: Trial, payload: dict[str, Any]) -> str:
    """Return the right signature; end the check where messages have none."""
    if "signature" not in payload:
        trial.skip("messages are not signed: intelepeer.signature.mode is absent")
    return str(payload["signature"])


def _right(trial: Trial) -> str:
    """Return a signature that is right: for every message, or as an HMAC for another."""
    return _signature_of(trial, trial.payload("Forged"))


@_check("forgery.right-signature", "A message with the right signature is taken.")
def right_signature(trial: Trial) -> None:
    """Send a message that is signed as agreed; it must be acknowledged, and stored."""
    _right(trial)
    trial.send("Signed")
    trial.judge()


@_check("forgery.absent", "A message without a signature is refused.")
def absent(trial: Trial) -> None:
    """Post a message without the field; it must not be taken."""
    _refuses(trial, [_ABSENT])


@_check("forgery.null", "A message whose signature is null is refused.")
def null(trial: Trial) -> None:
    """Post a message with null for a signature; it must not be taken."""
    _refuses(trial, [None])


@_check("forgery.empty", "An empty signature is refused.")
def empty(trial: Trial) -> None:
    """Post messages whose signature is empty or blank; none may be taken."""
    _refuses(trial, ["", " "])


@_check("forgery.wrong", "A wrong signature is refused.")
def wrong(trial: Trial) -> None:
    """Post messages with other texts for a signature, some of the same length; none is taken."""
    right = _right(trial)
    same_length = ["".join(_other(each) for each in right), right[:-1] + _other(right[-1:])]
    _refuses(trial, ["WRONG", "%", "null", "undefined", *same_length])


def _other(character: str) -> str:
    return "1" if character == "0" else "0"


@_check("forgery.prefix", "The beginning of the signature is not enough.")
def prefix(trial: Trial) -> None:
    """Post messages with the first characters of what is right; none may be taken."""
    right = _right(trial)
    parts = {right[:1], right[: len(right) // 2], right[:-1]} - {"", right}
    _refuses(trial, sorted(parts))


@_check("forgery.suffix", "The right signature and more is not right.")
def suffix(trial: Trial) -> None:
    """Post messages with what is right and something behind or before; none may be taken."""
    right = _right(trial)
    _refuses(trial, [right + "x", right + right, right + "\0", right + "\0x", "x" + right])


@_check("forgery.last-part", "The end of the signature is not enough.")
def last_part(trial: Trial) -> None:
    """Post messages with the last characters of what is right; none may be taken."""
    right = _right(trial)
    parts = {right[-1:], right[len(right) // 2 :], right[1:]} - {"", right}
    _refuses(trial, sorted(parts))


@_check("forgery.changed-case", "Upper and lower case in a signature are not the same.")
def changed_case(trial: Trial) -> None:
    """Post messages with what is right in another letter case; none may be taken."""
    right = _right(trial)
    signature = trial.target.settings.intelepeer.signature
    if signature.mode == "hmac" and signature.encoding != "base64":
        trial.skip("the signature is a number in hex, which means the same in either case")
    changed = {right.lower(), right.upper(), right.swapcase()} - {right}
    if not changed:
        trial.skip("the signature has no letters")
    _refuses(trial, sorted(changed))


@_check("forgery.no-string", "A signature that is no string is refused.")
def no_string(trial: Trial) -> None:
    """Post numbers, booleans, lists and objects for a signature; none is taken, no 5xx."""
    right = _right(trial)
    _refuses(trial, [0, 1, True, False, [], [right], {}, {"$ne": None}, {"signature": right}])


@_check("forgery.not-ascii", "A signature that is not ASCII is refused.")
def not_ascii(trial: Trial) -> None:
    """Post signatures of other characters, some beside what is right; none is taken, no 5xx."""
    right = _right(trial)
    _refuses(trial, ["é", "\N{HONEYBEE}", right + "\N{HONEYBEE}", "é" * len(right)])


@_check("forgery.of-another-message", "A signature is good for its own message alone.")
def of_another_message(trial: Trial) -> None:
    """Post a message with the HMAC of another, and with the secret itself; none may be taken."""
    right = _right(trial)
    settings = trial.target.settings.intelepeer
    if settings.signature.mode != "hmac":
        trial.skip(
            "the signature is the shared code itself, the same for every message: "
            "intelepeer.signature.mode is literal"
        )
    _refuses(trial, [right, settings.secret])
