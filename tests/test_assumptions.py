"""The ledger and the switches are the same list, and the ledger holds every open question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args, get_origin

import pytest

from mohook.assumptions import LEDGER, PLAIN, Grade, ledger
from mohook.options.keys import KEYS, without_none
from mohook.settings import DeliverySettings, Ip1Settings, Settings

ROWS = {row.id: row for row in LEDGER}
SWITCHES = {row.switch: row for row in LEDGER if row.switch is not None}

ASSUMED_FACTS = [
    ("ip1: whether a message is re-sent for ever", "ip1-retry"),
    ("ip1: how often it is re-sent", "ip1-retry-interval"),
    ("ip1: how many times it is re-sent", "ip1-retry-limit"),
    ("ip1: mcc and mnc absent or null when the carrier gave none", "ip1-missing-operator"),
    ("IntelePeer: error bodies of 400 and 404", "intelepeer-error-body"),
    ("IntelePeer: the error of one endpoint in a 207", "intelepeer-error-body"),
    ("IntelePeer: several endpoints in a GET", "intelepeer-get-endpoints"),
    ("IntelePeer: an empty list of endpoints", "intelepeer-empty-endpoints"),
    ("IntelePeer: duplicates in the list", "intelepeer-duplicate-endpoints"),
    ("IntelePeer: unsetting a webhook", "intelepeer-empty-webhook"),
    ("IntelePeer: a webhook never set", "intelepeer-webhook-never-set"),
    ("IntelePeer: how long provisioning takes", "intelepeer-provisioning-delay"),
    ("IntelePeer: short-code length", "intelepeer-short-code-length"),
    ("IntelePeer: the hash of an HMAC signature", "intelepeer-signature-hash"),
    ("IntelePeer: what an HMAC signature covers, in which order", "intelepeer-signature-order"),
    ("IntelePeer: the encoding of an HMAC signature", "intelepeer-signature-encoding"),
    ("IntelePeer: spacing of the five attempts", "intelepeer-retry-spacing"),
    ("IntelePeer: long inbound messages arrive as one POST", "intelepeer-long-messages"),
    ("IntelePeer: shape of an inbound message detail record", "intelepeer-mdr"),
    ("both: time limit for the receiver's answer", "time-limit"),
    ("both: redirects", "redirects"),
    ("both: 2xx other than 200", "acknowledgement"),
    ("both: connection refused, reset, TLS failure, bad answer", "transport-failures"),
    ("both: identity across attempts", "identity-across-attempts"),
    ("both: order", "order"),
    ("text: the parts of an empty text", "empty-text"),
]

UNKNOWN_FACTS = [
    ("ip1: signature, authentication, headers, addresses", "ip1-identification"),
    ("IntelePeer: headers and addresses", "intelepeer-identification"),
    ("text: national shift tables", "national-shift-tables"),
]

DOCUMENTED_SWITCHES = [
    ("ip1: an older page shows an alphanumeric sender", "ip1-alphanumeric-senders"),
    ("ip1: the operator's country", "ip1-mcc"),
    ("ip1: the operator's network", "ip1-mnc"),
    ("IntelePeer: Bearer or the raw token", "intelepeer-authorization"),
    ("IntelePeer: two forms of the reference id", "intelepeer-refid"),
    ("IntelePeer: three modes of the signature", "intelepeer-signature-mode"),
]


def switches() -> set[str]:
    """Return every key of the providers' tables that is not plain configuration."""
    ours = ("serve.", "check.")
    return {name for name in KEYS if not name.startswith(ours) and name not in PLAIN}


def test_every_switch_is_in_the_ledger() -> None:
    """No behaviour can be switched that the ledger does not name."""
    assert switches() - SWITCHES.keys() == set()


def test_every_switch_of_the_ledger_exists() -> None:
    """No row names a key that is not there, or that the ledger itself calls plain."""
    assert SWITCHES.keys() - switches() == set()


def test_a_switch_stands_in_one_row() -> None:
    """Ids and switches are each unique."""
    assert len(ROWS) == len(LEDGER)
    assert len(SWITCHES) == sum(row.switch is not None for row in LEDGER)


def test_what_is_plain_exists() -> None:
    """The exceptions name keys that are there, each with its reason."""
    assert PLAIN.keys() <= KEYS.keys()
    assert all(PLAIN.values())


@pytest.mark.parametrize(("fact", "id_"), ASSUMED_FACTS)
def test_an_assumed_fact_has_its_row_and_switch(fact: str, id_: str) -> None:
    """Each question that no document settles is assumed, and can be answered otherwise."""
    assert ROWS[id_].grade is Grade.ASSUMED, fact
    assert ROWS[id_].switch in switches(), fact


@pytest.mark.parametrize(("fact", "id_"), UNKNOWN_FACTS)
def test_an_unknown_fact_has_its_row_and_no_switch(fact: str, id_: str) -> None:
    """What we emulate neither way has no switch."""
    assert (ROWS[id_].grade, ROWS[id_].switch) == (Grade.UNKNOWN, None), fact


@pytest.mark.parametrize(("fact", "id_"), DOCUMENTED_SWITCHES)
def test_a_second_reading_of_a_document_is_a_switch(fact: str, id_: str) -> None:
    """Where documents differ, the commissioned one is the default and the other a switch."""
    assert ROWS[id_].grade is Grade.DOCUMENTED, fact
    assert ROWS[id_].switch in switches(), fact


def test_no_row_is_left_out_of_these_lists() -> None:
    """A new assumed or unknown row, or switch, gets its fact in this file too."""
    listed = {id_ for _, id_ in ASSUMED_FACTS + UNKNOWN_FACTS + DOCUMENTED_SWITCHES}
    open_rows = {
        row.id for row in LEDGER if row.grade is not Grade.DOCUMENTED or row.switch is not None
    }
    assert open_rows == listed


@pytest.mark.parametrize("id_", ROWS)
def test_a_row_is_whole(id_: str) -> None:
    """Each row says what happens and names its source, in sentences."""
    row = ROWS[id_]
    assert row.says.endswith(".")
    assert row.source
    assert not row.note or row.note.endswith(".")


@pytest.mark.parametrize("switch", sorted(SWITCHES))
def test_choices_are_those_of_the_setting(switch: str) -> None:
    """A row offers exactly what the setting takes: words, or true and false, or nothing to list."""
    annotation = without_none(KEYS[switch].annotation)
    choices = SWITCHES[switch].choices
    if get_origin(annotation) is not None and str in {type(c) for c in get_args(annotation)}:
        assert choices == get_args(annotation)
    elif annotation is bool:
        assert choices == ("false", "true")
    else:
        assert choices == (("0", "1") if switch == "sms.empty_text_parts" else ())


def test_the_default_of_a_row_is_among_its_choices() -> None:
    """What is in force by default can be asked for by name."""
    for entry in ledger(Settings()):
        assert not entry.assumption.choices or entry.default in entry.assumption.choices


def test_nothing_is_changed_by_default() -> None:
    """The ledger of default settings shows the defaults, and every row in order."""
    entries = ledger(Settings())
    assert [entry.assumption for entry in entries] == list(LEDGER)
    assert not any(entry.changed for entry in entries)


def test_what_is_changed_is_shown() -> None:
    """A switch that is set shows its default, its value, and that they differ."""
    settings = replace(
        Settings(),
        delivery=DeliverySettings(time_limit=timedelta(seconds=90)),
        ip1=Ip1Settings(retry_limit=3),
    )
    changed = {
        entry.assumption.switch: (entry.default, entry.value)
        for entry in ledger(settings)
        if entry.changed
    }
    assert changed == {"delivery.time_limit": ("10s", "1m30s"), "ip1.retry_limit": ("none", "3")}
