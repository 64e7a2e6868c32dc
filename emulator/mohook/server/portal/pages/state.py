"""Everything at once: what there is, taking it down, putting it back, forgetting it."""

from __future__ import annotations

from flask import render_template

from mohook.options.in_force import InForce, in_force
from mohook.providers.intelepeer.paths import WEBHOOK
from mohook.server.blueprints import CONTROL
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal

__all__ = ["state"]


@portal.get("/state")
def state() -> str:
    """Show what a reset would forget, what the emulator runs on, and where its APIs are."""
    served = emulator()
    figures = served.store.figures()
    return render_template(
        "portal/state.html",
        figures=figures,
        pending=served.store.pending(),
        scripts=len(served.faults.scripts()),
        seed=served.seed,
        seed_is_named=served.settings.serve.seed is not None,
        tables=_tables(),
        addresses={
            "Control API": CONTROL,
            "OpenAPI document": f"{CONTROL}/openapi.json",
            "Journal, as an event stream": f"{CONTROL}/events",
            "Health": f"{CONTROL}/health",
            "IntelePeer configuration API": WEBHOOK.removesuffix("/my/did/sms/webhook"),
        },
    )


def _tables() -> dict[str, list[InForce]]:
    """Return the settings by table; the harness alone reads `check`."""
    tables: dict[str, list[InForce]] = {}
    for each in in_force(emulator().settings):
        tables.setdefault(each.name.rpartition(".")[0], []).append(each)
    del tables["check"]
    return tables
