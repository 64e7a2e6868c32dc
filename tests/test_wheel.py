"""The wheel holds the two packages, whole, and nothing of the house around them."""

from __future__ import annotations

from configparser import ConfigParser
from email.parser import HeaderParser
from pathlib import Path
from zipfile import ZipFile

import pytest

import mohook

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
INFO = f"mohook-{mohook.__version__}.dist-info"
SOURCES = {"mohook": ROOT / "emulator", "pytest_mohook": ROOT / "pytest_plugin"}


@pytest.fixture(scope="module")
def wheel(wheel_file: Path) -> dict[str, str]:
    """Give the text of each file of a wheel built from this tree, by its path."""
    assert wheel_file.name == f"mohook-{mohook.__version__}-py3-none-any.whl"
    with ZipFile(wheel_file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("package", SOURCES)
def test_it_holds_each_package_whole(wheel: dict[str, str], package: str) -> None:
    """Every module is in it under its import name, `py.typed` beside them."""
    source = SOURCES[package]
    modules = {path.relative_to(source).as_posix() for path in (source / package).rglob("*.py")}
    packed = {name for name in wheel if name.startswith(f"{package}/")}
    assert f"{package}/py.typed" in packed
    assert {name for name in packed if name.endswith(".py")} == modules


def test_it_holds_the_page_of_a_verdict(wheel: dict[str, str]) -> None:
    """What is no module travels too."""
    assert "</html>" in wheel["pytest_mohook/check/report/templates/verdict.html"]


def test_it_holds_nothing_else(wheel: dict[str, str]) -> None:
    """No tests, no fixtures, no caches: two packages and what packaging asks for."""
    assert {name.partition("/")[0] for name in wheel} == {*SOURCES, INFO}
    assert [name for name in wheel if "cache" in name] == []


def test_it_carries_the_licence(wheel: dict[str, str]) -> None:
    """The licence travels with it, word for word."""
    assert wheel[f"{INFO}/licenses/LICENSE"] == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_it_adds_the_command_and_the_plugin(wheel: dict[str, str]) -> None:
    """Installed, there is `mohook` at the shell, and pytest finds the plugin."""
    points = ConfigParser()
    points.read_string(wheel[f"{INFO}/entry_points.txt"])
    assert points["console_scripts"]["mohook"] == "mohook.cli:main"
    assert points["pytest11"]["mohook"] == "pytest_mohook.plugin"
    assert points["mohook.commands"]["check"] == "pytest_mohook.check.command:check"


def test_it_says_what_it_is(wheel: dict[str, str]) -> None:
    """Its metadata has the name, the version of the package, and the README as its page."""
    said = HeaderParser().parsestr(wheel[f"{INFO}/METADATA"])
    assert (said["Name"], said["Version"]) == ("mohook", mohook.__version__)
    assert (said["Requires-Python"], said["License-Expression"]) == (">=3.11", "MIT")
    assert said.get_payload() == (ROOT / "README.md").read_text(encoding="utf-8")
