"""A bug as a shell script: each request that reached the receiver, in order, by curl."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from mohook.delivery.transports.headers import header
from mohook.evidence.shell import header_option, is_text, octal
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.tape import Taped
from pytest_mohook.fuzz.told import steps_in_words

__all__ = ["curl_script"]

_ID = re.compile(r"[0-9a-fA-FSM]{24,32}")
_HEAD, _TAIL = 8, 4
_IDS = {"ip1": ("id", "batchId"), "intelepeer": ("refid",)}


@dataclass(slots=True)
class _Names:
    """The shell's names for what must be fresh each time: ids, and what is signed with them."""

    random: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, identity: str) -> None:
        """Give an id a name. Ids that share their middle share it in each run."""
        if identity in self.ids or not _ID.fullmatch(identity):
            return
        middle = identity[_HEAD:-_TAIL]
        if middle not in self.random:
            name = self.random[middle] = f"R{len(self.random) + 1}"
            digits = "0-9A-F" if identity != identity.lower() else "0-9a-f"
            self.lines.append(f"{name}=$(fresh {len(middle)} {digits})")
        name = self.ids[identity] = f"ID{len(self.ids) + 1}"
        own = f"{identity[:_HEAD]}${{{self.random[middle]}}}{identity[-_TAIL:]}"
        self.lines.append(f"{name}={own}")


def curl_script(bug: Bug, target: Target) -> str:
    """Return a script for `sh`, which sends all of it under ids that are fresh in each run.

    It prints the status of each answer, and in the end what is stored under these ids, where
    there is a readback. What goes wrong on the way stands in comments.
    """
    names = _Names()
    sent = [line for each in _moments(bug.tape) for line in _sent(each, names, target)]
    lines = [
        "#!/bin/sh",
        *_comment(f"{bug.finding.kind}: {bug.finding.happened}"),
        *_comment(f"Expected: {bug.finding.expected}"),
        *_comment(f"Rests on: {bug.finding.basis}"),
        "#",
        *(line for each in steps_in_words(bug.history) for line in _comment(f"- {each}")),
        "set -u",
        _ONE_URL,
        f"URL=${{1:-{quote(target.url)}}}",
        'fresh() { LC_ALL=C tr -dc "$2" < /dev/urandom | dd bs=1 count="$1" 2> /dev/null; }',
        _post(target.settings),
        "",
        *names.lines,
        "",
        *sent,
        *_readback(target.settings, names),
    ]
    return "\n".join(lines) + "\n"


_ONE_URL = """\
case $#${1:-http} in
  [01]http*) ;;
  *) echo "$0: expected a URL or nothing, not: $*. Run one script at a time." >&2; exit 2 ;;
esac"""
"""`sh bugs/*.sh` would take the second script for the URL of the first, and run no other."""


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines() or [""]]


def _post(settings: Settings) -> str:
    limit = f"--max-time {settings.delivery.time_limit.total_seconds():g}"
    return _POST.format(insecure=_insecure(settings), limit=limit)


_POST = """\
send() {{  # METHOD, and options of curl; the body comes from stdin
  method=$1; shift
  curl -sS{insecure} {limit} -o /dev/null -w '%{{http_code}}\\n' -X "$method" "$URL" "$@" \\
    --data-binary @-
}}"""


def _insecure(settings: Settings) -> str:
    return " -k" * settings.serve.insecure


def _moments(tape: Sequence[Taped]) -> Iterator[list[Taped]]:
    """Yield what is sent one after the other; copies come with what they are copies of."""
    moment: list[Taped] = []
    for each in tape:
        if moment and not each.copy:
            yield moment
            moment = []
        moment.append(each)
    if moment:
        yield moment


def _sent(moment: list[Taped], names: _Names, target: Target) -> Iterator[str]:
    made = [each for each in moment if each.request is not None]
    for each in moment:
        yield from _comment(each.said)
    together = " &" if len(made) > 1 else ""
    for each in made:
        yield _command(each, names, target) + together
    if together:
        yield "wait"
    yield ""


def _command(taped: Taped, names: _Names, target: Target) -> str:
    request = taped.request
    assert request is not None  # noqa: S101 - the caller leaves these out
    meant: dict[bytes, str] = {}
    if taped.identity is not None:
        names.add(taped.identity)
        meant |= _named([taped.identity], names)
    else:
        payload = json.loads(request.body)
        ids = [str(payload[name]) for name in _IDS[target.provider] if name in payload]
        for each in ids:
            names.add(each)
        meant |= _named(ids, names) | _signed(payload, names, target)
    headers = dict(map(header, target.settings.serve.headers)) | dict(request.headers)
    words = " ".join(header_option(name, value) for name, value in headers.items())
    return f"{_printed(request.body, meant)} | send {request.method} {words}"


def _named(ids: Sequence[str], names: _Names) -> dict[bytes, str]:
    return {each.encode(): f"${{{names.ids[each]}}}" for each in ids if each in names.ids}


def _signed(payload: dict[str, Any], names: _Names, target: Target) -> dict[bytes, str]:
    """Return what stands for an HMAC: it is made anew of each id."""
    intelepeer = target.settings.intelepeer
    how, given = intelepeer.signature, payload.get("signature")
    if target.provider != "intelepeer" or how.mode != "hmac" or not isinstance(given, str):
        return {}
    wire = PROVIDERS[target.provider].wire
    refid, text = str(payload[wire.id]), str(payload[wire.text])
    signed = refid + text if how.order == "refid-message" else text + refid
    content = _printed(signed.encode("utf-8", "surrogatepass"), _named([refid], names))
    form = "| od -An -v -tx1 | tr -d ' \\n'"
    form = "| base64 | tr -d '\\n'" if how.encoding == "base64" else form
    form += " | tr a-f A-F" if how.encoding == "HEX" else ""
    name = f"S{len(names.lines) + 1}"
    key = quote(intelepeer.secret)
    command = f"{content} | openssl dgst -{how.hash} -hmac {key} -binary {form}"
    names.lines.append(f"{name}=$({command})")
    return {given.encode(): f"${{{name}}}"}


def _printed(body: bytes, meant: dict[bytes, str]) -> str:
    """Return the command that prints a body, in which some of the bytes are the shell's."""
    if not body:
        return "printf ''"
    pattern = b"|".join(map(re.escape, meant)) if meant else b"(?!)"
    parts = re.split(b"(" + pattern + b")", body) if meant else [body]
    values = [f'"{meant[each]}"' for each in parts if each in meant]
    if not is_text(b"".join(each for each in parts if each not in meant)):
        form = "".join("%s" if each in meant else octal(each) for each in parts)
        return " ".join(["printf", f"'{form}'", *values])
    text = "".join(f'"{meant[e]}"' if e in meant else quote(e.decode()) if e else "" for e in parts)
    return f"printf %s {text}"


def _readback(settings: Settings, names: _Names) -> list[str]:
    check = settings.check
    if check.readback:
        headers = "".join(
            f" {header_option(name, value)}" for name, value in map(header, settings.serve.headers)
        )
        source = f"curl -sS{_insecure(settings)}{headers} {quote(check.readback)}"
    elif check.readback_command:
        source = f"({check.readback_command})"
    else:
        return []
    found = " ".join(f'-e "${{{name}}}"' for name in names.ids.values())
    wait = check.settle.total_seconds()
    return [
        *([f"sleep {wait:g}"] if wait else []),
        "echo 'Stored under these ids:'",
        f"{source} | tr '{{' '\\n' | grep -F {found or '-e {'} || echo nothing",
    ]
