"""The journal: numbered for ever, bounded, and safe to read while it is written."""

from __future__ import annotations

from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.store.memory_journal import MemoryJournal
from tests.store.made import NOON


def written(keep: int, count: int) -> MemoryJournal:
    journal = MemoryJournal(keep)
    for number in range(1, count + 1):
        journal.append(NOON, "tick", None, {"n": number})
    return journal


def numbers(journal: MemoryJournal, after: int, limit: int = 1000) -> list[int]:
    return [event.number for event in journal.after(after, limit)]


def test_an_empty_journal_has_no_last_entry() -> None:
    """The number before the first is 0, and the first will be 1."""
    journal = MemoryJournal(10)
    assert (journal.first, journal.last, journal.after(0, 10)) == (1, 0, [])


@given(st.integers(1, 8), st.integers(0, 60), st.integers(0, 70), st.integers(0, 20))
def test_a_page_is_what_is_kept_behind_a_number(
    keep: int, count: int, after: int, limit: int
) -> None:
    """In order and without a gap, from there or from the oldest entry that is still kept."""
    journal = written(keep, count)
    kept = [number for number in range(1, count + 1) if number >= journal.first]
    assert numbers(journal, after, limit) == [each for each in kept if each > after][:limit]
    assert journal.last == count
    assert min(keep, count) <= len(kept) < max(2 * keep, 2)
    assert all(event.subject == {"n": event.number} for event in journal.after(0, 1000))


def test_waiting_ends_at_once_where_there_is_news_already() -> None:
    """And with False when none came in time."""
    journal = written(10, 3)
    assert journal.wait(2, 30)
    assert not journal.wait(3, 0)
    assert not journal.wait(3, -1)


def test_an_entry_wakes_every_waiter() -> None:
    """Whoever waits for a number above the last one sees it come."""
    journal = MemoryJournal(10)
    told: list[bool] = []
    threads = [Thread(target=lambda: told.append(journal.wait(0, 30))) for _ in range(3)]
    for thread in threads:
        thread.start()
    journal.append(NOON, "tick", None, {})
    while any(thread.is_alive() for thread in threads):
        journal.notify()
    assert told == [True] * 3


@pytest.mark.slow
def test_a_reader_without_a_lock_never_skips_what_is_kept() -> None:
    """While another thread writes and drops, a page begins right behind the number asked for."""
    journal = MemoryJournal(50)

    def write() -> None:
        for number in range(200_000):
            journal.append(NOON, "tick", None, {"n": number})

    writing = Thread(target=write)
    writing.start()
    while writing.is_alive():
        after = max(0, journal.last - 5)
        page = numbers(journal, after, 5)
        assert page == list(range(page[0], page[0] + len(page))) if page else True
        assert not page or page[0] == after + 1 or journal.first > after + 1
    writing.join()
