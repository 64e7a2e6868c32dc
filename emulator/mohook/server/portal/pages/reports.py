"""The SMS reporting dashboard: figures, charts and message detail records."""

from __future__ import annotations

from flask import render_template

from mohook.reports import MDR_COLUMNS, mdr_record, sms_report
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal
from mohook.server.portal.charts.traffic import KINDS, traffic_of
from mohook.store.store import MessageFilter

__all__ = ["DRAWN", "RECORDS", "reports"]

DRAWN = 20_000
"""The newest messages that the charts are drawn from; the figures count all."""
RECORDS = 100
"""Message detail records that the page shows; the downloads hold more."""


@portal.get("/reports")
def reports() -> str:
    """Show what went through: each failed attempt counts as one, as the document says."""
    served = emulator()
    drawn = served.store.messages(MessageFilter(newest_first=True, limit=DRAWN))
    text = served.settings.intelepeer.mdr_text
    return render_template(
        "portal/reports.html",
        report=sms_report(served.store),
        traffic=traffic_of(drawn),
        drawn=len(drawn),
        kinds=KINDS,
        columns=MDR_COLUMNS,
        records=[mdr_record(message, text=text) for message in drawn[:RECORDS]],
    )
