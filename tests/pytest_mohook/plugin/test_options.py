"""Flags and ini options: effects, what comes first, what is refused, what `--help` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_mohook.harness.options import options_of_run
from tests.pytest_mohook.plugin.conftest import Run

SHOW = """
    def test_it(mohook):
        settings = mohook.emulator.settings
        print(f"seed={mohook.seed} now={mohook.now} clock={settings.serve.clock}")
        print(f"limit={settings.ip1.retry_limit}")
"""


def shown(run: Run, *arguments: str, mark: str = "") -> str:
    """Return what a test sees that passes."""
    result = run(
        f"import pytest\n\n{mark}{SHOW.replace(chr(10) + '    ', chr(10))}", "-s", *arguments
    )
    result.assert_outcomes(passed=1)
    return result.stdout.str()


def test_help_tells_each_flag_and_each_ini_option(run: Run) -> None:
    """With what it takes and what it is when it is not given."""
    told = " ".join(run("", "--help").stdout.str().split())
    for words in (
        "mohook: inbound SMS from ip1 and IntelePeer",
        "--mohook-seed=SEED",
        "--mohook-url=URL",
        "mohook_config (string): mohook: a mohook.toml whose switches hold",
        "mohook_seed",
        "ids and order (default: 0)",
        "mohook_start (string): mohook: where the clock starts (default: 2026-01-01T12:00Z)",
        "mohook_clock (string): mohook: manual (default), real, or xN",
        "mohook_must_settle (bool): mohook: fail a passing test that leaves",
    ):
        assert words in told


def test_every_ini_option_has_its_effect(run: Run, pytester: pytest.Pytester) -> None:
    """Seed, start, clock and file; `mohook_must_settle` has tests of its own."""
    Path("bench.toml").write_text("[ip1]\nretry_limit = 3\n", encoding="utf-8")
    pytester.makeini(
        """
        [pytest]
        mohook_config = bench.toml
        mohook_seed = 7
        mohook_start = 2027-02-03T04:05:06Z
        mohook_clock = x2
        """
    )
    told = shown(run)
    assert "seed=7 now=2027-02-03 04:05:0" in told
    assert "clock=x2" in told
    assert "limit=3" in told


def test_ini_options_take_values_of_toml(run: Run, pytester: pytest.Pytester) -> None:
    """A number as a number, in pytest's own table too."""
    if pytest.version_tuple < (9, 2):
        pytest.skip("this pytest takes a text or a number, never either")
    pytester.makepyprojecttoml("[tool.pytest]\nmohook_seed = 7\nmohook_must_settle = true")
    assert "seed=7 " in shown(run)
    run("def test_it(mohook): mohook.ip1.send()").assert_outcomes(failed=1)


def test_a_seed_may_come_as_text() -> None:
    """As a pytest before 9.2 gives it."""
    assert options_of_run(Path(), {"seed": "7"}).settings.serve.seed == 7


@pytest.mark.slow
def test_the_nearest_word_counts(run: Run) -> None:
    """Mark, then flag, then ini option, then mohook.toml, then default."""
    Path("bench.toml").write_text("[serve]\nseed = 1\n", encoding="utf-8")
    config, ini = ("-o", "mohook_config=bench.toml"), ("-o", "mohook_seed=2")
    flag, mark = ("--mohook-seed", "3"), "@pytest.mark.mohook(seed=4)"
    assert "seed=0 " in shown(run)
    assert "seed=1 " in shown(run, *config)
    assert "seed=2 " in shown(run, *config, *ini)
    assert "seed=3 " in shown(run, *config, *ini, *flag)
    assert "seed=4 " in shown(run, *config, *ini, *flag, mark=mark)
    assert "seed=0 " in shown(run, *config, *ini, "--mohook-seed=0")


def test_the_file_is_sought_beside_the_ini_file(run: Run, pytester: pytest.Pytester) -> None:
    """From whichever folder pytest is started."""
    Path("bench.toml").write_text("[ip1]\nretry_limit = 3\n", encoding="utf-8")
    pytester.makeini("[pytest]\nmohook_config = bench.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(pytester.mkdir("within"))
        assert "limit=3" in shown(run, "..")


def test_of_the_file_only_the_switches_count_and_the_seed(run: Run) -> None:
    """A file made for `mohook serve` can serve the tests too: its clock and address do not."""
    text = '[serve]\nclock = "real"\nport = 7671\nstate = "here.db"\n[ip1]\nretry_limit = 3\n'
    Path("bench.toml").write_text(text, encoding="utf-8")
    told = shown(run, "-o", "mohook_config=bench.toml")
    assert "now=2026-01-01 12:00:00+00:00 clock=manual" in told
    assert "limit=3" in told
    assert not Path("here.db").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--mohook-seed=x"], "argument --mohook-seed: invalid int value: 'x'"),
        ([f"--mohook-seed={2**70}"], f"--mohook-seed = {2**70}: expected a whole number"),
        (["-o", "mohook_seed=x"], "ini option mohook_seed = 'x': expected a whole number"),
        (["-o", "mohook_start=noon"], "ini option mohook_start = 'noon': expected an instant"),
        (["-o", "mohook_clock=fast"], "ini option mohook_clock = 'fast': expected real, manual"),
        (["-o", "mohook_must_settle=maybe"], "ini option mohook_must_settle: invalid truth value"),
        (["-o", "mohook_config=no.toml"], "ini option mohook_config: no file "),
        (["-o", "mohook_config=bad.toml"], "bad.toml: ip1.retry_limitt: no such key; did you mean"),
        (["-o", "mohook_config=worse.toml"], "worse.toml: not TOML"),
    ],
)
def test_what_is_wrong_is_a_usage_error(run: Run, arguments: list[str], told: str) -> None:
    """Before any test runs, with exit code 4, and no traceback."""
    Path("bad.toml").write_text("[ip1]\nretry_limitt = 3\n", encoding="utf-8")
    Path("worse.toml").write_text("[ip1\n", encoding="utf-8")
    result = run("def test_it(): pass", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told in result.stderr.str()
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
    assert "test_it" not in result.stdout.str()


@pytest.mark.slow
def test_a_seed_makes_the_same_ids_again(run: Run) -> None:
    """And another one others."""
    source = """
        def test_it(mohook, app):
            mohook.ip1.connect(app)
            mohook.intelepeer.connect(app)
            print("ids", mohook.ip1.send().payload["id"], mohook.intelepeer.send().payload["refid"])
    """

    def ids(*arguments: str) -> str:
        lines = run(source, "-s", *arguments).stdout.lines
        [line] = [line for line in lines if "ids " in line]
        return line.partition("ids ")[2]

    assert ids("--mohook-seed=7") == ids("--mohook-seed=7") == ids("-o", "mohook_seed=7")
    assert len({ids(), ids("--mohook-seed=7"), ids("--mohook-seed=8")}) == 3
    assert ids() == ids("--mohook-seed=0")


def test_the_header_tells_a_seed_that_was_given(run: Run) -> None:
    """And nothing in an ordinary run."""
    assert "mohook: seed 7" in run("", "--mohook-seed=7").stdout.lines
    assert not [line for line in run("").stdout.lines if line.startswith("mohook")]
