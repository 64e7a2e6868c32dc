"""What schemathesis loads beside the document: each case alone meets an emulator as it comes."""

from __future__ import annotations

import os
from typing import Any

import requests
import schemathesis


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Reset before every call, but in the stateful phase, whose calls build on each other.

    The clock, which a reset leaves alone, stands again: with one that runs, what waits, waits.
    """
    del context, kwargs
    if case.meta is not None and case.meta.phase.name.value != "stateful":
        api = f"{os.environ['MOHOOK_URL']}/mohook/v1"
        requests.put(f"{api}/clock", json={"mode": "manual"}, timeout=5)
        requests.post(f"{api}/reset", timeout=5)
