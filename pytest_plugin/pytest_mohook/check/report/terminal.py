"""A verdict at a terminal: results as they come, then what is wrong, then the counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from mohook.cli.screen import plain, print_blocks
from pytest_mohook.check.model import Check, Result, Status
from pytest_mohook.check.report.closing import closing
from pytest_mohook.check.verdict import Verdict

__all__ = ["Progressing", "show_catalogue", "show_verdict"]

_MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "bold red"),
    Status.NOT_CHECKED: ("·", "yellow"),
    Status.NOT_APPLICABLE: ("-", "dim"),
}
_IDS_SHOWN = 12


class Progressing:
    """Shows how far it has come: a bar at a terminal, in a pipe one line a result.

    Several of a group that were not checked share a line, which comes last, unless `verbose`.
    """

    def __init__(self, console: Console, total: int, *, verbose: bool = False) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("checking"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID = self._bar.add_task("checking", total=total, failed=0)
        self._failed = 0
        self._verbose = verbose
        self._unchecked: dict[str, list[Result]] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()
        for group, results in self._unchecked.items():
            if len(results) == 1:
                self._tell(results[0])
            else:
                mark, _ = _MARKS[Status.NOT_CHECKED]
                line = f"{mark} {group}  {len(results)} {Status.NOT_CHECKED}"
                self._console.print(line, soft_wrap=True)

    def show(self, result: Result) -> None:
        """Tell of a result."""
        self._failed += result.status is Status.FAILED
        self._bar.update(self._task, advance=1, failed=self._failed)
        if self._console.is_terminal:
            return
        if result.status is Status.NOT_CHECKED and not self._verbose:
            group = f"{result.check.provider}.{result.check.group}"
            self._unchecked.setdefault(group, []).append(result)
        else:
            self._tell(result)

    def _tell(self, result: Result) -> None:
        mark, _ = _MARKS[result.status]
        line = f"{mark} {result.check.id}  {result.status} ({result.seconds:.2f} s)"
        self._console.print(line, soft_wrap=True)


def show_verdict(console: Console, verdict: Verdict, *, verbose: bool = False) -> None:
    """Print what is wrong first, what was not checked and why, and the counts last.

    Of many that were not checked the first are named; all where it is `verbose`.
    """
    most = len(verdict.checks) if verbose else _IDS_SHOWN
    blocks: list[RenderableType] = []
    for each in verdict.failed:
        blocks += ["", *_failure(each)]
    for why, checks in verdict.unchecked.items():
        blocks += ["", *_unchecked(Status.NOT_CHECKED, why, checks, most)]
    for why, checks in verdict.inapplicable.items():
        blocks += ["", *_unchecked(Status.NOT_APPLICABLE, why, checks, most)]
    for block in blocks:
        _print(console, block)
    console.print("")
    for line in _closing(verdict):
        console.print(line, soft_wrap=True)


def _print(console: Console, block: RenderableType) -> None:
    console.print(block, soft_wrap=isinstance(block, Text | str))


def _failure(result: Result) -> Iterator[RenderableType]:
    mark, style = _MARKS[Status.FAILED]
    yield Text.assemble((f"{mark} {result.check.id}", style), f"  {plain(result.check.claim)}")
    yield from _indented(result.why, 2, "bold")
    yield from _indented(f"Rests on: {result.check.basis}", 2)
    yield from _indented(f"Decided by: {result.check.decides}", 2)
    yield from _indented(result.story, 4, "dim")
    if result.curl:
        yield from _indented(f"Again: {result.curl}", 2, "cyan")


def _indented(text: str, by: int, style: str = "") -> Iterator[Text]:
    for line in text.splitlines():
        yield Text(" " * by + plain(line), style)


def _unchecked(status: Status, why: str, checks: Sequence[Check], most: int) -> Iterator[Text]:
    mark, style = _MARKS[status]
    yield Text.assemble((f"{mark} {len(checks)} {status}", style), f": {plain(why)}")
    names = [each.id for each in checks[:most]]
    more = len(checks) - len(names)
    yield Text(f"    {', '.join(names)}{f' and {more} more' if more else ''}", "dim")


def _closing(verdict: Verdict) -> Iterator[Text]:
    yield from closing(verdict, "The receiver is right, as far as it was checked")
    yield Text(f"The seed was {verdict.seed}: --seed {verdict.seed} makes the same choices.", "dim")


def show_catalogue(console: Console, checks: Iterable[Check]) -> None:
    """Print what each check claims, what it rests on and how it decides."""
    for check in checks:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column()
        grid.add_row("rests on", Text(check.basis))
        grid.add_row("decided by", Text(check.decides))
        if check.needs_readback:
            grid.add_row("needs", Text("a readback, to be passed"))
        heading = Text.assemble((check.id, "bold"), f"\n{check.claim}")
        print_blocks(console, heading, Padding(grid, (0, 0, 1, 2), expand=False))
