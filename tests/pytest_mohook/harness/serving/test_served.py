"""Apps for a running emulator: called in the test's thread, on its loop, or where nobody waits."""

# ruff: noqa: ARG001 - the signature of an app is given
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import requests

from mohook.errors import ConflictError, LifespanError, WebhookError
from pytest_mohook.harness.serving.served import ServedApps

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PATIENCE = 10.0
Scope = dict[str, Any]


@pytest.fixture
def apps() -> Iterator[ServedApps]:
    apps = ServedApps()
    yield apps
    apps.close()


def post(url: str, times: int = 1) -> list[int]:
    """Post as an emulator does, all at the same time; return the statuses."""

    def one(_: int) -> int:
        with requests.Session() as session:
            session.trust_env = False
            return session.post(url, data=b"{}", timeout=PATIENCE).status_code

    with ThreadPoolExecutor(times) as senders:
        return list(senders.map(one, range(times)))


class Notes:
    """A WSGI app that notes in which thread it is called, and calls back."""

    def __init__(self, then: Callable[[], object] = list) -> None:
        self.threads: list[int] = []
        self._then = then

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        self.threads.append(threading.get_ident())
        self._then()
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]


def wsgi(apps: ServedApps, app: WSGIApplication, *, concurrent: bool = False) -> str:
    return apps.mount(app, concurrent=concurrent, lifespan=None)


def test_an_app_is_called_in_the_thread_that_waits(apps: ServedApps) -> None:
    """As in process: its database connection may belong to that thread."""
    app = Notes()
    url = wsgi(apps, app)
    assert apps.during(lambda: post(url, times=3)) == [200] * 3
    assert app.threads == [threading.get_ident()] * 3


def test_where_nobody_waits_a_thread_of_the_server_calls(apps: ServedApps) -> None:
    """A running clock posts at any time."""
    app = Notes()
    url = wsgi(apps, app)
    assert post(url) == [200]
    apps.during(lambda: None)
    assert post(url) == [200]
    assert threading.get_ident() not in app.threads


def test_an_app_that_bears_it_is_called_by_many_threads(apps: ServedApps) -> None:
    """With `concurrent` two requests meet in it."""
    meeting = threading.Barrier(2, timeout=PATIENCE)
    app = Notes(meeting.wait)
    url = wsgi(apps, app, concurrent=True)
    assert apps.during(lambda: post(url, times=2)) == [200, 200]
    assert threading.get_ident() not in app.threads


def test_one_app_has_one_origin(apps: ServedApps) -> None:
    """However often it is mounted; in another manner it has another."""
    app = Notes()
    assert wsgi(apps, app) == wsgi(apps, app) != wsgi(apps, app, concurrent=True)
    assert wsgi(apps, Notes()) != wsgi(apps, app)


def test_what_the_call_raises_is_raised(apps: ServedApps) -> None:
    """With apps and without; a result is returned as it is."""
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            apps.during(lambda: 1 // 0)
        assert apps.during(lambda: 7) == 7
        wsgi(apps, Notes())


def test_what_fails_the_test_goes_through_the_app(apps: ServedApps) -> None:
    """`pytest.fail` in an app fails the test that waits, once the call has ended; once."""
    url = wsgi(apps, Notes(lambda: pytest.fail("as it should")))
    answers: list[int] = []
    with pytest.raises(pytest.fail.Exception, match="as it should"):
        apps.during(lambda: answers.extend(post(url)))
    assert answers == [500]
    assert apps.during(lambda: "on it goes") == "on it goes"


def test_ctrl_c_in_an_app_ends_the_wait_at_once(apps: ServedApps) -> None:
    """Whatever the emulator still does; it is answered all the same."""
    held, posted = threading.Event(), threading.Event()
    answers: list[int] = []

    def interrupted() -> None:
        raise KeyboardInterrupt

    def call() -> None:
        answers.extend(post(url))
        posted.set()
        held.wait(PATIENCE)

    url = wsgi(apps, Notes(interrupted))
    with pytest.raises(KeyboardInterrupt):
        apps.during(call)
    assert posted.wait(PATIENCE)
    assert answers == [500]
    held.set()
    assert apps.during(lambda: "on it goes") == "on it goes"


def test_an_app_may_wait_itself(apps: ServedApps) -> None:
    """An app that sends a message while it handles one is called for that too."""
    inner = Notes()
    inner_url = wsgi(apps, inner)
    outer = Notes(lambda: apps.during(lambda: post(inner_url)))
    outer_url = wsgi(apps, outer)
    assert apps.during(lambda: post(outer_url)) == [200]
    assert outer.threads == inner.threads == [threading.get_ident()]


def test_two_threads_may_wait(apps: ServedApps) -> None:
    """Each is answered, whichever of them handles it."""
    app = Notes()
    url = wsgi(apps, app)
    with ThreadPoolExecutor(4) as people:
        for answers in people.map(lambda _: apps.during(lambda: post(url, times=2)), range(8)):
            assert answers == [200, 200]
    assert len(app.threads) == 16


def test_what_comes_as_the_wait_ends_is_answered(apps: ServedApps) -> None:
    """The thread of the test has left: one of the server's calls the app."""
    handling = threading.Event()
    late = Notes()
    late_url = wsgi(apps, late)

    def call() -> list[Future[list[int]]]:
        first = senders.submit(post, url)
        handling.wait(PATIENCE)
        return [first, senders.submit(post, late_url)]

    def holds_the_test() -> None:
        handling.set()
        while apps._jobs.qsize() < 2:  # the late request, and that the call has ended
            threading.Event().wait(0.001)

    url = wsgi(apps, Notes(holds_the_test))
    with ThreadPoolExecutor(2) as senders:
        statuses = [each.result(PATIENCE) for each in apps.during(call)]
    assert statuses == [[200], [200]]
    assert threading.get_ident() not in late.threads


def test_what_is_closed_can_be_used_again(apps: ServedApps) -> None:
    """A reset closes all apps; the next test mounts its own."""
    url = wsgi(apps, Notes())
    apps.close()
    with pytest.raises(requests.ConnectionError):
        post(url)
    assert post(wsgi(apps, Notes())) == [200]


def test_what_is_no_app_is_refused(apps: ServedApps) -> None:
    """In the words of the transport in process."""
    with pytest.raises(WebhookError, match="7 is not callable"):
        apps.mount(7, concurrent=False, lifespan=None)  # type: ignore[arg-type] # on purpose


class Asgi:
    """An ASGI app with a lifespan that notes on which threads it runs, and with what state."""

    def __init__(self, *, fails: bool = False) -> None:
        self.threads: dict[str, int] = {}
        self.states: list[Any] = []
        self.meeting: anyio.Event | None = None
        self._fails = fails

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        self.threads[scope["type"]] = threading.get_ident()
        if scope["type"] == "lifespan":
            await self.live(scope, receive, send)
            return
        self.states.append(scope.get("state"))
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def live(self, scope: Scope, receive: Any, send: Any) -> None:
        await receive()
        if self._fails:
            await send({"type": "lifespan.startup.failed", "message": "no database"})
            return
        scope["state"]["open"] = True
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        self.threads["shutdown"] = threading.get_ident()


def test_an_asgi_app_has_a_loop_of_its_own(apps: ServedApps) -> None:
    """It starts with the first request, and is shut down by `close`, on the same loop."""
    app = Asgi()
    url = apps.mount(app, concurrent=False, lifespan=None)
    assert app.threads == {}
    assert apps.during(lambda: post(url, times=2)) == [200, 200]
    apps.close()
    assert app.states == [{"open": True}] * 2
    assert len(set(app.threads.values())) == 1
    assert threading.get_ident() not in app.threads.values()


def test_a_startup_that_fails_fails_the_test(apps: ServedApps) -> None:
    """At once where a lifespan is demanded, else when the first message comes."""
    with pytest.raises(LifespanError, match="no database"):
        apps.mount(Asgi(fails=True), concurrent=False, lifespan=True)
    url = apps.mount(Asgi(fails=True), concurrent=False, lifespan=None)
    with pytest.raises(LifespanError, match="no database"):
        apps.during(lambda: post(url))


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
class TestAwaited:
    """On the loop of an `async def` test."""

    async def test_an_asgi_app_runs_on_the_loop_of_the_test(self, apps: ServedApps) -> None:
        """Without a lifespan, as in process; its requests meet."""
        app = Asgi()
        url = apps.mount(app, concurrent=False, lifespan=None)
        assert await apps.during_awaited(lambda: post(url, times=3)) == [200] * 3
        assert app.threads == {"http": threading.get_ident()}
        assert app.states == [None] * 3

    async def test_its_lifespan_may_run_there_too(self, apps: ServedApps) -> None:
        """Within `lifespan` the app has started on this loop, and its requests have its state."""
        app = Asgi()
        url = apps.mount(app, concurrent=False, lifespan=None)
        async with apps.lifespan(app):
            assert await apps.during_awaited(lambda: post(url)) == [200]
            with pytest.raises(ConflictError, match="await the same call of `aio`"):
                apps.during(lambda: post(url))
        assert app.states == [{"open": True}]
        assert set(app.threads.values()) == {threading.get_ident()}

    async def test_a_wsgi_app_leaves_the_loop_free(self, apps: ServedApps) -> None:
        """It is called in a worker thread, by one at a time."""
        app = Notes()
        url = wsgi(apps, app)
        assert await apps.during_awaited(lambda: post(url, times=2)) == [200, 200]
        assert threading.get_ident() not in app.threads

    async def test_what_fails_the_test_goes_through(self, apps: ServedApps) -> None:
        """`pytest.fail` in an ASGI app fails the test, and nothing else."""

        async def fails(scope: Scope, receive: Any, send: Any) -> None:
            pytest.fail("as it should")

        url = apps.mount(fails, concurrent=False, lifespan=False)
        with pytest.raises(pytest.fail.Exception, match="as it should"):
            await apps.during_awaited(lambda: post(url))
        assert await apps.during_awaited(lambda: 7) == 7

    async def test_what_the_call_raises_is_raised(self, apps: ServedApps) -> None:
        """As it is, in no group."""
        with pytest.raises(ZeroDivisionError):
            await apps.during_awaited(lambda: 1 // 0)

    async def test_a_test_that_is_cancelled_waits_no_more(self, apps: ServedApps) -> None:
        """The app is cancelled with it, and whoever posted gets a 500."""
        began = anyio.Event()
        ended: list[str] = []

        async def hangs(scope: Scope, receive: Any, send: Any) -> None:
            began.set()
            try:
                await anyio.sleep_forever()
            finally:
                ended.append("app")

        url = apps.mount(hangs, concurrent=False, lifespan=False)
        answers: list[int] = []
        posted, held, left = threading.Event(), threading.Event(), threading.Event()

        def call() -> None:
            answers.extend(post(url))
            posted.set()
            held.wait(PATIENCE)
            left.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(apps.during_awaited, call)
            await began.wait()
            tasks.cancel_scope.cancel()
        assert ended == ["app"]
        assert not left.is_set()
        assert posted.wait(PATIENCE)
        held.set()
        assert answers == [500]
