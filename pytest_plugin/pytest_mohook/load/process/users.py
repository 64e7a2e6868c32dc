"""Locust users for locustfiles: each sends messages as a provider does, retries and all."""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from locust import User
from locust.env import Environment
from locust.exception import StopTest

from mohook.cli.failures import USAGE
from mohook.cli.process import raise_file_limit
from mohook.errors import InputError, MohookError
from mohook.settings import Settings
from pytest_mohook.load.plan import require_sendable
from pytest_mohook.load.process.carrier import Carrier, Delivery
from pytest_mohook.load.process.poster import Poster
from pytest_mohook.load.process.telling import told_to
from pytest_mohook.load.texts import Drawn, drawn_texts

__all__ = ["CONNECTIONS", "IntelePeerUser", "Ip1User", "ProviderUser"]

CONNECTIONS = 10_000
"""Requests that one process has in flight at most."""


class ProviderUser(User):
    """What the users of both providers share: `send`, and how it is done.

    `host`, or Locust's `--host`, is the receiver's whole URL: where the provider posts.
    `settings` are the emulator's: secrets, switches, `serve.allow_host` for a receiver that is
    not on this machine. Without a URL, or where `require_reach` refuses it, the test stops, and
    Locust ends with 2.
    """

    abstract = True
    provider: ClassVar[str]
    settings: ClassVar[Settings] = Settings()
    clock: ClassVar[float] = 60.0
    """How many times as fast as real time the retries come."""
    seed: ClassVar[int] = 0
    """Chooses the texts and senders of messages for which none are given."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        try:
            self._shared = _shared_by(type(self), self.host, environment)
        except MohookError as problem:
            environment.process_exit_code = USAGE
            raise StopTest(str(problem)) from None

    def send(self, text: str | None = None, **fields: Any) -> Delivery:
        """Send a message; return when it is delivered or given up, with all its retries made.

        Without a text it is one of a thousand that the strategies draw. `fields` are the
        payload's, by wire name; `sender` and `recipient` name the numbers at both providers.
        """
        return self._shared.send(text, fields)


class _Shared:
    """What all users of one class in one process share: connections, choices, texts."""

    def __init__(self, user: type[ProviderUser], url: str | None, environment: Environment) -> None:
        if not url:
            msg = (
                f"{user.__name__} has no host: expected the receiver's URL, such as "
                "http://127.0.0.1:5000/sms/ip1, with --host or as the class attribute `host`"
            )
            raise InputError(msg)
        require_sendable(user.settings)
        raise_file_limit()
        index = getattr(environment.runner, "worker_index", 0)
        self._choices = Random(f"{user.seed}/{index}/{user.__name__}")
        self._drawn: Drawn = drawn_texts(user.provider, user.seed)
        self._carrier = Carrier(
            user.provider,
            user.settings,
            Poster(url, user.settings, connections=CONNECTIONS),
            clock=user.clock,
            tried=told_to(environment, user.provider),
        )

    def send(self, text: str | None, fields: dict[str, Any]) -> Delivery:
        if text is None:
            text = self._choices.choice(self._drawn.texts)
            fields.setdefault("sender", self._choices.choice(self._drawn.senders))
        delivery, body = self._carrier.message(text, **fields)
        self._carrier.deliver(delivery, body, perf_counter())
        return delivery


_made: WeakKeyDictionary[Environment, dict[type[ProviderUser], _Shared]] = WeakKeyDictionary()


def _shared_by(user: type[ProviderUser], url: str | None, environment: Environment) -> _Shared:
    of_environment = _made.setdefault(environment, {})
    if user not in of_environment:
        of_environment[user] = _Shared(user, url, environment)
    return of_environment[user]


class Ip1User(ProviderUser):
    """Sends as ip1 does: until 200. A user has one message under way at a time.

    Example of a locustfile:

        from locust import task
        from pytest_mohook.load import Ip1User

        class Storm(Ip1User):
            @task
            def message(self):
                self.send()

    `locust -f locustfile.py --host http://127.0.0.1:5000/sms/ip1 --headless -u 10 -t 30`
    """

    abstract = True
    provider = "ip1"


class IntelePeerUser(ProviderUser):
    """Sends as IntelePeer does: five attempts in all, signed as `settings` say.

    It is used as `Ip1User` is.
    """

    abstract = True
    provider = "intelepeer"
