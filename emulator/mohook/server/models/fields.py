"""Field types that take exactly what their JSON Schema says, and nothing near it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = [
    "ELSEWHERE",
    "FAULT_ID_PATTERN",
    "MESSAGE_ID_PATTERN",
    "NUMBER",
    "QUERY_NUMBER",
    "QUERY_WHOLE",
    "WHOLE",
    "Flag",
    "Given",
    "Instant",
    "Shown",
    "named",
]

ELSEWHERE = "https://mohook.invalid/"
"""Stands in a reference for the components; pydantic leaves such a one alone."""

MESSAGE_ID_PATTERN = "^m[0-9]{1,18}$"
FAULT_ID_PATTERN = "^f[0-9]{1,18}$"

_RFC3339 = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:)(\d{2})(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_FIRST = datetime(1, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
_DIGITS = re.compile(r"-?[0-9]{1,18}")
_DECIMAL = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,3})?")


class Given(BaseModel):
    """What a caller gives. A name that is not known is refused: it is a slip, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Shown(BaseModel):
    """What the API answers. It stands here for the document alone: nothing is made of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def named(name: str) -> WithJsonSchema:
    """Let a field's schema be the component `name`, which `schemas` makes from the settings."""
    return WithJsonSchema({"$ref": f"{ELSEWHERE}{name}"})


def _whole(value: object) -> int:
    # JSON knows no integers: 1.0 is one. Python knows True for one, and JSON does not.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        kind = "int_type"
        raise PydanticCustomError(kind, "expected a whole number")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        kind = "float_type"
        raise PydanticCustomError(kind, "expected a number")
    return value


def _query_whole(value: object) -> int:
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        kind = "int_parsing"
        raise PydanticCustomError(kind, "expected a whole number")
    return int(value)


def _query_number(value: object) -> float:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        kind = "float_parsing"
        raise PydanticCustomError(kind, "expected a number")
    return float(value)


def _flag(value: object) -> bool:
    if value not in ("true", "false"):
        kind = "bool_parsing"
        raise PydanticCustomError(kind, "expected true or false")
    return value == "true"


def _instant(value: object) -> datetime:
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    try:
        if match:
            return _read_instant(*match.groups())
    except ValueError:
        pass  # such as a 30th of February: refused below
    kind = "datetime_parsing"
    raise PydanticCustomError(kind, "expected an instant such as 2026-01-01T12:00:00Z")


def _read_instant(date: str, minute: str, second: str, part: str | None, zone: str) -> datetime:
    # RFC 3339 knows leap seconds, and Python does not.
    leap = timedelta(seconds=second == "60")
    second = "59" if leap else second
    local = datetime.fromisoformat(f"{date}T{minute}{second}{part or ''}{zone.upper()}")
    try:
        return local.astimezone(UTC) + leap
    except OverflowError:
        return _FIRST if local.year == 1 else _LAST


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})

WHOLE = BeforeValidator(_whole)
"""A whole number in JSON: `Annotated[int, Field(ge=1, le=9), WHOLE]`."""

NUMBER = BeforeValidator(_number)
"""A number in JSON."""

QUERY_WHOLE = BeforeValidator(_query_whole)
"""A whole number in a query."""

QUERY_NUMBER = BeforeValidator(_query_number)
"""A number in a query."""

Flag = Annotated[bool, BeforeValidator(_flag)]
"""`true` or `false` in a query."""

Instant = Annotated[datetime, BeforeValidator(_instant), _DATE_TIME]
"""An RFC 3339 date-time, read as UTC."""
