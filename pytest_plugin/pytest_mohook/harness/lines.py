"""Where a test's messages go, and what it sends: one handle a provider, account or number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal
from urllib.parse import urlsplit

from mohook.delivery.message import Message
from mohook.delivery.transports.in_process import App
from mohook.errors import InputError, NotFoundError, WebhookError
from mohook.masking import masked_url
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.samples import SAMPLES, recipient_for
from mohook.submission import Submission
from pytest_mohook.arguments import refuse_strategy, require_bool, require_text
from pytest_mohook.harness.bench import Bench
from pytest_mohook.harness.fields import submission
from pytest_mohook.harness.options import provisioning_state, signature_settings
from pytest_mohook.harness.sent import SentMessage
from pytest_mohook.harness.where import Serving, served_at

__all__ = ["IntelePeer", "IntelePeerNumber", "Ip1", "Ip1Account", "Line", "joined"]

_OWNER, _NUMBER = "ip1-20002", "+12161112222"


class Line(ABC):
    """What can be connected to a receiver, and sends to it."""

    name: str
    """The provider: `ip1` or `intelepeer`."""

    def __init__(self, bench: Bench, recipient: str | None = None) -> None:
        self._bench = bench
        self._recipient = recipient

    @property
    def recipient(self) -> str:
        """The number that messages go to when a test names none."""
        return self._recipient or recipient_for(self.name, self._bench.settings)

    def connect(
        self,
        app: App | str | Serving,
        path: str = "/",
        *,
        concurrent: bool = False,
        lifespan: bool | None = None,
    ) -> str:
        """Post to this app, or to this URL, from now on; return the URL that is posted to.

        `app` is a WSGI app, an ASGI app or a URL; what has a `url`, such as the `live_server` of
        pytest-django and of pytest-flask, stands for it. `path` is where the receiver stands
        in it. No socket is opened for an app.

        `concurrent` calls a WSGI app in threads, in turns line by line, for a message that
        comes twice at the same time; without it one after the other in the thread of the test,
        where a test's database connection often belongs. An ASGI app is always called at once,
        and a URL posted to at once.
        `lifespan` None runs an ASGI app's startup before its first request, where it has one;
        True runs it now and demands it, False never does. In `async def` tests see `aio.lifespan`.

        Raises WebhookError for what is neither an app nor a URL, and for a path that is none;
        InputError for another `concurrent` or `lifespan`, and for a lifespan behind a URL.
        """
        refuse_strategy("app", app)
        require_bool("concurrent", concurrent)
        if lifespan is not None:
            require_bool("lifespan", lifespan)
        base = served_at(app)
        if base is None:
            # What is no app is refused there.
            base = self._bench.mount(app, concurrent=concurrent, lifespan=lifespan)  # type: ignore[arg-type]
        elif lifespan:
            where = masked_url(base)
            msg = f"lifespan=True with {where!r}: its server has seen to that; leave it out"
            raise InputError(msg)
        url = joined(base, path)
        self._route(url)
        return url

    @abstractmethod
    def _route(self, url: str | None) -> None:
        """Post to `url` from now on; None holds what comes."""

    def disconnect(self) -> None:
        """Post nowhere: messages are held until a receiver is connected again."""
        self._route(None)

    def webhook(self) -> str | None:
        """Return where messages go now, or None."""
        return self._bench.webhook(self.name, self.recipient)

    def send(self, body: str | None = None, /, **fields: object) -> SentMessage:
        """Send one SMS and make its first attempt; return the message.

        What is not given is as in the provider's documented example. Any field can be given,
        by its wire name or a plain one: `sender`, `recipient`, `id`, `body`; at ip1 also
        `batch_id` and `encoding`. `send(**payload)` sends a generated payload as it is.
        Of a message that the switch `long_messages` parts, the first part is returned.

        Raises AddressError, TextError or InputError for what no phone could send.
        """
        return self._sent(self._bench.send([self.submission(body, fields)], batch=False))[0]

    def send_batch(self, messages: Iterable[str | Mapping[str, object]]) -> list[SentMessage]:
        """Send several SMS at one instant, each a text or its fields; return the messages.

        At ip1 they share one request, and so a `batchId`.
        """
        return self._sent(self._bench.send(self.submissions(messages), batch=True))

    def submission(self, body: str | None, fields: Mapping[str, object]) -> Submission:
        """Return what `send` sends, and do not send it."""
        if body is not None and not isinstance(body, str):
            msg = f"{body!r} is no text: expected a str, such as 'Hi'; or fields: send(body=…)"
            raise InputError(msg)
        sample = SAMPLES[self.name]._replace(recipient=self.recipient)
        return submission(self.name, body, fields, sample)

    def submissions(self, messages: Iterable[str | Mapping[str, object]]) -> list[Submission]:
        """Return what `send_batch` sends, and do not send it."""
        if isinstance(messages, (str, Mapping)) or not isinstance(messages, Iterable):
            msg = f"a batch of {messages!r}: expected a list of texts or fields, such as ['Hi']"
            raise InputError(msg)
        made = [self._of_batch(each) for each in messages]
        if not made:
            msg = "a batch of nothing: expected one message or more, such as ['Hi']"
            raise InputError(msg)
        return made

    def _of_batch(self, one: str | Mapping[str, object]) -> Submission:
        if isinstance(one, Mapping):
            return self.submission(None, one)
        if one is None:
            msg = "None in a batch: expected a text, or {} for the documented one"
            raise InputError(msg)
        return self.submission(one, {})

    def _sent(self, messages: Sequence[Message]) -> list[SentMessage]:
        return [SentMessage(self._bench, message) for message in messages]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.recipient} → {self.webhook()}>"


class Ip1(Line):
    """ip1: one callback URL for all numbers of an account, re-sent until 200.

    Source: ip1, Receive incoming SMS.
    """

    name = "ip1"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._accounts: dict[str, Ip1Account] = {}

    def _route(self, url: str | None) -> None:
        for account in self._bench.accounts():
            if not (known := self._accounts.get(account.owner)) or not known.connected:
                self._bench.put_account(account.owner, url or "", account.numbers)

    def account(self, owner: str, numbers: Iterable[str] | None = None) -> Ip1Account:
        """Return one account of several; with `numbers` it is made, and owns these.

        It posts where `mohook.ip1` posts until it is connected itself. Raises InputError for an
        owner or a number that is none, ConflictError for another account's number,
        NotFoundError for an account that there is not when no numbers are given.
        """
        require_text("owner", owner, example=_OWNER)
        if numbers is not None:
            self._bench.put_account(owner, self.webhook() or "", _listed(numbers))
        try:
            account = self._bench.account(owner)
        except NotFoundError:
            msg = f"no ip1 account {owner!r}: numbers=[…] makes it"
            raise NotFoundError(msg) from None
        recipient = account.numbers[0] if account.numbers else None
        return self._accounts.setdefault(owner, Ip1Account(self._bench, owner, recipient))


class Ip1Account(Line):
    """One SMS account at ip1: its numbers, its callback URL."""

    name = "ip1"

    def __init__(self, bench: Bench, owner: str, recipient: str | None) -> None:
        super().__init__(bench, recipient)
        self.owner = owner
        self.connected: bool = False

    def _route(self, url: str | None) -> None:
        self.connected = True
        self._bench.put_account(self.owner, url or "", self._bench.account(self.owner).numbers)


class IntelePeer(Line):
    """IntelePeer: one webhook a number, five attempts in all.

    Source: IntelePeer, Receiving SMS messages.
    """

    name = "intelepeer"

    def _route(self, url: str | None) -> None:
        self._bench.put_default_webhook(url)

    @property
    def secret(self) -> str:
        """The shared code that signs each message, as set in the Customer Portal."""
        return self._bench.secret(self.recipient)

    def sign_with(
        self,
        secret: str | None = None,
        *,
        mode: Literal["absent", "literal", "hmac"] = "literal",
        hash: Literal["md5", "sha1", "sha256", "sha512"] = "sha256",  # noqa: A002 - as in mohook.toml
        order: Literal["refid-message", "message-refid"] = "refid-message",
        encoding: Literal["hex", "HEX", "base64"] = "hex",
    ) -> None:
        """Sign messages from now on with this secret, in one of the three modes.

        The words are those of `[intelepeer.signature]` in `mohook.toml`. A secret of None is
        the one before. Raises InputError for a word that is none of them, and for a secret
        that is none.
        """
        if secret is not None:
            _require_secret(secret)
        table = {"mode": mode, "hash": hash, "order": order, "encoding": encoding}
        self._bench.put_customer(secret=secret, signature=signature_settings(table))

    def number(
        self,
        number: str,
        *,
        sms_enabled: bool = True,
        cpaas_enabled: bool = False,
        provisioning: ProvisioningState | str = ProvisioningState.PROVISIONED,
    ) -> IntelePeerNumber:
        """Return one number of several, recorded as said here.

        It posts where `mohook.intelepeer` posts until it is connected itself. Raises
        AddressError for what is no long code and no short code.
        """
        require_text("number", number, example=_NUMBER)
        require_bool("sms_enabled", sms_enabled)
        require_bool("cpaas_enabled", cpaas_enabled)
        record = IntelePeerNumber(
            self._bench,
            number,
            sms_enabled=sms_enabled,
            cpaas_enabled=cpaas_enabled,
            provisioning=provisioning_state(provisioning),
        )
        record.put(None)
        return record


class IntelePeerNumber(Line):
    """One number at IntelePeer: long code or short code, with its webhook and switches."""

    name = "intelepeer"

    def __init__(
        self,
        bench: Bench,
        number: str,
        *,
        sms_enabled: bool,
        cpaas_enabled: bool,
        provisioning: ProvisioningState,
    ) -> None:
        super().__init__(bench, number)
        self._sms_enabled = sms_enabled
        self._cpaas_enabled = cpaas_enabled
        self._provisioning = provisioning

    def _route(self, url: str | None) -> None:
        self.put(url or "")

    def put(self, webhook: str | None) -> None:
        """Record the number; a webhook of None is that of `mohook.intelepeer`, "" is none."""
        self._bench.put_number(
            self.recipient,
            webhook=webhook,
            sms_enabled=self._sms_enabled,
            cpaas_enabled=self._cpaas_enabled,
            provisioning=self._provisioning,
        )


def _listed(numbers: object) -> tuple[str, ...]:
    """Return the numbers of an account; raise InputError for what is no list of texts."""
    refuse_strategy("numbers", numbers)
    if isinstance(numbers, (str, Mapping)) or not isinstance(numbers, Iterable):
        msg = f"numbers {numbers!r}: expected a list of texts, such as ['46700000002']"
        raise InputError(msg)
    listed = tuple(numbers)
    for each in listed:
        require_text("a number", each, example="46700000002")
    return listed


def _require_secret(secret: object) -> None:
    refuse_strategy("secret", secret)
    if not isinstance(secret, str) or not secret:
        what = "an empty secret" if secret == "" else f"a secret of type {type(secret).__name__}"
        msg = f"{what}: expected a text, such as 'SECRET CODE'; to sign nothing, mode='absent'"
        raise InputError(msg)


def joined(base: str, path: str) -> str:
    """Return `path` under a URL or an origin; raise WebhookError for a path that is none.

    >>> joined("http://127.0.0.1:5000/app/", "/sms?x=1"), joined("http://testserver:1", "/")
    ('http://127.0.0.1:5000/app/sms?x=1', 'http://testserver:1/')
    """
    if not isinstance(path, str) or not path.startswith("/"):
        msg = f"path {path!r}: expected where the receiver stands, such as '/sms/ip1'"
        raise WebhookError(msg)
    if path == "/" and urlsplit(base).path:
        return base  # the URL says it all
    return base.rstrip("/") + path
