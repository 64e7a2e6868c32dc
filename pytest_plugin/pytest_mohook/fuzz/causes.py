"""What of a message a receiver cannot take: found by leaving out the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mohook.providers import PROVIDERS
from mohook.schemas import payload_schema
from mohook.sms.alphabet import is_gsm
from mohook.sms.segments import segment
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import History, Send
from pytest_mohook.fuzz.play import play

__all__ = ["with_cause"]

_OF_ONE_MESSAGE = ("refused", "altered", "lost")


def with_cause(finding: Finding, fields: Mapping[str, Any], target: Target) -> Finding:
    """Return a finding with the fields that it takes, where it takes but one message.

    So two bugs that are both "answered 500" are told apart: one needs a short code, one an emoji.
    And two findings of one bug are not: a text of an emoji that is dropped is no text that is cut.
    """
    if finding.kind not in _OF_ONE_MESSAGE or not _shows(finding, fields, target):
        return finding
    text = PROVIDERS[target.provider].wire.text
    needed = _needed(finding, fields, target, text)
    names = _names(finding, needed, target)
    if finding.kind == "altered":
        others = (name for name in names if name != text)
        words = [_altered(finding, needed.get(text), target), *others]
    else:
        words = [_trait(finding, needed, target) if name == text else name for name in names]
        words.insert(0, finding.detail)
    return replace(finding, detail=" ".join(words).strip())


def _names(finding: Finding, needed: Mapping[str, Any], target: Target) -> list[str]:
    """Return what the fields are called; all that no document names are one, where any will do."""
    known = payload_schema(target.provider)["properties"].keys()
    rest = {name: value for name, value in needed.items() if name in known}
    if len(rest) < len(needed) and _shows(finding, rest | _STRANGE, target):
        return sorted([*rest, "an unknown field"])
    return sorted(needed)


def _altered(finding: Finding, said: object, target: Target) -> str:
    """Return what becomes of a text that stands between two letters, or else of it alone.

    Several things became of it alone: between letters not all of them would.
    """
    if not isinstance(said, str) or len(said) > _SHORT or len(finding.parts) > 1:
        return finding.detail
    text = PROVIDERS[target.provider].wire.text
    between = _found({text: f"x{said}x"}, target)
    return between.detail if between and between.kind == "altered" else finding.detail


def _needed(
    finding: Finding, fields: Mapping[str, Any], target: Target, text: str
) -> dict[str, Any]:
    """Return the fields without which it does not show; most often it is the text alone."""
    alone = {name: value for name, value in fields.items() if name == text}
    if len(fields) > 1 and _shows(finding, alone, target):
        fields = alone
    needed = dict(fields)
    for name in fields:
        rest = {each: value for each, value in needed.items() if each != name}
        if (name, finding.kind) != (text, "altered") and _shows(finding, rest, target):
            needed = rest
    return needed


def _shows(finding: Finding, fields: Mapping[str, Any], target: Target) -> bool:
    found = _found(fields, target)
    return found is not None and found.bug == finding.bug


def _found(fields: Mapping[str, Any], target: Target) -> Finding | None:
    return play(History(target.provider, (Send((fields,)),)), target).finding


def _trait(finding: Finding, fields: Mapping[str, Any], target: Target) -> str:
    """Return in a word what is particular about a text: its length, or one of its characters."""
    name = PROVIDERS[target.provider].wire.text
    text = fields[name]
    if not isinstance(text, str) or not text.strip():
        return "a blank text"
    is_long = segment(text).parts > 1
    plain = "a" * (_LONG if is_long else len(text))
    if text == plain or _shows(finding, {**fields, name: plain}, target):
        return "a long text" if is_long else "a text"
    for word, is_one, plainest in _CHARACTERS:
        own = list(dict.fromkeys(filter(is_one, text)))[:_MOST]
        for one in own[:1] and [plainest] if plainest else own:
            if _shows(finding, {**fields, name: one}, target):
                return word
    return "a long text of its own kind" if is_long else "a text of its own kind"


_STRANGE = {"reference": "order 7"}
_SHORT = 1_000
_LONG = 161
_MOST = 40
"""Characters of a kind that are tried."""
_CHARACTERS: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("a character that is not GSM", lambda each: not is_gsm(each), "Ж"),
    ("a character that is not ASCII", lambda each: not each.isascii(), "é"),
    ("a character beyond the BMP", lambda each: each > "\uffff", "\N{GRINNING FACE}"),
    ("a control character", lambda each: each < " ", ""),
    ("a punctuation mark", lambda each: each.isascii() and not each.isalnum(), ""),
    ("a character of its own kind", bool, ""),
)
"""What a character may be, and the plainest of the kind, if there is one."""
