"""Where it listens: on this machine's own address, and no other, unless somebody says so."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from mohook.settings import ServeSettings
from tests.cli.shell import Shell
from tests.security.asking import API, asked


@pytest.mark.slow
def test_it_listens_on_one_address_of_this_machine_alone(tmp_path: Path) -> None:
    """Another address of the same machine, which a wider binding would serve, refuses (Linux)."""
    with Shell("serve", "--port", "0", "--json", cwd=tmp_path) as shell:
        ready = json.loads(shell.line())
        assert ready["url"] == f"http://127.0.0.1:{ready['port']}"
        assert asked(ready["url"], f"{API}/health").status == 200
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", ready["port"]), timeout=5)


def test_a_wider_binding_would_be_seen() -> None:
    """On every address, that other one answers: the test before can fail."""
    with socket.create_server(("0.0.0.0", 0)) as wide:
        socket.create_connection(("127.0.0.2", wide.getsockname()[1]), timeout=5).close()
    assert ServeSettings().host == "127.0.0.1"
