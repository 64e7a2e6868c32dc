"""What `check` and `fuzz` find of planted bugs, beside the best known schema fuzzer.

Every fourth receiver of the corpus, unless MOHOOK_BENCHMARK_ALL is set: that takes an hour or
more. What is said of each receiver goes to stderr as soon as it is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from mohook.schemas import payload_schema
from tests.benchmarks.table import Row
from tests.receivers.running import SECRET, Receiver, Running, load, running

__all__ = ["verdict"]

EVERY = 4
ALL = "MOHOOK_BENCHMARK_ALL"
SETTLE, LIMIT = "0.3", "1"  # seconds
PATIENCE = 600  # seconds
AIM_CHECK_SECONDS, AIM_FUZZ_SECONDS = 30, 90
AIM_BY_CHECK = 0.9


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tool says of one receiver: whether it finds something, and after what time.

    `steps` counts those of each history that it shrank. `trouble` says why there is no verdict.
    """

    found: bool
    seconds: float
    steps: list[int] = field(default_factory=list)
    trouble: str = ""

    def __str__(self) -> str:
        return f"{self.trouble or ('found' if self.found else '-')} {self.seconds:.1f} s"


# All that a schema can say here; what is refused beside it, every right receiver decides itself.
_FAIR = "not_a_server_error,status_code_conformance,positive_data_acceptance"
_EXITS = {0: False, 1: True}
Tool = Callable[[Receiver, Running], subprocess.CompletedProcess[str]]
Verdicts = Mapping[str, Mapping[str, Verdict]]


def verdict() -> Iterator[Row]:
    """Give for each tool what it finds and misses, its false alarms, and its median time."""
    step = 1 if ALL in os.environ else EVERY
    corpus = load()
    wrong = [each for each in corpus if not each.right][::step]
    right = [each for each in corpus if each.right][::step]
    by = _asked([*wrong, *right])
    missed = {
        name: [each for each in wrong if not said[each.name].found] for name, said in by.items()
    }
    by_both = [each for each in missed["check"] if each in missed["fuzz"]]
    yield _found(f"of {len(wrong)} planted bugs, found by check or fuzz", by_both, wrong, 1.0)
    for name in by:
        aim = AIM_BY_CHECK if name == "check" else None
        yield _found(f"… by {name}", missed[name], wrong, aim)
    yield Row("… missed by check and by fuzz", _names(by_both))
    yield Row(
        "… missed by check alone", _names(each for each in missed["check"] if each not in by_both)
    )
    for name, said in by.items():
        ours = name != "schemathesis"
        blamed = [each for each in right if said[each.name].found]
        seen = f"{len(blamed)} of {len(right)}"
        told = f"{seen}: {_names(blamed)}" if ours and blamed else seen
        yield Row(
            f"right receivers blamed by {name}", told, "none" * ours, not blamed if ours else None
        )
    limits = {"check": AIM_CHECK_SECONDS, "fuzz": AIM_FUZZ_SECONDS}
    for name, said in by.items():
        yield _seconds(name, said, limits.get(name))
        if troubled := [each for each, one in said.items() if one.trouble]:
            yield Row(f"{name}: no verdict on", ", ".join(troubled))
    if steps := [count for each in wrong for count in by["fuzz"][each.name].steps]:
        seen = f"{median(steps):g} (most {max(steps)}, of {len(steps)})"
        yield Row("fuzz: median steps of a shrunk history", seen)


def _asked(receivers: Sequence[Receiver]) -> Verdicts:
    """Ask every tool about every receiver; each has a process of its own for each tool."""
    by: dict[str, dict[str, Verdict]] = {name: {} for name in _TOOLS}
    for number, receiver in enumerate(receivers, 1):
        for name, tool in _TOOLS.items():
            by[name][receiver.name] = _judged(tool, receiver)
        told = ", ".join(f"{name}: {said[receiver.name]}" for name, said in by.items())
        kind = "right" if receiver.right else "wrong"
        print(
            f"{number}/{len(receivers)} {receiver.name} ({kind}): {told}",
            file=sys.stderr,
            flush=True,
        )
    return by


def _judged(tool: Tool, receiver: Receiver) -> Verdict:
    """Ask one tool; a receiver that dies of it is a finding too."""
    with running(receiver) as run_of_it:
        started = time.monotonic()
        try:
            done = tool(receiver, run_of_it)
        except subprocess.TimeoutExpired:
            return Verdict(False, time.monotonic() - started, trouble="no end")
        seconds = time.monotonic() - started
        if not run_of_it.alive:
            return Verdict(True, seconds)
    if done.returncode not in _EXITS:
        return Verdict(False, seconds, trouble=f"exit {done.returncode} {done.stderr[-300:]!r}")
    return Verdict(_EXITS[done.returncode], seconds, _steps(done.stdout))


def _steps(stdout: str) -> list[int]:
    """Return the steps of each history that `fuzz --json` tells."""
    told = json.loads(stdout) if stdout.startswith("{") else {}
    return [len(each["history"]["steps"]) for each in told.get("bugs", ())]


def _mohook(
    command: str, receiver: Receiver, run_of_it: Running
) -> subprocess.CompletedProcess[str]:
    """Ask mohook, as somebody at a shell would; a variable that it does not know it refuses."""
    return subprocess.run(
        [
            sys.executable, "-m", "mohook", command, run_of_it.url, "--json",
            "--provider", receiver.provider, "--readback", run_of_it.readback_url,
            "--settle", SETTLE, "--timeout", LIMIT, "--seed", "1",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={name: value for name, value in os.environ.items() if name != ALL},
    )  # fmt: skip


def _schemathesis(receiver: Receiver, run_of_it: Running) -> subprocess.CompletedProcess[str]:
    """Ask schemathesis, told by an OpenAPI document all that a schema can say."""
    url, _, path = run_of_it.url.rpartition("/")
    answers = {"200": {"description": "taken"}, "4XX": {"description": "refused"}}
    schema = payload_schema(receiver.provider)
    if "signature" in schema["properties"]:
        schema["properties"]["signature"] = {"const": SECRET}
    body = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"required": True, "content": body}, "responses": answers}
    document = {
        "openapi": "3.1.0",
        "info": {"title": receiver.name, "version": "1"},
        "paths": {f"/{path}": {"post": operation}},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "openapi.json").write_text(json.dumps(document))
        command = [
            sys.executable, "-m", "schemathesis.cli", "run", "openapi.json",
            "--url", url, "--checks", _FAIR, "--no-color",
        ]  # fmt: skip
        return subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE
        )


_TOOLS: dict[str, Tool] = {
    "check": partial(_mohook, "check"),
    "fuzz": partial(_mohook, "fuzz"),
    "schemathesis": _schemathesis,
}


def _names(receivers: Iterable[Receiver]) -> str:
    return ", ".join(each.name for each in receivers) or "none"


def _found(
    measure: str, missed: Sequence[Receiver], of: Sequence[Receiver], aim: float | None
) -> Row:
    found = len(of) - len(missed)
    seen = f"{found} ({found / len(of):.0%})"
    if aim is None:
        return Row(measure, seen)
    return Row(measure, seen, f"{aim:.0%}", found >= aim * len(of))


def _seconds(name: str, said: Mapping[str, Verdict], limit: float | None) -> Row:
    seconds = {each: one.seconds for each, one in said.items()}
    longest = max(seconds, key=lambda each: seconds[each])
    seen = f"{median(seconds.values()):.1f} s (longest {seconds[longest]:.1f} s: {longest})"
    if limit is None:
        return Row(f"{name}: median time of a verdict", seen)
    reached = median(seconds.values()) < limit
    return Row(f"{name}: median time of a verdict", seen, f"under {limit} s", reached)
