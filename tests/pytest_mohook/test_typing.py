"""What a type checker makes of the wheel, in the project of somebody who has installed it."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

CONSUMER = Path(__file__).parent / "consumer"
EXAMPLES = Path(__file__).parents[1] / "examples"
PUBLIC = ("pytest_mohook", "pytest_mohook.strategies", "pytest_mohook.stateful")
CHECKERS = ("mypy", "pyright")
TYPED_EXAMPLES = ("fastapi_inbox", "flask_shop", "wsgi_plain")  # Django has no types of its own
EXPECTED = "# refused"


class Installed:
    """An environment with the wheel, and beside it the libraries of this one."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        venv.create(folder, symlinks=True)
        self.python = folder / "bin" / "python"
        self._cache = folder / "mypy-cache"
        offline = ["--quiet", "--no-index", "--no-deps", "--disable-pip-version-check"]
        command = ["pip", "--python", str(self.python), "install", *offline, str(wheel)]
        done = _done(command, folder)
        assert done.returncode == 0, done.stdout + done.stderr
        (packages,) = folder.glob("lib/*/site-packages")
        # A path alone: its own .pth files, and so the editable install, are not read.
        libraries = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
        (packages / "libraries.pth").write_text("\n".join(libraries), encoding="utf-8")

    def mypy(self, *what: str, cwd: Path) -> list[dict[str, Any]]:
        """Return what mypy says in its strict mode."""
        where = ["--python-executable", str(self.python), "--cache-dir", str(self._cache)]
        command = ["mypy", "--strict", "--config-file=", *where, "--output=json", *what]
        told = [json.loads(line) for line in self._run(command, cwd).splitlines() if line]
        return [each for each in told if each["severity"] == "error"]

    def pyright(self, *what: str, cwd: Path) -> dict[str, Any]:
        """Return what pyright says: its whole report."""
        command = ["pyright", "--pythonpath", str(self.python), "--outputjson", *what]
        report: dict[str, Any] = json.loads(self._run(command, cwd))
        return report

    def _run(self, command: list[str], cwd: Path) -> str:
        # --verifytypes takes the first Python on the path, whatever --pythonpath says.
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        done = _done(command, cwd, {**os.environ, "PATH": path})
        assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: there are findings
        return done.stdout


def _done(
    command: list[str], cwd: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(wheel_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("user") / "venv", wheel_file)


@pytest.fixture(scope="module")
def pyright(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Require pyright, and the node that runs it."""
    if _done(["pyright", "--version"], tmp_path_factory.mktemp("pyright")).returncode:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("pyright does not start: `pip install 'pyright[nodejs]'`")


@pytest.fixture(scope="module")
def refused(
    installed: Installed, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, dict[int, str]]:
    """Give by file and line what a checker says of a copy of the consumer's project."""
    folder = tmp_path_factory.mktemp("consumer")
    shutil.copytree(CONSUMER, folder, dirs_exist_ok=True)
    files = sorted(path.name for path in folder.glob("*.py"))
    if request.param == "mypy":
        found = [
            (each["file"], each["line"], each["message"])
            for each in installed.mypy(*files, cwd=folder)
        ]
    else:
        request.getfixturevalue("pyright")
        found = [
            (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
            for each in installed.pyright(*files, cwd=folder)["generalDiagnostics"]
        ]
    return {file: {line: said for name, line, said in found if name == file} for file in files}


@pytest.mark.slow
@pytest.mark.parametrize("refused", CHECKERS, indirect=True)
def test_a_right_project_passes(refused: dict[str, dict[int, str]]) -> None:
    """Every public name has the type that a user would expect, in the strict mode of both."""
    assert refused["typed.py"] == {}


@pytest.mark.slow
@pytest.mark.parametrize("refused", CHECKERS, indirect=True)
def test_each_mistake_is_refused(refused: dict[str, dict[int, str]]) -> None:
    """Each line that is marked so is refused, and no other."""
    lines = (CONSUMER / "mistaken.py").read_text(encoding="utf-8").splitlines()
    marked = {number for number, line in enumerate(lines, start=1) if line.endswith(EXPECTED)}
    assert len(marked) > 10
    assert set(refused["mistaken.py"]) == marked, refused["mistaken.py"]


@pytest.mark.slow
@pytest.mark.usefixtures("pyright")
@pytest.mark.timeout(300)
def test_every_public_name_has_a_known_type(installed: Installed, tmp_path: Path) -> None:
    """Nothing of it, or of what it is made of, is unknown or left to what a checker infers."""
    said = installed.pyright("--verifytypes", "pytest_mohook", "--ignoreexternal", cwd=tmp_path)
    symbols = {each["name"]: each for each in said["typeCompleteness"]["symbols"]}
    public = {f"{module}.{name}" for module in PUBLIC for name in import_module(module).__all__}
    assert public <= symbols.keys()
    unclear = {name for name in public if not symbols[name]["isTypeKnown"]}
    assert unclear == set(), _diagnostics(symbols.values())


def _diagnostics(symbols: Iterable[Mapping[str, Any]]) -> str:
    found = [(each["name"], told["message"]) for each in symbols for told in each["diagnostics"]]
    return "\n".join(f"{name}: {message}" for name, message in found)


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPED_EXAMPLES)
def test_an_example_type_checks(installed: Installed, tmp_path: Path, name: str) -> None:
    """Its receiver and its tests, as their readers copy them."""
    folder = shutil.copytree(EXAMPLES / name, tmp_path / name)
    assert [each["message"] for each in installed.mypy(".", cwd=folder)] == []


@pytest.mark.parametrize("module", PUBLIC)
def test_the_right_project_uses_every_public_name(module: str) -> None:
    """A name that is added is used there too."""
    tree = ast.parse((CONSUMER / "typed.py").read_text(encoding="utf-8"))
    assert set(import_module(module).__all__) == set(_imported(tree, module))


def _imported(tree: ast.AST, module: str) -> Iterable[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from (each.name for each in node.names)
