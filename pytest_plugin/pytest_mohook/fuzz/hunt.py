"""Looks for histories that a receiver gets wrong, and shrinks one for each bug."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from warnings import catch_warnings, simplefilter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky, HypothesisWarning

from mohook.errors import InputError
from pytest_mohook.check.errors import ReadbackError, ReceiverGoneError
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.causes import with_cause
from pytest_mohook.fuzz.drawing import histories, hostile_histories
from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import History, Post
from pytest_mohook.fuzz.hostile_causes import message_of, with_hostile_cause
from pytest_mohook.fuzz.kept import keep, kept
from pytest_mohook.fuzz.play import Played, UnreadableError, play
from pytest_mohook.fuzz.repeats import (
    KINDS,
    much_later,
    one_message,
    out_of_order,
    said_again,
    takes_repeats_for_copies,
    with_own_texts,
)
from pytest_mohook.fuzz.smaller import guesses, size, smallest

__all__ = ["Hunt"]

_ROUND = 50
"""Histories of one kind, until the time is looked at and the other kind has its turn."""
_MORE = 6.0  # seconds of a round in which something was found, until that is shrunk
_SHRINKING = 20.0  # seconds for each bug
_TRIES = 120
_AGAIN = 3
_RARELY = 10
_OFTEN_ENOUGH = 2.0
"""How often what shows now and then is asked for: so many times what it takes on average."""
_GRACE = 30.0  # seconds after the end, for what was found at the last moment
_HOSTILE = ("server-error", "no-answer", "taken")
_UNANSWERED = ("no-answer", "refused")


class _ShownError(Exception):
    """A history shows a bug: of a class of its own, by which Hypothesis tells bugs apart."""


class _StopError(BaseException):
    """Ends a round at once: the time is over, or `problem` makes it senseless to go on."""

    def __init__(self, problem: Exception | None = None) -> None:
        super().__init__()
        self.problem = problem


class Hunt:
    """Looks for bugs until it has drawn enough histories, or its time is over.

    `most` bounds the histories that are drawn, and as many hostile requests; `within` bounds how
    long it draws. What is found is shrunk all the same, for some seconds. Who wants but the
    `first` bug has it sooner. `tell` is told of each history that was played. With a `database`
    what failed before is tried first.
    """

    def __init__(
        self,
        target: Target,
        *,
        seed: int,
        most: int,
        within: timedelta | None = None,
        database: Path | None = None,
        first: bool = False,
        tell: Callable[[Played], object] = bool,
    ) -> None:
        self._target = target
        self._seed = seed
        self._most = most
        self._until = None if within is None else time.monotonic() + within.total_seconds()
        self._enough: float | None = None
        self._database = database
        self._first = first
        self._tell = tell
        self._classes: dict[str, type[_ShownError]] = {}
        self._known: set[str] = set()
        self._open: dict[str, Bug] = {}
        self._repeats: dict[str, bool] = {}
        self._firsts: dict[str, Bug] = {}
        self._loses_all = False
        self.played: int = 0
        """Histories that were played, those of shrinking included."""
        self.unkept: list[str] = []
        """What the database could not keep, and why."""

    @property
    def unfinished(self) -> list[Bug]:
        """What was found and is not yielded yet: somebody has ended the hunt before."""
        return list(self._open.values())

    def bugs(self) -> Iterator[Bug]:
        """Yield each bug once, as soon as its history is as small as it gets.

        Raises ReceiverGoneError where nobody listens any more, ReadbackError where nobody tells
        any more what is stored; what was found until then is yielded before.
        """
        provider, kept = self._target.provider, self._target.settings
        kinds: list[st.SearchStrategy[History]] = [
            histories(provider, kept),
            hostile_histories(provider, kept),
        ]
        try:
            yield from self._begun()
        except UnreadableError as problem:
            yield from self._found(self._noted(problem))
        for turn, start in enumerate(range(0, self._most, _ROUND)):
            examples = min(_ROUND, self._most - start)
            for kind in kinds:
                if self._until is not None and time.monotonic() >= self._until:
                    return
                yield from self._round(kind, f"{self._seed} {turn}", examples)

    def _begun(self) -> Iterator[Bug]:
        """Yield what a history of the database still shows, or one that is plain."""
        provider = self._target.provider
        self._loses_all = self._is_lost(one_message(provider))
        before = [] if self._database is None else kept(self._database, provider)
        plain = (History(provider, steps) for steps in guesses(provider))
        for history in chain(before, plain):
            bug = self._shown(history)
            if bug and not bug.finding.is_of(self._known):
                self._keep(bug)
                yield from self._found(None)

    def _round(self, drawn: st.SearchStrategy[History], seed: str, examples: int) -> Iterator[Bug]:
        """Yield the bugs that so many histories show and that are not known yet."""

        @with_seed(seed)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,  # a seed and a database of its own exclude each other
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            report_multiple_bugs=not self._first,
        )
        @given(drawn)
        def look(history: History) -> None:
            self._look(history)

        self._enough, problem = self._until, None
        try:
            with catch_warnings():
                simplefilter("ignore", HypothesisWarning)  # a long text is no matter of the user's
                look()
        except* (_ShownError, Flaky):
            pass  # what each history has shown is kept in any case
        except* _StopError as group:
            problem = next(filter(None, (each.problem for each in _all(group))), None)
        yield from self._found(problem)

    def _found(self, problem: Exception | None) -> Iterator[Bug]:
        """Yield what a round has found, as small as it gets; raise the problem that ended it."""
        while self._open:
            bug = next(iter(self._open.values()))
            found: Bug | None = bug
            if problem is None and not bug.finding.is_of(self._known):
                try:
                    found = self._finished(bug)
                except (ReceiverGoneError, ReadbackError) as ended:
                    problem = self._noted(ended)
            is_new = found is not None and not found.finding.is_of(self._known)
            if not (found and is_new and _is_part(found, bug)):  # else the rest has its turn
                del self._open[bug.finding.bug]
                self._known.add(bug.finding.bug)
            if found and is_new:
                self._known.add(found.finding.bug)
                self._write(found)
                yield found
        if problem:
            raise problem

    def _write(self, bug: Bug) -> None:
        """Keep a bug in the database; where that fails it is told all the same."""
        if self._database is not None:
            try:
                keep(bug, self._database)
            except OSError as problem:
                self.unkept.append(f"{problem.filename or self._database}: {problem.strerror}")

    def _look(self, history: History) -> None:
        """Play a history; raise an error of its own class for a bug that is new."""
        if self._enough is not None and time.monotonic() >= self._enough:
            raise _StopError
        try:
            bug = self._shown(history)
        except (ReceiverGoneError, ReadbackError) as problem:
            raise _StopError(self._noted(problem)) from None
        if bug is None or bug.finding.is_of(self._known):
            return
        self._keep(bug)
        if self._first:
            raise _StopError
        if bug.history.messages:
            return  # `smaller` knows more of these than Hypothesis, and needs fewer tries
        own = self._classes.get(bug.finding.bug)
        if own is None:
            own = self._classes[bug.finding.bug] = type("Shown", (_ShownError,), {})
        raise own(bug.finding.happened)

    def _keep(self, bug: Bug) -> None:
        """Keep the first and the smallest history of a bug; from then on a round has its time."""
        if not self._open:
            self._enough = time.monotonic() + _MORE
            if self._until is not None:
                self._enough = min(self._enough, self._until + _GRACE)
        self._firsts.setdefault(bug.finding.bug, bug)
        before = self._open.get(bug.finding.bug)
        if before is None or size(bug.history) < size(before.history):
            self._open[bug.finding.bug] = bug

    def _shown(self, history: History, *, caused: bool = True) -> Bug | None:
        """Return what a history shows by itself, whatever was sent before it.

        Whether it is `caused` by some field of a message takes longer to find out.
        """
        played = self._play(history)
        kind = played.finding.kind if played.finding else ""
        if kind in KINDS and self._hears_no_repeats(kind):
            history = with_own_texts(history)
            played = self._play(history) if history.steps else Played(None)
            return _bug(played.finding, history, played) if played.finding else None
        if played.finding is None or not caused:
            return _bug(played.finding, history, played) if played.finding else None
        [*posts] = (step for step in history.steps if isinstance(step, Post))
        if posts and kind in _HOSTILE:
            if kind != "taken" and (of_message := self._of_its_message(posts[0])):
                return of_message
            return _bug(with_hostile_cause(played.finding, posts[0], self._target), history, played)
        return _bug(with_cause(played.finding, played.fields, self._target), history, played)

    def _of_its_message(self, post: Post) -> Bug | None:
        """Return the bug of the message that a hostile request was made of, if it has one."""
        history = message_of(post, self._target.provider)
        if history is None:
            return None
        try:
            shown = self._shown(history)
        except InputError:  # no provider sends this text: it is what is hostile
            return None
        return shown if shown and shown.finding.kind == "refused" else None

    def _hears_no_repeats(self, kind: str) -> bool:
        """Whether the receiver takes a text said again for a copy; that is a bug by itself."""
        if kind not in self._repeats:
            self._repeats[kind] = takes_repeats_for_copies(self._target, kind)
            if self._repeats[kind]:
                again = said_again(self._target.provider)
                shown = self._play(again)
                if shown.finding:
                    self._keep(_bug(replace(shown.finding, detail="said again"), again, shown))
        return self._repeats[kind]

    def _play(self, history: History) -> Played:
        played = play(history, self._target)
        self.played += 1
        self._tell(played)
        return played

    def _noted(self, problem: Exception) -> Exception:
        """Keep, if this problem has one, the history since which nothing can be judged."""
        if isinstance(problem, UnreadableError) and (finding := problem.played.finding):
            self._keep(_bug(finding, problem.history, problem.played))
        return problem

    def _finished(self, bug: Bug) -> Bug | None:
        """Return a bug with a history that is smaller still, and whether it shows each time.

        None is an answer that was late once and never again: that is no bug of a receiver's.
        """
        if bug.finding.bug.endswith("said again"):
            return bug
        until = time.monotonic() + _SHRINKING

        def again(history: History) -> Bug | None:
            if self._is_late() or time.monotonic() > until:
                return None
            shown = self._shown(history)
            return shown if shown and self._is_of_same(shown.finding, bug.finding) else None

        if all(again(bug.history) for _ in range(_AGAIN)):
            return self._by_itself(_shrunk(bug, again))
        return bug if self._is_late() else self._seen_now_and_then(bug)

    def _is_of_same(self, shown: Finding, wanted: Finding) -> bool:
        """Whether a finding is of the bug that is wanted.

        Where that is more than one, or nobody knows which, any will do that is new.
        """
        if wanted.is_vague and shown.kind == wanted.kind:
            return not shown.is_of(self._known)
        return shown.bug == wanted.bug

    def _seen_now_and_then(self, bug: Bug) -> Bug | None:
        """Return a bug that does not show each time, with a smaller history that shows it too."""
        until = time.monotonic() + _SHRINKING

        def once(history: History) -> Bug | None:
            if self._is_late() or time.monotonic() > until:
                return None
            shown = self._shown(history, caused=False)
            return shown if shown and shown.finding.kind == bug.finding.kind else None

        seen = sum(once(bug.history) is not None for _ in range(_RARELY))
        if not seen and bug.finding.kind in _UNANSWERED and not self._is_late():
            return None
        times = min(_RARELY, round(_OFTEN_ENOUGH * _RARELY / max(seen, 1)))

        def again(history: History) -> Bug | None:
            return next(filter(None, (once(history) for _ in range(times))), None)

        small = _shrunk(bug, again)
        return replace(small, finding=replace(small.finding, detail="now and then"), steady=False)

    def _is_late(self) -> bool:
        """Whether the time for what was found at the last moment is over too."""
        return self._until is not None and time.monotonic() > self._until + _GRACE

    def _by_itself(self, bug: Bug) -> Bug:
        """Return a bug with a history that a fresh receiver may get wrong too.

        Where a plain message is lost that was not lost at first, it is lost for what came before:
        for a later one, or for one that the receiver did not survive.
        """
        provider = self._target.provider
        if bug.finding.kind != "lost" or self._loses_all or self._is_late():
            return bug
        plain = one_message(provider)
        if len(bug.history.messages) > 1 or any(not self._is_lost(plain) for _ in range(_AGAIN)):
            return bug
        if self._is_lost(much_later(provider)):
            return replace(self._firsts[bug.finding.bug], steady=False)
        shown = self._shown(out_of_order(provider))
        return replace(shown, steady=False) if shown else bug

    def _is_lost(self, history: History) -> bool:
        finding = self._play(history).finding
        return finding is not None and finding.kind == "lost"


def _all(group: BaseExceptionGroup[_StopError]) -> Iterator[_StopError]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _all(each)
        else:
            yield each


def _is_part(found: Bug, bug: Bug) -> bool:
    """Whether a history that has shown more than one bug was shrunk to one of them."""
    return bug.finding.is_vague and found.steady and found.finding.bug != bug.finding.bug


def _bug(finding: Finding, history: History, played: Played) -> Bug:
    return Bug(finding, history, played.story, played.curl, tape=played.tape)


def _shrunk(bug: Bug, again: Callable[[History], Bug | None]) -> Bug:
    """Return a bug with the smallest history that shows it `again`."""
    best = bug

    def shows(history: History) -> bool:
        nonlocal best
        shown = again(history)
        best = shown or best
        return shown is not None

    smallest(bug.history, shows, _TRIES)
    return best
