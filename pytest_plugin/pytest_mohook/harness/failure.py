"""How pytest shows the failure of a test that has a handle: where, why, and the story so far."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

import pytest

from mohook.errors import MohookError
from pytest_mohook.harness.run import TestRun

__all__ = ["add_sections", "hint", "show_at_the_call"]

_OWN = ("mohook.", "pytest_mohook.")

_EPISODE = "`with mohook_factory.episode() as mohook:`"
_INSTEAD = (
    "mohook: the fixture `{name}` is set up once a test; one for each input comes, within the "
    "test, from {block}."
)
_BLOCKS = {
    "mohook": _EPISODE,
    "mohook_server": f"{_EPISODE}, and in it `with MohookServer(mohook) as mohook_server:`",
    "mohook_receiver": "`with MohookReceiver() as mohook_receiver:`",
}


def show_at_the_call(problem: BaseException) -> None:
    """End the traceback of what mohook raised on purpose where the test called it.

    Such an error tells the caller what to do; how mohook found out is of no use to a reader.
    """
    if not isinstance(problem, (MohookError, AssertionError)):
        return
    frames = []
    frame = problem.__traceback__
    while frame:
        frames.append(frame)
        frame = frame.tb_next
    last = next((frame for frame in reversed(frames) if not _is_own(frame)), None)
    if last:
        last.tb_next = None


def _is_own(frame: TracebackType) -> bool:
    name = str(frame.tb_frame.f_globals.get("__name__"))
    return name == "contextlib" or name.startswith(_OWN)


def hint(problem: BaseException) -> None:
    """Add to Hypothesis' health check, where it finds a fixture of ours, what to use instead."""
    for name, block in _BLOCKS.items():
        if f"fixture '{name}'" in str(problem):
            problem.add_note(_INSTEAD.format(name=name, block=block))


def add_sections(report: pytest.TestReport, run: TestRun, told: str) -> None:
    """Add the story of each handle that the failing test had; once, if its teardown fails too.

    It stands in the error's own representation, for JUnit files and editors read no section
    of the report itself.
    """
    if report.when == "teardown" and run.story_is_told:
        return
    run.story_is_told = True
    add = getattr(report.longrepr, "addsection", None)
    for story in _stories(run, told):
        if add:
            add("mohook", story)
        else:
            report.sections.append(("mohook", story))


def _stories(run: TestRun, told: str) -> Iterable[str]:
    try:
        return run.stories(told)
    except Exception as problem:  # noqa: BLE001 - told; an error here would end the whole run
        return [f"no story: {problem!r}"]
