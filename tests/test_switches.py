"""Every switch of the ledger changes what a receiver or a caller of the API sees.

Each is set as a user sets it, by its environment variable, and looked at from outside: through
the HTTP API, and in what a receiver gets.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from mohook.assumptions import LEDGER, ledger
from mohook.emulator import Emulator
from mohook.options.layers import VARIABLES
from mohook.options.load import load_settings
from mohook.settings import Settings
from tests._receivers import Answer, scripted
from tests.emulators import App
from tests.server.bench import Bench, message

WEBHOOK = "/_rest/v4/my/did/sms/webhook"
PROVISION = "/_rest/v4/my/did/sms/provision"
RECORDS = "/_rest/v4/app/sms/mdr"
ONE, TWO = "+12161112222", "+12161112223"
URL = "https://www.myserver.com/myapp"
BEARER = {"Authorization": "Bearer any"}
BASE = {"MOHOOK_CLOCK": "manual", "MOHOOK_SEED": "7"}
SECRET = b"SECRET CODE"


class Stage(Bench):
    """An emulator as settings make it, its API, and a receiver in this process."""

    def posted(self, *statuses: int, provider: str = "ip1", **more: Any) -> list[dict[str, Any]]:
        """Send one message to a receiver that answers so; return what was posted at once."""
        app = App(*statuses)
        self.connect(self.emulator.apps.mount(app))
        self.send(provider, **more)
        return app.payloads

    def connect(self, origin: str) -> None:
        self.emulator.ip1.put("ip1-10001", f"{origin}/ip1")
        self.emulator.intelepeer.put_default_webhook(f"{origin}/intelepeer")

    def tried(self, *statuses: int, provider: str = "ip1", hours: int = 2) -> Any:
        """Return a message after so long with a receiver that answers so."""
        self.posted(*statuses, provider=provider)
        self.emulator.advance(timedelta(hours=hours))
        return self.get("/messages").json["messages"][0]

    def outcome(self, url: str) -> Any:
        """Return a message after its first attempt at a real address."""
        self.emulator.ip1.put("ip1-10001", url)
        return self.send()

    def set_webhook(self, *endpoints: str, webhook: str = URL) -> Any:
        body = {"endpoints": list(endpoints), "webhook": webhook}
        return self.client.post(WEBHOOK, json=body, headers=BEARER)

    def get_webhook(self, *endpoints: str, headers: Mapping[str, str] = BEARER) -> Any:
        return self.client.get(WEBHOOK, query_string={"endpoint": endpoints}, headers=headers)


def gaps(shown: Any) -> list[float]:
    """Return the seconds between the attempts of a message."""
    starts = [datetime.fromisoformat(each["started_at"]) for each in shown["attempts"]]
    return [(after - before).total_seconds() for before, after in pairwise(starts)]


def tries(stage: Stage) -> tuple[int, str]:
    shown = stage.tried(500)
    return shown["attempts_made"], shown["state"]


def operator(stage: Stage) -> dict[str, Any]:
    [payload] = stage.posted()
    return {name: payload[name] for name in ("mcc", "mnc") if name in payload}


def segments(stage: Stage) -> Any:
    return stage.posted(body="")[0]["segments"]


def named_sender(stage: Stage) -> Any:
    return stage.post("/messages", message("ip1", **{"from": "Acme"})).status_code


def raw_token(stage: Stage) -> Any:
    return stage.get_webhook(ONE, headers={"Authorization": "any"}).status_code


def provisioning(stage: Stage) -> Any:
    stage.client.post(PROVISION, json={"endpoints": [ONE]}, headers=BEARER)
    return stage.get_webhook(ONE).json["provisioning"]["state"]


def refusals(stage: Stage) -> list[list[str]]:
    bodies = [stage.get_webhook("x").json, stage.get_webhook(ONE, "x").json["endpoints"][1]]
    return [sorted(bodies[0]), sorted(bodies[1]["response"])]


def two_by_comma(stage: Stage) -> Any:
    return stage.get_webhook(f"{ONE},{TWO}").status_code


def no_endpoint(stage: Stage) -> Any:
    return stage.set_webhook().status_code


def endpoint_twice(stage: Stage) -> tuple[int, int]:
    answer = stage.set_webhook(ONE, TWO, ONE)
    return answer.status_code, len(answer.json.get("endpoints", []))


def webhook_emptied(stage: Stage) -> tuple[int, Any]:
    stage.set_webhook(ONE)
    return stage.set_webhook(ONE, webhook="").status_code, stage.get_webhook(ONE).json["webhook"]


def webhook_never_set(stage: Stage) -> tuple[int, Any]:
    answer = stage.get_webhook(ONE)
    return answer.status_code, answer.json.get("webhook", "no such key")


def short_codes(stage: Stage) -> list[int]:
    taken = [stage.set_webhook(f"1-{'9' * count}").status_code for count in (2, 3, 8, 9)]
    sent = [
        stage.post("/messages", message("intelepeer", to=f"1-{'9' * count}")).status_code
        for count in (2, 3, 8, 9)
    ]
    assert [status == 201 for status in sent] == [status == 201 for status in taken]
    return taken


def record_text(stage: Stage) -> Any:
    stage.send("intelepeer")
    return stage.client.get(RECORDS, headers=BEARER).json["records"][0]["message"]


def spacing(stage: Stage) -> list[float]:
    return gaps(stage.tried(500, provider="intelepeer"))


def interval(stage: Stage) -> list[float]:
    return gaps(stage.tried(500, 500, 200))


def refid(stage: Stage) -> list[str]:
    forms = {"hex": "[0-9A-F]{32}", "sm": "SM[0-9A-F]{30}"}
    [payload] = stage.posted(provider="intelepeer")
    return [name for name, form in forms.items() if re.fullmatch(form, payload["refid"])]


def signed(stage: Stage) -> list[str]:
    """Return what the signature is, of all that it could be."""
    [payload] = stage.posted(provider="intelepeer", body="hellö 🐝")
    if "signature" not in payload:
        return ["absent"]
    return [name for name, made in _signatures(payload).items() if made == payload["signature"]]


def _signatures(payload: dict[str, Any]) -> dict[str, str]:
    parts = {"refid": payload["refid"], "message": payload["message"]}
    made = {"literal": SECRET.decode()}
    for order in ("refid-message", "message-refid"):
        covered = "".join(parts[part] for part in order.split("-")).encode()
        for how in ("md5", "sha1", "sha256", "sha512"):
            digest = hmac.new(SECRET, covered, how).digest()
            made[f"{how} {order} hex"] = digest.hex()
            made[f"{how} {order} HEX"] = digest.hex().upper()
            made[f"{how} {order} base64"] = b64encode(digest).decode()
    return made


def long_message(stage: Stage) -> list[int]:
    return [len(each["message"]) for each in stage.posted(provider="intelepeer", body="a" * 161)]


def slow_answer(stage: Stage) -> Any:
    with scripted(Answer(200, delay=timedelta(milliseconds=120))) as receiver:
        return stage.outcome(receiver.url)["attempts"][0]["outcome"]


def redirected(stage: Stage) -> tuple[Any, int]:
    away = Answer(307, headers=(("Location", "/elsewhere"),))
    with scripted(away, Answer(200)) as receiver:
        shown = stage.outcome(receiver.url)
        return shown["attempts"][0]["outcome"], len(receiver.requests)


def another_2xx(stage: Stage) -> list[str]:
    return [stage.tried(status, hours=0)["state"] for status in (204, 299)]


def refused(stage: Stage) -> tuple[Any, Any]:
    with scripted() as gone:
        url = gone.url
    shown = stage.outcome(url)
    return shown["attempts"][0]["outcome"], shown["state"]


def ids(stage: Stage) -> int:
    app = App(500, 200)
    stage.connect(stage.emulator.apps.mount(app))
    stage.send()
    stage.emulator.advance(timedelta(hours=1))
    assert len(app.payloads) == 2
    return len({payload["id"] for payload in app.payloads})


def in_order(stage: Stage) -> bool:
    app = App()
    stage.connect(stage.emulator.apps.mount(app))
    stage.post("/messages", message(count=20))
    kept = [each["payload"]["id"] for each in stage.get("/messages").json["messages"]]
    arrived = [payload["id"] for payload in app.payloads]
    assert sorted(arrived) == sorted(kept)
    return arrived == kept


HMAC = {"MOHOOK_INTELEPEER_SIGNATURE_MODE": "hmac"}
MINUTE = 60.0

# Switch: what is looked at, and what it shows at each value, the default among them.
SHOWS: dict[str, tuple[Callable[[Stage], object], dict[str, object]]] = {
    "sms.empty_text_parts": (segments, {"1": 1, "0": 0}),
    "ip1.retry": (tries, {"until-200": (13, "pending"), "dlr-like": (10, "failed")}),
    "ip1.retry_interval": (interval, {"10m": [10 * MINUTE] * 2, "30s": [30.0] * 2}),
    "ip1.retry_limit": (tries, {"none": (13, "pending"), "3": (3, "failed")}),
    "ip1.missing_operator": (operator, {"absent": {}, "null": {"mcc": None, "mnc": None}}),
    "ip1.mcc": (operator, {"none": {}, "431": {"mcc": "431"}}),
    "ip1.mnc": (operator, {"none": {}, "20": {"mnc": "20"}}),
    "ip1.alphanumeric_senders": (named_sender, {"false": 422, "true": 201}),
    "intelepeer.retry_spacing": (
        spacing,
        {"1m,1m,1m,1m": [MINUTE] * 4, "10s,1m": [10.0, MINUTE]},
    ),
    "intelepeer.signature.mode": (
        signed,
        {"absent": ["absent"], "literal": ["literal"], "hmac": ["sha256 refid-message hex"]},
    ),
    "intelepeer.signature.hash": (
        signed,
        {how: [f"{how} refid-message hex"] for how in ("md5", "sha1", "sha256", "sha512")},
    ),
    "intelepeer.signature.order": (
        signed,
        {order: [f"sha256 {order} hex"] for order in ("refid-message", "message-refid")},
    ),
    "intelepeer.signature.encoding": (
        signed,
        {form: [f"sha256 refid-message {form}"] for form in ("hex", "HEX", "base64")},
    ),
    "intelepeer.refid": (refid, {"hex": ["hex"], "sm": ["sm"]}),
    "intelepeer.long_messages": (long_message, {"one": [161], "parts": [153, 8]}),
    "intelepeer.short_code_length": (
        short_codes,
        {"3,8": [400, 201, 201, 400], "2,3": [201, 201, 400, 400]},
    ),
    "intelepeer.bearer_only": (raw_token, {"false": 200, "true": 401}),
    "intelepeer.error_body": (
        refusals,
        {
            "code": [["code", "error"]] * 2,
            "error": [["error"]] * 2,
            "detail": [["detail"]] * 2,
        },
    ),
    "intelepeer.get_endpoints": (two_by_comma, {"repeated": 400, "comma": 207}),
    "intelepeer.empty_endpoints": (no_endpoint, {"400": 400, "207": 207}),
    "intelepeer.duplicate_endpoints": (
        endpoint_twice,
        {"each": (207, 3), "once": (207, 2), "400": (400, 0)},
    ),
    "intelepeer.empty_webhook": (webhook_emptied, {"400": (400, URL), "unset": (201, None)}),
    "intelepeer.webhook_never_set": (
        webhook_never_set,
        {"null": (200, None), "empty": (200, ""), "404": (404, "no such key")},
    ),
    "intelepeer.provisioning_delay": (provisioning, {"0s": "provisioned", "1h": "requested"}),
    "intelepeer.mdr_text": (record_text, {"false": None, "true": "hello"}),
    "delivery.time_limit": (slow_answer, {"10s": "200", "30ms": "timeout"}),
    "delivery.follow_redirects": (redirected, {"false": ("307", 1), "true": ("200", 2)}),
    "delivery.acknowledge": (another_2xx, {"200": ["pending"] * 2, "2xx": ["delivered"] * 2}),
    "delivery.transport_failures": (
        refused,
        {"retry": ("refused", "pending"), "give-up": ("refused", "failed")},
    ),
    "delivery.new_id_per_attempt": (ids, {"false": 1, "true": 2}),
    "delivery.order": (in_order, {"due": True, "shuffled": False}),
}
NEEDS = {f"intelepeer.signature.{part}": HMAC for part in ("hash", "order", "encoding")}

DEFAULTS = {each.assumption.switch: each.default for each in ledger(Settings())}
CHOICES = {row.switch: row.choices for row in LEDGER if row.switch is not None}
VARIABLE = {key: variable for variable, key in VARIABLES.items()}


@pytest.fixture
def stage_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make a stage of environment variables alone: no `mohook.toml` is near."""
    monkeypatch.chdir(tmp_path)
    made: list[Emulator] = []

    def make(environ: Mapping[str, str]) -> Stage:
        made.append(Emulator(load_settings(None, environ={**BASE, **environ}, flags={})))
        return Stage(made[-1])

    yield make
    for emulator in made:
        emulator.stop()


@pytest.mark.parametrize(
    ("switch", "value"),
    [(switch, value) for switch, (_, shown) in SHOWS.items() for value in shown],
)
def test_a_switch_does_what_it_says(
    stage_with: Callable[[Mapping[str, str]], Stage], switch: str, value: str
) -> None:
    """Set to each of its choices, it shows from outside."""
    look, shown = SHOWS[switch]
    stage = stage_with({**NEEDS.get(switch, {}), VARIABLE[switch]: value})
    assert look(stage) == shown[value]


@pytest.mark.parametrize("switch", SHOWS)
def test_a_switch_left_alone_stands_at_its_default(
    stage_with: Callable[[Mapping[str, str]], Stage], switch: str
) -> None:
    """What the ledger names as the default is what happens when nothing is set."""
    look, shown = SHOWS[switch]
    default = DEFAULTS[switch]
    assert default is not None
    assert look(stage_with(NEEDS.get(switch, {}))) == shown[default]


def test_every_switch_of_the_ledger_is_looked_at() -> None:
    """A new switch gets its look in this file too."""
    assert SHOWS.keys() == CHOICES.keys()


@pytest.mark.parametrize("switch", SHOWS)
def test_every_choice_of_a_switch_differs(switch: str) -> None:
    """Each choice that the ledger offers is tried, and no two of them look alike."""
    _, shown = SHOWS[switch]
    seen = [json.dumps(each) for each in shown.values()]
    assert len(set(seen)) == len(seen) > 1
    assert set(CHOICES[switch] or shown) == shown.keys()
