"""What is counted with each write, under which names, and the figures that come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from mohook.delivery.message import Message, State
from mohook.store.sql.write import Write
from mohook.store.store import PROVIDER_FIGURES, Figures

__all__ = [
    "WAITS",
    "count_attempts",
    "count_change",
    "count_finished",
    "count_received",
    "counted_as",
    "figures_of",
]

WAITS = {State.PENDING, State.HELD}
"""The states of messages that may still be sent."""


def count_change(write: Write, message: Message, state: State) -> int | None:
    """Count a message out of its state and into another; return its number if it has finished."""
    if message.state is state:
        return None
    write.add(message.state, -1)
    if state in WAITS:
        write.add(state)
        return None
    return count_finished(write, message, state=state)


def count_finished(
    write: Write, message: Message, step: int = 1, state: State | None = None
) -> int | None:
    """Count a message that has finished, or with a `step` of -1 one that is opened again."""
    named = (state or message.state).value
    write.add(named, step)
    write.add(f"provider {message.provider} {named}", step)
    write.add("kept", step)
    return write.take("finishes", 1) if step > 0 else None


def count_received(write: Write, accepted: Sequence[Message]) -> None:
    """Count messages that were accepted."""
    for provider, number in Counter(each.provider for each in accepted).items():
        write.add("received", number)
        write.add(f"provider {provider} received", number)
    for state, number in Counter(each.state for each in accepted).items():
        if state in WAITS:
            write.add(state, number)
    write.add("ids", max(0, max(int(each.id[1:]) for each in accepted) - write.value("ids")))


def count_attempts(write: Write, counted: Counter[tuple[str, str, str | None]]) -> None:
    """Count attempts by provider, outcome and decision."""
    for (provider, outcome, decision), number in counted.items():
        names = ["attempts", f"outcome {outcome}", f"provider {provider} attempts"]
        if decision in ("retry", "given-up"):
            names += ["failed_attempts", f"provider {provider} failed_attempts"]
        for name in names:
            write.add(name, number)


def counted_as(figures: Figures) -> Iterable[tuple[str, int]]:
    """Yield figures under the names that `figures_of` reads."""
    for name in ("received", "delivered", "failed", "attempts", "failed_attempts"):
        yield name, getattr(figures, name)
    for outcome, number in figures.by_outcome.items():
        yield f"outcome {outcome}", number
    for provider, mine in figures.by_provider.items():
        for name, number in mine.items():
            yield f"provider {provider} {name}", number


def figures_of(counted: dict[str, int]) -> Figures:
    """Return the figures among what is counted, under the names that `counted_as` gives."""
    figures = Figures(**{name: counted.get(name, 0) for name in PROVIDER_FIGURES})  # type: ignore[arg-type] # whole numbers
    for name, value in sorted(counted.items()):
        kind, _, of = name.partition(" ")
        if kind == "outcome" and value:
            figures.by_outcome[of] = value
        elif kind == "provider":
            provider, _, figure = of.partition(" ")
            mine = figures.by_provider.setdefault(provider, dict.fromkeys(PROVIDER_FIGURES, 0))
            mine[figure] = value
    return figures
