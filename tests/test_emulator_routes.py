"""The emulator as a whole: where messages go, and sending them there again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from mohook.delivery.message import Message, State
from mohook.errors import (
    ConflictError,
    NotFoundError,
)
from mohook.settings import (
    CustomerSettings,
    DeliverySettings,
    IntelePeerSettings,
    NumberSettings,
    Settings,
    SignatureSettings,
)
from mohook.store.memory import MemoryStore
from tests.emulators import NUMBER, App, intelepeer, ip1, manual, outcomes

MINUTE = timedelta(minutes=1)


class MovesAsItAccepts(MemoryStore):
    """A store before which somebody is always a little quicker: `moves` comes first."""

    moves: Callable[[], object] = staticmethod(lambda: None)

    def accept(self, messages: Sequence[Message]) -> None:
        self.moves()
        super().accept(messages)


# Webhooks


def test_without_a_webhook_a_message_is_held_until_there_is_one() -> None:
    """It goes out when the webhook is set, at that instant."""
    emulator = manual()
    messages = emulator.send([ip1(), intelepeer()])
    assert {message.state for message in messages} == {State.HELD}
    emulator.advance(MINUTE)
    app = App()
    origin = emulator.apps.mount(app)
    emulator.ip1.put("ip1-10001", f"{origin}/ip1")
    emulator.intelepeer.put_default_webhook(f"{origin}/intelepeer")
    emulator.settle()
    assert {message.state for message in messages} == {State.DELIVERED}
    assert len(app.bodies) == 2


def test_a_webhook_that_changes_takes_the_retries_with_it() -> None:
    """The old receiver gets no more of them, the new one gets them at their time."""
    old, new = App(500), App()
    emulator = manual(app=old)
    [message] = emulator.send([ip1()])
    emulator.settle()
    emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(new)}/")
    assert emulator.advance(9 * MINUTE) == []
    emulator.advance(MINUTE)
    assert (len(old.bodies), len(new.bodies), message.state) == (1, 1, State.DELIVERED)


def test_a_message_that_is_accepted_while_its_webhook_is_set_is_not_held() -> None:
    """Routed to nowhere, accepted after there is a webhook: it goes out all the same."""
    app, store = App(), MovesAsItAccepts()
    emulator = manual(store=store)
    store.moves = lambda: emulator.ip1.put("ip1-10001", f"{emulator.apps.mount(app)}/")
    [message] = emulator.send([ip1()])
    emulator.settle()
    assert (len(app.bodies), message.state) == (1, State.DELIVERED)


def test_cpaas_takes_what_has_no_webhook_until_there_is_one() -> None:
    """To the visible inbox, without an attempt; a webhook ends that."""
    app = App()
    emulator = manual()
    emulator.intelepeer.put_number(NUMBER, cpaas_enabled=True)
    [inbox] = emulator.send([intelepeer()])
    assert (inbox.state, inbox.via, inbox.attempts) == (State.DELIVERED, "cpaas", [])
    emulator.intelepeer.put_number(
        NUMBER, cpaas_enabled=True, webhook=f"{emulator.apps.mount(app)}/"
    )
    [posted] = emulator.send([intelepeer()])
    emulator.settle()
    assert (posted.via, len(app.bodies)) == ("webhook", 1)


def test_a_renewed_message_is_signed_by_its_own_customer() -> None:
    """With `new_id_per_attempt`, each attempt has its own id and the HMAC that fits it."""
    app = App(500, 500, 200)
    customer = CustomerSettings(token="t", secret="mine", signature=SignatureSettings(mode="hmac"))
    settings = Settings(
        delivery=DeliverySettings(new_id_per_attempt=True),
        intelepeer=IntelePeerSettings(
            customers={"acme": customer}, numbers={NUMBER: NumberSettings(customer="acme")}
        ),
    )
    emulator = manual(settings, app=app)
    emulator.send([intelepeer()])
    emulator.run_until_idle()
    assert len({payload["refid"] for payload in app.payloads}) == 3
    import hmac

    for payload in app.payloads:
        signed = (payload["refid"] + payload["message"]).encode()
        assert payload["signature"] == hmac.new(b"mine", signed, "sha256").hexdigest()


def test_a_message_whose_number_went_is_still_sent_under_a_new_id_switch() -> None:
    """A number that is SMS-enabled no more stops no delivery that is under way."""
    app = App(500, 200)
    emulator = manual(Settings(delivery=DeliverySettings(new_id_per_attempt=True)), app=app)
    webhook = emulator.webhook("intelepeer:*")
    [message] = emulator.send([intelepeer()])
    emulator.settle()
    emulator.intelepeer.put_number(NUMBER, sms_enabled=False, webhook=webhook)
    emulator.run_until_idle()
    assert outcomes(message) == ["500", "200"]


# Sending again


def test_a_failed_message_is_sent_again_with_all_its_tries() -> None:
    """Five more, due at once; its history goes on."""
    emulator = manual(app=App(500))
    [message] = emulator.send([intelepeer()])
    emulator.run_until_idle()
    emulator.resend(message.id)
    assert message.state is State.PENDING
    emulator.run_until_idle()
    assert [attempt.number for attempt in message.attempts] == list(range(1, 11))


def test_a_delivered_message_is_sent_again() -> None:
    """Once more, the same bytes."""
    app = App()
    emulator = manual(app=app)
    [message] = emulator.send([ip1()])
    emulator.settle()
    emulator.resend(message.id)
    emulator.settle()
    assert app.bodies == [message.payload] * 2


def test_a_pending_message_that_is_sent_again_does_not_wait() -> None:
    """Its next attempt is due now, and counts as one of its tries."""
    emulator = manual(app=App(500))
    [message] = emulator.send([intelepeer()])
    emulator.settle()
    emulator.resend(message.id)
    emulator.settle()
    assert (len(message.attempts), message.tries) == (2, 2)


def test_what_has_no_webhook_or_is_unknown_cannot_be_sent_again() -> None:
    """The error says what to do."""
    emulator = manual()
    [message] = emulator.send([ip1()])
    with pytest.raises(ConflictError, match="no webhook; set one first"):
        emulator.resend(message.id)
    with pytest.raises(NotFoundError):
        emulator.resend("m99")


def test_all_failed_since_an_instant_are_sent_again() -> None:
    """By the start of their last attempt; what was delivered, or failed before, stays."""
    emulator = manual(app=App(*[500] * 10, 200))
    [early] = emulator.send([intelepeer("early")])
    emulator.run_until_idle()
    emulator.advance(MINUTE)
    [late] = emulator.send([intelepeer("late")])
    emulator.run_until_idle()
    [good] = emulator.send([intelepeer("good")])
    emulator.settle()
    assert emulator.resend_failed(late.attempts[-1].started_at) == [late]
    assert emulator.resend_failed() == [early]
    assert good.state is State.DELIVERED


def test_failed_messages_without_a_webhook_do_not_hold_up_the_others() -> None:
    """They stay failed, and are not among those that are told."""
    emulator = manual(app=App(500))
    [lost] = emulator.send([intelepeer()])
    [kept] = emulator.send([intelepeer(to="+12161112223")])
    emulator.run_until_idle()
    emulator.intelepeer.put_number(NUMBER, webhook="")
    assert emulator.resend_failed() == [kept]
    assert lost.state is State.FAILED
