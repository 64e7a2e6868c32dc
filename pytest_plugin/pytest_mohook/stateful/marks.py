"""The marks of a test that fails, put on the program that replays its failure."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pytest_mohook.stateful.program import literal, plain
from pytest_mohook.stateful.program import mark as decorator

if TYPE_CHECKING:
    import pytest

__all__ = ["with_marks"]

# They say which tests run, and how, not what a receiver needs or how the emulator behaved.
_LEFT_OUT = {"hypothesis", "parametrize", "skip", "skipif", "xfail", "anyio", "asyncio"}
_IMPORT = "from pytest_mohook import Mohook\n"
_BEFORE_TEST = "\n\n\n"


def with_marks(program: str, marks: Iterable[pytest.Mark]) -> str:
    """Return the program with the marks that its receiver may need, such as `django_db`.

    `marks` begin with the nearest one, which stands nearest to the test; only what the program
    says itself is nearer. A mark that holds what cannot be written down is left out.
    """
    lines = {line: None for mark in marks if (line := _written(mark))}  # each once, in order
    needed = [line for line in reversed(lines) if f"{line}\n" not in program]
    if not needed:
        return program
    if "import pytest\n" not in program:
        program = program.replace(_IMPORT, f"import pytest\n{_IMPORT}", 1)
    return program.replace(_BEFORE_TEST, _BEFORE_TEST + "".join(f"{line}\n" for line in needed), 1)


def _written(mark: pytest.Mark) -> str | None:
    if mark.name in _LEFT_OUT:
        return None
    named = plain(mark.kwargs) if mark.name == "mohook" else mark.kwargs
    if not all(map(_is_literal, [*mark.args, *named.values()])):
        return None
    return decorator(mark.name, mark.args, named)


def _is_literal(value: Any) -> bool:
    try:
        return bool(literal_eval(literal(value)) == value)
    except (ValueError, SyntaxError):
        return False
