"""The catalogue as tests of somebody's own suite: one test for each check."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from mohook.delivery.transports.mounts import App
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.arguments import require_bool
from pytest_mohook.check.catalogue import CATALOGUE
from pytest_mohook.check.model import Check, CheckFailedError, Result, Status
from pytest_mohook.check.reach import require_reach
from pytest_mohook.check.readback.watched import WatchedReadback
from pytest_mohook.check.registry import chosen
from pytest_mohook.check.runner import run_one
from pytest_mohook.check.target import Readback, Target
from pytest_mohook.harness.lines import joined
from pytest_mohook.harness.options import HarnessOptions, with_tables
from pytest_mohook.harness.serving.hosted import Hosted
from pytest_mohook.harness.where import Serving, served_at

__all__ = ["ReceiverCheck", "checks"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class ReceiverCheck:
    """One check of the catalogue; its id, `ip1.ack.exactly-200`, is its text."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self.id: str = check.id
        self.claim: str = check.claim
        self.basis: str = check.basis

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        return f"<check {self.id}: {self.claim}>"

    def assert_passes(
        self,
        app: App | str | Serving,
        path: str = "/",
        *,
        readback: Readback | None = None,
        settle: timedelta = timedelta(),
        concurrent: bool = True,
        lifespan: bool | None = None,
        marker: Mapping[str, Any] = _NOTHING,
        serve: Mapping[str, Any] = _NOTHING,
    ) -> None:
        """Fail the test unless the receiver does what the check claims.

        `app` is a WSGI app, an ASGI app or a URL, and `path` is where the receiver stands in it,
        as `mohook.ip1.connect` takes them. An app is served on a free port for the time of the
        check, `concurrent` to many requests at once. `readback` returns what is stored, as
        `mohook.assert_stored` takes it; `settle` is how long storing may take. What cannot be
        checked, most often without a readback, skips the test and says why.

        The marks of the test hold, its ini file and flags; `marker` goes over them:
        `marker={"intelepeer": {"secret": "hush"}}`. `serve` is the table of `mohook.toml`:
        a URL on another machine needs `serve={"allow_host": ["a.test"]}`.

        Raises CheckFailedError, an AssertionError, with what was seen and expected, what was
        sent, and a curl command; InputError for what cannot be tested so; ReadbackError for a
        readback that returns something else; UnreachableError where nobody listens.
        """
        __tracebackhide__ = True
        require_bool("concurrent", concurrent)
        _require_duration(settle)
        watched = None if readback is None else WatchedReadback.of(readback, self._check.provider)
        settings = _settings(marker, serve)
        with _served(app, concurrent=concurrent, lifespan=lifespan) as base:
            url = joined(base, path)
            require_reach(url, settings)
            target = Target(
                url=url,
                provider=self._check.provider,
                settings=settings,
                readback=watched,
                settle=settle,
            )
            result = run_one(self._check, target, seed=settings.serve.seed or 0)
        if result.status in (Status.NOT_CHECKED, Status.NOT_APPLICABLE):
            if watched and watched.problem:
                raise watched.problem
            import pytest

            pytest.skip(result.why)
        if result.status is Status.FAILED:
            raise CheckFailedError(_told(result, settings))


def checks(
    provider: str, *, only: Collection[str] = (), skip: Collection[str] = ()
) -> list[ReceiverCheck]:
    """Return the checks of a provider, `ip1` or `intelepeer`, for `pytest.mark.parametrize`.

    `only` and `skip` hold ids or groups: `["ack", "identity.copy"]`. Raises InputError for
    what is none, and where they leave no check. A suite has one test for each:

        @pytest.mark.parametrize("check", checks("ip1"), ids=str)
        def test_receiver(check):
            check.assert_passes(app, "/sms/ip1", readback=stored.items)

    >>> [str(each) for each in checks("ip1", only=["ack.exactly-200"])]
    ['ip1.ack.exactly-200']
    """
    if provider not in PROVIDERS:
        msg = f"provider {provider!r}: expected one of {', '.join(PROVIDERS)}"
        raise InputError(msg)
    for name, words in (("only", only), ("skip", skip)):
        if isinstance(words, str):
            msg = f"{name} = {words!r}: expected a list of ids or groups, such as [{words!r}]"
            raise InputError(msg)
    of_provider = [each for each in CATALOGUE if each.provider == provider]
    left = chosen(of_provider, only, skip)
    if not left:
        msg = f"only = {list(only)!r} and skip = {list(skip)!r} leave no check: skip fewer"
        raise InputError(msg)
    return [ReceiverCheck(each) for each in left]


def _require_duration(settle: object) -> None:
    if not isinstance(settle, timedelta):
        msg = f"settle = {settle!r}: expected a timedelta, such as timedelta(seconds=2)"
        raise InputError(msg)


def _settings(marker: Mapping[str, Any], serve: Mapping[str, Any]) -> Settings:
    # It is loaded where pytest runs a test.
    plugin = sys.modules.get("pytest_mohook.plugin")
    base: HarnessOptions | None = plugin.options_of_running_test() if plugin else None
    options = (base or HarnessOptions()).with_words(marker, "marker: ")
    return with_tables(options.settings, {"serve": dict(serve)}, "assert_passes")


@contextmanager
def _served(app: App | str | Serving, *, concurrent: bool, lifespan: bool | None) -> Iterator[str]:
    base = served_at(app)
    if base is None:
        # What is no app is refused there.
        with Hosted(app, concurrent=concurrent, lifespan=lifespan) as hosted:  # type: ignore[arg-type]
            yield hosted.url
    elif lifespan:
        msg = f"lifespan=True with {base!r}: its server has seen to that; leave it out"
        raise InputError(msg)
    else:
        yield base


def _told(result: Result, settings: Settings) -> str:
    check = result.check
    lines = [
        f"{check.id}: {check.claim}",
        result.why,
        f"Rests on: {check.basis}",
        f"Decided by: {check.decides}",
        result.story,
        f"Again: {result.curl}" if result.curl else "",
        f"The seed is {settings.serve.seed}.",
    ]
    return "\n".join(filter(None, lines))
