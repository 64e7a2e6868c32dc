"""The dashboard's figures and the message detail records."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.reports import MDR_COLUMNS, mdr_csv, mdr_record, sms_report
from tests.emulators import App, intelepeer, ip1, manual


def test_the_report_counts_each_failed_attempt_as_failed() -> None:
    """As the document says: five failed attempts of one message are five, not one."""
    emulator = manual(app=App(*[500] * 5, 200))
    emulator.send([intelepeer()])
    emulator.run_until_idle()
    emulator.send([ip1()])
    emulator.settle()
    emulator.ip1.put("ip1-10001", "")
    emulator.send([ip1()])
    report = sms_report(emulator.store)
    providers = report.pop("by_provider")
    assert report == {
        "received": 3,
        "delivered": 1,
        "failed": 1,
        "pending": 0,
        "held": 1,
        "attempts": 6,
        "failed_attempts": 5,
        "by_outcome": {"500": 5, "200": 1},
    }
    assert providers["intelepeer"]["failed_attempts"] == 5
    assert providers["ip1"] == {
        "received": 2,
        "delivered": 1,
        "failed": 0,
        "attempts": 1,
        "failed_attempts": 0,
    }


def test_the_report_of_nothing_is_all_zeros() -> None:
    """And its keys are those of the public contract."""
    report = sms_report(manual().store)
    assert set(report) == {"received", "delivered", "failed", "pending", "held", "attempts",
                           "failed_attempts", "by_outcome", "by_provider"}  # fmt: skip
    assert not any(report.values())


def test_figures_are_of_now_and_hold_still() -> None:
    """What was told does not change with what happens next."""
    emulator = manual(app=App(500))
    emulator.send([ip1()])
    before = sms_report(emulator.store)
    emulator.advance(timedelta(hours=1))
    assert (before["attempts"], before["by_outcome"]) == (0, {})
    assert sms_report(emulator.store)["attempts"] == 7


def test_a_record_tells_the_message_by_its_providers_own_id() -> None:
    """The documented link between a webhook and the MDR: the reference id."""
    emulator = manual(app=App(500, 200))
    emulator.faults.add(["ok", "duplicate"])
    [message] = emulator.send([intelepeer()])
    emulator.run_until_idle()
    record = mdr_record(message, text=True)
    assert tuple(record) == MDR_COLUMNS
    assert record == {
        "id": json.loads(message.payload)["refid"],
        "provider": "intelepeer",
        "direction": "inbound",
        "from": "+13031112222",
        "to": "+12161112222",
        "received_at": "2026-01-01T12:00:00.000Z",
        "status": "delivered",
        "attempts": 2,
        "failed_attempts": 1,
        "last_outcome": "200",
        "message": "Hi my name is earl",
    }


def test_the_text_stands_in_a_record_only_when_asked_for() -> None:
    """The switch `intelepeer.mdr_text`."""
    [message] = manual().send([ip1()])
    assert mdr_record(message, text=False)["message"] is None
    assert mdr_record(message, text=True)["message"] == "Hi my name is earl"


@pytest.mark.parametrize("fields", [{"id": None}, {"id": 5}, {"id": ["=1"]}])
def test_an_odd_id_set_by_hand_is_told_as_it_is(fields: dict[str, object]) -> None:
    """A record is no place to judge what a test sends."""
    [message] = manual().send([ip1(fields=fields)])
    record = mdr_record(message, text=False)
    assert record["id"] == fields["id"]
    assert list(csv.DictReader(io.StringIO(mdr_csv([record]))))


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_has_a_header_line_even_without_records() -> None:
    """The columns, in their order."""
    assert mdr_csv([]) == ",".join(MDR_COLUMNS) + "\r\n"


TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.builds(
    str.__add__, st.sampled_from(list("=+-@\t\r\n'\uff1d ,;\"")), st.text('ab="\n', max_size=5)
)


@given(TEXTS)
def test_no_cell_is_a_formula_and_no_text_is_lost(text: str) -> None:
    """What a spreadsheet would run gets an apostrophe; commas, quotes and lines stay one cell."""
    [message] = manual().send([ip1(fields={"body": text})])
    [row] = cells(mdr_csv([mdr_record(message, text=True)]))
    cell = row["message"]
    assert cell in {text, f"'{text}"}
    assert cell[:1] not in set("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def test_numbers_with_a_plus_get_an_apostrophe_too() -> None:
    """A spreadsheet would take them for sums."""
    [message] = manual().send([intelepeer()])
    [row] = cells(mdr_csv([mdr_record(message, text=False)]))
    assert (row["from"], row["to"], row["attempts"]) == ("'+13031112222", "'+12161112222", "0")
