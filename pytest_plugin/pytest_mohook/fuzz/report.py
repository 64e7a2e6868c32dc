"""What a hunt has found, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from mohook import __version__
from mohook.cli.screen import plain
from mohook.settings import Settings
from pytest_mohook.check.curl import with_settings
from pytest_mohook.check.paging import page_hint
from pytest_mohook.check.report.closing import closing
from pytest_mohook.check.secrecy import without_secret
from pytest_mohook.check.verdict import Ending
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.history import history_json
from pytest_mohook.fuzz.told import steps_in_words

__all__ = ["Caught", "Watching", "caught_json", "show_bug", "show_caught"]


@dataclass(slots=True, kw_only=True)
class Caught:
    """All that came of a hunt, or of playing histories again.

    `url` is fit to be shown; `files` are those that were written for a bug, by its name.
    `replayed` holds what each file's history has shown again, None where that was nothing;
    `page` is how many messages the readback told each time, where they may be one page of several;
    `unwritten` says what could not be written, and why.
    """

    provider: str
    url: str
    settings: Settings
    seed: int | None = None
    bugs: list[Bug] = field(default_factory=list)
    files: dict[str, Sequence[Path]] = field(default_factory=dict)
    replayed: dict[Path, Bug | None] = field(default_factory=dict)
    page: int | None = None
    unwritten: list[str] = field(default_factory=list)
    played: int = 0
    began: datetime | None = None
    seconds: float = 0.0
    ending: Ending = Ending.COMPLETE
    last: str = ""
    trouble: str = ""

    @property
    def right(self) -> bool | None:
        """Whether nothing wrong was found; None where the hunt came to no end of its own."""
        if self.bugs:
            return False
        return True if self.ending is Ending.COMPLETE and not self.trouble else None

    @property
    def hint(self) -> str:
        """What else may be why messages seem to be lost."""
        lost = any(bug.finding.kind == "lost" for bug in self.bugs)
        return page_hint(self.page) if self.page and lost else ""

    @property
    def summary(self) -> str:
        """The counts, in a line."""
        histories = f"{self.played} {'history' if self.played == 1 else 'histories'}"
        return f"{_bugs(len(self.bugs))}, {histories} played in {self.seconds:.1f} s"


def _bugs(count: int) -> str:
    return f"{count or 'no'} bug{'' if count == 1 else 's'}"


class Watching:
    """Shows how far a hunt has come: one live line at a terminal, in a pipe one line a bug."""

    def __init__(self, console: Console, settings: Settings, *, silent: bool) -> None:
        self._console = console
        self._settings = settings
        self._silent = silent
        self._line = Progress(
            SpinnerColumn(),
            TextColumn("{task.completed:.0f} histories played, {task.fields[bugs]} so far,"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=silent or not console.is_terminal,
        )
        self._task = self._line.add_task("playing", total=None, bugs=_bugs(0))
        self._count = 0

    def __enter__(self) -> Self:
        self._line.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._line.stop()

    def played(self, _: object) -> None:
        """Tell of one more history."""
        self._line.update(self._task, advance=1)

    def found(self, bug: Bug) -> None:
        """Tell of one more bug."""
        self._count += 1
        self._line.update(self._task, bugs=_bugs(self._count))
        if not self._silent and not self._console.is_terminal:
            told = _hidden(f"✗ {bug.finding.kind}: {bug.finding.happened}", self._settings)
            self._console.print(plain(told), soft_wrap=True)


def show_caught(console: Console, caught: Caught) -> None:
    """Print each bug in full, and the counts last."""
    for bug in caught.bugs:
        console.print("")
        show_bug(console, bug, caught.settings, caught.files.get(bug.finding.bug, ()))
    console.print("")
    for line in _closing(caught):
        console.print(line, soft_wrap=True)


def show_bug(console: Console, bug: Bug, settings: Settings, files: Sequence[Path] = ()) -> None:
    """Print what was sent, what happened, what was expected and why, and how to send it again."""
    for line in _told(bug, settings, files):
        console.print(line, soft_wrap=True)


def _told(bug: Bug, settings: Settings, files: Sequence[Path]) -> Iterator[Text]:
    finding = bug.finding
    rarely = "" if bug.steady else "  now and then: a race, or a matter of what came before"
    yield Text.assemble((f"✗ {finding.kind}", "bold red"), rarely)
    for number, step in enumerate(steps_in_words(bug.history), 1):
        yield from _indented(f"{number}. {step}", 2, "", settings)
    yield from _indented(f"Happened: {finding.happened}", 2, "bold", settings)
    yield from _indented(f"Expected: {finding.expected}", 2, "", settings)
    yield from _indented(f"Rests on: {finding.basis}", 2, "", settings)
    yield from _indented(bug.story, 4, "dim", settings)
    if bug.curl:
        again = with_settings(bug.curl, settings)
        yield from _indented(f"Last request: {again}", 2, "cyan", settings)
    for path in files:
        yield from _indented(f"Again: {_by(path)}", 2, "cyan", settings)


def _by(path: Path) -> str:
    by = {".sh": "sh", ".py": "pytest", ".json": "mohook replay"}
    return f"{by[path.suffix]} {path}{' URL' if path.suffix == '.json' else ''}"


def _indented(text: str, by: int, style: str, settings: Settings) -> Iterator[Text]:
    for line in _hidden(text, settings).splitlines():
        yield Text(" " * by + plain(line), style)


def _hidden(text: str, settings: Settings) -> str:
    return without_secret(text, settings)


def _closing(caught: Caught) -> Iterator[Text]:
    yield from closing(caught, "Nothing wrong was found")
    if caught.seed is not None:
        again = f"--seed {caught.seed} draws the same histories"
        yield Text(f"The seed was {caught.seed}: {again}.", "dim")


def caught_json(caught: Caught) -> Mapping[str, Any]:
    """Return what was found: `right` is null where the hunt came to no end of its own.

    `replayed` tells of each file that was played again the kind of its bug, null for none.
    """
    return {
        "mohook": __version__,
        "began": caught.began and caught.began.isoformat(timespec="seconds"),
        "provider": caught.provider,
        "url": caught.url,
        "seed": caught.seed,
        "right": caught.right,
        "ending": str(caught.ending),
        "last_request": _hidden(caught.last, caught.settings) or None,
        "readback_problem": caught.trouble or None,
        "hint": caught.hint or None,
        "seconds": round(caught.seconds, 3),
        "played": caught.played,
        "bugs": [_bug_json(bug, caught) for bug in caught.bugs],
        "replayed": {str(path): bug and bug.finding.kind for path, bug in caught.replayed.items()},
    }


def _bug_json(bug: Bug, caught: Caught) -> Mapping[str, Any]:
    def told(text: str) -> str:
        return _hidden(text, caught.settings)

    return {
        "kind": bug.finding.kind,
        "steady": bug.steady,
        "sent": [told(each) for each in steps_in_words(bug.history)],
        "happened": told(bug.finding.happened),
        "expected": bug.finding.expected,
        "basis": bug.finding.basis,
        "timeline": told(bug.story) or None,
        "curl": told(with_settings(bug.curl, caught.settings)) or None,
        "history": _hidden_json(history_json(bug.history), caught.settings),
        "files": [str(each) for each in caught.files.get(bug.finding.bug, ())],
    }


def _hidden_json(value: Any, settings: Settings) -> Any:
    if isinstance(value, Mapping):
        return {name: _hidden_json(each, settings) for name, each in value.items()}
    if isinstance(value, list):
        return [_hidden_json(each, settings) for each in value]
    return _hidden(value, settings) if isinstance(value, str) else value
