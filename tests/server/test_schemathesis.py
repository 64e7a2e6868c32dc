"""schemathesis calls every operation as the document says, and as it does not say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from mohook.server.http import HttpServer
from mohook.settings import (
    CustomerSettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    ServeSettings,
    Settings,
)
from tests.server.unplugged import Unplugged

ROOT = Path(__file__).parents[2]


# Customers are named, so that a token can be wrong.
CUSTOMERS = {"acme": CustomerSettings(token="sesame", username="ann", password="secret")}
OPEN = IntelePeerSettings(customers=CUSTOMERS)
CLOSED = IntelePeerSettings(customers=CUSTOMERS, numbers={"+12161112222": NumberSettings()})


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("phases", "inventory"),
    [
        # Open, so that a number that is made up can be configured.
        pytest.param(("Examples", "Coverage", "Fuzzing"), OPEN, id="each-call"),
        # Closed, so that a number that was deleted is gone: open, it would be as any other.
        pytest.param(("Stateful",), CLOSED, id="calls-in-a-row"),
    ],
)
def test_the_api_is_as_its_document_says(
    served: Callable[..., HttpServer],
    tmp_path: Path,
    phases: tuple[str, ...],
    inventory: IntelePeerSettings,
) -> None:
    """All checks of schemathesis hold, on all operations."""
    serve = ServeSettings(clock="manual")
    settings = Settings(ip1=Ip1Settings(retry_limit=2), intelepeer=inventory, serve=serve)
    url = served(Unplugged(settings)).url
    told = requests.get(f"{url}/mohook/v1/openapi.json", timeout=5).json()
    # From a file: loaded from its own address, schemathesis leaves that one operation out.
    (tmp_path / "openapi.json").write_text(json.dumps(told))
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", url,
        "--header", "Authorization: Bearer sesame", "--checks", "all", "--max-examples", "5",
        "--phases", ",".join(phases).lower(), "--generation-deterministic", "--no-color",
    ]  # fmt: skip
    hooks = {"SCHEMATHESIS_HOOKS": "tests.server.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, **hooks, "MOHOOK_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    count = sum(len(item) for item in told["paths"].values())
    assert f"{count} selected / {count} total" in run.stdout
    for phase in phases:
        assert f"✅  {phase} " in run.stdout
