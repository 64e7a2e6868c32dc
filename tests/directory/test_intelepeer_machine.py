"""A directory against a model of it: what was set is told, routed, dumped and announced."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.errors import ConflictError
from mohook.settings import IntelePeerSettings, Settings
from tests.directory.bench import NOW

NUMBERS = st.sampled_from(["+12161112222", "+12161112223", "1-1234"])
URLS = st.sampled_from(["http://one/", "http://two/", ""])
DELAY = timedelta(hours=2)


class DirectoryMachine(RuleBasedStateMachine):
    """An open inventory where a webhook may be unset, provisioning takes time."""

    def __init__(self) -> None:
        super().__init__()
        switches = IntelePeerSettings(empty_webhook="unset", provisioning_delay=DELAY)
        self.directory = IntelePeerDirectory(Settings(intelepeer=switches), self.hear)
        self.caller = self.directory.authorize("any", NOW)
        self.now = NOW
        self.default: str | None = None
        self.own: dict[str, str | None] = {}
        self.cpaas: set[str] = set()
        self.disabled: set[str] = set()
        self.busy_until: dict[str, datetime] = {}
        self.heard: dict[str, str | None] = {}

    def hear(self, endpoint: str, webhook: str | None) -> None:
        """Take a change; a change to what it was before is none."""
        assert self.heard.get(endpoint) != webhook
        self.heard[endpoint] = webhook

    def expected(self, number: str) -> str | None:
        own = self.own.get(number)
        if own is not None:
            return own or None
        return None if number in self.cpaas else self.default

    def ready(self, number: str) -> bool:
        return number not in self.disabled and self.now >= self.busy_until.get(number, self.now)

    @rule(numbers=st.lists(NUMBERS, min_size=1, max_size=3), url=URLS)
    def set_webhook(self, numbers: list[str], url: str) -> None:
        status, body = self.directory.webhook_set(self.caller, numbers, url, self.now)
        statuses = [e["status"] for e in body["endpoints"]] if status == 207 else [status]
        assert statuses == [201 if self.ready(number) else 400 for number in numbers]
        self.own.update({number: url for number in numbers if self.ready(number)})

    @rule(number=NUMBERS, url=st.none() | URLS, cpaas=st.booleans(), enabled=st.booleans())
    def put(self, number: str, url: str | None, cpaas: bool, enabled: bool) -> None:
        self.directory.put_number(number, webhook=url, cpaas_enabled=cpaas, sms_enabled=enabled)
        self.forget(number)
        self.own[number] = url
        if cpaas:
            self.cpaas.add(number)
        if not enabled:
            self.disabled.add(number)

    @rule(number=NUMBERS)
    def delete(self, number: str) -> None:
        known = {each.endpoint for each in self.directory.numbers(self.now)}
        if number in known:
            self.directory.delete_number(number)
            self.forget(number)

    @rule(number=NUMBERS)
    def provision(self, number: str) -> None:
        status, _ = self.directory.provision(self.caller, [number], self.now)
        busy = self.now < self.busy_until.get(number, self.now)
        assert status == (400 if number == "1-1234" else 409 if busy else 202)
        if status == 202:
            self.busy_until[number] = self.now + DELAY
            self.disabled.discard(number)

    @rule(url=URLS)
    def put_default(self, url: str) -> None:
        self.directory.put_default_webhook(url)
        self.default = url or None

    @rule(hours=st.integers(0, 3))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def reload(self) -> None:
        state = json.loads(json.dumps(self.directory.dump()))
        heard = dict(self.heard)
        self.directory.load(state)
        assert self.directory.dump() == state
        assert self.heard == heard

    @rule()
    def reset(self) -> None:
        self.directory.reset()
        for number in list(self.own):
            self.forget(number)
        self.busy_until.clear()
        self.disabled.clear()
        self.default = None

    @invariant()
    def every_number_is_routed_told_and_announced(self) -> None:
        """Route, webhook, GET and the last change heard agree with the model."""
        for number in ("+12161112222", "+12161112223", "1-1234"):
            expected = self.expected(number)
            assert self.directory.webhook(f"intelepeer:{number}") == expected
            assert self.heard.get(f"intelepeer:{number}") == expected
            _, told = self.directory.webhook_get(self.caller, [number], self.now)
            assert told["webhook"] == expected
            try:
                route = self.directory.route(number, self.now)
            except ConflictError:
                assert not self.ready(number)
            else:
                assert self.ready(number)
                assert route.webhook == expected
                assert route.cpaas == (number in self.cpaas and expected is None)

    def forget(self, number: str) -> None:
        self.own.pop(number, None)
        self.cpaas.discard(number)
        self.disabled.discard(number)
        self.busy_until.pop(number, None)


TestDirectory = DirectoryMachine.TestCase
TestDirectory.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
