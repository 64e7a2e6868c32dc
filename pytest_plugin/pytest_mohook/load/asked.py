"""What `mohook load` takes, and what it refuses before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from pytest_mohook.load.handover import Part, require_free
from pytest_mohook.load.plan import Plan

__all__ = ["STDOUT", "load_options", "part_of", "plan_of", "require_usage"]

F = TypeVar("F", bound=Callable[..., Any])

STDOUT = "-"
"""What stands for the file where JSON is printed."""
_SECONDS, _DRAIN, _CLOCK = 10.0, 30.0, "x60"
_MASTER_PORT, _WEB_PORT = 5557, 8089
_HERE = "127.0.0.1"
_PORT = click.IntRange(min=1, max=65_535)
_OF_THE_MASTER = (
    "rate", "users", "seconds", "drain", "clock", "max_parts", "max_failures", "seed", "readback",
    "readback_command", "web", "csv", "html", "expect_workers",
)  # fmt: skip
_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.option(
        "--rate",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help="So many new messages a second, whatever the receiver does.",
    ),
    click.option(
        "--users",
        type=click.IntRange(min=1),
        metavar="N",
        help="So many messages under way at a time: the next when one has settled.",
    ),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        help=f"New messages are sent for so long.  [default: {_SECONDS:g}]",
    ),
    click.option(
        "--drain",
        type=click.FloatRange(min=0),
        metavar="N",
        help=f"What is then under way may settle for so long.  [default: {_DRAIN:g}]",
    ),
    click.option(
        "--clock", metavar="real|xN", help=f"How fast the retries come.  [default: {_CLOCK}]"
    ),
    click.option(
        "--max-parts",
        type=click.IntRange(min=1, max=255),
        metavar="N",
        help="Texts of at most so many SMS parts.  [default: 255]",
    ),
    click.option(
        "--max-failures",
        type=click.IntRange(min=0),
        metavar="N",
        help="So many messages may end undelivered.  [default: 0]",
    ),
    click.option("--web", is_flag=True, help="Show Locust's own page, until Ctrl-C."),
    click.option("--web-host", metavar="HOST", help=f"Where it listens.  [default: {_HERE}]"),
    click.option(
        "--web-port", type=_PORT, metavar="PORT", help=f"The same.  [default: {_WEB_PORT}]"
    ),
    click.option("--csv", metavar="PREFIX", help="Locust writes PREFIX_stats.csv and others."),
    click.option("--html", type=_FILE, metavar="FILE", help="Locust writes its report there."),
    click.option(
        "--json",
        "as_json",
        is_flag=False,
        flag_value=STDOUT,
        metavar="[FILE]",
        help="Print JSON, for programs; or write it there.",
    ),
    click.option("--master", is_flag=True, help="Send nothing: share the storm among workers."),
    click.option(
        "--expect-workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="Begin when so many are there.  [default: 1]",
    ),
    click.option(
        "--master-bind-host", metavar="HOST", help=f"Where workers come.  [default: {_HERE}]"
    ),
    click.option(
        "--master-bind-port",
        type=_PORT,
        metavar="PORT",
        help=f"The same.  [default: {_MASTER_PORT}]",
    ),
    click.option("--worker", is_flag=True, help="Send the share that a master gives."),
    click.option("--master-host", metavar="HOST", help=f"The master's.  [default: {_HERE}]"),
    click.option(
        "--master-port",
        type=_PORT,
        metavar="PORT",
        help=f"The master's.  [default: {_MASTER_PORT}]",
    ),
)
_ONLY_WITH = {
    "web": ("web_host", "web_port"),
    "master": ("expect_workers", "master_bind_host", "master_bind_port"),
    "worker": ("master_host", "master_port"),
}


def load_options(command: F) -> F:
    """Give a command the options that say what is sent, from where, and what is written."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def require_usage(url: str | None, provider: str | None, given: Mapping[str, Any]) -> None:
    """Raise UsageError for options that are missing, or do not go together."""
    if url is None:
        took = given["as_json"]
        swallowed = f": --json took {took!r} for its FILE" if took and "://" in took else ""
        msg = f"Missing argument 'URL'{swallowed}; expected mohook load URL --provider …"
        raise click.UsageError(msg)
    if provider is None:
        msg = "Missing option '--provider': ip1 or intelepeer"
        raise click.UsageError(msg)
    if given["master"] and given["worker"]:
        msg = "--master and --worker: a process is one of them"
        raise click.UsageError(msg)
    for flag, others in _ONLY_WITH.items():
        stray = [each for each in others if given[each] is not None]
        if stray and not given[flag]:
            msg = f"--{_dashed(stray[0])} goes with --{flag}"
            raise click.UsageError(msg)
    if given["worker"]:
        _require_worker(given)
    elif (given["rate"] is None) == (given["users"] is None):
        msg = (
            "--rate or --users: give one; --rate N sends N new messages a second, --users N has N "
            "under way at a time"
        )
        raise click.UsageError(msg)


def _require_worker(given: Mapping[str, Any]) -> None:
    stray = [each for each in _OF_THE_MASTER if given[each]]
    if stray:
        msg = f"--{_dashed(stray[0])} is the master's to say: a worker takes what it is given"
        raise click.UsageError(msg)


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def plan_of(provider: str, given: Mapping[str, Any], seed: int) -> Plan:
    """Return the storm that is asked for; its texts are drawn here."""
    from pytest_mohook.load.texts import drawn_texts

    if given["users"] and given["master"] and given["users"] < (given["expect_workers"] or 1):
        msg = (
            f"--users {given['users']}: expected one for each of {given['expect_workers']} workers"
        )
        raise click.UsageError(msg)
    return Plan(
        provider=provider,
        rate=given["rate"],
        users=given["users"],
        seconds=given["seconds"] or _SECONDS,
        drain=_DRAIN if given["drain"] is None else given["drain"],
        clock=_factor(given["clock"] or _CLOCK),
        seed=seed,
        drawn=drawn_texts(provider, seed, max_parts=given["max_parts"] or 255),
    )


def _factor(clock: str) -> float:
    from mohook.delivery.clock import RunningClock, clock_from
    from mohook.errors import InputError

    try:
        made = clock_from(clock)
    except InputError as problem:
        raise click.BadParameter(str(problem), param_hint="--clock") from None
    if not isinstance(made, RunningClock):
        msg = "expected real or xN, such as x600: nobody would move a manual clock here"
        raise click.BadParameter(msg, param_hint="--clock")
    return 1 / made.real_seconds(timedelta(seconds=1))


def part_of(given: Mapping[str, Any]) -> Part:
    """Return what this process is to Locust."""
    role: list[str] = []
    workers = given["expect_workers"] or 1
    if given["worker"]:
        role = ["--worker", "--master-host", given["master_host"] or _HERE]
        role += ["--master-port", str(given["master_port"] or _MASTER_PORT)]
    elif given["master"]:
        role = ["--master", "--expect-workers", str(workers)]
        role += ["--master-bind-host", given["master_bind_host"] or _HERE]
        role += ["--master-bind-port", str(given["master_bind_port"] or _MASTER_PORT)]
        require_free(role[-3], int(role[-1]), "--master-bind-host and --master-bind-port")
    web = (given["web_host"] or _HERE, given["web_port"] or _WEB_PORT) if given["web"] else None
    if web:
        require_free(*web, "--web-host and --web-port")
    csv = Path(given["csv"]) if given["csv"] else None
    users = given["users"] or workers
    return Part(
        role=tuple(role), users=users, csv=csv, html=given["html"], web=web, workers=workers
    )
