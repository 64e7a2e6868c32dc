"""A bug as a file for pytest: fails until the receiver is fixed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from mohook.delivery.transports.headers import header
from mohook.durations import parse_duration
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.target import Target
from pytest_mohook.fuzz.bug import Bug
from pytest_mohook.fuzz.history import Advance, Again, Fail, History, Post, Resend, Send, Step
from pytest_mohook.fuzz.told import steps_in_words
from pytest_mohook.stateful.program import arguments, literal, mark, span_arguments
from pytest_mohook.strategies.hostile.kinds import SIGNATURE_KINDS

__all__ = ["pytest_file"]

_PLAYS = 20
"""How often a test plays what shows only now and then."""
_ATTEMPTS = 12
_FRESH, _SM, _NOW, _BATCH = "\0fresh", "\0sm", "\0now", "\0batch"
"""Stand for what a test makes itself. No text that is sent is one of them."""
_MADE = {
    _SM: '"SM" + uuid.uuid4().hex[2:].upper()',
    _BATCH: "uuid.uuid4().hex[:24]",
    _NOW: 'f"{mohook.now:%Y-%m-%dT%H:%M:%SZ}"',
}
_WIDTHS = {"ip1": ("24", ""), "intelepeer": ("32", ".upper()")}


def pytest_file(bug: Bug, target: Target) -> str:
    """Return a test with the `mohook` fixture, which posts to the receiver's URL."""
    history, settings = bug.history, target.settings
    posts = any(isinstance(step, Post) for step in history.steps)
    read = bool(settings.check.readback or settings.check.readback_command)
    body = [*_body(history, read=read)]
    lines = [
        *_heading(bug),
        *_imports(body, posts=posts, target=target, read=read),
        f"URL = {literal(target.url)}",
        "SEED = random.SystemRandom().randrange(2**62)  # ids that the receiver has never seen",
        *_reached(settings, posts=posts, read=read),
        *(_readback(target) if read else []),
        *(_post_function(target) if posts else []),
        "",
        "",
        *([f'@pytest.mark.parametrize("_", range({_PLAYS}))'] if not bug.steady else []),
        mark("mohook", (), _words(settings, history.provider)).replace(literal(_FRESH), "SEED"),
        f"def test_{_name(bug)}({'_, ' * (not bug.steady)}mohook):",
        *(f"    {line}".rstrip() for line in body),
    ]
    return "\n".join(lines) + "\n"


def _heading(bug: Bug) -> list[str]:
    finding = bug.finding
    told = [
        f"{finding.kind}: {finding.happened}",
        "",
        *(f"- {each}" for each in steps_in_words(bug.history)),
        "",
        f"Expected: {finding.expected}.",
        f"Rests on: {finding.basis}.",
    ]
    return [*(f"# {line}".rstrip() for each in told for line in (each.splitlines() or [""])), ""]


def _imports(body: Sequence[str], *, posts: bool, target: Target, read: bool) -> list[str]:
    settings = target.settings
    needed = {"random"} | {"uuid" for each in body if "uuid." in each}
    if read:
        needed |= {"json"} | ({"time"} if settings.check.settle else set())
        needed |= {"urllib.request"} if settings.check.readback else {"subprocess"}
    if posts:
        needed |= {"http.client", "urllib.parse"}
    if _has_context(settings, posts=posts, read=read):
        needed |= {"ssl"}
    return [*(f"import {each}" for each in sorted(needed)), "", "import pytest", ""]


def _name(bug: Bug) -> str:
    return re.sub(r"\W+", "_", bug.finding.bug, flags=re.ASCII).strip("_").lower()


def _words(settings: Settings, provider: str) -> Mapping[str, Any]:
    """Return the words of the mark: what the settings say otherwise, and a seed."""
    plain = Settings()
    words: dict[str, Any] = {"seed": _FRESH}
    if provider == "ip1":
        words["ip1"] = {"mcc": settings.ip1.mcc or "431", "mnc": settings.ip1.mnc or "20"}
    if provider == "intelepeer" and settings.intelepeer != plain.intelepeer:
        how = settings.intelepeer.signature
        table = {"mode": how.mode, "hash": how.hash, "order": how.order, "encoding": how.encoding}
        words["intelepeer"] = {"secret": settings.intelepeer.secret, "signature": table}
    if settings.delivery.time_limit != plain.delivery.time_limit:
        limit = f"{settings.delivery.time_limit.total_seconds():g}s"
        words["delivery"] = {"time_limit": limit}
    for name in ("headers", "allow_host"):
        if given := getattr(settings.serve, name):
            words[name] = [*given]
    if settings.serve.insecure:
        words["insecure"] = True
    return words


def _has_context(settings: Settings, *, posts: bool, read: bool) -> bool:
    """Whether the test itself makes requests that take any certificate."""
    return settings.serve.insecure and (posts or (read and bool(settings.check.readback)))


def _reached(settings: Settings, *, posts: bool, read: bool) -> Iterator[str]:
    """Yield what the test's own requests take along; the fixture has it from the mark."""
    if settings.serve.headers and (posts or (read and settings.check.readback)):
        yield f"HEADERS = {literal(dict(map(header, settings.serve.headers)))}"
    if _has_context(settings, posts=posts, read=read):
        yield "ANY_CERTIFICATE = ssl._create_unverified_context()"


def _readback(target: Target) -> Iterator[str]:
    settings, check = target.settings, target.settings.check
    pointers = Pointers.of(check, PROVIDERS[target.provider].wire)
    one, text = (_by_pointer(each) for each in (pointers.id, pointers.text))
    yield from ("", "", "def stored():")
    if check.settle:
        yield f"    time.sleep({check.settle.total_seconds():g})"
    if check.readback:
        own = urlsplit(check.readback)[:2] == urlsplit(target.url)[:2]
        asked = literal(check.readback)
        if settings.serve.headers and own:
            asked = f"urllib.request.Request({asked}, headers=HEADERS)"
        context = ", context=ANY_CERTIFICATE" * settings.serve.insecure
        yield f"    with urllib.request.urlopen({asked}{context}) as answer:"
        yield "        told = json.load(answer)"
    else:
        command = literal(check.readback_command)
        yield f"    told = json.loads(subprocess.check_output({command}, shell=True))"
    yield f"    return [(str(each{one}), each{text}) for each in told]"


def _by_pointer(pointer: str) -> str:
    from jsonpointer import JsonPointer

    parts = JsonPointer(pointer).parts
    return "".join(f"[{each if each.isdigit() else literal(each)}]" for each in parts)


def _post_function(target: Target) -> list[str]:
    serve = target.settings.serve
    kind = "HTTPS" if urlsplit(target.url).scheme == "https" else "HTTP"
    context = ", context=ANY_CERTIFICATE" * (serve.insecure and kind == "HTTPS")
    sent = "{**HEADERS, **headers}" if serve.headers else "headers"
    return [
        "",
        "",
        "def post(method, headers, body):",
        '    """Make a request that no provider makes; return the status of the answer."""',
        "    parts = urllib.parse.urlsplit(URL)",
        '    path = (parts.path or "/") + f"?{parts.query}" * bool(parts.query)',
        f"    connection = http.client.{kind}Connection(",
        f"        parts.hostname, parts.port, timeout=30{context}",
        "    )",
        f"    connection.request(method, path, body, {sent})",
        "    return connection.getresponse().status",
    ]


# The test


def _body(history: History, *, read: bool) -> Iterator[str]:
    line, sent = f"mohook.{history.provider}", 0
    yield f"{line}.connect(URL)"
    for step in history.steps:
        yield from _step(step, history.provider, sent, read=read)
        said_again = isinstance(step, Again) and sent > 0
        sent += len(step.messages) if isinstance(step, Send) else said_again
    if not sent:
        yield f'{line}.send("Still there?")'
    yield f"for _ in range({_ATTEMPTS}):"
    yield "    mohook.run_next()"
    yield "mohook.assert_settled()"
    if read:
        wire = PROVIDERS[history.provider].wire
        yield f"own = {{each.payload[{literal(wire.id)}] for each in mohook.messages}}"
        yield "mohook.assert_stored([each for each in stored() if each[0] in own])"


def _step(step: Step, provider: str, sent: int, *, read: bool) -> Iterator[str]:
    line = f"mohook.{provider}"
    match step:
        case Send(messages, batch):
            yield from _sends(messages, provider, batch=batch)
        case Fail(what):
            yield f"mohook.fail_next({literal(what)})"
        case Again(which) if sent:
            wire = PROVIDERS[provider].wire
            yield f"earlier = mohook.messages[{which % sent}].payload"
            names = (wire.text, wire.sender, wire.recipient)
            text, sender, recipient = (f"earlier[{literal(name)}]" for name in names)
            yield f"{line}.send({text}, sender={sender}, recipient={recipient})"
        case Resend(which) if sent:
            yield f"mohook.messages[{which % sent}].resend()"
        case Advance(by):
            yield from _moves(by)
        case Post():
            yield from _post(step, provider, read=read)


def _sends(messages: tuple[Mapping[str, Any], ...], provider: str, *, batch: bool) -> Iterator[str]:
    line = f"mohook.{provider}"
    if batch or len(messages) > 1:  # at one instant; what is no batch has a `batchId` each
        own = {"batchId": _BATCH} if provider == "ip1" and not batch else {}
        written = [f"{line}.send_batch({literal([_ready(each) | own for each in messages])})"]
    else:
        written = [f"{line}.send({arguments(provider, _ready(each))})" for each in messages]
    for each in written:
        for word, source in _MADE.items():
            each = each.replace(literal(word), source)
        yield each


def _ready(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields in which words stand for what must be new each time."""
    made = dict(fields)
    if isinstance(made.get("statuses"), list):
        made["statuses"] = [{"created": _NOW, **each} for each in made["statuses"]]
    if "refid" in made and not str(made["refid"]).startswith("SM"):
        del made["refid"]
    return made | ({"refid": _SM} if "refid" in made else {})


def _moves(by: str) -> Iterator[str]:
    if by == "idle":
        yield f"for _ in range({_ATTEMPTS}):"
        yield "    mohook.run_next()"
    elif by == "next":
        yield "mohook.run_next()"
    else:
        yield f"mohook.advance({span_arguments(parse_duration(by))})"


def _post(step: Post, provider: str, *, read: bool) -> Iterator[str]:
    width, upper = _WIDTHS[provider]
    yield f"identity = uuid.uuid4().hex[:{width}]{upper}"
    yield f"body = {step.body!r}"
    yield f"body = body.replace({step.identity.encode()!r}, identity.encode())"
    must_refuse = step.kind.must_refuse
    if must_refuse and read:
        yield "before = stored()"
    yield f"status = post({literal(step.method)}, {literal(dict(step.headers))}, body)"
    yield "assert status < 500"
    if must_refuse and read:
        yield "assert [each for each in stored() if each not in before] == []"
    elif must_refuse and step.kind in SIGNATURE_KINDS:
        yield "assert status != 200  # it is not signed by the provider"
