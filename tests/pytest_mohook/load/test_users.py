"""Locust users in a locustfile of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pytest_mohook.load.receivers import Desk

pytestmark = pytest.mark.slow

LOCUSTFILE = """
from gevent import spawn
from locust import events, task

from mohook.settings import IntelePeerSettings, Settings
from pytest_mohook.load import IntelePeerUser, Ip1User


told = set()


@events.request.add_listener
def on_request(name, **_):
    told.add(name)
    if len(told) == 4:
        spawn(environments[0].runner.quit)


environments = []
events.init.add_listener(lambda environment, **_: environments.append(environment))


class Receivers(Ip1User):
    clock = 10_000
    fixed_count = 1

    @task
    def message(self):
        delivery = self.send("Hi", sender="46700000001")
        assert delivery.delivered and delivery.attempts == 2, delivery


class Signed(IntelePeerUser):
    clock = 10_000
    fixed_count = 1
    settings = Settings(intelepeer=IntelePeerSettings(secret="hush"))

    @task
    def message(self):
        self.send()
"""


def locust(folder: Path, *words: str, source: str = LOCUSTFILE) -> subprocess.CompletedProcess[str]:
    """Run `locust` as its users do, with one user of each class."""
    (folder / "locustfile.py").write_text(source)
    return subprocess.run(
        [sys.executable, "-m", "locust", "--headless", "-u", "2", "-r", "2", *words],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(folder / "cache")},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_a_locustfile_has_users_of_both_providers(url: str, desk: Desk, tmp_path: Path) -> None:
    """They retry as the provider does, sign as the settings say, and Locust counts attempts."""
    desk.refusals = 1
    ran = locust(tmp_path, "--host", url, "-t", "60", "--json", "--exit-code-on-error", "0")
    assert ran.returncode == 0, ran.stderr
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / ".hypothesis").exists()
    of_ip1 = [each for each in desk.messages.values() if "body" in each]
    of_intelepeer = [each for each in desk.messages.values() if "message" in each]
    assert of_ip1
    assert of_intelepeer
    assert {(each["body"], each["sender"]) for each in of_ip1} == {("Hi", "46700000001")}
    assert {each["signature"] for each in of_intelepeer} == {"hush"}
    counted = {each["name"]: each["num_requests"] for each in json.loads(ran.stdout)}
    assert counted.keys() == {"ip1 message", "ip1 retry", "intelepeer message", "intelepeer retry"}
    under_way = desk.attempts.total() - sum(counted.values())
    assert 0 <= under_way <= 2  # what each of two users was at when Locust was told to end


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "has no host: expected the receiver's URL"),
        (("--host", "http://192.0.2.1/"), "--allow-host"),
    ],
)
def test_what_may_not_be_sent_to_ends_the_test(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    """Locust stops at once, says why, and ends with 2."""
    ran = locust(tmp_path, *words, "-t", "30")
    assert ran.returncode == 2
    assert said in ran.stderr
