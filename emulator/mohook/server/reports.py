"""Reports: the dashboard's figures, and message detail records as JSON or CSV."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from mohook.delivery.message import State
from mohook.reports import mdr_csv, mdr_record, sms_report
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import DetailQuery, DetailRecords, SmsReport
from mohook.server.recipients import require_recipient
from mohook.server.replies import component, replies
from mohook.store.store import MessageFilter

__all__ = ["api"]

_CSV_TYPE = "text/csv"

api = control_api("reports", "Figures and records.")

_RECORDS = {
    "description": "The records.",
    "content": {
        "application/json": {"schema": component(DetailRecords.__name__)},
        _CSV_TYPE: {"schema": {"type": "string"}},
    },
}


@api.get("/reports/sms", responses=replies({200: SmsReport}))
def sms_figures() -> dict[str, Any]:
    """Count messages and attempts since the last reset, each failed attempt as failed."""
    return sms_report(emulator().store)


@api.get("/reports/mdr", responses=replies({200: _RECORDS}))
def detail_records(query: DetailQuery) -> dict[str, Any] | Response:
    """Record messages one by one, oldest first: as JSON, or as CSV for a spreadsheet."""
    require_recipient(query.to)
    records = _records(query)
    if _wants_csv(query):
        return Response(mdr_csv(records), content_type=f"{_CSV_TYPE}; charset=utf-8")
    return {"records": records}


def _records(query: DetailQuery) -> list[dict[str, Any]]:
    served = emulator()
    state = State(query.state) if query.state else None
    wanted = MessageFilter(query.provider, state, query.to, query.after, query.limit)
    text = served.settings.intelepeer.mdr_text
    return [mdr_record(message, text=text) for message in served.store.messages(wanted)]


def _wants_csv(query: DetailQuery) -> bool:
    if query.format is not None:
        return query.format == "csv"
    accepted = request.accept_mimetypes.best_match(["application/json", _CSV_TYPE])
    return accepted == _CSV_TYPE
