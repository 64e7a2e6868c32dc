"""Hypothesis: the health check that a user meets, and episodes, which answer it."""

from __future__ import annotations

import re

import _hypothesis_pytestplugin  # type: ignore[import-untyped]
import pytest

from tests._pages import README
from tests.pytest_mohook.plugin.conftest import Run
from tests.pytest_mohook.plugin.test_report import sections

HYPOTHESIS: tuple[object, ...] = (_hypothesis_pytestplugin,)

HEAD = """
    import pytest
    from hypothesis import given, settings, strategies as st

    @pytest.fixture(autouse=True, scope="session")
    def unhurried():
        settings.register_profile("unhurried", deadline=None, database=None, derandomize=True)
        settings.load_profile("unhurried")
"""


def test_the_fixture_of_a_whole_test_is_refused_and_the_way_out_told(run: Run) -> None:
    """Hypothesis refuses `mohook` under `@given`; the error says what to use instead."""
    source = f"""{HEAD}
    @given(st.text())
    def test_it(mohook, body):
        mohook.ip1.send(body)
    """
    result = run(source, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=1)
    told = result.stdout.str()
    [in_the_readme] = re.findall(r"Hypothesis stops with \*(.*?)\*", README, re.DOTALL)
    words = " ".join(in_the_readme.split())
    assert f"FailedHealthCheck: 'test_it.py::test_it' {words}" in told
    assert "from `with mohook_factory.episode() as mohook:`." in told


@pytest.mark.parametrize(
    ("fixture", "instead"),
    [
        ("mohook_server", "`with MohookServer(mohook) as mohook_server:`"),
        ("mohook_receiver", "`with MohookReceiver() as mohook_receiver:`"),
    ],
)
def test_so_are_the_others_of_a_whole_test(run: Run, fixture: str, instead: str) -> None:
    """Each with what makes one for each input; that code runs."""
    source = f"""{HEAD}
    from pytest_mohook import MohookReceiver, MohookServer

    @given(st.booleans())
    def test_it({fixture}, which): pass

    @given(st.booleans())
    def test_instead(mohook_factory, which):
        with mohook_factory.episode() as mohook:
            {instead.strip("`")}
                assert {fixture}.url
    """
    result = run(source, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=1, passed=1)
    told = result.stdout.str()
    assert f"uses a function-scoped fixture '{fixture}'" in told
    assert f"the fixture `{fixture}` is set up once a test" in told
    assert instead in told


def test_another_fixture_gets_no_such_advice(run: Run) -> None:
    """Only ours has a factory here."""
    source = f"""{HEAD}
    @given(body=st.text())
    def test_it(mohook_factory, tmp_path, body): pass
    """
    told = run(source, plugins=HYPOTHESIS).stdout.str()
    assert "function-scoped fixture 'tmp_path'" in told
    assert "mohook_factory.episode()" not in told


@pytest.mark.slow
def test_each_example_has_a_fresh_state(run: Run) -> None:
    """Messages, clock, ids, faults and what is connected: nothing comes from the one before."""
    source = f"""{HEAD}
    ids = []

    @given(st.integers(0, 99))
    def test_it(mohook_factory, lasting, minutes):
        with mohook_factory.episode() as mohook:
            assert mohook.messages == []
            assert mohook.now.isoformat() == "2026-01-01T12:00:00+00:00"
            assert mohook.ip1.webhook() is None
            mohook.ip1.connect(lasting)
            message = mohook.ip1.send("Hi")
            assert message.outcomes == ["200"]
            ids.append(message.payload["id"])
            mohook.fail_next("500")
            mohook.advance(minutes=minutes)

    def test_afterwards():
        assert len(ids) >= 100
        assert len(set(ids)) == 1
    """
    run(source, plugins=HYPOTHESIS).assert_outcomes(passed=2)


def test_the_mark_holds_in_every_episode_and_its_own_words_go_before(run: Run) -> None:
    """Switch by switch."""
    source = f"""{HEAD}
    @pytest.mark.mohook(seed=5, ip1={{"retry_limit": 3, "missing_operator": "null"}})
    @given(limit=st.integers(4, 9))
    def test_it(mohook_factory, limit):
        with mohook_factory.episode() as mohook:
            assert (mohook.seed, mohook.emulator.settings.ip1.retry_limit) == (5, 3)
        with mohook_factory.episode(ip1={{"retry_limit": limit}}) as mohook:
            ip1 = mohook.emulator.settings.ip1
            assert (ip1.retry_limit, ip1.missing_operator) == (limit, "null")
    """
    run(source, plugins=HYPOTHESIS).assert_outcomes(passed=1)


@pytest.mark.slow
def test_the_report_carries_the_smallest_failing_example(run: Run) -> None:
    """And of that one alone, though it was not the first to fail."""
    source = f"""{HEAD}
    @given(st.lists(st.integers(0, 99)))
    def test_it(mohook_factory, numbers):
        with mohook_factory.episode() as mohook:
            for number in numbers:
                mohook.ip1.send(f"n{{number}}")
            assert max(numbers, default=0) < 7
    """
    result = run(source, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=1)
    assert "numbers = [7]\n" in result.stdout.str()
    [story] = sections(result)
    assert story.startswith("m1 ip1 46712345678 → 456189040623 'n7': held")
    assert "m2" not in story


@pytest.mark.slow
def test_leaving_messages_shrinks_as_any_other_failure(run: Run) -> None:
    """With `must_settle` an example that leaves one fails."""
    source = f"""{HEAD}
    @pytest.mark.mohook(must_settle=True)
    @given(st.integers(0, 99))
    def test_it(mohook_factory, lasting, number):
        with mohook_factory.episode() as mohook:
            mohook.ip1.connect(lasting)
            mohook.ip1.send()
            if number > 20:
                mohook.fail_next("500")
                mohook.ip1.send("left")
    """
    result = run(source, plugins=HYPOTHESIS)
    result.assert_outcomes(failed=1)
    told = result.stdout.str()
    assert "number = 21\n" in told
    assert "AssertionError: 1 message(s) undelivered (1 pending)" in told


def test_episodes_nest_and_are_each_other_strangers(run: Run) -> None:
    """Two emulators at once, in one example or beside the fixture."""
    source = f"""{HEAD}
    @given(st.integers(0, 9))
    def test_it(mohook_factory, lasting, minutes):
        with mohook_factory.episode(seed=1) as a, mohook_factory.episode(seed=2) as b:
            a.ip1.connect(lasting)
            one, other = a.ip1.send(), b.ip1.send()
            assert (one.delivered, other.held) == (True, True)
            a.advance(minutes=minutes)
            assert (a.now - b.now).total_seconds() == 60 * minutes

    def test_beside(mohook, mohook_factory):
        with mohook_factory.episode() as inner:
            inner.ip1.send()
        assert mohook.messages == []
    """
    run(source, plugins=HYPOTHESIS).assert_outcomes(passed=2)


def test_every_way_out_of_an_episode_ends_it(run: Run) -> None:
    """An error, a skip, a return, a generator that nobody goes on with: its threads end."""
    source = """
        import gc
        import threading
        import pytest

        class Stop(BaseException): pass

        def open_episode(factory):
            with factory.episode(clock="real") as mohook:
                yield mohook

        @pytest.mark.parametrize("problem", [KeyError("x"), Stop(), pytest.skip.Exception("so")])
        def test_raised(mohook_factory, problem):
            before = set(threading.enumerate())
            with pytest.raises(type(problem)):
                with mohook_factory.episode(clock="real") as mohook:
                    mohook.ip1.send()
                    assert set(threading.enumerate()) - before
                    raise problem
            assert set(threading.enumerate()) <= before

        def test_a_generator(mohook_factory):
            before = set(threading.enumerate())
            generator = open_episode(mohook_factory)
            next(generator)
            generator.close()
            assert set(threading.enumerate()) <= before
    """
    run(source).assert_outcomes(passed=4)


@pytest.mark.slow
def test_five_hundred_episodes_leave_nothing_behind(run: Run) -> None:
    """No thread, no open file, no socket, and no emulator in memory but the last."""
    source = f"""{HEAD}
    import gc, os, threading
    from mohook.emulator import Emulator

    def open_files():
        return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0

    def emulators():
        gc.collect()
        return sum(isinstance(each, Emulator) for each in gc.get_objects())

    def test_it(mohook_factory, lasting):
        before = set(threading.enumerate()), open_files(), emulators()

        @settings(max_examples=500)
        @given(st.text("ab"))
        def example(body):
            with mohook_factory.episode() as mohook:
                mohook.ip1.connect(lasting)
                mohook.ip1.send(body)

        example()
        threads, files, left = set(threading.enumerate()), open_files(), emulators()
        assert threads <= before[0]
        assert files == before[1]
        assert left <= before[2] + 1
    """
    run(source, plugins=HYPOTHESIS).assert_outcomes(passed=1)
