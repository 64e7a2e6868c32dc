"""`--mohook-url`: the same tests against an emulator that is already running."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import _hypothesis_pytestplugin  # type: ignore[import-untyped]
import pytest
import pytest_asyncio.plugin
import xdist.plugin  # type: ignore[import-untyped]

from mohook.emulator import Emulator
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from tests.cli.shell import Shell
from tests.pytest_mohook.plugin.conftest import Run
from tests.pytest_mohook.plugin.test_report import sections

pytestmark = pytest.mark.slow

NOBODY = "http://127.0.0.1:1"
EMPTY = "def test_it(): pass"


def served(tmp_path_factory: pytest.TempPathFactory, *options: str) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with Shell("serve", "--port", "0", "--json", "--seed", "1", *options, cwd=folder) as shell:
        yield json.loads(shell.line())["url"]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `mohook serve --clock manual` and give its URL."""
    yield from served(tmp_path_factory, "--clock", "manual")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `mohook serve` and give its URL."""
    yield from served(tmp_path_factory)


SAME = """
    import json
    from datetime import UTC, datetime
    import pytest
    from hypothesis import given, settings, strategies as st

    class Shop:
        def __init__(self):
            self.stored = {}

        def __call__(self, environ, start_response):
            message = json.loads(environ["wsgi.input"].read())
            key = message.get("id") or message["refid"]
            self.stored.setdefault(key, message.get("body") or message["message"])
            start_response("200 OK", [])
            return []

    @pytest.fixture
    def shop():
        return Shop()

    @pytest.fixture(scope="session")
    def lasting_shop():
        return Shop()

    def test_story(mohook, shop):
        mohook.ip1.connect(shop, "/sms/ip1")
        mohook.fail_next("lose-ack", "500")
        message = mohook.ip1.send("Hi my name is earl")
        mohook.advance(minutes=20)
        assert message.delivered and len(message.attempts) == 3
        assert list(shop.stored.values()) == ["Hi my name is earl"]

    @pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
    def test_each_begins_anew(mohook, shop, provider):
        assert mohook.messages == []
        assert mohook.now == datetime(2026, 1, 1, 12, tzinfo=UTC)
        assert mohook.line(provider).webhook() is None
        mohook.line(provider).connect(shop)
        mohook.send(provider, "Hi")
        mohook.assert_settled()
        mohook.advance(days=1)

    @pytest.mark.mohook(start="2027-01-01T00:00:00Z")
    def test_start(mohook):
        assert mohook.now == datetime(2027, 1, 1, tzinfo=UTC)

    @settings(max_examples=5, deadline=None, database=None)
    @given(st.text("ab", min_size=1))
    def test_episodes(mohook_factory, lasting_shop, body):
        with mohook_factory.episode(must_settle=True) as mohook:
            mohook.intelepeer.connect(lasting_shop)
            assert mohook.messages == []
            assert mohook.intelepeer.send(body).body == body

    @pytest.mark.asyncio
    async def test_awaited(mohook, shop):
        mohook.ip1.connect(shop)
        assert (await mohook.aio.ip1.send("Hi")).delivered
        await mohook.aio.advance(days=1)

    def test_fixture_of_a_server(mohook, mohook_server, shop):
        mohook.ip1.connect(shop)
        assert mohook_server.url.startswith("http://")
"""
PLUGINS: tuple[object, ...] = (_hypothesis_pytestplugin, pytest_asyncio.plugin)
OPTIONS = ("-o", "asyncio_default_fixture_loop_scope=function", "-W", "error")


def test_the_same_tests_pass_with_and_without_it(run: Run, manual: str) -> None:
    """Nothing in them says where the emulator is."""
    run(SAME, *OPTIONS, plugins=PLUGINS).assert_outcomes(passed=7)
    result = run(SAME, *OPTIONS, "--mohook-url", manual, plugins=PLUGINS)
    result.assert_outcomes(passed=7)
    assert f"mohook: the emulator at {manual}" in result.stdout.lines


def test_a_failing_test_tells_its_story(run: Run, manual: str) -> None:
    """As in process; the seed is the emulator's own. An episode's story is told as it ended."""
    source = """
        import gc

        def test_it(mohook, failing):
            mohook.ip1.connect(failing, "/nowhere")
            mohook.ip1.send("one")
            mohook.advance(minutes=10)
            assert False

        def test_episode(mohook_factory):
            with mohook_factory.episode() as mohook:
                mohook.ip1.send("two")
            assert False

        def test_fine(mohook):
            gc.collect()
    """
    result = run(source, "--mohook-url", manual, "-W", "error")
    result.assert_outcomes(failed=2, passed=1)
    one, two = sections(result)
    assert "'one': pending, next attempt at 2026-01-01 12:20:00\n" in one
    assert "/nowhere: answered 500, again at 2026-01-01 12:10:00\n" in one
    assert one.endswith("The clock stands at 2026-01-01 12:10:00, the seed is the emulator's own.")
    assert "'two': held" in two


def test_settlement_counts_there_too(run: Run, manual: str) -> None:
    """A passing test that leaves messages fails where that is asked for."""
    source = """
        def test_it(mohook):
            mohook.ip1.send()
    """
    result = run(source, "--mohook-url", manual, "-o", "mohook_must_settle=true")
    result.assert_outcomes(failed=1)
    assert "left 1 message(s) undelivered (1 held: no webhook)" in result.stdout.str()


def test_what_it_cannot_be_is_skipped_with_the_reason(run: Run, manual: str) -> None:
    """A switch that differs, and a second emulator beside the first."""
    source = """
        import pytest

        @pytest.mark.mohook(ip1={"retry_limit": 3})
        def test_differs(mohook):
            assert False

        def test_two(mohook, mohook_factory):
            with mohook_factory.episode():
                assert False

        def test_one_after_the_other(mohook_factory):
            for _ in range(2):
                with mohook_factory.episode() as mohook:
                    mohook.ip1.send()
    """
    result = run(source, "--mohook-url", manual, "-rs")
    result.assert_outcomes(skipped=2, passed=1)
    told = result.stdout.str()
    assert "the running emulator differs: ip1.retry_limit is none, wanted 3" in told
    assert "needs two emulators at once, and --mohook-url gives one" in told


def test_a_clock_that_runs_by_itself_is_not_moved(run: Run, real: str) -> None:
    """What only sends passes; who moves the clock is told to start the emulator otherwise."""
    source = """
        import pytest

        def test_sends(mohook, app):
            mohook.ip1.connect(app)
            assert mohook.ip1.send().delivered

        def test_moves(mohook):
            mohook.advance(minutes=1)

        @pytest.mark.mohook(clock="x60")
        def test_faster(mohook): pass
    """
    result = run(source, "--mohook-url", real)
    result.assert_outcomes(passed=1, failed=1, skipped=1)
    assert "manual" in result.stdout.str()
    assert "test_it.py:8: ConflictError" in result.stdout.str()


def test_an_emulator_that_is_not_there_is_told_once_a_test(run: Run) -> None:
    """At setup, without a traceback, with what to do."""
    source = """
        def test_it(mohook): pass
        def test_other(): pass
    """
    result = run(source, "--mohook-url", NOBODY)
    result.assert_outcomes(errors=1, passed=1)
    errors, _, _ = result.stdout.str().partition("short test summary")
    assert NOBODY in errors
    assert "mohook serve" in errors
    assert ".py:" not in errors.partition("ERRORS")[2]


def test_an_emulator_that_goes_away_breaks_no_report(run: Run) -> None:
    """The test that was under way fails with that, and the run goes on."""
    source = """
        def test_it(mohook, stop):
            mohook.ip1.send()
            stop()
            mohook.ip1.send()

        def test_episode(mohook_factory):
            with mohook_factory.episode(): pass

        def test_other(): pass
    """
    emulator = Emulator(Settings(serve=ServeSettings(clock="manual")))
    with HttpServer(create_app(emulator), port=0) as server:

        class Stop:
            @pytest.fixture
            def stop(self) -> Callable[[], None]:
                return server.stop

        result = run(source, "--mohook-url", server.url, plugins=(Stop(),))
    result.assert_outcomes(failed=2, passed=1)
    assert "no story: UnreachableError(" in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--mohook-seed=1",), "--mohook-seed: a running emulator has its own; start it with"),
        (("-n", "2"), "several workers would reset one emulator for each other; use -n 0"),
        (("--tx=2*popen", "--dist=load"), "several workers would reset one emulator"),
    ],
)
def test_what_does_not_go_with_it_is_a_usage_error(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    """Before any test runs."""
    result = run(EMPTY, "--mohook-url", NOBODY, *arguments, plugins=(xdist.plugin,))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()


def test_what_is_no_url_is_a_usage_error(run: Run) -> None:
    """Its password is not shown, nor is one in the header."""
    result = run(EMPTY, "--mohook-url=ftp://me:geheim@host")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--mohook-url: 'ftp://***@host' is no emulator's URL" in result.stderr.str()
    header = run(EMPTY, "--mohook-url=http://me:geheim@127.0.0.1:1").stdout
    assert "mohook: the emulator at http://***@127.0.0.1:1" in header.lines


def test_with_xdist_at_hand_and_unused_it_works(run: Run, manual: str) -> None:
    """`-n 0` is one process."""
    source = "def test_it(mohook): pass"
    result = run(source, "-n", "0", "--mohook-url", manual, plugins=(xdist.plugin,))
    result.assert_outcomes(passed=1)
