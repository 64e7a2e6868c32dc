"""`mohook load`: a storm of messages, with retries, and a count of what was lost or doubled."""

from __future__ import annotations

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
from mohook.cli.screen import console_for, print_json
from pytest_mohook.check.asked import (
    provider_option,
    reached,
    receiver_options,
    seed_of,
    settings_of,
)
from pytest_mohook.check.places import require_file
from pytest_mohook.load.asked import STDOUT, load_options, part_of, plan_of, require_usage

if TYPE_CHECKING:
    from mohook.settings import Settings
    from pytest_mohook.check.readback.shared import SharedReadback
    from pytest_mohook.check.target import Target
    from pytest_mohook.load.figures import Figures
    from pytest_mohook.load.handover import Handover, Part

__all__ = ["load"]

_LIBRARIES = ("rich.progress", "pytest_mohook.load.report.terminal")
_EPILOG = """\b
Examples:
  mohook load http://127.0.0.1:5000/sms/ip1 --provider ip1 --rate 200 --seconds 30
  mohook load URL --provider ip1 --users 20 --readback http://127.0.0.1:5000/stored
  mohook load URL --provider intelepeer --rate 50 --web --html report.html --csv figures
  mohook load URL --provider ip1 --rate 9000 --master --expect-workers 2
  mohook load URL --provider ip1 --worker --master-host 10.0.0.7

\b
It needs Locust: pip install 'mohook[load]'. Latency counts from when an attempt was due, so a
receiver that holds everything up cannot hide it. A message that is not acknowledged is retried
by the provider's policy, sixty times as fast as in real time (--clock).

\b
A 200 proves nothing: without a readback, what was lost or stored twice is not checked.
Messages stay in the receiver's store. The receiver must be on this machine, unless --allow-host
names where it is. Ends with 0 when all is well, 1 when messages were lost, stored twice, altered
or left undelivered (more than --max-failures), 2 for wrong usage, 3 where nothing answers.
"""


@click.command(epilog=_EPILOG)
@click.argument("url", required=False)
@provider_option
@load_options
@receiver_options
def load(url: str | None, provider: str | None, **given: Any) -> None:
    """Send a storm of messages, and tell how long they took and what became of them.

    They come as the provider sends them, with its retries, at a rate that does not wait for the
    receiver (--rate), or so many at a time (--users).
    """
    from pytest_mohook.load.handover import require_locust

    require_usage(url, provider, given)
    require_locust()
    assert url is not None  # noqa: S101 - required above
    assert provider is not None  # noqa: S101
    settings = _settings(given, provider)
    part = part_of(given)
    if given["worker"]:
        _serve(url, provider, settings, part)
    else:
        _storm(url, provider, settings, part, given)


def _settings(given: dict[str, Any], provider: str) -> Settings:
    from pytest_mohook.load.plan import require_sendable

    for flag in ("csv", "html", "as_json"):
        if given[flag] and given[flag] != STDOUT:
            require_file(flag.removeprefix("as_"), Path(given[flag]))
    settings = settings_of(given, provider)
    require_sendable(settings)
    return settings


def _storm(url: str, provider: str, settings: Settings, part: Part, given: dict[str, Any]) -> None:
    from mohook.masking import masked_url
    from pytest_mohook.load.figures import Figures

    plan = plan_of(provider, given, seed_of(settings))
    figures = Figures(url=masked_url(url), plan=plan, max_undelivered=given["max_failures"] or 0)
    with reached(url, provider, settings, *_LIBRARIES, is_storm=True) as (target, readback):
        _run(target, readback, part, figures, given["as_json"])
    _end(figures)


def _run(
    target: Target,
    readback: SharedReadback | None,
    part: Part,
    figures: Figures,
    as_json: str | None,
) -> None:
    from pytest_mohook.check.verdict import Ending
    from pytest_mohook.load.handover import Handover
    from pytest_mohook.load.plan import Orders

    orders = Orders(
        url=target.url,
        provider=target.provider,
        settings=target.settings,
        plan=figures.plan,
        stays=part.web is not None,
        tables=part.csv is not None,
    )
    with Handover(orders, part) as locust:
        try:
            _follow(locust, part, figures, silent=as_json == STDOUT)
            _judge(target, readback, figures)
        except KeyboardInterrupt:
            figures.ending = Ending.INTERRUPTED
            figures.judged.why = "the storm was interrupted"
            for event in locust.last_events():
                _take(event, figures)
        _report(figures, as_json)
        if part.web and figures.ending is not Ending.INTERRUPTED:
            _stay(part.web, silent=as_json == STDOUT)
            locust.let_go()


def _follow(locust: Handover, part: Part, figures: Figures, *, silent: bool) -> None:
    """Show what Locust tells, until the storm is over."""
    from pytest_mohook.load.report.terminal import Watching, introduction

    console = console_for()
    if not silent:
        console.print(introduction(figures, part.web), style="dim", soft_wrap=True)
    with Watching(console, figures.plan, silent=silent) as watching:
        for event in locust.events():
            _take(event, figures)
            if event["event"] == "workers":
                watching.waiting(event["ready"], part.workers)
            elif event["event"] == "lot":
                watching.show(figures.tally)
            elif event["event"] == "over":
                return


def _take(event: dict[str, Any], figures: Figures) -> None:
    if event["event"] == "lot":
        figures.tally.add(event)
    elif event["event"] == "over":
        figures.tally.lost_workers = event["lost"]


def _judge(target: Target, readback: SharedReadback | None, figures: Figures) -> None:
    from mohook.providers import PROVIDERS
    from pytest_mohook.check.answers import is_listening
    from pytest_mohook.check.verdict import Ending
    from pytest_mohook.load.judging import judge

    tally = figures.tally
    figures.judged = judge(
        tally.messages,
        figures.plan.drawn.texts,
        readback,
        PROVIDERS[target.provider].wire,
        settle=target.settle,
    )
    if tally.undelivered and not is_listening(target.url):
        figures.ending = Ending.GONE


def _report(figures: Figures, as_json: str | None) -> None:
    from pytest_mohook.load.report.data import figures_json

    if as_json == STDOUT:
        print_json(figures_json(figures))
        return
    if as_json:
        import json

        text = json.dumps(figures_json(figures), indent=2)
        try:
            Path(as_json).write_text(f"{text}\n", encoding="utf-8")
        except OSError as problem:
            msg = f"--json: {as_json} cannot be written: {problem.strerror}"
            click.echo(f"Error: {msg}", err=True)
    from pytest_mohook.load.report.terminal import show_figures

    show_figures(console_for(), figures)


def _stay(web: tuple[str, int], *, silent: bool) -> None:
    """Leave Locust's page where it is, until somebody ends it."""
    from mohook.cli.process import wait_for_interrupt
    from mohook.listening import url_at

    console, line = console_for(), f"Locust's page stays at {url_at(*web)}: Ctrl-C ends it."
    try:
        if not silent:
            console.print(line, style="dim", soft_wrap=True)
        wait_for_interrupt()
    except KeyboardInterrupt:
        return


def _end(figures: Figures) -> None:
    """End with the exit code that the figures have."""
    from pytest_mohook.check.verdict import Ending

    if figures.ending is Ending.INTERRUPTED:
        tally, plan = figures.tally, figures.plan
        msg = f"Interrupted after {min(tally.seconds, plan.seconds):.0f} of {plan.seconds:g} s."
        raise InterruptedCommandError(msg)
    if figures.ending is Ending.GONE:
        raise CommandError(f"nobody listens at {figures.url} any more", UNREACHABLE)
    if figures.wrong:
        raise click.exceptions.Exit(FINDINGS)
    if figures.judged.trouble:
        raise CommandError(figures.judged.trouble, USAGE)


def _serve(url: str, provider: str, settings: Settings, part: Part) -> None:
    """Send the shares of a master until it says that the storm is over."""
    from mohook.masking import masked_url
    from pytest_mohook.load.handover import Handover
    from pytest_mohook.load.plan import Orders

    console, sent = console_for(), 0
    orders = Orders(url=url, provider=provider, settings=settings, plan=None)
    receiver = reached(url, provider, settings, *_LIBRARIES, is_storm=True)
    with receiver, Handover(orders, part) as locust:
        place = ":".join(part.role[2::2])
        line = f"A worker for {masked_url(url)}, under the master at {place}. Ctrl-C ends it."
        console.print(line, style="dim", soft_wrap=True)
        try:
            for event in locust.events():
                sent = event.get("sent", sent)
        except KeyboardInterrupt:
            raise InterruptedCommandError(f"Interrupted with {sent:,} messages sent.") from None
    console.print(f"{sent:,} messages sent.", soft_wrap=True)
