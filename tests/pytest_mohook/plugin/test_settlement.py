"""Settlement: what a test may leave undelivered, and how it is told when it may not."""

from __future__ import annotations

from types import ModuleType

import anyio.pytest_plugin
import pytest
import pytest_asyncio.plugin

from tests.pytest_mohook.plugin.conftest import Run
from tests.pytest_mohook.plugin.test_report import sections

INI = ("-o", "mohook_must_settle=true")


def test_settled_is_asserted_by_hand(run: Run) -> None:
    """Nothing sent and all delivered is settled; pending, given up and held is not."""
    source = """
        import pytest

        def test_settled(mohook, app):
            mohook.assert_settled()
            mohook.ip1.connect(app)
            mohook.ip1.send()
            mohook.assert_settled()

        @pytest.mark.mohook(ip1={"retry_limit": 1})
        def test_not(mohook, failing):
            mohook.ip1.connect(failing)
            mohook.ip1.send("given up")
            mohook.intelepeer.send("held")
            mohook.intelepeer.connect(failing)
            mohook.intelepeer.send("pending")
            mohook.intelepeer.disconnect()
            mohook.assert_settled()
    """
    result = run(source)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  * AssertionError: 3 message(s) undelivered (*",
            "E  * m1 ip1 *given up*: failed: the provider has given it up",
            "E  * 1. * to http://testserver:1/: answered 500, given up",
            "E  * m2 intelepeer *held*",
            "E  * m3 intelepeer *pending*",
            "E  * The seed is 0.",
        ]
    )


LEAVES_ONE = """
    import pytest

    {mark}
    def test_it(mohook, app):
        mohook.ip1.connect(app)
        mohook.ip1.send("delivered")
        app.status = "500 Oops"
        mohook.ip1.send("left")
"""


@pytest.mark.parametrize(
    ("mark", "arguments", "outcome"),
    [
        ("", (), "passed"),
        ("@pytest.mark.mohook(must_settle=True)", (), "failed"),
        ("", INI, "failed"),
        ("@pytest.mark.mohook(must_settle=False)", INI, "passed"),
        ("@pytest.mark.mohook(must_settle=False)", (), "passed"),
    ],
)
def test_a_passing_test_that_leaves_messages_fails_where_asked_for(
    run: Run, mark: str, arguments: tuple[str, ...], outcome: str
) -> None:
    """As FAILED, in the call phase; the mark goes before the ini option."""
    result = run(LEAVES_ONE.format(mark=mark), *arguments)
    result.assert_outcomes(**{outcome: 1})


def test_the_failure_is_short_and_the_story_told_once(run: Run) -> None:
    """How many are left and why that matters; the timeline stands in its section."""
    result = run(LEAVES_ONE.format(mark=""), *INI)
    told = result.stdout.str()
    assert (
        "\nthe test passed and left 1 message(s) undelivered (1 pending); must_settle is set\n"
    ) in told
    [story] = sections(result)
    assert "'delivered'" in story
    assert told.count("'left'") == 1
    assert "--full-trace" not in told


def test_a_test_that_delivers_all_passes(run: Run) -> None:
    """Later attempts count."""
    source = """
        def test_it(mohook, app):
            mohook.fail_next("500", "lose-ack")
            mohook.intelepeer.connect(app)
            mohook.intelepeer.send()
            mohook.run_until_idle()

        def test_nothing(mohook): pass
    """
    run(source, *INI).assert_outcomes(passed=2)


def test_another_outcome_stays_as_it_is(run: Run) -> None:
    """A test that failed, was skipped or xfailed keeps its own reason, and only that."""
    source = """
        import pytest

        @pytest.fixture(autouse=True)
        def left(mohook):
            mohook.ip1.send("left")

        def test_fails():
            assert "own" == "error"

        def test_skips():
            pytest.skip("own reason")

        @pytest.mark.xfail(reason="own reason")
        def test_xfails():
            assert False

        @pytest.mark.skip(reason="never run")
        def test_skipped(): pass
    """
    result = run(source, *INI, "-rsx")
    result.assert_outcomes(failed=1, skipped=2, xfailed=1, errors=0)
    assert "must_settle" not in result.stdout.str()
    assert result.stdout.str().count("own reason") >= 2


def test_leaving_messages_is_a_failure_that_can_be_expected(run: Run) -> None:
    """With `xfail`, as any other failure."""
    source = """
        import pytest

        @pytest.mark.xfail(strict=True, reason="known to lose acknowledgements")
        def test_it(mohook):
            mohook.ip1.send()
    """
    run(source, *INI).assert_outcomes(xfailed=1)


def test_unittest_cases_are_held_to_it(run: Run) -> None:
    """They get the handle from an autouse fixture; each outcome is as in a plain test."""
    source = """
        import unittest
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def handle(self, mohook):
                self.mohook = mohook
                mohook.ip1.send("left")

            def test_passes(self): pass

            def test_fails(self): self.fail("own error")

            def test_skips(self): self.skipTest("own reason")

            @unittest.expectedFailure
            def test_xfails(self): self.fail("own error")

            @pytest.mark.mohook(must_settle=False)
            def test_is_free(self): pass
    """
    result = run(source, *INI)
    result.assert_outcomes(failed=2, skipped=1, xfailed=1, passed=1, errors=0)
    assert result.stdout.str().count("must_settle is set") == 1
    assert len(sections(result)) == 2


@pytest.mark.parametrize(
    ("plugin", "mark", "arguments"),
    [
        (pytest_asyncio.plugin, "asyncio", ("-o", "asyncio_default_fixture_loop_scope=function")),
        (anyio.pytest_plugin, "anyio", ()),
    ],
)
def test_async_tests_are_held_to_it(
    run: Run, plugin: ModuleType, mark: str, arguments: tuple[str, ...]
) -> None:
    """With pytest-asyncio and with anyio; and their reports carry the story."""
    source = f"""
        import pytest

        pytestmark = pytest.mark.{mark}

        @pytest.fixture
        def anyio_backend():
            return "asyncio"

        async def test_settles(mohook, app):
            mohook.ip1.connect(app)
            assert (await mohook.aio.ip1.send()).delivered

        async def test_leaves(mohook, failing):
            mohook.ip1.connect(failing)
            await mohook.aio.ip1.send()

        async def test_fails(mohook, failing):
            mohook.ip1.connect(failing)
            await mohook.aio.ip1.send()
            assert False
    """
    result = run(source, *INI, *arguments, plugins=(plugin,))
    result.assert_outcomes(passed=1, failed=2)
    assert ["answered 500" in story for story in sections(result)] == [True, True]
    assert result.stdout.str().count("must_settle is set") == 1


def test_episodes_are_held_to_it_at_their_end(run: Run) -> None:
    """By their own words, the mark or the ini option; not where the block itself has failed."""
    source = """
        import pytest

        def test_own(mohook_factory):
            with mohook_factory.episode(must_settle=True) as mohook:
                mohook.ip1.send("left")

        @pytest.mark.mohook(must_settle=True)
        def test_mark(mohook_factory):
            with mohook_factory.episode() as mohook:
                mohook.ip1.send("left")

        @pytest.mark.mohook(must_settle=True)
        def test_free(mohook_factory):
            with mohook_factory.episode(must_settle=False) as mohook:
                mohook.ip1.send("left")

        def test_fails(mohook_factory):
            with mohook_factory.episode(must_settle=True) as mohook:
                mohook.ip1.send("left")
                raise KeyError("own")

        def test_leaves_early(mohook_factory):
            for _ in "ab":
                with mohook_factory.episode(must_settle=True) as mohook:
                    continue
    """
    result = run(source)
    result.assert_outcomes(failed=3, passed=2)
    assert result.stdout.str().count("AssertionError: 1 message(s) undelivered") >= 2
    assert "KeyError: 'own'" in result.stdout.str()


def test_a_fixture_built_on_an_episode_is_judged_once(run: Run) -> None:
    """When the test ends, as FAILED, and not as an ERROR when the fixture does."""
    source = """
        import pytest

        @pytest.fixture
        def own(mohook_factory):
            with mohook_factory.episode(seed=7) as mohook:
                yield mohook

        def test_leaves(own):
            own.ip1.send("left")

        def test_fails(own):
            own.ip1.send("left")
            assert False

        def test_settles(own, app):
            own.ip1.connect(app)
            own.ip1.send("delivered")
    """
    result = run(source, *INI)
    result.assert_outcomes(failed=2, passed=1, errors=0)
    assert result.stdout.str().count("must_settle is set") == 1


def test_a_handle_of_the_module_fails_only_the_test_that_left_something(run: Run) -> None:
    """Those after it are not blamed, nor is the end of the module."""
    source = """
        import pytest

        @pytest.fixture(scope="module")
        def wide(mohook_factory):
            with mohook_factory.episode() as mohook:
                yield mohook

        def test_first(wide): wide.ip1.send("left")

        def test_second(wide): assert len(wide.messages) == 1

        def test_without(): pass

        def test_third(wide): wide.ip1.send("left too")
    """
    result = run(source, *INI, "-v")
    result.assert_outcomes(failed=2, passed=2, errors=0)
    result.stdout.fnmatch_lines(["*::test_second PASSED*", "*::test_third FAILED*"])
