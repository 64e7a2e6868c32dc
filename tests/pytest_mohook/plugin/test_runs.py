"""Runs of every kind: parallel, reordered, in other import modes, without the plugin."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pytest_mohook.plugin
from tests.pytest_mohook.plugin.conftest import Run

SUITE = """
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_ids_depend_on_no_other_test(mohook, app, number):
        mohook.ip1.connect(app)
        assert mohook.messages == []
        assert mohook.ip1.send().payload["id"] == {identity!r}
        mohook.fail_next("500")
        mohook.advance(days=number)

    @pytest.mark.mohook(seed=7)
    def test_seed(mohook, app):
        mohook.ip1.connect(app)
        assert mohook.ip1.send().payload["id"] != {identity!r}
"""


@pytest.fixture
def suite(mohook: pytest_mohook.Mohook) -> str:
    """Return tests that pass where each begins anew, whichever ran before it."""
    return SUITE.format(identity=mohook.ip1.send().payload["id"])


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-p", "no:cacheprovider"),
        ("--import-mode=importlib",),
        ("-W", "error"),
        ("--strict-markers", "--strict-config", "-o", "xfail_strict=true"),
        ("-p", "no:terminal"),
        ("--assert=plain",),
        ("-x", "--setup-show"),
    ],
)
def test_it_works_with_these_options(run: Run, suite: str, arguments: tuple[str, ...]) -> None:
    """Each test passes, and nothing warns."""
    result = run(suite, *arguments)
    assert result.ret == pytest.ExitCode.OK
    if "no:terminal" not in arguments:
        result.assert_outcomes(passed=5, warnings=0)


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("-n", "2"), ("-n", "2", "--dist=loadscope"), ("-n", "0")])
def test_it_works_under_xdist(run_outside: Run, suite: str, arguments: tuple[str, ...]) -> None:
    """Every worker makes its own emulators; flags and ini options reach them all."""
    more = "    def test_run(mohook): assert (mohook.seed, mohook.now.year) == (3, 2030)"
    options = ("-o", "mohook_start=2030-01-01T00:00:00Z", "-o", "mohook_seed=2")
    run_outside(suite, "-p", "xdist", *arguments).assert_outcomes(passed=5)
    seeded = run_outside(more, "-p", "xdist", *arguments, "--mohook-seed=3", *options)
    seeded.assert_outcomes(passed=1)


def test_the_order_of_tests_is_of_no_account(
    run: Run, suite: str, pytester: pytest.Pytester
) -> None:
    """Backwards, and one of them alone."""
    run(suite)
    pytester.makepyfile(
        backwards="""
        def pytest_collection_modifyitems(items):
            items.reverse()
        """
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(pytester.path)
        run(suite, "-p", "backwards").assert_outcomes(passed=5)
    run(suite, "-k", "3").assert_outcomes(passed=1, deselected=4)


@pytest.mark.slow
def test_without_the_plugin_nothing_of_it_remains(pytester: pytest.Pytester) -> None:
    """`-p no:mohook`: no fixture, no marker, no option."""
    pytester.makepyfile("def test_it(mohook): pass")
    without = ("-p", "no:mohook", "-p", "no:asyncio", "-p", "no:django", "-p", "no:flask")
    result = pytester.runpytest_inprocess(*without)
    result.assert_outcomes(errors=1)
    assert "fixture 'mohook' not found" in result.stdout.str()
    for option in ("--help", "--markers"):
        assert "mohook" not in pytester.runpytest_inprocess(*without, option).stdout.str()


@pytest.mark.slow
def test_the_plugin_is_there_without_being_asked_for() -> None:
    """Its entry point names it, and its loading brings pytest alone."""
    code = (
        "import sys, pytest, importlib.metadata as m\n"
        "before = set(sys.modules)\n"
        "[point] = m.entry_points(group='pytest11', name='mohook')\n"
        "point.load()\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(new - set(sys.stdlib_module_names))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "{'pytest_mohook'}"


@pytest.mark.slow
def test_a_run_that_uses_nothing_of_it_imports_nothing(run_outside: Run) -> None:
    """Also where an ini option is set that cannot be wrong, and where a test fails."""
    source = """
        import sys

        def loaded():
            return {name for name in sys.modules if "mohook" in name}

        def test_before():
            assert loaded() == {"pytest_mohook", "pytest_mohook.plugin"}

        def test_fails():
            assert False

        def test_after():
            assert loaded() == {"pytest_mohook", "pytest_mohook.plugin"}
    """
    run_outside(source, "-o", "mohook_must_settle=true").assert_outcomes(passed=2, failed=1)


def test_fixtures_are_shown_with_what_they_give(run: Run) -> None:
    """`pytest --fixtures` has a line for each, with its scope where that is the session."""
    told = run("", "--fixtures").stdout.str()
    for name, words in {
        "mohook": "Two providers on the bench",
        "mohook_factory [session scope]": "Make fresh handles",
        "mohook_server": "Give the handle's HTTP face on a free port",
        "mohook_receiver": "Give a receiver that answers as it is told",
    }.items():
        assert f"\n{name} -- " in told
        assert f"\n    {words}" in told


def test_a_plan_of_a_run_makes_nothing(run: Run, suite: str) -> None:
    """`--setup-plan` and `--collect-only` pass without an emulator."""
    for option in ("--setup-plan", "--collect-only"):
        result = run(suite, option)
        assert result.ret == pytest.ExitCode.OK
        assert "error" not in result.stdout.str().lower()


def test_two_runs_in_one_process_do_not_see_each_other(run: Run) -> None:
    """One that runs within a test of the other has its own options and its own stories."""
    source = """
        pytest_plugins = ["pytester"]

        def test_outer(mohook, pytester):
            mohook.ip1.send("outer")
            pytester.makepyfile("def test_inner(mohook):\\n    assert mohook.seed == 2")
            inner = pytester.runpytest_inprocess({plugins}, "--mohook-seed=2")
            inner.assert_outcomes(passed=1)
            assert [message.body for message in mohook.messages] == ["outer"]
            assert mohook.seed == 1
            assert False
    """
    quiet = '"-p", "pytest_mohook.plugin", "-W", "ignore::pytest.PytestAssertRewriteWarning"'
    result = run(source.format(plugins=quiet), "--mohook-seed=1")
    result.assert_outcomes(failed=1)
    assert "E       assert False" in result.stdout.str()
    assert "m1 ip1 46712345678 → 456189040623 'outer'" in result.stdout.str()


def test_a_suite_may_put_its_own_fixture_over_ours(run: Run) -> None:
    """One of the same name that connects the app, so that no test has to."""
    source = """
        import pytest

        @pytest.fixture
        def mohook(mohook, app):
            mohook.ip1.connect(app, "/sms/ip1")
            return mohook

        def test_it(mohook):
            assert mohook.ip1.send().delivered

        @pytest.mark.mohook(must_settle=True)
        def test_its_mark_holds(mohook):
            mohook.intelepeer.send()
    """
    run(source).assert_outcomes(passed=1, failed=1)


def test_a_handle_may_live_as_long_as_the_session(run: Run) -> None:
    """A fixture of any scope can hold an episode; each message stays there."""
    source = """
        import pytest

        @pytest.fixture(scope="{scope}")
        def wide(mohook_factory):
            with mohook_factory.episode(seed=5) as mohook:
                yield mohook

        def test_first(wide):
            wide.ip1.send()

        def test_second(wide, mohook):
            assert len(wide.messages) == 1
            assert (wide.seed, mohook.seed) == (5, 0)
    """
    for scope in ("module", "package", "session"):
        run(source.format(scope=scope)).assert_outcomes(passed=2)


def test_episodes_may_run_in_threads(run: Run) -> None:
    """Each has its own emulator; all are in the report of a test that fails then."""
    source = """
        from concurrent.futures import ThreadPoolExecutor

        def test_it(mohook_factory, app):
            def episode(number):
                with mohook_factory.episode(seed=number) as mohook:
                    mohook.ip1.connect(app)
                    mohook.ip1.send(f"n{number}")
                    mohook.advance(days=1)
                    assert [message.body for message in mohook.messages] == [f"n{number}"]

            with ThreadPoolExecutor(4) as pool:
                list(pool.map(episode, range(40)))
    """
    run(source).assert_outcomes(passed=1)


@pytest.mark.slow
def test_three_hundred_tests_leave_nothing_behind(run: Run) -> None:
    """No thread, no open file, no event loop; with what goes unclosed being an error."""
    source = """
        import gc, os, threading
        import pytest

        def standing():
            gc.collect()
            files = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
            return threading.active_count(), files

        before = []

        @pytest.mark.parametrize("number", range(300))
        def test_one(mohook, mohook_receiver, app, number):
            mohook.ip1.connect(mohook_receiver.url if number % 10 == 1 else app)
            mohook.fail_next("500")
            mohook.ip1.send()
            mohook.advance(hours=1)
            if number == 2:
                before.append(standing())

        def test_standing():
            assert standing() == before[0]
    """
    run(source, "-W", "error", "-q").assert_outcomes(passed=301)
