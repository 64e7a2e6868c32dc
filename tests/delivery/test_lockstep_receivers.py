"""A receiver without a lock is caught in lockstep every time, one that locks never."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Protocol

import pytest
from flask import Flask, request

from mohook.delivery.transports.lockstep import run_in_lockstep

RUNS = 50


class App(Protocol):
    """A receiver: it takes a message by its id, and tells how often it has stored it."""

    def receive(self, message_id: int) -> object: ...
    def stored(self, message_id: int) -> int: ...


class InMemory:
    """Rows in a list, ids in a set."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.seen: set[int] = set()
        self.lock = threading.Lock()

    def stored(self, message_id: int) -> int:
        return self.rows.count(message_id)

    def receive(self, message_id: int) -> None:
        if message_id not in self.seen:
            self.rows.append(message_id)
            self.seen.add(message_id)


class CountedInDict(InMemory):
    """A dict read, changed and written back."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, bool] = {}

    def receive(self, message_id: int) -> None:
        known = self.known.get(message_id)
        if known:
            return
        self.known[message_id] = True
        self.rows.append(message_id)


class LockedInParts(InMemory):
    """One lock for the check, and again for the insert: nothing is gained."""

    def receive(self, message_id: int) -> None:
        with self.lock:
            known = message_id in self.seen
        if not known:
            with self.lock:
                self.seen.add(message_id)
                self.rows.append(message_id)


class InFlask(InMemory):
    """A view, called by Flask's own client."""

    def __init__(self) -> None:
        super().__init__()
        self.app = Flask("receiver")
        self.app.post("/sms")(self.view)

    def view(self) -> str:
        message_id = request.get_json()["id"]
        if message_id in self.seen:
            return "duplicate"
        self.seen.add(message_id)
        self.rows.append(message_id)
        return "OK"

    def receive(self, message_id: int) -> None:
        answer = self.app.test_client().post("/sms", json={"id": message_id})
        assert answer.status_code == 200


class Locked(InMemory):
    """Check and insert under one lock."""

    def receive(self, message_id: int) -> None:
        with self.lock:
            super().receive(message_id)


class LockedTwice(InMemory):
    """A lock that its holder may take again."""

    def __init__(self) -> None:
        super().__init__()
        self.again = threading.RLock()

    def receive(self, message_id: int) -> None:
        with self.again:
            fresh = message_id not in self.seen
            with self.again:
                if fresh:
                    super().receive(message_id)


class ByOneWorker(InMemory):
    """Messages go through a queue to a single thread, and are waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.queue: Queue[tuple[int, threading.Event]] = Queue()
        threading.Thread(target=self.work, daemon=True).start()

    def work(self) -> None:
        while True:
            message_id, done = self.queue.get()
            super().receive(message_id)
            done.set()

    def receive(self, message_id: int) -> None:
        done = threading.Event()
        self.queue.put((message_id, done))
        done.wait()


class InSqlite:
    """SELECT, then INSERT, on a connection of its own."""

    schema = "CREATE TABLE sms (id INTEGER)"

    def __init__(self, folder: Path) -> None:
        self.file = folder / "sms.db"
        with closing(self.connected()) as database:
            database.execute(self.schema)

    def connected(self) -> sqlite3.Connection:
        return sqlite3.connect(self.file, isolation_level=None)

    def stored(self, message_id: int) -> int:
        with closing(self.connected()) as database:
            query = "SELECT count(*) FROM sms WHERE id = ?"
            return int(database.execute(query, (message_id,)).fetchone()[0])

    def receive(self, message_id: int) -> None:
        with closing(self.connected()) as database:
            self.store(database, message_id)

    def store(self, database: sqlite3.Connection, message_id: int) -> None:
        known = database.execute("SELECT 1 FROM sms WHERE id = ?", (message_id,)).fetchone()
        if not known:
            database.execute("INSERT INTO sms VALUES (?)", (message_id,))


class InSqliteAtOnce(InSqlite):
    """The same in a transaction that locks before it reads."""

    def receive(self, message_id: int) -> None:
        with closing(self.connected()) as database:
            database.execute("BEGIN IMMEDIATE")
            self.store(database, message_id)
            database.execute("COMMIT")


class InSqliteUnique(InSqlite):
    """The database refuses what it has."""

    schema = "CREATE TABLE sms (id INTEGER PRIMARY KEY)"

    def store(self, database: sqlite3.Connection, message_id: int) -> None:
        known = database.execute("SELECT 1 FROM sms WHERE id = ?", (message_id,)).fetchone()
        if not known:
            database.execute("INSERT OR IGNORE INTO sms VALUES (?)", (message_id,))


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path) -> App:
    kind: type[InMemory] | type[InSqlite] = request.param
    return kind(tmp_path) if issubclass(kind, InSqlite) else kind()


def times_stored(app: App) -> set[int]:
    """Give the app `RUNS` messages, each twice at the same time; return how often it has them."""
    for message_id in range(RUNS):
        run_in_lockstep([partial(app.receive, message_id)] * 2)
    return {app.stored(message_id) for message_id in range(RUNS)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "app", [InMemory, CountedInDict, LockedInParts, InFlask, InSqlite], indirect=True
)
def test_a_check_apart_from_its_insert_is_caught_every_time(app: App) -> None:
    """Both calls check before either inserts, in each run."""
    assert times_stored(app) == {2}


@pytest.mark.slow
@pytest.mark.parametrize(
    "app",
    [Locked, LockedTwice, ByOneWorker, InSqliteAtOnce, InSqliteUnique],
    indirect=True,
)
def test_a_receiver_that_locks_is_never_blamed(app: App) -> None:
    """The call that waits for the lock comes second, and nothing hangs."""
    assert times_stored(app) == {1}
