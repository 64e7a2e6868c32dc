"""A storm at a terminal: how far it is, then the figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from mohook.cli.screen import new_table, plain, print_blocks
from mohook.delivery.outcome import in_words
from mohook.listening import url_at
from mohook.samples import PROVIDER_TITLES
from pytest_mohook.check.verdict import Ending
from pytest_mohook.load.figures import Figures
from pytest_mohook.load.plan import Plan
from pytest_mohook.load.tally import Quantiles, Tally
from pytest_mohook.oracle.findings import FindingKind

__all__ = ["Watching", "introduction", "show_figures"]

_LINE_EVERY = 10.0  # seconds
_OUTCOMES = 6


class Watching:
    """Shows how far a storm is: a bar at a terminal, in a pipe a line each ten seconds."""

    def __init__(self, console: Console, plan: Plan, *, silent: bool) -> None:
        self._console = console
        self._plan = plan
        self._silent = silent
        self._next_line = _LINE_EVERY
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f} s"),
            TextColumn("{task.fields[told]}"),
            console=console,
            transient=True,
            disable=silent or not console.is_terminal,
        )
        self._task = self._bar.add_task("sending", total=plan.seconds, told="")

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

    def waiting(self, ready: int, expected: int) -> None:
        """Tell how many workers are there."""
        line = f"{ready} of {expected} workers are there"
        self._bar.update(self._task, told=line)
        if not self._silent and not self._console.is_terminal:
            self._console.print(f"{line}.", style="dim", soft_wrap=True)

    def show(self, tally: Tally) -> None:
        """Tell how it stands."""
        since = tally.seconds
        draining = since > self._plan.seconds
        what = "settling" if draining else "sending"
        line = _standing(tally)
        done = min(since, self._plan.seconds)
        self._bar.update(self._task, completed=done, description=what, told=line)
        if since >= self._next_line and not self._silent and not self._console.is_terminal:
            self._next_line = since + _LINE_EVERY
            self._console.print(f"{what}, {since:.0f} s: {line}", soft_wrap=True)


def introduction(figures: Figures, web: tuple[str, int] | None) -> str:
    """Return what is sent where, in a line or two."""
    plan = figures.plan
    shape = f"{plan.rate:g} messages a second" if plan.rate else f"{plan.users} at a time"
    fast = "in real time" if plan.clock == 1 else f"{plan.clock:g} times as fast as in real time"
    title = PROVIDER_TITLES[plan.provider]
    line = f"{title} → {figures.url}: {shape} for {plan.seconds:g} s, retries {fast}."
    return f"{line}\nLocust's page: {url_at(*web)}" if web else line


def _standing(tally: Tally) -> str:
    words = [f"{tally.sent:,} sent", f"{tally.delivered:,} delivered"]
    words += [f"{tally.open:,} under way"] if tally.open else []
    words += [f"{tally.given_up:,} given up"] if tally.given_up else []
    return ", ".join(words)


def show_figures(console: Console, figures: Figures) -> None:
    """Print counts, latencies, and what is wrong last."""
    tally = figures.tally
    console.print("")
    for line in _counts(figures):
        console.print(line, soft_wrap=True)
    console.print("")
    _show_latencies(console, tally)
    for warning in _warnings(figures):
        console.print(Text(warning, "yellow"), soft_wrap=True)
    console.print("")
    for each in _stored(figures):
        console.print(each, soft_wrap=True)
    console.print(_verdict(figures), soft_wrap=True)
    seed = figures.plan.seed
    last = f"The seed was {seed}: --seed {seed} sends the same texts in the same order."
    console.print(last, style="dim", soft_wrap=True)


def _counts(figures: Figures) -> Iterator[Text]:
    tally = figures.tally
    took = max(tally.seconds, 0.001)
    yield Text.assemble(
        (_many(tally.sent, "message"), "bold"),
        f" in {took:.1f} s: {tally.delivered:,} delivered ({tally.delivered / took:,.1f}/s), "
        f"{tally.given_up:,} given up, {tally.open:,} still pending"
        + (f", {tally.unsent:,} never sent" if tally.unsent else "")
        + ".",
    )
    outcomes = [f"{count:,} {in_words(what)}" for what, count in tally.outcomes.most_common()]
    more = len(outcomes) - _OUTCOMES
    told = ", ".join(outcomes[:_OUTCOMES]) + (f" and {more} other outcomes" if more > 0 else "")
    attempts = _many(tally.attempts, "attempt")
    yield Text(f"{attempts}, {len(tally.retries):,} of them retries: {told or 'none has ended'}.")
    if len(tally.workers) > 1:
        each = ", ".join(f"{sent:,}" for _, sent in sorted(tally.workers.items()))
        yield Text(f"{len(tally.workers)} workers sent {each}.")


def _show_latencies(console: Console, tally: Tally) -> None:
    table = new_table("milliseconds", "50 %", "90 %", "95 %", "99 %", "max")
    rows: list[tuple[str, Iterable[float]]] = [
        ("first attempt: due → answered", tally.first),
        ("retry: due → answered", tally.retries),
        ("message: due → delivered", tally.deliveries),
        ("begun late by", tally.behind),
    ]
    for what, seconds in rows:
        if found := Quantiles.of(seconds):
            table.add_row(what, *(f"{each * 1000:,.1f}" for each in found))
    if table.row_count:
        print_blocks(console, table)


def _warnings(figures: Figures) -> Iterator[str]:
    if late := figures.held_up:
        yield (
            f"mohook itself could not keep up: one attempt in a hundred began {late * 1000:,.0f} "
            "ms late or more. Ask for a lower rate, or spread it: --master and --worker."
        )
    if lost := figures.tally.lost_workers:
        yield f"{lost} {_workers(lost)} lost: what was sent last is not in these figures."
    if cut := figures.tally.cut:
        yield f"{_cut(cut)}: less was sent than was asked for."


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _workers(count: int) -> str:
    return "worker was" if count == 1 else "workers were"


def _cut(count: int) -> str:
    return f"{count} {'process was' if count == 1 else 'processes were'} ended before the time"


def _stored(figures: Figures) -> Iterator[Text]:
    judged = figures.judged
    if judged.trouble:
        yield Text(f"The readback failed: {plain(judged.trouble)}", "bold red")
        return
    if not judged.checked:
        yield Text(f"Lost and duplicated: not checked, for {judged.why}.", "yellow")
        return
    names = {
        FindingKind.LOST: "lost",
        FindingKind.DUPLICATED: "duplicated",
        FindingKind.ALTERED: "altered",
        FindingKind.UNACKNOWLEDGED: "stored and never acknowledged",
    }
    counted = ", ".join(f"{judged.of(kind):,} {name}" for kind, name in names.items())
    yield Text(f"Stored: {counted}.", "bold red" if judged.wrong else "")
    for each in judged.examples:
        yield Text(f"  {plain(str(each))}")


def _verdict(figures: Figures) -> Text:
    if figures.ending is Ending.GONE:
        return Text("✗ The receiver listens no more.", "bold red")
    if figures.right is None:
        return Text("· No verdict.", "bold yellow")
    if figures.right:
        looked = "" if figures.judged.checked else ", as far as it was checked"
        return Text(f"✓ Nothing went wrong{looked}.", "bold green")
    return Text(f"✗ {_wrong(figures)}.", "bold red")


def _wrong(figures: Figures) -> str:
    words = []
    if figures.judged.wrong:
        words.append(f"{_many(figures.judged.wrong, 'finding')} in what is stored")
    if figures.tally.undelivered > figures.max_undelivered:
        allowed = f", {figures.max_undelivered:,} allowed" if figures.max_undelivered else ""
        words.append(f"{_many(figures.tally.undelivered, 'message')} undelivered{allowed}")
    if figures.tally.lost_workers:
        lost = figures.tally.lost_workers
        words.append(f"{lost} {_workers(lost)} lost")
    if figures.tally.cut:
        words.append(_cut(figures.tally.cut))
    return "; ".join(words)
