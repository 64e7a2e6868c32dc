"""A folder of histories that failed before, to be tried first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from mohook.errors import InputError
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.export.history_file import history_file, read_history
from pytest_mohook.fuzz.history import History

__all__ = ["keep", "kept"]


def keep(bug: Bug, folder: Path) -> None:
    """Write a bug's history into a folder, over that of the same bug."""
    folder.mkdir(parents=True, exist_ok=True)
    name = sha256(f"{bug.history.provider} {bug.finding.bug}".encode()).hexdigest()[:16]
    path = folder / f"{name}.json"
    path.touch(mode=0o600)
    path.write_text(history_file(bug), encoding="utf-8")


def kept(folder: Path, provider: str) -> Iterator[History]:
    """Yield the histories of a provider that a folder holds; what else is there is left alone."""
    for path in sorted(folder.glob("*.json")):
        with suppress(InputError):  # another file, or one of another release
            history, _ = read_history(path)
            if history.provider == provider:
                yield history
