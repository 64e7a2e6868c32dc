"""The marker `mohook`: what it takes, what comes first, what it refuses."""

from __future__ import annotations

import ast
import re
from dataclasses import fields, replace

from mohook.delivery.clock import MANUAL_START
from mohook.settings import Settings
from pytest_mohook.harness.options import _TABLES, _WORDS, HarnessOptions
from tests.pytest_mohook.plugin.conftest import Run


def test_the_marker_is_registered_with_its_whole_signature(run: Run) -> None:
    """`pytest --markers` shows every word that is taken, and a default that changes nothing."""
    told = run("", "--markers").stdout.str()
    [call] = re.findall(r"pytest\.mark\.(mohook\(.*?\)):", told)
    shown = ast.parse(call.replace("*, ", ""), mode="eval").body
    assert isinstance(shown, ast.Call)
    words = {str(each.arg): ast.literal_eval(each.value) for each in shown.keywords}
    assert tuple(words) == _WORDS
    as_it_comes = HarnessOptions().with_words(words, "")
    assert as_it_comes == replace(HarnessOptions(), start=MANUAL_START)


def test_every_table_of_a_test_is_a_word() -> None:
    """Of `mohook.toml` all but `[serve]` and `[check]`, which are of a process."""
    assert {"serve", "check", *_TABLES} == {each.name for each in fields(Settings)}


def test_strict_markers_know_it(run: Run) -> None:
    """A test that bears it runs with `--strict-markers`, one with a slip in the name does not."""
    source = """
        import pytest

        @pytest.mark.{marker}(seed=1)
        def test_it(mohook):
            pass
    """
    run(source.format(marker="mohook"), "--strict-markers").assert_outcomes(passed=1)
    run(source.format(marker="mohok"), "--strict-markers").assert_outcomes(errors=1)


def test_every_word_has_its_effect(run: Run) -> None:
    """Seed, start, settlement and one switch of each table are those of the mark."""
    source = """
        from datetime import UTC, datetime, timedelta
        import pytest

        def test_as_it_comes(mohook):
            assert (mohook.seed, mohook.now) == (0, datetime(2026, 1, 1, 12, tzinfo=UTC))

        @pytest.mark.mohook(seed=7, start="2027-02-03T04:05:06+01:00")
        def test_seed_and_start(mohook):
            assert (mohook.seed, mohook.now) == (7, datetime(2027, 2, 3, 3, 5, 6, tzinfo=UTC))

        @pytest.mark.mohook(start=datetime(2027, 2, 3, tzinfo=UTC))
        def test_an_instant_as_an_object(mohook):
            assert mohook.now == datetime(2027, 2, 3, tzinfo=UTC)

        @pytest.mark.mohook(ip1={"retry_interval": "30s"})
        def test_text(mohook, failing):
            mohook.ip1.connect(failing)
            message = mohook.ip1.send()
            assert message.next_attempt_at - mohook.now == timedelta(seconds=30)

        @pytest.mark.mohook(ip1={"retry_interval": timedelta(seconds=31), "retry_limit": None})
        def test_objects(mohook, failing):
            mohook.ip1.connect(failing)
            message = mohook.ip1.send()
            assert message.next_attempt_at - mohook.now == timedelta(seconds=31)

        @pytest.mark.mohook(intelepeer={"retry_spacing": ["5s"], "refid": "sm"})
        def test_intelepeer(mohook, failing):
            mohook.intelepeer.connect(failing)
            message = mohook.intelepeer.send()
            assert message.payload["refid"].startswith("SM")
            assert len(mohook.run_until_idle()) == 1

        @pytest.mark.mohook(intelepeer={"signature": {"mode": "absent"}})
        def test_a_table_in_a_table(mohook, app):
            mohook.intelepeer.connect(app)
            assert "signature" not in mohook.intelepeer.send().payload

        @pytest.mark.mohook(delivery={"acknowledge": "2xx"})
        def test_delivery(mohook, app):
            app.status = "204 No Content"
            mohook.ip1.connect(app)
            assert mohook.ip1.send().delivered

        @pytest.mark.mohook(sms={"empty_text_parts": 0})
        def test_sms(mohook, app):
            mohook.ip1.connect(app)
            assert mohook.ip1.send("").payload["segments"] == 0
    """
    run(source).assert_outcomes(passed=9)


def test_a_clock_that_runs_by_itself(run: Run) -> None:
    """Real or faster: attempts are made without being asked for, and nobody may move it."""
    source = """
        from datetime import UTC, datetime, timedelta
        import pytest
        from mohook.errors import ConflictError

        @pytest.mark.mohook(clock="real")
        def test_real(mohook, app):
            assert abs(mohook.now - datetime.now(UTC)) < timedelta(minutes=1)
            mohook.ip1.connect(app)
            assert mohook.ip1.send().delivered
            with pytest.raises(ConflictError, match="manual"):
                mohook.advance(minutes=1)

        @pytest.mark.mohook(clock="x100000", start="2030-01-01T00:00:00Z")
        def test_faster(mohook, failing):
            assert mohook.now.year == 2030
            mohook.intelepeer.connect(failing)
            message = mohook.intelepeer.send()
            journal = mohook.emulator.store.journal
            while not message.failed:
                journal.wait(journal.last, 0.1)
            assert len(message.attempts) == 5
    """
    run(source).assert_outcomes(passed=2)


def test_marks_on_module_class_and_function_merge(run: Run) -> None:
    """Switch by switch, the nearest first; a wider fixture sees the marks of its own node."""
    source = """
        from datetime import timedelta
        import pytest

        pytestmark = pytest.mark.mohook(seed=1, ip1={"retry_interval": "30s", "retry_limit": 2})

        @pytest.fixture(scope="module")
        def wide(mohook_factory):
            with mohook_factory.episode() as mohook:
                yield mohook

        @pytest.mark.mohook(seed=2, ip1={"retry_limit": 3})
        class TestIt:
            @pytest.mark.mohook(ip1={"retry_interval": "40s"})
            def test_all_three(self, mohook, wide):
                ip1 = mohook.emulator.settings.ip1
                assert (mohook.seed, wide.seed, ip1.retry_limit) == (2, 1, 3)
                assert ip1.retry_interval == timedelta(seconds=40)

            @pytest.mark.mohook(ip1={"retry_limit": None})
            def test_none_is_no_limit_again(self, mohook):
                assert mohook.emulator.settings.ip1.retry_limit is None

        def test_module_alone(mohook, wide):
            assert (mohook.seed, wide.seed) == (1, 1)
    """
    run(source).assert_outcomes(passed=3)


def test_several_marks_on_one_function_merge(run: Run) -> None:
    """The one next to the function is the nearest."""
    source = """
        import pytest

        @pytest.mark.mohook(seed=1, must_settle=True)
        @pytest.mark.mohook(seed=2)
        def test_it(mohook):
            assert mohook.seed == 2
            mohook.ip1.send()
    """
    run(source).assert_outcomes(failed=1)


WRONG = [
    ("7", "@pytest.mark.mohook(7): expected names, such as @pytest.mark.mohook(seed=1)"),
    ("sed=7", "@pytest.mark.mohook: sed = 7: no such option; did you mean seed?"),
    ("blah=7", "blah = 7: no such option; expected one of seed, start, clock, must_settle, "),
    ("seed='x'", "@pytest.mark.mohook: seed = 'x': expected a whole number"),
    ("seed=True", "seed = true: expected a whole number"),
    ("clock='fast'", "clock = 'fast': expected real, manual, or x and a number above 0"),
    ("start='noon'", "start = 'noon': expected an instant such as 2026-01-01T12:00:00Z"),
    ("start='2026-01-01'", "start = '2026-01-01': expected an instant such as"),
    ("start='0001-01-01T00:00:00+14:00'", "expected an instant such as"),
    ("must_settle='no'", "must_settle = 'no': expected True or False"),
    ("ip1=3", "ip1 = 3: expected a dict, such as {'retry_interval': '30s'}"),
    ("ip1={3: 4}", "ip1: 3 is no name: expected a str, such as '3'"),
    ("ip1={'accounts': {10001: {}}}", "ip1.accounts: 10001 is no name: expected a str"),
    ("ip1={'retry_intervall': '1m'}", "no such key; did you mean ip1.retry_interval?"),
    ("ip1={'retry_interval': 'soon'}", "ip1.retry_interval = 'soon': expected a duration"),
    ("intelepeer={'secret': 5}", "intelepeer.secret = (hidden): expected a text"),
    ("seed=integers()", "seed = integers() is a strategy: expected a value"),
    ("ip1={'retry_limit': integers()}", "ip1.retry_limit = integers() is a strategy"),
]


def test_what_is_wrong_is_an_error_at_setup_without_a_traceback(run: Run) -> None:
    """It shows the offending value, what was expected, and where it stands: in the mark."""
    tests = [
        f"@pytest.mark.mohook({given})\ndef test_{number}(mohook): pass\n"
        for number, (given, _) in enumerate(WRONG)
    ]
    source = "import pytest\nfrom hypothesis.strategies import integers\n" + "\n".join(tests)
    result = run(source)
    result.assert_outcomes(errors=len(WRONG))
    errors, _, _ = result.stdout.str().partition("short test summary")
    _, *sections = errors.split("ERROR at setup of ")
    for section, (given, told) in zip(sections, WRONG, strict=True):
        assert told in section, given
        assert "@pytest.mark.mohook" in section
        assert ".py" not in section


def test_all_that_is_wrong_is_told_at_once(run: Run) -> None:
    """Not one mistake a run."""
    source = """
        import pytest

        @pytest.mark.mohook(sed=7, clock="fast", ip1={"retry_limit": 0})
        def test_it(mohook):
            pass
    """
    told = run(source).stdout.str()
    assert "sed = 7" in told
    assert "clock = 'fast'" in told
    assert "ip1.retry_limit = 0" in told
