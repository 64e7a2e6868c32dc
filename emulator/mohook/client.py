"""The control API from Python: everything that the page and the shell can do to an emulator.

>>> Client("http://127.0.0.1:7670/").url
'http://127.0.0.1:7670'
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Self
from urllib.parse import quote

from mohook.calls import JSON, Calls
from mohook.errors import InputError
from mohook.listening import DEFAULT_URL
from mohook.providers.intelepeer.paths import AUTHENTICATE, WEBHOOK
from mohook.submission import Submission

__all__ = ["Client"]

_API = "/mohook/v1"
_LINES = 1_000
"""Messages that go out together, and come back together on one page."""
_BEYOND = 10**15


class Client:
    """An emulator at a URL. No request is made before a method is called.

    Answers are the JSON of the public contract. `timeout` is how long the emulator may take;
    what waits on purpose gets that much on top. A refusal raises the `MohookError` that it
    stands for, in the emulator's own words: `InputError`, `NotFoundError`, `ConflictError`,
    `UnauthorizedError`. Where no emulator answers, each method raises `UnreachableError`.
    `token` is the emulator's control token, if it has one; the URL may carry it as a password.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        timeout: timedelta = timedelta(seconds=30),
        token: str | None = None,
    ) -> None:
        self._call = Calls(url, timeout, token)
        self.url = self._call.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._call.close()

    def _get(self, path: str, params: Mapping[str, Any] | None = None) -> JSON:
        return self._call("GET", _API + path, params=params)

    def _send(self, method: str, path: str, body: JSON | None = None, **request: Any) -> JSON:
        return self._call(method, _API + path, json=body, **request)

    # What the emulator is

    def health(self) -> JSON:
        """Return `{"status", "version", "clock"}`."""
        return self._get("/health")

    def openapi(self) -> JSON:
        """Return the OpenAPI document."""
        return self._get("/openapi.json")

    def assumptions(self) -> list[JSON]:
        """Return the ledger of assumptions, with the values that hold in this emulator."""
        return _list(self._get("/assumptions"), "assumptions")

    # Messages

    def send(self, submission: Submission, *, wait: timedelta = timedelta()) -> list[JSON]:
        """Send an SMS, `count` times; return the messages as they stand then.

        The answer comes when all have settled, at the latest after `wait`.
        """
        params = {"wait": wait.total_seconds()} if wait else None
        body = _submitted(submission)
        return _list(
            self._send("POST", "/messages", body, params=params, patience=wait), "messages"
        )

    def send_many(self, submissions: Iterable[Submission]) -> int:
        """Send any number of messages in bulk; return how many were accepted.

        They go a thousand at a time, each lot whole or not at all: when one lot is refused,
        the lots before it have been accepted.
        """
        return sum(self._send_lot(lot) for lot in _lots(submissions))

    def send_batch(self, submissions: Iterable[Submission]) -> int:
        """Send messages that their provider received in one request; return how many there are.

        They are accepted all or none. At ip1 they share a `batchId`.
        """
        return self._send_lot(submissions, {"batch": "true"})

    def _send_lot(self, lot: Iterable[Submission], params: JSON | None = None) -> int:
        lines = "".join(json.dumps(_submitted(each)) + "\n" for each in lot).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        path = f"{_API}/messages"
        answer = self._call("POST", path, params=params, data=lines, headers=headers)
        return int(answer["accepted"])

    def messages(
        self,
        *,
        provider: str | None = None,
        state: str | None = None,
        recipient: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> list[JSON]:
        """Return up to 1,000 messages in the order of their coming; `after` is a message's id."""
        wanted = {"provider": provider, "state": state, "to": recipient, "after": after}
        return _list(self._get("/messages", {**wanted, "limit": limit}), "messages")

    def message(self, message_id: str) -> JSON:
        """Return one message with its attempts."""
        return self._get(f"/messages/{_part(message_id)}")

    def messages_by_id(self, ids: Sequence[str]) -> list[JSON]:
        """Return these messages, one request for each page of them and not for each of them.

        Those that have finished and were pruned since are not among them.
        """
        wanted, found = set(ids), []
        numbers = sorted(int(each[1:]) for each in wanted)
        after = numbers[0] - 1 if numbers else 0
        while numbers and after < numbers[-1]:
            page = self.messages(after=f"m{after}", limit=_LINES)
            found += [each for each in page if each["id"] in wanted]
            after = int(page[-1]["id"][1:]) if page else numbers[-1]
        return found

    def resend(self, message_id: str) -> JSON:
        """Make a message due now, with the full number of tries again."""
        return self._send("POST", f"/messages/{_part(message_id)}/resend")

    def resend_failed(self, since: datetime | None = None) -> list[JSON]:
        """Make every failed message due now whose last attempt began at `since` or later."""
        body = {} if since is None else {"since": since.isoformat()}
        return _list(self._send("POST", "/resend", body), "messages")

    def events(self, *, after: int = 0, limit: int = _LINES) -> list[JSON]:
        """Return what happened after event number `after`, in order."""
        return _list(self._get("/events", {"after": after, "limit": limit}), "events")

    def last_event(self) -> int:
        """Return the number of the newest event; 0 before the first."""
        return int(self._get("/events", {"after": _BEYOND, "limit": 1})["last"])

    # The clock

    def clock(self) -> JSON:
        """Return `{"now", "mode", "pending", "next_due", "idle"}`."""
        return self._get("/clock")

    def change_clock(self, mode: str, *, patience: timedelta = timedelta(minutes=10)) -> JSON:
        """Let the clock go on as `real`, `manual` or `xN` (`x60`) from where it stands.

        Returns what `clock` does. One that is being moved begins to run after that.
        """
        return self._send("PUT", "/clock", {"mode": mode}, patience=patience)

    def advance(
        self,
        *,
        span: timedelta | None = None,
        to: datetime | None = None,
        until: str | None = None,
        max_attempts: int | None = None,
        patience: timedelta = timedelta(minutes=10),
    ) -> JSON:
        """Move the manual clock by `span`, to an instant, or until `next` or `idle`.

        Give exactly one of the three. Returns `{"now", "attempts_made", "idle"}` once all that
        fell due has ended. Raises `NotSettledError` where that took more than `max_attempts`.
        """
        moves = {
            "seconds": None if span is None else span.total_seconds(),
            "to": None if to is None else to.isoformat(),
            "until": until,
        }
        body = {name: value for name, value in moves.items() if value is not None}
        if len(body) != 1:
            msg = f"advance by {sorted(body)}: expected exactly one of span, to and until"
            raise InputError(msg)
        if max_attempts is not None:
            body["max_attempts"] = max_attempts
        return self._send("POST", "/clock/advance", body, patience=patience)

    # Who receives where

    # With `reveal`, secrets and credentials in URLs stand there as they are, and not as `***`.

    def accounts(self, *, reveal: bool = False) -> list[JSON]:
        """Return every ip1 account."""
        return _list(self._get("/ip1/accounts", _revealing(reveal)), "accounts")

    def account(self, owner: str, *, reveal: bool = False) -> JSON:
        """Return an ip1 account: `{"owner", "callback_url", "numbers"}`."""
        return self._get(f"/ip1/accounts/{_part(owner)}", _revealing(reveal))

    def put_account(self, owner: str, **fields: Any) -> JSON:
        """Make or replace an ip1 account; fields: `callback_url`, `numbers`."""
        return self._send("PUT", f"/ip1/accounts/{_part(owner)}", fields)

    def customers(self, *, reveal: bool = False) -> list[JSON]:
        """Return every IntelePeer customer."""
        return _list(self._get("/intelepeer/customers", _revealing(reveal)), "customers")

    def customer(self, name: str, *, reveal: bool = False) -> JSON:
        """Return an IntelePeer customer."""
        return self._get(f"/intelepeer/customers/{_part(name)}", _revealing(reveal))

    def put_customer(self, name: str, **fields: Any) -> JSON:
        """Make or replace a customer; fields: `token username password secret signature`."""
        return self._send("PUT", f"/intelepeer/customers/{_part(name)}", fields)

    def default_webhook(self, *, reveal: bool = False) -> str | None:
        """Return where IntelePeer numbers post that have no webhook of their own."""
        webhook: str | None = self._get("/intelepeer/webhook", _revealing(reveal))["webhook"]
        return webhook

    def put_default_webhook(self, webhook: str | None) -> None:
        """Set where IntelePeer numbers post that have no webhook of their own."""
        self._send("PUT", "/intelepeer/webhook", {"webhook": webhook})

    def number(self, number: str, *, reveal: bool = False) -> JSON:
        """Return an IntelePeer number as it stands now."""
        return self._get(f"/intelepeer/numbers/{_part(number)}", _revealing(reveal))

    def put_number(self, number: str, **fields: Any) -> JSON:
        """Make or replace a number; fields: `customer sms_enabled cpaas_enabled webhook`."""
        return self._send("PUT", f"/intelepeer/numbers/{_part(number)}", fields)

    def delete_number(self, number: str) -> None:
        """Take a number away."""
        self._send("DELETE", f"/intelepeer/numbers/{_part(number)}")

    # IntelePeer's own API, as documented

    def authenticate(self, username: str, password: str) -> str:
        """Return a token for 24 hours. Source: IntelePeer, API Authentication."""
        body = {"username": username, "password": password}
        return str(self._call("POST", AUTHENTICATE, json=body)["token"])

    def set_webhook(self, endpoints: Sequence[str], webhook: str, *, token: str) -> JSON:
        """Set the webhook of one number or several; return the answer, 201 or 207, as it came.

        Source: IntelePeer, Receiving SMS messages.
        """
        body = {"endpoints": list(endpoints), "webhook": webhook}
        return self._webhooks("POST", token, json=body)

    def webhook(self, endpoints: Sequence[str], *, token: str) -> JSON:
        """Return the answer to the question for one number's webhook or several, 200 or 207.

        Source: IntelePeer, Receiving SMS messages.
        """
        return self._webhooks("GET", token, params={"endpoint": list(endpoints)})

    def _webhooks(self, method: str, token: str, **request: Any) -> JSON:
        headers = {"Authorization": f"Bearer {token}"}
        return self._call(method, WEBHOOK, headers=headers, **request)

    # Faults

    def faults(self) -> list[JSON]:
        """Return the fault scripts that have something left to do."""
        return _list(self._get("/faults"), "faults")

    def add_faults(
        self, *steps: str, match: Mapping[str, str] | None = None, times: int | None = None
    ) -> JSON:
        """Script what goes wrong next: `500`, `timeout`, `lose-ack`, `ok` and so on.

        `match` says for which messages: `provider`, `to`, `from`, `body`.
        """
        body = {"match": match, "steps": list(steps), "times": times}
        given = {name: value for name, value in body.items() if value is not None}
        return self._send("POST", "/faults", given)

    def drop_fault(self, fault_id: str) -> None:
        """Drop one fault script, by the `id` that it was added with."""
        self._send("DELETE", f"/faults/{_part(fault_id)}")

    def clear_faults(self) -> None:
        """Drop every fault script."""
        self._send("DELETE", "/faults")

    # State and reports

    def reset(self) -> None:
        """Forget messages, attempts and faults; configuration is again as in the settings."""
        self._send("POST", "/reset")

    def snapshot(self) -> JSON:
        """Return the emulator's whole state."""
        return self._get("/snapshot")

    def restore(self, snapshot: JSON) -> None:
        """Put a snapshot in the place of the emulator's state."""
        self._send("PUT", "/snapshot", snapshot)

    def sms_report(self) -> JSON:
        """Return the dashboard's figures."""
        return self._get("/reports/sms")

    def detail_records(self) -> list[JSON]:
        """Return the message detail records (MDR)."""
        return _list(self._get("/reports/mdr", {"format": "json"}), "records")


def _list(answer: JSON, name: str) -> list[JSON]:
    return list(answer[name])


def _submitted(submission: Submission) -> JSON:
    return {
        "provider": submission.provider,
        "from": submission.sender,
        "to": submission.recipient,
        "body": submission.body,
        "count": submission.count,
        "batch": submission.batch,
        "fields": dict(submission.fields),
    }


def _revealing(reveal: bool) -> JSON | None:
    return {"reveal": "true"} if reveal else None


def _lots(submissions: Iterable[Submission]) -> Iterator[list[Submission]]:
    rest = iter(submissions)
    while lot := list(islice(rest, _LINES)):
        yield lot


def _part(text: str) -> str:
    return quote(text, safe="")
