"""Where id and text stand in what a receiver tells of one stored message (RFC 6901)."""

from __future__ import annotations

import json
import re
import reprlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jsonpointer import JsonPointer

from mohook.providers.provider import WireNames
from mohook.settings import CheckSettings
from pytest_mohook.check.errors import ReadbackError

__all__ = ["Pointers"]

_NOTHING = object()
_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_LONGEST_NAME = 100
_SAMPLES = ("5c61a2", "Hi")


@dataclass(frozen=True, slots=True)
class Pointers:
    """JSON pointers to the id and to the text of one stored message."""

    id: str
    text: str

    @classmethod
    def of(cls, settings: CheckSettings, names: WireNames) -> Pointers:
        """Return those of the settings; where they have none, the provider's own names."""
        return cls(
            settings.readback_id or f"/{names.id}", settings.readback_text or f"/{names.text}"
        )

    @property
    def expected(self) -> str:
        """What a receiver must tell, in words, with an example."""
        return f"expected a JSON array of all stored messages, such as {self.example}"

    @property
    def example(self) -> str:
        """An array with one message, as it may come.

        >>> Pointers("/data/id", "/data/text").example
        '[{"data": {"id": "5c61a2", "text": "Hi"}}]'
        """
        made: dict[str, Any] = {}
        for pointer, sample in zip((self.id, self.text), _SAMPLES, strict=True):
            *way, last = JsonPointer(pointer).parts
            inner = made
            for name in way:
                inner[name] = inner[name] if isinstance(inner.get(name), dict) else {}
                inner = inner[name]
            inner[last] = sample
        return json.dumps([made])

    def read(self, content: bytes, place: str) -> list[tuple[object, Any]]:
        """Return ids and texts out of what `place` has told. Raises ReadbackError.

        A receiver may have stored something odd: what one item lacks is None. Where no item has
        an id, or none a text, the pointers lead nowhere.

        >>> Pointers("/id", "/body").read(b'[{"id": 7, "body": "Hi"}]', "stored.json")
        [(7, 'Hi')]
        """
        stored = self._array(content, place)
        ids, texts = (_found(pointer, stored) for pointer in (self.id, self.text))
        for pointer, found, flag in (
            (self.id, ids, "--readback-id"),
            (self.text, texts, "--readback-text"),
        ):
            if found and all(each is _NOTHING for each in found):
                msg = f"{place}: {reprlib.repr(stored[0])} has no {pointer}: {self.expected}"
                raise ReadbackError(f"{msg}; or say where it is: {flag} POINTER")
        return [(_or_none(one), _or_none(text)) for one, text in zip(ids, texts, strict=True)]

    def _array(self, content: bytes, place: str) -> list[Any]:
        try:
            stored = json.loads(content)
        except (ValueError, RecursionError):
            shown = reprlib.repr(content.decode("utf-8", "replace"))
            raise ReadbackError(f"{place} told no JSON, but {shown}: {self.expected}") from None
        if not isinstance(stored, list):
            msg = f"{place} told no array, but {reprlib.repr(stored)}: {self.expected}"
            raise ReadbackError(msg + _way_out(stored))
        return stored


def _way_out(stored: object) -> str:
    """Return how to take the array out of an object, if one is there."""
    inner = stored if isinstance(stored, Mapping) else {}
    for name, value in inner.items():
        if isinstance(value, list) and len(name) <= _LONGEST_NAME:
            path = f".{name}" if _PLAIN_NAME.fullmatch(name) else f".[{json.dumps(name)}]"
            command = shlex.quote(f"curl -s URL | jq {shlex.quote(path)}")
            return f"; a command can take it out: --readback-command {command}"
    return ""


def _found(pointer: str, stored: list[Any]) -> list[object]:
    ready = JsonPointer(pointer)
    return [
        ready.resolve(each, _NOTHING) if isinstance(each, Mapping | list) else _NOTHING
        for each in stored
    ]


def _or_none(value: object) -> object:
    return None if value is _NOTHING else value
