"""`mohook check`: tells whether the receiver at a URL is right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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
from mohook.cli.screen import console_for, print_json
from pytest_mohook.check.asked import (
    provider_option,
    reached,
    receiver_options,
    seed_of,
    settings_of,
)
from pytest_mohook.check.places import require_file

if TYPE_CHECKING:
    from mohook.settings import Settings
    from pytest_mohook.check.model import Check, Result
    from pytest_mohook.check.readback.shared import SharedReadback
    from pytest_mohook.check.target import Target
    from pytest_mohook.check.verdict import Verdict

__all__ = ["check"]

_SIGNED = ("ack.exactly-200", "forgery.right-signature")
_LIBRARIES = ("rich.progress", "jinja2", "pytest_mohook.check.catalogue")
_EPILOG = """\b
Examples:
  mohook check http://127.0.0.1:5000/sms/ip1 --provider ip1
  mohook check http://127.0.0.1:5000/sms/ip1 --provider ip1 --readback http://127.0.0.1:5000/stored
  mohook check URL --provider intelepeer --secret hush --signature hmac
  mohook check URL --provider ip1 --readback-command 'cat stored.json' --readback-text /data/text
  mohook check URL --provider ip1 --only identity --skip identity.lost-acknowledgement
  mohook check --list --provider ip1

\b
A 200 proves nothing: a readback answers a JSON array of all that is stored, each with the
provider's id and text under the provider's names, or where the pointers say. Without one,
what only the store can tell is not checked. Messages stay in the receiver's store.

\b
The receiver must be on this machine, unless --allow-host names where it is.
Ends with 0 when it is right as far as it was checked, 1 with findings, 2 for wrong usage, also
of the readback, and where nothing could be checked, 3 where nothing answers.
What the settings leave no room for, such as forging a signature of messages that have none,
is not applicable, and no gap in the verdict.
"""


@click.command(epilog=_EPILOG)
@click.argument("url", required=False)
@provider_option
@receiver_options
@click.option("--only", multiple=True, metavar="NAME", help="These checks or groups.")
@click.option("--skip", multiple=True, metavar="NAME", help="All but these.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write JUnit XML there.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a page there.",
)
@click.option("--verbose", is_flag=True, help="Name each check that was not checked.")
@click.option("--list", "listed", is_flag=True, help="Print the checks, and run none.")
@json_flag
def check(url: str | None, provider: str | None, listed: bool, **given: Any) -> None:
    """Tell whether a receiver stores each message once and intact, and acknowledges it so.

    It is sent what the provider may send, and what no provider sends, with lost
    acknowledgements, duplicates and retries; what it gets wrong is told, and why that is wrong.
    """
    checks = _chosen(provider, given["only"], given["skip"])
    if listed:
        _list(checks, as_json=given["as_json"])
        return
    if url is None or provider is None:
        missing = "argument 'URL'" if url is None else "option '--provider'"
        msg = f"Missing {missing}. To see the checks: mohook check --list"
        raise click.UsageError(msg)
    for flag in ("junit", "html"):
        require_file(flag, given[flag])
    settings = settings_of(given, provider)
    verdict = _verdict(url, provider, checks, settings, given)
    unwritten = _write(verdict, given)
    _report(verdict, settings, given)
    for each in unwritten:
        click.echo(f"Error: {each}", err=True)
    _end(verdict)
    if unwritten:
        raise click.exceptions.Exit(USAGE)


def _chosen(provider: str | None, only: tuple[str, ...], skip: tuple[str, ...]) -> list[Check]:
    from pytest_mohook.check.catalogue import CATALOGUE
    from pytest_mohook.check.registry import chosen

    return chosen([each for each in CATALOGUE if provider in (None, each.provider)], only, skip)


def _list(checks: list[Check], *, as_json: bool) -> None:
    if as_json:
        from pytest_mohook.check.report.data import check_json

        print_json({"checks": list(map(check_json, checks))})
    else:
        from pytest_mohook.check.report.terminal import show_catalogue

        show_catalogue(console_for(), checks)


def _verdict(
    url: str, provider: str, checks: list[Check], settings: Settings, given: dict[str, Any]
) -> Verdict:
    with reached(url, provider, settings, *_LIBRARIES) as (target, readback):
        return _run(target, checks, readback, seed_of(settings), given)


def _run(
    target: Target,
    checks: list[Check],
    readback: SharedReadback | None,
    seed: int,
    given: dict[str, Any],
) -> Verdict:
    from time import monotonic

    from mohook.masking import masked_url
    from pytest_mohook.check.errors import ReceiverGoneError
    from pytest_mohook.check.runner import run
    from pytest_mohook.check.verdict import Ending, Verdict, in_order

    results: list[Result] = []
    began = datetime.now(UTC)
    ending, last, started = Ending.COMPLETE, "", monotonic()
    try:
        with _progressing(target, len(checks), given) as show:
            for result in run(checks, target, seed=seed):
                results.append(result)
                show(result)
    except KeyboardInterrupt:
        ending = Ending.INTERRUPTED
    except ReceiverGoneError as problem:
        ending, last = Ending.GONE, problem.last
    return Verdict(
        provider=target.provider,
        url=masked_url(target.url),
        seed=seed,
        checks=checks,
        results=in_order(checks, results),
        began=began,
        seconds=monotonic() - started,
        ending=ending,
        last=last,
        trouble=str(readback.problem) if readback and readback.problem else "",
        page=readback.paging.page if readback else None,
    )


@contextmanager
def _progressing(
    target: Target, total: int, given: dict[str, Any]
) -> Iterator[Callable[[Result], None]]:
    if given["as_json"]:
        yield lambda _: None
        return
    from mohook.masking import masked_url
    from mohook.samples import PROVIDER_TITLES
    from pytest_mohook.check.report.terminal import Progressing

    console = console_for()
    read = "" if target.readback else ", without a readback"
    checks = f"{total} check{'s' * (total != 1)}"
    line = f"{PROVIDER_TITLES[target.provider]} → {masked_url(target.url)}: {checks}{read}."
    console.print(line, style="dim", soft_wrap=True)
    with Progressing(console, total, verbose=given["verbose"]) as shown:
        yield shown.show


def _write(verdict: Verdict, given: dict[str, Any]) -> list[str]:
    """Write the files, before anything is printed: who reads stdout may have read enough.

    Return what could not be written, and why; the verdict is told all the same.
    """
    unwritten: list[str] = []
    for flag, made in (("junit", _junit), ("html", _html)):
        if not given[flag]:
            continue
        try:
            given[flag].write_bytes(made(verdict))
        except OSError as problem:
            unwritten.append(f"--{flag}: {given[flag]} cannot be written: {problem.strerror}")
    return unwritten


def _junit(verdict: Verdict) -> bytes:
    from pytest_mohook.check.report.junit import junit_xml

    return junit_xml(verdict)


def _html(verdict: Verdict) -> bytes:
    from pytest_mohook.check.report.page import html_page

    return html_page(verdict)


def _report(verdict: Verdict, settings: Settings, given: dict[str, Any]) -> None:
    if given["as_json"]:
        from pytest_mohook.check.report.data import verdict_json

        print_json(verdict_json(verdict))
        return
    from pytest_mohook.check.report.terminal import show_verdict

    console = console_for()
    show_verdict(console, verdict, verbose=given["verbose"])
    for hint in _hints(verdict, settings):
        console.print(hint, style="dim", soft_wrap=True)


def _hints(verdict: Verdict, settings: Settings) -> Iterator[str]:
    """Yield what options would tell more."""
    if not (settings.check.readback or settings.check.readback_command) and verdict.unchecked:
        yield "For what only the store can tell: --readback URL or --readback-command COMMAND."
    signs = verdict.provider == "intelepeer" and settings.intelepeer.signature.mode != "absent"
    sample = type(settings.intelepeer)().secret
    if signs and settings.intelepeer.secret == sample and any(map(_is_refused, verdict.failed)):
        yield f"Messages were signed with the sample's {sample!r}: --secret TEXT is the receiver's."


def _is_refused(result: Result) -> bool:
    """Whether even a plain message was refused as what nobody knows may be."""
    name = result.check.id.partition(".")[2]
    return name in _SIGNED and bool(re.search(r"\b(400|401|403|422)\b", result.why))


def _end(verdict: Verdict) -> None:
    """End with the exit code that the verdict has."""
    from pytest_mohook.check.verdict import Ending

    if verdict.ending is Ending.INTERRUPTED:
        done, all_of_them = len(verdict.results), len(verdict.checks)
        raise InterruptedCommandError(f"Interrupted with {done} of {all_of_them} checks run.")
    if verdict.ending is Ending.GONE:
        msg = f"nobody listens at {verdict.url} any more; last it was sent:\n{verdict.last}"
        raise CommandError(msg, UNREACHABLE)
    if verdict.failed:
        raise click.exceptions.Exit(FINDINGS)
    if verdict.trouble:
        raise CommandError(verdict.trouble, USAGE)
    if verdict.right is None:
        whys = "; ".join([*verdict.unchecked, *verdict.inapplicable])
        msg = f"nothing could be checked: {whys or '--only and --skip leave no check'}"
        raise CommandError(msg, USAGE)
