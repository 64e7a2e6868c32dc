"""A bug as JSON, which `mohook replay` plays: its history, and what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mohook.errors import InputError
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.history import History, history_from, history_json

__all__ = ["history_file", "read_history"]


def history_file(bug: Bug) -> str:
    """Return the document."""
    finding = bug.finding
    found = {
        "kind": finding.kind,
        "happened": finding.happened,
        "expected": finding.expected,
        "basis": finding.basis,
        "steady": bug.steady,
    }
    document = {**history_json(bug.history), "found": found}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def read_history(path: Path) -> tuple[History, bool]:
    """Return the history that a file holds, and whether it shows its bug each time.

    Raises InputError for what is none.
    """
    try:
        document = json.loads(path.read_bytes())
        history = history_from(document)
        found = document.get("found")
        return history, not isinstance(found, Mapping) or found.get("steady") is not False
    except OSError as problem:
        raise InputError(f"{path}: {problem.strerror}: {_EXPECTED}") from None
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, InputError):
            raise InputError(f"{path}: {problem}") from None
        raise InputError(f"{path} is no JSON ({problem}): {_EXPECTED}") from None


_EXPECTED = "expected a history, as `mohook fuzz --out` writes it"
