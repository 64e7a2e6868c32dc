"""The messages of a running emulator: sent, told of, and sent again by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

from mohook.client import Client
from mohook.delivery.message import Message, State
from mohook.delivery.timeline import timeline
from mohook.errors import ConflictError, NotFoundError, NotSettledError
from mohook.store.journal import MESSAGE_ACCEPTED
from mohook.submission import Submission
from pytest_mohook.harness.remote.clock import events
from pytest_mohook.harness.remote.rebuilt import rebuilt_message

__all__ = ["RemoteMessages"]

JSON = dict[str, Any]

_PAGE = 1_000
_MARGIN = timedelta(seconds=5)
_SOON, _LATER = 0.01, 0.25  # seconds between two looks at what a running clock does


class RemoteMessages:
    """Messages through the control API, rebuilt from its JSON.

    What is sent has had its first attempt when the call returns: with the manual clock the
    emulator sees to that, with a running one it is waited for, `time_limit` and a margin.
    Then it raises NotSettledError.
    """

    def __init__(
        self, client: Client, time_limit: timedelta, is_manual: Callable[[], bool]
    ) -> None:
        self._client = client
        self._limit = time_limit + _MARGIN
        self._is_manual = is_manual

    def send(self, submissions: Sequence[Submission], *, batch: bool) -> list[Message]:
        """Send messages, all or none; with `batch` the provider received them in one request."""
        if len(submissions) == 1:
            [one] = submissions
            return self._attempted(self._client.send(one._replace(batch=batch or one.batch)))
        return self._attempted(self._sent_together(submissions, batch))

    def _sent_together(self, submissions: Sequence[Submission], batch: bool) -> list[JSON]:
        after = self._client.last_event()
        send = self._client.send_batch if batch else self._client.send_many
        accepted = send(submissions)
        told = events(self._client, after)
        first = next(each["message_id"] for each in told if each["type"] == MESSAGE_ACCEPTED)
        number = int(first[1:])  # those of one request have numbers in a row
        found = self._client.messages_by_id([f"m{number + n}" for n in range(accepted)])
        if len(found) < accepted:
            msg = f"{accepted} messages were sent, and {len(found)} of them are still kept"
            raise ConflictError(f"{msg}: start the emulator with a larger `--keep`")
        return found

    def _attempted(self, shown: Sequence[JSON]) -> list[Message]:
        """Return messages once what is due of them has been tried."""
        messages = [rebuilt_message(each) for each in shown]
        if not messages or self._is_manual():
            return messages
        return self._wait_for_attempts(messages)

    def _wait_for_attempts(self, messages: list[Message]) -> list[Message]:
        ids, pause = [each.id for each in messages], _SOON
        now = datetime.fromisoformat(self._client.clock()["now"])
        deadline = monotonic() + self._limit.total_seconds()
        while waiting := [each for each in messages if _is_due(each, now)]:
            if monotonic() >= deadline:
                limit = f"{self._limit.total_seconds():g} seconds"
                msg = f"no attempt within {limit}; is the receiver blocked?\n{timeline(waiting)}"
                raise NotSettledError(msg)
            sleep(pause)
            pause = min(2 * pause, _LATER)
            found = {each["id"]: each for each in self._client.messages_by_id(ids)}
            messages = [rebuilt_message(found[each.id]) for each in messages if each.id in found]
        return messages

    def current(self, message: Message) -> Message:
        """Return a message as it stands now; as it was, where it has been forgotten since."""
        try:
            found = self.message(message.id)
        except NotFoundError:
            return message
        return found if found.payload == message.payload else message

    def message(self, message_id: str) -> Message:
        """Return a message by its id. Raises NotFoundError."""
        return rebuilt_message(self._client.message(message_id))

    def all(self) -> list[Message]:
        """Return every message, in the order of their coming."""
        found: list[Message] = []
        while len(found) % _PAGE == 0:
            after = found[-1].id if found else None
            page = self._client.messages(after=after, limit=_PAGE)
            if not page:
                break
            found += map(rebuilt_message, page)
        return found

    def resend(self, message_id: str) -> Message:
        """Send a message again, now. Raises ConflictError where its number has no webhook."""
        return self._attempted([self._client.resend(message_id)])[0]

    def resend_failed(self, since: datetime | None) -> list[Message]:
        """Send every failed message again, now."""
        return self._attempted(self._client.resend_failed(since))


def _is_due(message: Message, now: datetime) -> bool:
    due = message.next_attempt_at
    return message.state is State.PENDING and due is not None and due <= now
