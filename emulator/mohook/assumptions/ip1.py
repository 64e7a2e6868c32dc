"""What the emulator holds of ip1."""

from __future__ import annotations

from functools import partial

from mohook.assumptions.assumption import Grade, row

__all__ = ["ROWS"]

_CALLBACK = "ip1, Receive incoming SMS"
_SAMPLE = f"{_CALLBACK} (sample)"
_row = partial(row, provider="ip1")

ROWS = (
    _row(
        "ip1-callback-url",
        Grade.DOCUMENTED,
        "An SMS account has one callback URL, set in the user portal. No API sets it.",
        source=_CALLBACK,
    ),
    _row(
        "ip1-retry",
        Grade.ASSUMED,
        "A message that is not answered with 200 is sent again without end.",
        source=f'{_CALLBACK}: "re-sent at a later time"',
        switch="ip1.retry",
        note="dlr-like stops after ten attempts in all, as ip1 does with delivery reports "
        "(ip1 developer pages).",
    ),
    _row(
        "ip1-retry-interval",
        Grade.ASSUMED,
        "Ten minutes lie between one attempt and the next.",
        source=f'{_CALLBACK}: "re-sent at a later time"',
        switch="ip1.retry_interval",
        note="ip1 re-sends delivery reports every ten minutes (ip1 developer pages).",
    ),
    _row(
        "ip1-retry-limit",
        Grade.ASSUMED,
        "No limit on attempts is set beside that of ip1.retry.",
        source=f"{_CALLBACK}: names no limit",
        switch="ip1.retry_limit",
        note="A limit counts all attempts, the first included, and replaces that of ip1.retry.",
    ),
    _row(
        "ip1-ids",
        Grade.DOCUMENTED,
        "id and batchId are 24 lower-case hex digits; batchId is the first id of the batch "
        "minus one.",
        source=_SAMPLE,
        note="That the first eight digits are Unix seconds, as in a MongoDB ObjectId, is inferred.",
    ),
    _row(
        "ip1-owner",
        Grade.DOCUMENTED,
        "owner is the account: ip1- and digits.",
        source=_SAMPLE,
    ),
    _row(
        "ip1-alphanumeric-senders",
        Grade.DOCUMENTED,
        "sender and recipient are MSISDNs: digits alone, no plus, 15 at most.",
        source="ip1, sending page",
        switch="ip1.alphanumeric_senders",
        note="An older page shows an alphanumeric sender: true takes those too.",
    ),
    _row(
        "ip1-constants",
        Grade.DOCUMENTED,
        "direction is mo, type is SMS, datacoding is GSM or UCS, priority is 1.",
        source=_CALLBACK,
        note="Samples differ in letter case from page to page; upper case is sent.",
    ),
    _row(
        "ip1-status",
        Grade.DOCUMENTED,
        "statuses has one entry, with code 201 and duration 1.",
        source=_SAMPLE,
        note="That duration 1 means final, and 0 that more follows, is inferred from samples.",
    ),
    _row(
        "ip1-times",
        Grade.DOCUMENTED,
        "Times are whole seconds in UTC; modified is two seconds before statuses[0].created.",
        source=_SAMPLE,
    ),
    _row(
        "ip1-missing-operator",
        Grade.ASSUMED,
        "mcc and mnc are left out where the carrier gave none.",
        source=f'{_CALLBACK}: "may be specified"',
        switch="ip1.missing_operator",
    ),
    _row(
        "ip1-mcc",
        Grade.DOCUMENTED,
        "mcc is there if the carrier gives it. None is given unless it is set here.",
        source=_CALLBACK,
        switch="ip1.mcc",
    ),
    _row(
        "ip1-mnc",
        Grade.DOCUMENTED,
        "mnc is there if the carrier gives it. None is given unless it is set here.",
        source=_CALLBACK,
        switch="ip1.mnc",
    ),
    _row(
        "ip1-identification",
        Grade.UNKNOWN,
        "How ip1 identifies itself: signature, authentication, headers, User-Agent, addresses.",
        source=f"{_CALLBACK}: names none",
        note="Sent are Content-Type: application/json and an honest User-Agent, nothing more.",
    ),
)
