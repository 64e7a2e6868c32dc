"""What a check does to a receiver, and how it judges what came of it."""

from __future__ import annotations

import reprlib
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cached_property
from itertools import compress
from random import Random
from secrets import randbits
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from mohook.delivery.message import Message, State
from mohook.delivery.timeline import timeline
from mohook.intake import encode
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.check.answers import Answer, Opened, post_at_once, post_together
from pytest_mohook.check.contact import Contact
from pytest_mohook.check.curl import curl
from pytest_mohook.check.errors import ReadbackBrokenError, ReadbackError
from pytest_mohook.check.model import CheckFailedError, NotApplicableError
from pytest_mohook.check.noting import NotingBench
from pytest_mohook.check.reading import stored_items
from pytest_mohook.check.target import Readback, Target
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.local import LocalBench
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.oracle.acknowledged import check_acknowledged
from pytest_mohook.oracle.answers import refusals
from pytest_mohook.oracle.difference import difference
from pytest_mohook.oracle.findings import Finding
from pytest_mohook.oracle.readback import StoredItem
from pytest_mohook.oracle.stored import check_stored
from pytest_mohook.strategies.requests import WebhookRequest, headers

__all__ = ["Trial"]

_AT_ONCE = 4
_FEW = 2

T = TypeVar("T")

_POLL = 0.02  # seconds
_PAUSE = 0.05  # seconds
_TRIES = 5  # as often as IntelePeer
_WAITS = 2  # for an answer that does not come: each takes the whole time limit
_SENTENCES = 3
_SHOWN = 20  # requests
_MCC, _MNC = "431", "20"  # ip1, Receive incoming SMS: those of the sample


class Trial:
    """One check's own emulator, aimed at the receiver; what it sends is judged apart from all else.

    Messages have ids that the receiver has never seen. The clock stands until the check moves
    it; HTTP is real. `random` decides what a check chooses, and is the same for the same seed.
    Who is `careful` waits a little before a refused message comes again, and names an operator
    at ip1, so that what cannot do without is found by the check of just that. With `few` it
    sends two examples of a kind where there are many: the receiver cannot keep up. `name` is the
    check's id. Whatever finds nobody at the receiver's URL any more raises ReceiverGoneError.
    """

    def __init__(
        self, target: Target, seed: str, *, name: str = "", careful: bool = True, few: bool = False
    ) -> None:
        self.target = target
        self.contact: Contact = Contact(target, name)
        self._careful = careful
        self._few = few
        self.at_once: int = _FEW if few else _AT_ONCE
        """Deliveries that are in flight at a time: several checks run beside each other."""
        self.provider: str = target.provider
        self.wire = PROVIDERS[target.provider].wire
        self.random: Random = Random(seed)
        self.read: bool = False
        """Whether what is stored was looked at."""
        self.shortened: bool = False
        """Whether examples were left out."""
        self._about: set[str] = set()
        self._failing: WebhookRequest | None = None
        self._closing = ExitStack()
        noting = NotingBench(self._settings(), self.contact.attempted)
        self._bench = self._closing.enter_context(closing(noting))
        self.mohook: Mohook = Mohook(self._bench)
        self.line = self.mohook.line(target.provider)
        self.line.connect(target.url)

    def __enter__(self) -> Trial:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.close()

    def _settings(self) -> Settings:
        settings = self.target.seeded(randbits(62))  # or ids would come a second time
        serve, ip1 = replace(settings.serve, per_receiver=self.at_once), settings.ip1
        if self._careful and ip1 == replace(ip1, mcc=None, mnc=None, missing_operator="absent"):
            ip1 = replace(ip1, mcc=_MCC, mnc=_MNC)
        return replace(settings, serve=serve, ip1=ip1)

    def some(self, examples: Iterable[T]) -> list[T]:
        """Return all examples; with `few` the first and, as the seed decides, some others."""
        whole = list(examples)
        if not self._few or len(whole) <= _FEW:
            return whole
        self.shortened = True
        places = sorted(self.random.sample(range(1, len(whole)), _FEW - 1))
        return [whole[0], *(whole[each] for each in places)]

    # Messages

    def send(self, body: str | None = None, /, **fields: object) -> SentMessage:
        """Send a message, and make its first attempt; fields as `mohook.ip1.send` takes them."""
        return self.line.send(body, **fields)

    def send_many(self, messages: Iterable[str | Mapping[str, object]]) -> list[SentMessage]:
        """Send several messages side by side, each a request of its own to the provider."""
        made = self._bench.send(self.line.submissions(messages), batch=False)
        return [SentMessage(self._bench, each) for each in made]

    def send_batch(self, messages: Iterable[str | Mapping[str, object]]) -> list[SentMessage]:
        """Send several messages at one instant; at ip1 they share a `batchId`."""
        return self.line.send_batch(messages)

    def deliver(self) -> None:
        """Let every message have attempts until it is acknowledged, or was refused often enough."""
        pause = 0.0
        while any(map(self._goes_on, self._messages())):
            before = self.mohook.now
            if not self.mohook.run_next() and self.mohook.now == before:
                break  # what is only delayed moves the clock, and makes no attempt
            time.sleep(pause * self._careful)  # who is busy for a moment may say so
            pause = min(pause + _PAUSE, 10 * _PAUSE)

    def _goes_on(self, message: Message) -> bool:
        if message.state is not State.PENDING:
            return False
        refused = refusals(message, self._bench.settings)
        unanswered = sum(each.status_code is None for each in refused)
        return len(refused) < _TRIES and unanswered < _WAITS

    # Requests beside them

    def payload(self, body: str | None = None, **fields: object) -> dict[str, Any]:
        """Return the payload that the provider would post for a message, and do not send it.

        It has an id of its own, which no other message has; so has the text, if none is given.
        """
        if body is None:
            body = f"Message {randbits(40):010x}"
        return self._drafts.line(self.provider).send(body, **fields).payload

    @cached_property
    def _drafts(self) -> Mohook:
        """Messages that are held, for no receiver is connected."""
        return Mohook(self._closing.enter_context(closing(LocalBench(self._settings()))))

    def request(self, payload: Mapping[str, Any]) -> WebhookRequest:
        """Return the request by which the provider would post a payload."""
        return WebhookRequest("POST", headers(), encode(dict(payload)))

    def post(self, request: WebhookRequest) -> Answer:
        """Make a request that is not a delivery; return what came back."""
        return self.post_together([request])[0]

    def post_together(self, made: Sequence[WebhookRequest]) -> list[Answer]:
        """Make requests side by side."""
        began = time.monotonic()
        answers = post_together(self.target.url, made, self.target.settings)
        return self._answered(made, answers, began)

    def post_at_once(self, made: Sequence[WebhookRequest]) -> list[Answer]:
        """Make small requests in the very same moment."""
        began = time.monotonic()
        answers = post_at_once(self.target.url, made, self.target.settings)
        return self._answered(made, answers, began)

    def begin(self, request: WebhookRequest, *, held: int) -> Opened:
        """Begin a request, of which the last bytes are held back until it is finished."""
        opened = Opened(self.target.url, request, self.target.settings, held=held)
        self._closing.callback(opened.close)
        return opened

    def finish(self, request: WebhookRequest, opened: Opened) -> Answer:
        """Send the rest of a request that was begun, and return its answer."""
        return self._answered([request], [opened.finish()], opened.began)[0]

    def acknowledged(self, made: Sequence[WebhookRequest], *, at_once: int = _AT_ONCE) -> None:
        """Make requests until each is acknowledged; fail where one is refused too often."""
        at_once = self.at_once if self._few else at_once
        left, answers, waits = list(made), list[Answer](), 0
        for turn in range(_TRIES):
            if not left or waits == _WAITS:
                break
            time.sleep(turn * _PAUSE)
            answers = [
                answer
                for start in range(0, len(left), at_once)
                for answer in self.post_together(left[start : start + at_once])
            ]
            waits += any(each.status is None for each in answers)
            refused = [not self.acknowledges(each) for each in answers]
            left = list(compress(left, refused))
            answers = list(compress(answers, refused))
        if left:
            shown = left[0].body.decode("utf-8", "replace")
            why = f"{reprlib.repr(shown)} is valid, and the receiver {answers[0].in_words}"
            self.fail(why, left[0])

    def acknowledges(self, answer: Answer) -> bool:
        """Whether an answer ends a message as delivered."""
        provider, settings = PROVIDERS[self.provider], self.target.settings
        return answer.status is not None and provider.acknowledges(answer.status, settings)

    def _answered(
        self, made: Sequence[WebhookRequest], answers: list[Answer], began: float
    ) -> list[Answer]:
        self.contact.answered(made, answers, began)
        return answers

    # Verdict

    def stored(self) -> list[StoredItem] | None:
        """Return all that the receiver has stored; None where nobody can ask it.

        Raises ReadbackError where it cannot be asked any more: ReadbackBrokenError where that is
        for what was sent by this check.
        """
        if self.target.readback is None:
            return None
        self.read = True
        began = time.monotonic()
        try:
            stored = self._read(self.target.readback)
        except ReadbackError as problem:
            raise self.contact.accuse(problem) from problem
        self.contact.was_read(began)
        return stored

    def _read(self, readback: Readback) -> list[StoredItem]:
        """Read; once more where that fails: it may have been disturbed."""
        try:
            return stored_items(readback(), self.wire)
        except ReadbackError:
            time.sleep(_PAUSE)
            return stored_items(readback(), self.wire)

    def judge(self) -> None:
        """Let everything be delivered; fail unless each message is acknowledged and stored right.

        Without a readback only what the receiver answers is judged.
        """
        if findings := self.findings():
            self._about = {each for finding in findings[:_SENTENCES] for each in finding.messages}
            self.fail(_some([each.sentence for each in findings]))

    def findings(self) -> list[Finding]:
        """Let everything be delivered; return what is wrong: what is refused, or else stored."""
        self.deliver()
        messages = self._messages()
        refused = check_acknowledged(messages, settings=self._bench.settings)
        return refused or self._stored_wrong(messages)

    def _stored_wrong(self, messages: Sequence[Message]) -> list[Finding]:
        own = {str(each.payload[self.wire.id]) for each in self.mohook.messages}
        until = time.monotonic() + self.target.settle.total_seconds()
        while (stored := self.stored()) is not None:
            pairs = [(each.id, each.text) for each in stored if each.id in own]
            findings = check_stored(messages, pairs, settings=self._bench.settings)
            if not findings or time.monotonic() >= until:
                return findings
            time.sleep(_POLL)
        return []

    def kept(self, payloads: Sequence[Mapping[str, Any]]) -> None:
        """Fail unless each payload is stored once, its text intact; not judged without a readback.

        It is for those that were posted beside the messages.
        """
        until = time.monotonic() + self.target.settle.total_seconds()
        while (stored := self.stored()) is not None:
            wrong = list(filter(None, (self._of_payload(each, stored) for each in payloads)))
            if not wrong:
                return
            if time.monotonic() >= until:
                self.fail(_some(wrong))
            time.sleep(_POLL)

    def _of_payload(self, payload: Mapping[str, Any], stored: Sequence[StoredItem]) -> str:
        identity, sent = str(payload[self.wire.id]), payload[self.wire.text]
        texts = [each.text for each in stored if each.id == identity]
        what = f"{reprlib.repr(sent)} (id {identity})"
        if not texts:
            return f"{what} was acknowledged and is not stored"
        if len(texts) > 1:
            return f"{what} is stored {len(texts)} times"
        [text] = texts
        if text == sent:
            return ""
        how = "it is null" if text is None else difference(sent, text)
        return f"{what} is stored with another text: {how}"

    def under(self, identities: Collection[str]) -> list[StoredItem]:
        """Return what is stored under ids, after the time that storing may take; [] unread."""
        self.let_settle()
        return [each for each in self.stored() or () if each.id in identities]

    def let_settle(self) -> None:
        """Wait, where there is a readback, until all that came must be stored: also copies."""
        if self.target.readback is not None:
            time.sleep(self.target.settle.total_seconds())

    def skip(self, why: str) -> NoReturn:
        """End the check: with these settings there is nothing that it could be about."""
        raise NotApplicableError(why)

    def require(self, fulfilled: object, why: str, request: WebhookRequest | None = None) -> None:
        """Fail, and say why, unless something is true."""
        if not fulfilled:
            self.fail(why, request)

    def blame(self, problem: ReadbackBrokenError) -> str:
        """Tell what has made what is stored unreadable, and show that request."""
        self._failing = problem.request
        return problem.sentence

    def fail(self, why: str, request: WebhookRequest | None = None) -> NoReturn:
        """End the check: the receiver does something else than it claims, with this request."""
        self._failing = request
        raise CheckFailedError(why)

    def _messages(self) -> list[Message]:
        return [self._bench.message(each.id) for each in self.mohook.messages]

    def _concerned(self) -> list[Message]:
        """Return the messages that the check failed for; all where it does not say."""
        return [each for each in self._messages() if not self._about or each.id in self._about]

    @property
    def story(self) -> str:
        """What was sent and what came of it, for people to read: what the check failed for."""
        told = timeline(self._concerned())
        made = [] if self._about else self.contact.made[-_SHOWN:]
        if self._failing:
            made = [each for each in self.contact.made if each[0] is self._failing]
        return "\n".join(filter(None, [told, *(_line(*each) for each in made)]))

    @property
    def last_request(self) -> str:
        """What the check failed for, or the last request, as a curl command; "" for none."""
        if request := self._failing or (
            self.contact.made and not self._about and self.contact.made[-1][0]
        ):
            return curl(self.target.url, request)
        attempts = [attempt for each in self._concerned() for attempt in each.attempts]
        if not attempts:
            return ""
        last = max(attempts, key=lambda each: each.started_at)
        return curl(self.target.url, WebhookRequest("POST", headers(), last.request_body))


def _some(sentences: Sequence[str]) -> str:
    more = len(sentences) - _SENTENCES
    return "; ".join(sentences[:_SENTENCES]) + (f"; and {more} more" if more > 0 else "")


def _line(request: WebhookRequest, answer: Answer) -> str:
    size = f"{len(request.body):,} bytes"
    return f"{request.method} of {size}: {answer.in_words} ({answer.seconds:.3f} s)"
