"""`mohook fuzz`: looks for what a receiver gets wrong; `mohook replay`: plays one history again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mohook.cli.failures import (
    FINDINGS,
    UNREACHABLE,
    USAGE,
    CommandError,
    InterruptedCommandError,
)
from mohook.cli.flags import json_flag
from mohook.cli.screen import console_for, plain, print_json
from pytest_mohook.check.asked import (
    provider_option,
    reached,
    receiver_options,
    seed_of,
    settings_of,
)
from pytest_mohook.check.places import require_folder

if TYPE_CHECKING:
    from pytest_mohook.check.readback.shared import SharedReadback
    from pytest_mohook.check.target import Target
    from pytest_mohook.fuzz.bug import Bug
    from pytest_mohook.fuzz.history import History
    from pytest_mohook.fuzz.report import Caught, Watching

__all__ = ["fuzz", "replay"]

_LIBRARIES = ("rich.progress", "pytest_mohook.fuzz.hunt", "pytest_mohook.fuzz.export.files")
_MOST, _SECONDS = 300, 60
_RARELY = 20
_ENDS = """Ends with 0 where nothing wrong was found, 1 with findings, 2 for wrong usage, also of
the readback, 3 where nothing answers, or nothing any more.
"""
_FUZZ_EPILOG = f"""\b
Examples:
  mohook fuzz http://127.0.0.1:5000/sms/ip1 --provider ip1
  mohook fuzz URL --provider ip1 --readback http://127.0.0.1:5000/stored --out bugs
  mohook fuzz URL --provider intelepeer --secret hush --seconds 600 --max-examples 100000

\b
Each bug is told once, with the smallest history that shows it. With --out each has three
files: a shell script, a test for pytest, and a history for mohook replay. They hold what was
sent. Messages stay in the receiver's store.

\b
The receiver must be on this machine, unless --allow-host names where it is.
{_ENDS}"""
_REPLAY_EPILOG = f"""\b
Examples:
  mohook replay bugs/duplicated.json http://127.0.0.1:5000/sms/ip1 --readback http://127.0.0.1:5000/stored
  mohook replay bugs/*.json http://127.0.0.1:5000/sms/ip1

\b
{_ENDS}"""


@click.command(epilog=_FUZZ_EPILOG)
@click.argument("url")
@provider_option
@receiver_options
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=_MOST,
    show_default=True,
    metavar="N",
    help="Histories that are drawn, and as many hostile requests.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=_SECONDS,
    show_default=True,
    metavar="N",
    help="Nothing is drawn after that time; what was found is still shrunk.",
)
@click.option("--stop-first", is_flag=True, help="One bug is enough.")
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep what failed there, and try it first the next time.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write files there that show each bug again.",
)
@json_flag
def fuzz(url: str, provider: str | None, **given: Any) -> None:
    """Look for whole delivery histories, and hostile requests, that a receiver gets wrong.

    Messages, lost acknowledgements, copies, retries, orders and times are drawn at random; what
    goes wrong is shrunk to the smallest history that shows it.
    """
    if provider is None:
        msg = "Missing option '--provider': ip1 or intelepeer"
        raise click.UsageError(msg)
    settings = settings_of(given, provider)
    for flag in ("out", "database"):
        require_folder(flag, given[flag])
    with reached(url, provider, settings, *_LIBRARIES) as (target, readback):
        caught = _caught(target, seed_of(settings))
        with (
            _ending(caught, readback),
            _watching(caught, target, as_json=given["as_json"]) as watching,
        ):
            _hunt(target, given, caught, watching)
    _end(caught, given["as_json"])


@click.command(epilog=_REPLAY_EPILOG)
@click.argument(
    "files", metavar="FILE...", nargs=-1, type=click.Path(dir_okay=False, path_type=Path)
)
@click.argument("url")
@receiver_options
@json_flag
def replay(files: tuple[Path, ...], url: str, **given: Any) -> None:
    """Play histories that `mohook fuzz --out` has written, and tell what they show.

    Messages have ids that the receiver has never seen. What showed only now and then is played
    up to twenty times.
    """
    _require_url(files, url)
    histories = _histories(files)
    provider = next(history.provider for history, _ in histories.values())
    settings = settings_of(given, provider)
    with reached(url, provider, settings, *_LIBRARIES) as (target, readback):
        caught = _caught(target, None)
        with _ending(caught, readback):
            for path, (history, steady) in histories.items():
                _replay(target, path, history, caught, times=1 if steady else _RARELY)
                if len(histories) > 1 and not given["as_json"]:
                    _tell_of_file(path, caught)
    _end(caught, given["as_json"])


def _require_url(files: tuple[Path, ...], url: str) -> None:
    """Refuse files without a URL behind them, before one of them is taken for it."""
    lacks = "URL" if url.endswith(".json") else "" if files else "FILE"
    if lacks:
        msg = f"Missing argument {lacks!r}: mohook replay FILE... URL"
        raise click.UsageError(msg)


def _histories(files: tuple[Path, ...]) -> dict[Path, tuple[History, bool]]:
    """Return the history in each file, and whether it is steady. Refuses those of two providers."""
    from pytest_mohook.fuzz.export.history_file import read_history

    histories = {path: read_history(path) for path in files}
    of = {history.provider: path for path, (history, _) in histories.items()}
    if len(of) > 1:
        told = ", ".join(f"{path} is of {provider}" for provider, path in of.items())
        msg = f"{told}: expected histories of one provider, replay those of each at its own URL"
        raise click.UsageError(msg)
    return histories


def _tell_of_file(path: Path, caught: Caught) -> None:
    shown = caught.replayed[path]
    mark = f"✗ {path}: {shown.finding.kind}" if shown else f"✓ {path}: nothing wrong"
    console_for().print(plain(mark), soft_wrap=True)


def _caught(target: Target, seed: int | None) -> Caught:
    from mohook.masking import masked_url
    from pytest_mohook.fuzz.report import Caught

    return Caught(
        provider=target.provider, url=masked_url(target.url), settings=target.settings, seed=seed
    )


@contextmanager
def _ending(caught: Caught, readback: SharedReadback | None) -> Iterator[None]:
    """Note how it ended, and how long it took."""
    from time import monotonic

    from pytest_mohook.check.errors import ReadbackError, ReceiverGoneError
    from pytest_mohook.check.verdict import Ending

    caught.began, started = datetime.now(UTC), monotonic()
    try:
        yield
    except KeyboardInterrupt:
        caught.ending = Ending.INTERRUPTED
    except ReceiverGoneError as problem:
        caught.ending, caught.last = Ending.GONE, problem.last
    except ReadbackError as problem:
        caught.trouble = str(problem)
    finally:
        caught.seconds = monotonic() - started
        caught.page = readback.paging.page if readback else None


@contextmanager
def _watching(caught: Caught, target: Target, *, as_json: bool) -> Iterator[Watching]:
    from mohook.samples import PROVIDER_TITLES
    from pytest_mohook.fuzz.report import Watching

    console = console_for()
    if not as_json:
        read = "" if target.readback else ", without a readback"
        line = f"{PROVIDER_TITLES[caught.provider]} → {caught.url}{read}."
        console.print(line, style="dim", soft_wrap=True)
    with Watching(console, caught.settings, silent=as_json) as watching:
        yield watching


def _hunt(target: Target, given: dict[str, Any], caught: Caught, watching: Watching) -> None:
    from pytest_mohook.fuzz.hunt import Hunt

    hunt = Hunt(
        target,
        seed=caught.seed or 0,
        most=given["max_examples"],
        within=timedelta(seconds=given["seconds"]),
        database=given["database"],
        first=given["stop_first"],
        tell=watching.played,
    )
    try:
        for bug in hunt.bugs():
            _add(bug, target, given["out"], caught)
            watching.found(bug)
            if given["stop_first"]:
                break
    except KeyboardInterrupt:
        for bug in hunt.unfinished:
            _add(bug, target, given["out"], caught)
        raise
    finally:
        caught.played = hunt.played
        caught.unwritten += [f"--database: {each}" for each in hunt.unkept]


def _add(bug: Bug, target: Target, folder: Path | None, caught: Caught) -> None:
    from pytest_mohook.fuzz.export.files import write_files

    caught.bugs.append(bug)
    if folder:
        try:
            caught.files[bug.finding.bug] = write_files(bug, target, folder)
        except OSError as problem:
            caught.unwritten.append(f"--out: {problem.filename or folder}: {problem.strerror}")


def _replay(target: Target, path: Path, history: History, caught: Caught, *, times: int) -> None:
    from pytest_mohook.fuzz.bug import Bug
    from pytest_mohook.fuzz.play import UnreadableError, play

    steady, problem = times == 1, None
    caught.replayed[path] = None
    for _ in range(times):
        try:
            played = play(history, target)
        except UnreadableError as ended:
            played, problem = ended.played, ended
        caught.played += 1
        if played.finding:
            bug = Bug(played.finding, history, played.story, played.curl, steady, played.tape)
            caught.bugs.append(bug)
            caught.replayed[path] = bug
            break
    if problem:
        raise problem


def _end(caught: Caught, as_json: bool) -> None:
    """Print what was found, and end with the exit code that it has."""
    from pytest_mohook.check.secrecy import without_secret
    from pytest_mohook.check.verdict import Ending
    from pytest_mohook.fuzz.report import caught_json, show_caught

    if as_json:
        print_json(caught_json(caught))
    else:
        show_caught(console_for(), caught)
    for each in caught.unwritten:
        click.echo(f"Error: {each}: not written", err=True)
    if caught.ending is Ending.INTERRUPTED:
        raise InterruptedCommandError(f"Interrupted with {caught.summary}.")
    if caught.ending is Ending.GONE:
        last = without_secret(caught.last, caught.settings)
        msg = f"nobody listens at {caught.url} any more; last it was sent:\n{last}"
        raise CommandError(msg, UNREACHABLE)
    if caught.bugs:
        raise click.exceptions.Exit(FINDINGS)
    if caught.trouble:
        raise CommandError(caught.trouble, USAGE)
    if caught.unwritten:
        raise click.exceptions.Exit(USAGE)
