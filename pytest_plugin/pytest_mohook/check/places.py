"""Where a command is to write: looked at before it begins, so that nothing is lost in the end."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryFile

import click

__all__ = ["require_file", "require_folder"]


def require_file(flag: str, path: Path | None) -> None:
    """Return where the file can be written, or where none is wanted; refuse it as click does."""
    if path is None:
        return
    if not path.parent.is_dir():
        msg = f"{path}: there is no folder {path.parent}"
    elif not os.access(path if path.exists() else path.parent, os.W_OK):
        msg = f"{path}: it cannot be written: expected a file, or a folder, that is yours to write"
    else:
        return
    raise click.BadParameter(msg, param_hint=f"--{flag}")


def require_folder(flag: str, path: Path | None) -> None:
    """Make the folder; refuse, as click does, one that cannot be made or written in."""
    if path is None:
        return
    try:
        path.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=path).close()
    except OSError as problem:
        msg = f"{path}: {problem.strerror}: expected a folder, there or not, that is yours to write"
        raise click.BadParameter(msg, param_hint=f"--{flag}") from None
