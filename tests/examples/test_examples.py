"""Each example is a project of its own: it is copied elsewhere and its tests are run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
PASSES = {"django_desk": 9, "fastapi_inbox": 9, "flask_shop": 44, "wsgi_plain": 9}
USES = {"django_desk": {"django"}, "fastapi_inbox": {"asyncio"}, "flask_shop": {"flask"}}
"""By example the plugins that it names among its dependencies, beside mohook."""
INSTALLED_HERE = {"asyncio", "django", "flask", "schemathesis", "timeout", "xdist"}


class Example:
    """A copy of an example, and how its tests are run."""

    def __init__(self, name: str, tmp_path: Path) -> None:
        self._foreign = sorted(INSTALLED_HERE - USES.get(name, set()))
        self.folder = shutil.copytree(
            HERE / name, tmp_path / name, ignore=shutil.ignore_patterns(".*", "__pycache__")
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pytest as its user would, with the plugins that it names."""
        without = [word for plugin in self._foreign for word in ("-p", f"no:{plugin}")]
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *without, *arguments],
            cwd=self.folder,
            env=_clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )


def _clean_environment() -> dict[str, str]:
    """Return the variables of a user in CI: there Hypothesis draws the same examples each time."""
    ours = ("PYTEST_", "MOHOOK_", "HYPOTHESIS_", "DJANGO_", "FLASK_", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "CI": "true", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}


def outcomes(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return how many tests ended how, by pytest's last line."""
    last = done.stdout.rstrip().rpartition("\n")[2]
    return {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", last)}


@pytest.mark.parametrize("name", PASSES)
def test_the_tests_of_an_example_pass(name: str, tmp_path: Path) -> None:
    """All of them, with nothing skipped and no warning."""
    done = Example(name, tmp_path).run()
    told = outcomes(done)
    told.pop("in", None)
    assert told == {"passed": PASSES[name]}, done.stdout + done.stderr


def test_every_example_is_run() -> None:
    """No folder stands here that no test runs; each says what it is in five lines at most."""
    folders = {path.name: path for path in HERE.iterdir() if (path / "pyproject.toml").is_file()}
    assert set(folders) == set(PASSES)
    for folder in folders.values():
        assert (folder / "README.md").read_text(encoding="utf-8").count("\n") <= 5


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Give the example that fails on purpose, with what its tests printed in `broken.txt`."""
    example = Example("wsgi_plain", tmp_path_factory.mktemp("careless"))
    done = example.run("broken")
    assert outcomes(done)["failed"] == 1, done.stdout + done.stderr
    (example.folder / "broken.txt").write_text(done.stdout, encoding="utf-8")
    return example


def test_a_missing_duplicate_check_is_found_and_shrunk(careless: Example) -> None:
    """The state machine fails the careless inbox, in three steps at most."""
    told = (careless.folder / "broken.txt").read_text(encoding="utf-8")
    assert "MessageDuplicated" in told
    assert 1 <= len(steps(told)) <= 3


def test_the_program_that_is_printed_replays_the_failure(careless: Example) -> None:
    """Saved beside the tests, as it says, it fails in the same way without Hypothesis."""
    told = (careless.folder / "broken.txt").read_text(encoding="utf-8")
    (careless.folder / "broken" / "test_replay.py").write_text(replay(told), encoding="utf-8")
    done = careless.run("broken/test_replay.py")
    assert outcomes(done)["failed"] == 1, done.stdout + done.stderr
    assert "is stored 2 times" in done.stdout


def steps(output: str) -> list[str]:
    """Return the steps of the failing history that Hypothesis printed."""
    unmarked = re.sub(r"^E {0,3}", "", output, flags=re.MULTILINE)
    state = re.search(r"state = \w+\(\)\n(.*?)state\.teardown\(\)", unmarked, re.DOTALL)
    assert state, output
    return re.findall(r"^.*state\.\w+\(", state[1], re.MULTILINE)


def replay(output: str) -> str:
    """Return the program in the section of the report that names its file."""
    program = re.search(r"^-+ mohook: test_replay\.py -+\n(.*?)^[-=]{3}", output, re.DOTALL | re.M)
    assert program, output
    return program[1]
