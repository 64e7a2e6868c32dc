"""What an app raised, in one line that leads to its bug."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from werkzeug.datastructures import Headers

from mohook.delivery.transports.headers import request_headers
from mohook.delivery.transports.raised import in_short


def told(function: Callable[[], object]) -> str:
    try:
        function()
    except BaseException as problem:  # noqa: BLE001 - whatever it is, it is told
        return in_short(problem)
    pytest.fail("nothing was raised")


def own_bug() -> None:
    raise KeyError("mnc")


def bug_in_the_standard_library() -> None:
    json.loads("{")


def bug_in_a_library() -> None:
    Headers([("a", "b\n")])


def bug_in_mohook() -> None:
    request_headers("http://[", 1)


def group_of(*problems: Exception) -> Callable[[], None]:
    def raising() -> None:
        raise ExceptionGroup("in a task group", problems)

    return raising


def here(function: Callable[[], object], line: int) -> str:
    return f"(test_raised.py:{function.__code__.co_firstlineno + line}, in {function.__name__})"


def test_type_text_and_place_are_told() -> None:
    """The file without its folders, the line, the function."""
    assert told(own_bug) == f"raised KeyError: 'mnc' {here(own_bug, 1)}"


@pytest.mark.parametrize(
    "bug", [bug_in_the_standard_library, bug_in_a_library, bug_in_mohook], ids=lambda f: f.__name__
)
def test_the_place_is_in_the_apps_own_code(bug: Callable[[], None]) -> None:
    """Not where a library noticed it, but where the app called the library."""
    assert told(bug).endswith(here(bug, 1))


def test_what_has_no_text_and_no_place_is_told_by_its_type() -> None:
    """Nothing is made up."""
    assert in_short(ValueError()) == "raised ValueError"
    assert in_short(ValueError("a")) == "raised ValueError: a"
    assert in_short(eval_error()) == "raised ZeroDivisionError: division by zero"


def eval_error() -> BaseException:
    """Return an error of generated code, with nothing but that in its traceback."""
    with pytest.raises(ZeroDivisionError) as caught:
        exec("1 / 0")  # noqa: S102 - what is generated stands in no file
    traceback = caught.value.__traceback__
    return caught.value.with_traceback(traceback and traceback.tb_next)


def test_one_error_in_a_group_is_told_itself() -> None:
    """A task group wraps what its task raised; two are told as the group that they are."""
    one, two = ValueError("a"), TypeError("b")
    assert told(group_of(one)) == "raised ValueError: a"
    assert told(group_of(one, two)).startswith("raised ExceptionGroup: in a task group (2 sub-")
