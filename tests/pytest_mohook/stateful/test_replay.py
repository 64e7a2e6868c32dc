"""The program that a failure prints fails in the same way, until the receiver is right."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import strategies as st

from pytest_mohook.stateful.errors import ReceiverError
from pytest_mohook.stateful.plan import Plan
from pytest_mohook.stateful.program import READBACK, arguments, literal, program, span_arguments
from pytest_mohook.stateful.under_test import UnderTest
from tests.pytest_mohook.stateful import replayed
from tests.pytest_mohook.stateful.running import failure


class Case(NamedTuple):
    """What a machine is told, what it finds, and lines that the program must have."""

    finding: str
    lines: str
    words: dict[str, Any]


HI = st.fixed_dictionaries({"body": st.just("Hi")}, optional={"priority": st.sampled_from([1, 2])})
FROM_ANYWHERE = st.fixed_dictionaries(
    {"message": st.just("Hi")}, optional={"from": st.sampled_from(["+46701", "1-1234"])}
)
KEPT: dict[str, Any] = {"provider": "ip1", "readback": replayed.kept, "messages": HI}
CASES = {
    "no_check": Case(
        "duplicated: m1 'Hi'",
        "    app = NoCheck()\n    mohook.ip1.connect(app)\n",
        {"app": replayed.NoCheck, **KEPT},
    ),
    "object": Case(
        "duplicated: m1 'Hi'",
        '    forget()\n    mohook.intelepeer.connect(shop, "/sms")\n',
        {
            "app": replayed.shop,
            "reset": replayed.forget,
            "provider": "intelepeer",
            "readback": replayed.read,
            "messages": FROM_ANYWHERE,
            "path": "/sms",
        },
    ),
    "raced": Case(
        "duplicated: m1 'Hi'",
        "    mohook.ip1.connect(app, concurrent=True)\n",
        {"app": replayed.Racing, **KEPT},
    ),
    "restarted": Case(
        "duplicated: m1 'Hi'",
        "    app = restart(app)\n    mohook.ip1.connect(app)\n",
        {"app": replayed.Forgetful, "restart": replayed.restart, **KEPT},
    ),
    "refused": Case(
        "answered 422",
        "].delivered, mohook.timeline()\n",
        {"app": replayed.Fussy, **KEPT},
    ),
    "marked": Case(
        "answered 422",
        '@pytest.mark.mohook(ip1={"retry_limit": 2})\ndef test_replay',
        {"app": replayed.Fussy, "marker": {"ip1": {"retry_limit": 2}}, **KEPT},
    ),
    "signed": Case(
        "answered 400",
        '    mohook.intelepeer.sign_with("Sesame")\n',
        {
            "app": replayed.Secret,
            "secret": "Sesame",
            "provider": "intelepeer",
            "readback": replayed.kept,
            "messages": FROM_ANYWHERE,
        },
    ),
    "late": Case(
        "duplicated: m1 'Hi'",
        "    time.sleep(0.05)\n    mohook.assert_stored(",
        {"app": replayed.NoCheck, "settle": timedelta(seconds=0.05), **KEPT},
    ),
}


@pytest.fixture(scope="module")
def errors() -> dict[str, ReceiverError]:
    return {name: failure(**case.words) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def folder(errors: dict[str, ReceiverError], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("replays")
    for name, error in errors.items():
        (folder / f"test_{name}.py").write_text(error.program, encoding="utf-8")
    return folder


def pytest_in(folder: Path, **environ: str) -> str:
    """Run all that stands in a folder, in a pytest of its own, and return what it prints."""
    root = str(Path(__file__).parents[3])
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers", "."],
        cwd=folder,
        env={"PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    return ran.stdout + ran.stderr


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_program_says_what_was_done(errors: dict[str, ReceiverError], name: str) -> None:
    """As one would write it by hand; the error shows it."""
    assert CASES[name].lines in errors[name].program
    assert "..." not in errors[name].program
    assert str(errors[name]).endswith(errors[name].program)
    assert CASES[name].finding in str(errors[name])


@pytest.mark.slow
def test_the_programs_fail_as_the_machine_did(folder: Path) -> None:
    """Each by itself, with the same finding."""
    printed = pytest_in(folder)
    assert f"{len(CASES)} failed in" in printed, printed
    for case in CASES.values():
        assert case.finding in printed


@pytest.mark.slow
def test_the_programs_pass_when_the_receivers_are_right(folder: Path) -> None:
    """So they can stay as tests."""
    assert f"{len(CASES)} passed in" in pytest_in(folder, RIGHT="1")


HUNT = """
import pytest
from hypothesis import Phase, settings, strategies as st
from pytest_mohook.stateful import receiver_machine
from tests.pytest_mohook.stateful.replayed import NoCheck, kept

pytestmark = pytest.mark.usefixtures("tmp_path")
TestShop = receiver_machine(
    app=NoCheck, provider="ip1", readback=kept, messages=st.just({"body": "Hi"})
).TestCase
TestShop.settings = settings(database=None, phases=[Phase.generate, Phase.shrink])
"""


@pytest.mark.slow
def test_pytest_shows_the_program_at_the_margin(tmp_path: Path) -> None:
    """In a section of its own, to be copied as it stands."""
    (tmp_path / "test_shop.py").write_text(HUNT)
    printed = pytest_in(tmp_path)
    assert "test_shop.py::TestShop::runTest" in printed
    shown = printed.split(" mohook: test_replay.py ")[1]
    program = shown[shown.index("\n") + 1 : shown.index("\n===")]
    assert program.startswith("# Replays the failure.")
    assert '\n\n\n@pytest.mark.usefixtures("tmp_path")\ndef test_replay(' in program
    (tmp_path / "test_shop.py").write_text(program)
    assert "duplicated: m1 'Hi'" in pytest_in(tmp_path)


def test_what_cannot_be_imported_is_to_be_filled_in() -> None:
    """With what stood there, and where."""
    plan = Plan(
        receiver=UnderTest(app=lambda: replayed.shop, readback=replayed.shop.stored),
        provider="ip1",
        scope={"__name__": "shop.tests", "the_shop": replayed.shop},
    )
    text = program(plan, [f"mohook.assert_stored({READBACK})"])
    compile(text, "test_replay.py", "exec")
    assert "from shop.tests import the_shop\n" in text
    assert "create_app = ...  # fill in: <lambda> of test_replay.py, line " in text
    assert "    app = create_app()\n    mohook.assert_stored(the_shop.stored())" in text


@pytest.mark.parametrize(
    ("provider", "fields", "written"),
    [
        ("ip1", {"body": "Hi"}, '"Hi"'),
        ("ip1", {"id": "5c61", "body": 'a"b', "mcc": None}, '\'a"b\', id="5c61", mcc=None'),
        ("ip1", {"priority": 2, "body": 7}, "priority=2, body=7"),
        ("intelepeer", {"message": "Hi", "from": "1-1234"}, '"Hi", sender="1-1234"'),
        (
            "intelepeer",
            {"": 1, "class": [True], "x-y": {}},
            '**{"": 1, "class": [True], "x-y": {}}',
        ),
        ("ip1", {}, ""),
    ],
)
def test_fields_are_written_as_one_would(
    provider: str, fields: dict[str, Any], written: str
) -> None:
    """The text first; what is no name of Python's in a mapping."""
    assert arguments(provider, fields) == written
    seen: list[object] = []
    eval(f"take({written})", {"take": lambda *one, **more: seen.extend([*one, *more.values()])})  # noqa: S307
    assert len(seen) == len(fields)


@pytest.mark.parametrize(
    "value", ["", "it's", '"', "'\"", "\\", "\n\0\u2028", "😀", [1, None, {"a": -0.5}], {"": "'"}]
)
def test_a_literal_is_the_value(value: object) -> None:
    """Whatever quotes and escapes it takes, on one line, without a NUL."""
    assert eval(literal(value)) == value  # noqa: S307
    assert len(literal(value).splitlines()) == 1
    assert "\0" not in literal(value)


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(minutes=10), "minutes=10"),
        (timedelta(days=2, minutes=1, seconds=0.5), "days=2, minutes=1, seconds=0.5"),
        (timedelta(), "seconds=0"),
    ],
)
def test_a_time_is_written_in_its_units(span: timedelta, written: str) -> None:
    """From large to small."""
    assert span_arguments(span) == written
