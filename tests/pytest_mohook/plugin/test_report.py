"""The report of a failing test: the story, the seed, and where the test went wrong."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.pytest_mohook.plugin.conftest import Run

WRONG_PATH = """
    from flask import Flask

    def test_it(mohook):
        mohook.ip1.connect(Flask("empty"), "/nowhere")
        message = mohook.ip1.send("Hi my name is earl")
        mohook.advance(minutes=10)
        assert message.delivered
"""


def sections(result: pytest.RunResult) -> list[str]:
    """Return what stands under each heading `mohook`, in order."""
    parts = re.split(r"\n-+ mohook -+\n", result.stdout.str())[1:]
    return [re.split(r"\n(?:-{3,}|_{3,}|={3,})", part)[0] for part in parts]


def test_the_story_and_the_seed_stand_in_the_report(run: Run) -> None:
    """A newcomer with a wrong path sees where it was posted to, and how to run it again."""
    [story] = sections(run(WRONG_PATH))
    assert story == (
        "m1 ip1 46712345678 → 456189040623 'Hi my name is earl': "
        "pending, next attempt at 2026-01-01 12:20:00\n"
        "    1. 2026-01-01 12:00:00 to http://testserver:1/nowhere: answered 404, "
        "again at 2026-01-01 12:10:00\n"
        "    2. 2026-01-01 12:10:00 answered 404, again at 2026-01-01 12:20:00\n"
        "The clock stands at 2026-01-01 12:10:00, the seed is 0 (--mohook-seed 0)."
    )


def test_it_is_shown_whatever_is_captured(run: Run) -> None:
    """It is no captured output: `--show-capture=no` and `-s` leave it, `--tb` too."""
    for option in ("--show-capture=no", "-s", "--tb=short", "--tb=native"):
        [story] = sections(run(WRONG_PATH, option))
        assert "answered 404" in story


IN_A_CASE = """
    import unittest

    import pytest
    from flask import Flask

    class TestIt(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def handed_over(self, mohook):
            self.mohook = mohook

        def test_it(self):
            self.mohook.ip1.connect(Flask("empty"), "/nowhere")
            self.assertTrue(self.mohook.ip1.send("Hi").delivered)
"""


def test_it_is_shown_for_a_unittest_case(run: Run) -> None:
    """Of which pytest knows that it failed only when it makes the report."""
    [story] = sections(run(IN_A_CASE))
    assert "to http://testserver:1/nowhere: answered 404" in story
    assert "the seed is 0" in story


def test_it_stands_in_a_junit_file(run: Run) -> None:
    """With the failure itself, where every reader of such files shows it."""
    run(WRONG_PATH, "--junitxml=junit.xml")
    [failure] = ElementTree.parse("junit.xml").getroot().iter("failure")  # noqa: S314 - our own
    assert "assert False" in str(failure.text)
    assert "to http://testserver:1/nowhere: answered 404" in str(failure.text)
    assert "the seed is 0" in str(failure.text)


@pytest.mark.slow
def test_it_comes_back_from_xdist(run_outside: Run) -> None:
    """The workers' reports carry it, for the tests that failed alone."""
    result = run_outside(
        f"{WRONG_PATH}\n    def test_fine(mohook): pass\n", "-p", "xdist", "-n", "2"
    )
    result.assert_outcomes(failed=1, passed=1)
    [story] = sections(result)
    assert "to http://testserver:1/nowhere: answered 404" in story


def test_tests_that_do_not_fail_carry_none(run: Run) -> None:
    """Passing, skipped, xfailed and xpassed ones."""
    source = """
        import pytest

        def test_passes(mohook):
            mohook.ip1.send()

        def test_skips(mohook):
            mohook.ip1.send()
            pytest.skip("so")

        @pytest.mark.xfail
        def test_xfails(mohook):
            mohook.ip1.send()
            assert False

        @pytest.mark.xfail
        def test_xpasses(mohook):
            mohook.ip1.send()
    """
    result = run(source, "-rA")
    result.assert_outcomes(passed=1, skipped=1, xfailed=1, xpassed=1)
    assert sections(result) == []


def test_a_test_carries_its_own_handle_alone(run: Run) -> None:
    """Not that of the test before, also where it has none itself."""
    source = """
        def test_before(mohook):
            mohook.ip1.send("before")
            assert False

        def test_without(mohook_factory):
            assert False

        def test_plain():
            assert False

        def test_with(mohook):
            mohook.ip1.send("with")
            assert False
    """
    result = run(source)
    result.assert_outcomes(failed=4)
    first, second = sections(result)
    assert "'before'" in first
    assert "'with'" in second
    assert "'before'" not in second


def test_several_handles_are_told_each(run: Run) -> None:
    """Those in use, and of episodes one after the other the last."""
    source = """
        def test_nested(mohook_factory):
            with mohook_factory.episode() as a, mohook_factory.episode(seed=2) as b:
                a.ip1.send("outer")
                b.ip1.send("inner")
                assert False

        def test_in_turn(mohook, mohook_factory):
            mohook.ip1.send("fixture")
            with mohook_factory.episode() as a:
                a.ip1.send("first")
            with mohook_factory.episode() as b:
                b.ip1.send("second")
            assert False

        def test_unused(mohook, mohook_factory):
            with mohook_factory.episode() as a:
                a.ip1.send("used")
            assert False
    """
    told = [re.findall(r" '(\w+)'", story) for story in sections(run(source))]
    assert told == [["outer"], ["inner"], ["fixture"], ["second"], ["used"]]


def test_a_handle_of_the_module_is_told_in_each_of_its_tests(run: Run) -> None:
    """And no more once it is over."""
    source = """
        import pytest

        @pytest.fixture(scope="class")
        def wide(mohook_factory):
            with mohook_factory.episode() as mohook:
                yield mohook

        class TestWide:
            def test_first(self, wide):
                wide.ip1.send("first")

            def test_second(self, wide):
                wide.ip1.send("second")
                assert False

        def test_after(mohook):
            assert False
    """
    second, after = sections(run(source))
    assert re.findall(r" '(\w+)'", second) == ["first", "second"]
    assert after.startswith("nothing was sent\nThe clock stands at")


def test_a_fixture_that_fails_carries_it_too(run: Run) -> None:
    """At setup; and at teardown, unless the test itself has told it."""
    source = """
        import pytest

        @pytest.fixture
        def sent(mohook):
            mohook.ip1.send("sent")

        @pytest.fixture
        def fails_first(sent):
            assert False

        @pytest.fixture
        def fails_last(sent):
            yield
            assert False

        def test_setup(fails_first): pass
        def test_teardown(fails_last): pass
        def test_both(fails_last): assert False
    """
    result = run(source)
    result.assert_outcomes(passed=1, failed=1, errors=3)
    assert ["'sent'" in story for story in sections(result)] == [True] * 3


def test_what_the_error_tells_is_not_told_again(run: Run) -> None:
    """A settlement's timeline stands in the error; the clock and the seed follow."""
    source = """
        def test_it(mohook, failing):
            mohook.ip1.connect(failing)
            mohook.ip1.send()
            {}
    """
    for line in ("mohook.assert_settled()", "mohook.run_until_idle(max_attempts=2)"):
        result = run(source.format(line))
        [story] = sections(result)
        assert story.startswith("The clock stands at")
        assert result.stdout.str().count("answered 500, again at 2026-01-01 12:10:00") == 1


def test_a_long_story_is_cut_in_the_middle(run: Run) -> None:
    """Its beginning and its end say most, and where the rest is."""
    source = """
        def test_it(mohook):
            mohook.ip1.send_batch(["Hi"] * 1_000)
            assert False
    """
    [story] = sections(run(source))
    assert len(story) < 21_000
    assert story.startswith("m1 ip1 ")
    assert "characters left out: mohook.timeline() has all" in story
    assert "\nm1000 ip1 " in story


def test_no_secret_shows(run: Run) -> None:
    """No signature, no credentials of a URL."""
    source = """
        import pytest

        @pytest.mark.mohook(intelepeer={"secret": "geheim"}, delivery={"time_limit": "1s"})
        def test_it(mohook):
            mohook.intelepeer.connect("http://me:" + "pass" + "word@127.0.0.1:1/sms")
            assert "geheim" in mohook.intelepeer.send().payload.values()
            pytest.fail("so", pytrace=False)
    """
    result = run(source)
    [story] = sections(result)
    assert "to http://***@127.0.0.1:1/sms: " in story
    assert "geheim" not in result.stdout.str()
    assert "password" not in result.stdout.str()


AT_THE_CALL = """
    import pytest

    def test_input(mohook):
        mohook.advance(minutes=-1)

    def test_app(mohook):
        mohook.ip1.connect(5)

    def test_settled(mohook_factory):
        with mohook_factory.episode(must_settle=True) as mohook:
            mohook.ip1.send()

    def test_word(mohook_factory):
        with mohook_factory.episode(sed=7):
            pass

    def test_stored(mohook):
        mohook.assert_stored(["Hi"])

    def test_what_is_stored(mohook):
        mohook.assert_stored(7)
"""


def test_an_error_that_teaches_is_shown_at_the_call(run: Run) -> None:
    """How mohook found out is of no use to a reader; `--full-trace` shows it all the same."""
    result = run(AT_THE_CALL)
    result.assert_outcomes(failed=6)
    told = result.stdout.str()
    assert set(re.findall(r"\w+\.py(?=:\d)", told)) == {"test_it.py"}
    assert "test_it.py:18: AssertionError" in told
    assert "a clock only moves forward" in told
    assert "test_it.py:4: InputError" in told
    assert "sed = 7: no such option; did you mean seed?" in told
    assert re.search(r"handle\.py:\d+", run(AT_THE_CALL, "--full-trace").stdout.str())


def test_an_error_that_nobody_meant_is_shown_whole(run: Run) -> None:
    """A slip in mohook itself keeps its traceback, and ends no run."""
    source = """
        def test_it(mohook):
            mohook._bench = None
            mohook.advance(minutes=1)

        def test_other(mohook): pass
    """
    result = run(source)
    result.assert_outcomes(failed=1, passed=1)
    assert re.search(r"handle\.py:\d+: AttributeError", result.stdout.str())
    [story] = sections(result)
    assert story.startswith("no story: AttributeError(")


def test_the_plugin_stands_in_nobodys_traceback(run: Run) -> None:
    """Neither in a fixture's nor in a test's."""
    source = """
        import unittest
        import pytest

        @pytest.fixture(scope="module")
        def wide(): raise KeyError

        @pytest.fixture
        def narrow(mohook): raise KeyError

        @pytest.fixture
        def last(mohook):
            yield
            raise KeyError

        def test_wide(mohook, wide): pass
        def test_narrow(narrow): pass
        def test_last(last): raise KeyError

        class TestIt(unittest.TestCase):
            def test_it(self): raise KeyError
    """
    result = run(source)
    result.assert_outcomes(failed=2, errors=3)
    assert "plugin.py" not in result.stdout.str()


def test_it_stands_in_no_other_plugins_traceback(run: Run) -> None:
    """One whose hook fails beside ours."""

    class Fails:
        def pytest_runtest_call(self) -> None:
            raise KeyError

    result = run("def test_it(mohook): pass", plugins=(Fails(),))
    result.assert_outcomes(failed=1)
    assert "raise KeyError" in result.stdout.str()
    assert "plugin.py" not in result.stdout.str()


def test_what_has_no_handle_has_no_story(run: Run) -> None:
    """The report of a plain test is pytest's own."""
    result = run("def test_it(): assert False")
    result.assert_outcomes(failed=1)
    assert "mohook" not in result.stdout.str().partition("FAILURES")[2]


def test_doctests_and_subtests_carry_it_too(run: Run) -> None:
    """Whatever form the failure's own text has."""
    Path("test_doc.txt").write_text(
        ">>> mohook = getfixture('mohook')\n>>> mohook.ip1.send('doc').delivered\nTrue\n",
        encoding="utf-8",
    )
    source = """
        def test_it(mohook, subtests):
            mohook.ip1.send("sub")
            for _ in range(2):
                with subtests.test():
                    assert False
    """
    result = run(source)
    [doc, *sub] = sections(result)
    assert "'doc'" in doc
    assert ["'sub'" in story for story in sub] == [True, True]
