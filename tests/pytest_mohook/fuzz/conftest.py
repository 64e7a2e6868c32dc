from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from mohook.settings import Settings
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.readback.sources import UrlReadback
from pytest_mohook.check.target import Target
from pytest_mohook.harness.serving.hosted import Hosted
from tests.pytest_mohook.fuzz.careless import Careless

Serve = Callable[..., Target]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a receiver that is careless in a way; return it as what a hunt aims at."""
    with ExitStack() as stack:

        def serve(way: str = "", *, read: bool = True) -> Target:
            base = stack.enter_context(Hosted(Careless(way))).url
            settings = Settings()
            if not read:
                return Target(url=f"{base}/sms", provider="ip1")
            check = replace(settings.check, readback=f"{base}/stored")
            settings = replace(settings, check=check)
            source = UrlReadback(f"{base}/stored", Pointers("/id", "/body"), settings, base)
            return Target(url=f"{base}/sms", provider="ip1", settings=settings, readback=source)

        yield serve
