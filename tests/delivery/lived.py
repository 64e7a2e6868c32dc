"""An app with a lifespan, whose state its requests need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

__all__ = ["Lived"]


class Lived:
    """Stores each text in what its startup has made; logs its shutdown."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.app = FastAPI(lifespan=self.lifespan)
        self.app.post("/")(self.inbound)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[dict[str, list[str]]]:
        yield {"stored": self.log}
        self.log.append("down")

    async def inbound(self, request: Request) -> None:
        request.state.stored.append((await request.json())["body"])
