"""What can be imported is what was decided: compared with a list that stands beside this page.

    .venv/bin/python -m tests.test_public_surface

writes the list anew. Read the difference before it is committed: each line of it is a promise.
"""

from __future__ import annotations

import ast
import inspect
from difflib import unified_diff
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[1]
SURFACE = Path(__file__).with_name("public_surface.txt")
UPDATE = ".venv/bin/python -m tests.test_public_surface"
PACKAGES = [ROOT / "emulator" / "mohook", ROOT / "pytest_plugin" / "pytest_mohook"]
MOST_LINES = 400


def dotted(path: Path) -> str:
    source = next(package.parent for package in PACKAGES if path.is_relative_to(package))
    return ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")


FILES = {dotted(path): path for package in PACKAGES for path in sorted(package.rglob("*.py"))}
PUBLIC = [name for name in FILES if not any(part[0] == "_" for part in name.split("."))]
INITS = [name for name, path in FILES.items() if path.name == "__init__.py"]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def promised(module: str) -> list[str] | None:
    """Return a module's `__all__` as written, or None where there is none."""
    for node in tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return sorted(ast.literal_eval(node.value))
    return None


def defined(module: str) -> set[str]:
    """Return the names without an underscore that a module itself makes."""
    names: set[str] = set()
    for node in tree(module).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Assign(targets=targets):
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def surface() -> str:
    """Return all of it, one `module: names` a line."""
    lists = {name: promised(name) for name in PUBLIC}
    return "".join(f"{name}: {' '.join(names)}\n" for name, names in lists.items() if names)


def test_the_surface_is_the_one_on_the_list() -> None:
    """No name becomes public, or ceases to be, without a line that says so."""
    listed = SURFACE.read_text(encoding="utf-8")
    changes = unified_diff(
        listed.splitlines(), surface().splitlines(), SURFACE.name, "now", lineterm="", n=0
    )
    told = "\n".join(changes)
    assert not told, f"{told}\n\nIf that is meant, run `{UPDATE}` and commit {SURFACE.name}."


@pytest.mark.parametrize("name", PUBLIC)
def test_a_module_says_what_is_public(name: str) -> None:
    """Each module that defines a name has `__all__`."""
    assert promised(name) is not None or not defined(name), f"{FILES[name]} has no __all__"


@pytest.mark.parametrize("name", FILES)
def test_what_a_module_takes_from_another_is_public_there(name: str) -> None:
    """No module of ours reaches for a name that another one does not promise."""
    reached = [
        f"{node.module}.{each.name}"
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ImportFrom) and node.module in FILES
        for each in node.names
        if f"{node.module}.{each.name}" not in FILES and each.name != "__version__"
        if each.name not in (promised(node.module) or [])
    ]
    assert reached == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in PUBLIC if promised(name)])
def test_what_is_public_exists_and_is_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each public name is there once; a class, function or command says what it is for."""
    # Locust patches the process that imports it, unless it is told not to.
    monkeypatch.setenv("LOCUST_SKIP_MONKEY_PATCH", "1")
    module, names = import_module(name), promised(name) or []
    assert len(set(names)) == len(names)
    assert [each for each in names if not hasattr(module, each)] == []
    assert [each for each in names if not explained(each, getattr(module, each))] == []


def explained(name: str, thing: object) -> bool:
    if isinstance(thing, click.Command):
        return bool(thing.help)
    if not callable(thing) or getattr(thing, "__name__", None) != name:
        return True  # a constant or an alias, such as one of a made decorator
    written = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    return bool(written) and not str(written).startswith(f"{name}(")  # as dataclasses write it


@pytest.mark.parametrize("name", INITS)
def test_a_folder_says_what_lives_there(name: str) -> None:
    """Each package begins with a sentence or two on what it holds."""
    said = ast.get_docstring(tree(name)) or ""
    assert len(said.split()) >= 4, f"{FILES[name]}: {said!r}"
    assert said.endswith(".")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_says_that_it_is_typed(package: Path) -> None:
    """`py.typed` tells type checkers to read our annotations."""
    assert (package / "py.typed").is_file()


def test_no_module_is_too_long() -> None:
    """Past 400 lines a module holds a second idea, which has a right to a place of its own."""
    lengths = {name: FILES[name].read_text(encoding="utf-8").count("\n") for name in FILES}
    assert {name: count for name, count in lengths.items() if count > MOST_LINES} == {}


if __name__ == "__main__":
    SURFACE.write_text(surface(), encoding="utf-8")
