"""Messages by the thousand: one JSON object a line, all accepted or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import overload

from pydantic import TypeAdapter, ValidationError

from mohook.errors import MohookError
from mohook.server.models.messages import SendBody
from mohook.server.problems import ProblemError, problem_of, refused_by
from mohook.submission import Submission

__all__ = ["MOST_MESSAGES", "NDJSON_TYPE", "Lines", "read_lines", "submission_of"]

NDJSON_TYPE = "application/x-ndjson"
MOST_MESSAGES = 1_000_000
"""How many messages the lines of one request may add up to."""

_read = TypeAdapter(SendBody).validator.validate_json


class Lines(Sequence[Submission]):
    """Submissions that know on which line they stood.

    Whoever walks through them and meets one that cannot be accepted leaves `_at` on it.
    """

    def __init__(self, numbers: list[int], submissions: list[Submission]) -> None:
        self._numbers = numbers
        self._submissions = submissions
        self._at = 0

    def __len__(self) -> int:
        return len(self._submissions)

    @overload
    def __getitem__(self, index: int) -> Submission: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Submission]: ...
    def __getitem__(self, index: int | slice) -> Submission | Sequence[Submission]:
        return self._submissions[index]

    def __iter__(self) -> Iterator[Submission]:
        for number, submission in zip(self._numbers, self._submissions, strict=True):
            self._at = number
            yield submission

    @contextmanager
    def naming_the_line(self) -> Iterator[None]:
        """Turn what the emulator raises into a problem that names the line."""
        try:
            yield
        except MohookError as error:
            problem = problem_of(error)
            raise _at_line(self._at, problem) from error


def read_lines(data: bytes) -> Lines:
    """Return the submissions of NDJSON; blank lines count, and are passed over.

    Raises ProblemError that names the first bad line: 400 for what is no JSON, 422 for the rest.
    """
    numbers: list[int] = []
    submissions: list[Submission] = []
    total = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line or line.isspace():
            continue
        try:
            given = _read(line)
        except ValidationError as misfit:
            raise _unreadable(number, misfit) from misfit
        total += given.count
        numbers.append(number)
        submissions.append(submission_of(given))
    if total > MOST_MESSAGES:
        msg = f"the lines add up to {total} messages: expected {MOST_MESSAGES} at most"
        raise ProblemError(422, msg, kind="input")
    return Lines(numbers, submissions)


def submission_of(given: SendBody) -> Submission:
    """Return what the emulator is asked for by a body of the control API."""
    return Submission(
        given.provider, given.from_, given.to, given.body, given.fields, given.count, given.batch
    )


def _unreadable(number: int, misfit: ValidationError) -> ProblemError:
    if misfit.errors()[0]["type"] == "json_invalid":
        msg = misfit.errors()[0]["msg"]
        return ProblemError(
            400, f"line {number}: {msg}", kind="malformed-json", title="Malformed JSON"
        )
    return _at_line(number, refused_by(misfit))


def _at_line(number: int, problem: ProblemError) -> ProblemError:
    problem.detail = f"line {number}: {problem.detail}"
    return problem
