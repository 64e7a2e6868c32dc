"""The inbox of a newsletter: keeps each SMS once, and takes who writes STOP off the list."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from hmac import compare_digest
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, Field


class Ip1Sms(BaseModel):
    """What ip1 posts, as far as the inbox reads it."""

    id: str
    sender: str
    body: str


class IntelePeerSms(BaseModel):
    """What IntelePeer posts."""

    refid: str
    sender: str = Field(alias="from")
    message: str
    signature: str


class Inbox:
    """Stands while the app runs: a database, and what is still to be read."""

    def __init__(self, db: sqlite3.Connection, unread: MemoryObjectSendStream[str]) -> None:
        self._db = db
        self._unread = unread
        with db:
            db.execute("CREATE TABLE IF NOT EXISTS sms (id PRIMARY KEY, sender, text)")
            db.execute("CREATE TABLE IF NOT EXISTS gone (sender PRIMARY KEY)")

    async def keep(self, sms_id: str, sender: str, text: str) -> None:
        """Store an SMS, unless it is stored; have it read."""
        with self._db as db:
            db.execute("INSERT OR IGNORE INTO sms VALUES (?, ?, ?)", (sms_id, sender, text))
        await self._unread.send(sms_id)

    async def read_all(self, unread: MemoryObjectReceiveStream[str]) -> None:
        """Take who writes STOP off the list, for as long as the app runs."""
        async for sms_id in unread:
            with self._db as db:
                db.execute(
                    "INSERT OR IGNORE INTO gone"
                    " SELECT sender FROM sms WHERE id = ? AND upper(trim(text)) = 'STOP'",
                    (sms_id,),
                )

    def texts(self) -> list[str]:
        """Return every text, in the order of their coming."""
        return [text for (text,) in self._db.execute("SELECT text FROM sms ORDER BY rowid")]

    def gone(self) -> list[str]:
        """Return the numbers that are off the list."""
        return [sender for (sender,) in self._db.execute("SELECT sender FROM gone")]


def create_app(database: Path, secret: str) -> FastAPI:
    """Return the app; `secret` is the shared code of IntelePeer's Customer Portal."""
    app = FastAPI(lifespan=_lifespan(database))

    @app.post("/sms/ip1")
    async def ip1(sms: Ip1Sms, request: Request) -> None:
        await request.app.state.inbox.keep(sms.id, sms.sender, sms.body)

    @app.post("/sms/intelepeer")
    async def intelepeer(sms: IntelePeerSms, request: Request) -> None:
        if not compare_digest(sms.signature.encode(), secret.encode()):
            raise HTTPException(403)
        await request.app.state.inbox.keep(sms.refid, sms.sender, sms.message)

    return app


def _lifespan(database: Path) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        to_read, unread = anyio.create_memory_object_stream[str]()
        with closing(sqlite3.connect(database, check_same_thread=False)) as db:
            app.state.inbox = inbox = Inbox(db, to_read)
            async with anyio.create_task_group() as tasks, to_read, unread:
                tasks.start_soon(inbox.read_all, unread)
                yield
                tasks.cancel_scope.cancel()

    return lifespan
