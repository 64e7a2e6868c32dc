"""The README's commands do what it says: each is run as it stands there, in the README's order.

Only the ports differ: free ones stand for 5000 and 7670, so that nothing of the reader's is met.
The two lines of the quick start are run by `.ci/run`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mohook.assumptions import LEDGER
from tests._pages import COMMANDS, README, blocks, cells
from tests._person import EMULATOR, RECEIVER, Person

RECEIVER_PY, *TEST_RECEIVER_PY, STORED_PY, TEST_CHECKS_PY, LOCUSTFILE_PY = blocks(README, "python")

READBACK = """

@app.get("/stored")
def what_is_stored():
    return list(stored.values())
"""
"""Behind the README's receiver, so that a test sees what it stored."""


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    person = Person(tmp_path)
    try:
        yield person
    finally:
        person.end_all()


@pytest.fixture
def receiver(person: Person) -> None:
    (person.folder / "receiver.py").write_text(RECEIVER_PY + READBACK, encoding="utf-8")
    person.start("flask --app receiver run --port 5000", ready="CTRL+C")


def need_curl() -> None:
    if shutil.which("curl") is None:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("curl is not installed: `apt-get install curl` or the like")


@pytest.mark.slow
@pytest.mark.usefixtures("receiver")
def test_your_receiver_gets_an_sms(person: Person) -> None:
    """With no emulator running, a message of each provider reaches the README's receiver once."""
    shown = person.type(
        'mohook send ip1 --body "Hi my name is earl" --webhook http://127.0.0.1:5000/sms/ip1'
    )
    assert "delivered on attempt 1" in shown
    shown = person.type(
        'mohook send intelepeer --body "Hello World!" '
        "--webhook http://127.0.0.1:5000/sms/intelepeer"
    )
    assert "delivered on attempt 1" in shown
    assert person.stored() == ["Hi my name is earl", "Hello World!"]


def run_your_tests(person: Person, receiver: str, *, ends_with: int) -> str:
    (person.folder / "receiver.py").write_text(receiver, encoding="utf-8")
    tests = "\n\n".join(TEST_RECEIVER_PY)
    (person.folder / "test_receiver.py").write_text(tests, encoding="utf-8")
    return person.type("pytest test_receiver.py", ends_with=ends_with, patience=240)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_your_tests_pass(person: Person) -> None:
    """The README's tests of its receiver pass: by hand, of any message, by the machine."""
    assert "3 passed" in run_your_tests(person, RECEIVER_PY, ends_with=0)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_your_tests_find_a_missing_check(person: Person) -> None:
    """Where a retry is stored as one more message, all three kinds of tests fail."""
    careless = RECEIVER_PY.replace('message["id"], message["body"]', 'len(stored), message["body"]')
    assert careless != RECEIVER_PY
    shown = run_your_tests(person, careless, ends_with=1)
    assert "3 failed" in shown
    assert "# Replays the failure." in shown


@pytest.mark.slow
def test_your_receiver_is_checked(person: Person) -> None:
    """It is told what the README's receiver gets wrong, and what is not checked without a store."""
    source = f"{RECEIVER_PY}\n\n{STORED_PY}"
    (person.folder / "receiver.py").write_text(source, encoding="utf-8")
    person.start("flask --app receiver run --port 5000", ready="CTRL+C")
    shown = person.type("mohook check http://127.0.0.1:5000/sms/ip1 --provider ip1", ends_with=1)
    assert "✗ ip1.hostile.no-message" in shown
    assert "give a readback" in shown
    shown = person.type(
        "mohook check http://127.0.0.1:5000/sms/ip1 --provider ip1 "
        "--readback http://127.0.0.1:5000/stored --readback-text /text",
        ends_with=1,
    )
    wrong = re.findall(r"^✗ (ip1\.\w+)\.[\w-]+  failed", shown, re.MULTILINE)
    assert set(wrong) == {"ip1.hostile"}
    assert "give a readback" not in shown
    shown = person.type(
        "mohook check http://127.0.0.1:5000/sms/intelepeer --provider intelepeer "
        "--readback http://127.0.0.1:5000/stored --readback-id /id --readback-text /text "
        "--html verdict.html --junit junit.xml",
        ends_with=1,
    )
    assert "✗ intelepeer.forgery.absent" in shown
    for name in ("verdict.html", "junit.xml"):
        assert "forgery" in (person.folder / name).read_text(encoding="utf-8")
    assert "ip1.ack.exactly-200" in person.type("mohook check --list --provider ip1")


@pytest.mark.slow
def test_more_is_looked_for(person: Person) -> None:
    """What the README's receiver gets wrong has three files, and each shows it again."""
    need_curl()
    source = f"{RECEIVER_PY}\n\n{STORED_PY}"
    (person.folder / "receiver.py").write_text(source, encoding="utf-8")
    person.start("flask --app receiver run --port 5000", ready="CTRL+C")
    shown = person.type(
        "mohook fuzz http://127.0.0.1:5000/sms/ip1 --provider ip1 "
        "--readback http://127.0.0.1:5000/stored --readback-text /text --stop-first --out bugs",
        ends_with=1,
        patience=90,
    )
    assert "✗ server-error" in shown
    assert "500" in person.type('for each in bugs/*.sh; do sh "$each"; done').split()
    assert "1 failed" in person.type("pytest bugs", ends_with=1)
    shown = person.type("mohook replay bugs/*.json http://127.0.0.1:5000/sms/ip1", ends_with=1)
    assert "✗ server-error" in shown


@pytest.mark.slow
def test_each_check_is_a_test_of_your_suite(person: Person) -> None:
    """The README's receiver passes each but those that are left out."""
    (person.folder / "receiver.py").write_text(RECEIVER_PY, encoding="utf-8")
    (person.folder / "test_checks.py").write_text(TEST_CHECKS_PY, encoding="utf-8")
    shown = person.type("pytest test_checks.py", patience=60)
    assert re.search(r"[5-9]\d passed", shown)
    assert "skipped" not in shown


@pytest.mark.slow
def test_a_storm_is_borne(person: Person) -> None:
    """Nothing is lost or doubled by the README's receiver; the reports and a locustfile work."""
    (person.folder / "receiver.py").write_text(f"{RECEIVER_PY}\n\n{STORED_PY}", encoding="utf-8")
    (person.folder / "locustfile.py").write_text(LOCUSTFILE_PY, encoding="utf-8")
    person.start("flask --app receiver run --port 5000", ready="CTRL+C")
    shown = person.type(
        "mohook load http://127.0.0.1:5000/sms/ip1 --provider ip1 --rate 50 --seconds 5 "
        "--readback http://127.0.0.1:5000/stored --readback-text /text",
        patience=60,
    )
    assert "250 messages in" in shown
    assert "Stored: 0 lost, 0 duplicated, 0 altered" in shown
    shown = person.type(
        "mohook load http://127.0.0.1:5000/sms/intelepeer --provider intelepeer --users 10 "
        "--seconds 5 --html storm.html --csv storm --json storm.json",
        patience=60,
    )
    assert "Lost and duplicated: not checked" in shown
    told = json.loads((person.folder / "storm.json").read_text(encoding="utf-8"))
    assert told["right"] is True
    for name in ("storm.html", "storm_stats.csv"):
        assert "intelepeer message" in (person.folder / name).read_text(encoding="utf-8")
    person.type(
        "locust -f locustfile.py --host http://127.0.0.1:5000/sms/ip1 --headless -u 10 -r 10 -t 5",
        patience=60,
    )
    texts = [each["text"] for each in person.get(f"{RECEIVER}/stored")]
    assert texts.count("Hi my name is earl") >= 10


@pytest.mark.slow
@pytest.mark.usefixtures("receiver")
def test_the_emulator_runs(person: Person) -> None:
    """Messages go through the emulator, are listed, sent again and forgotten."""
    emulator = person.start(
        "mohook serve --ip1-callback http://127.0.0.1:5000/sms/ip1", ready="Ctrl-C"
    )
    shown = person.type("mohook webhook set +12161112222 http://127.0.0.1:5000/sms/intelepeer")
    assert "201" in shown
    assert person.here(f"{RECEIVER}/sms/intelepeer") in shown

    assert "m1 delivered" in person.type('mohook send ip1 --body "161 characters or an emoji 🐝"')
    shown = person.type(
        'mohook send intelepeer --to +12161112222 --body "Hello World!" --count 3 --wait 10'
    )
    assert "3 delivered" in shown
    stored = ["161 characters or an emoji 🐝", *["Hello World!"] * 3]
    assert person.stored() == stored

    listed = person.type("mohook messages").splitlines()
    assert [line.split()[0] for line in listed] == ["id", "m1", "m2", "m3", "m4"]
    assert '"body": "161 characters or an emoji 🐝"' in person.type("mohook messages m1")

    assert "m1 is due now" in person.type("mohook resend m1")
    again = person.tried("m1", times=2)
    assert [each["decision"] for each in again["attempts"]] == ["delivered"] * 2
    assert person.stored() == stored  # the same message, no second one

    person.type("mohook reset")
    assert person.get(f"{EMULATOR}/mohook/v1/messages")["messages"] == []
    log = person.end(emulator)
    assert emulator.returncode == 0
    assert len(re.findall(r"attempt \d  ✓ answered 200", log)) == 5


@pytest.mark.slow
@pytest.mark.usefixtures("receiver")
def test_things_break_on_purpose_and_time_moves(person: Person) -> None:
    """A fault script is walked on the manual clock; then the control API tells of it by HTTP."""
    need_curl()
    person.start(
        "mohook serve --clock manual --ip1-callback http://127.0.0.1:5000/sms/ip1", ready="Ctrl-C"
    )
    script = person.type(
        "curl -s http://127.0.0.1:7670/mohook/v1/faults -H 'Content-Type: application/json' "
        """-d '{"steps": ["500", "lose-ack", "timeout", "ok"]}'"""
    )
    assert json.loads(script)["steps"] == ["500", "lose-ack", "timeout", "ok"]
    shown = person.type('mohook send ip1 --body "Did you store me once?"')
    assert "not delivered after 1 attempt" in shown
    assert person.stored() == []

    assert "1 attempt made" in person.type("mohook advance 10m")
    assert person.stored() == ["Did you store me once?"]  # and its acknowledgement was lost
    assert "1 attempt made" in person.type("mohook advance --next")
    assert "1 attempt made; nothing is pending" in person.type("mohook advance --idle")
    assert person.stored() == ["Did you store me once?"]
    message = person.message("m1")
    assert message["state"] == "delivered"
    outcomes = ["500", "lost-ack", "timeout", "200"]
    assert [each["outcome"] for each in message["attempts"]] == outcomes
    assert person.type("mohook messages m1").count("attempt ") == 4

    sent = person.type(
        "curl -s http://127.0.0.1:7670/mohook/v1/messages -H 'Content-Type: application/json' "
        """-d '{"provider": "ip1", "from": "46712345678", "to": "456189040623", "body": "Hello"}'"""
    )
    assert [each["id"] for each in json.loads(sent)["messages"]] == ["m2"]
    assert person.stored() == ["Did you store me once?", "Hello"]
    shown = person.type("curl -s http://127.0.0.1:7670/mohook/v1/messages/m1")
    assert json.loads(shown) == message
    counted = json.loads(person.type("curl -s http://127.0.0.1:7670/mohook/v1/reports/sms"))
    assert (counted["received"], counted["delivered"], counted["attempts"]) == (2, 2, 5)


@pytest.mark.slow
def test_documents_are_printed_without_an_emulator(person: Person) -> None:
    """OpenAPI 3.1, the payload's schema and the ledger come from the command alone."""
    assert json.loads(person.type("mohook openapi"))["openapi"].startswith("3.1")
    schema = json.loads(person.type("mohook schema ip1"))
    assert {"id", "body", "sender", "recipient"} <= schema["properties"].keys()
    ledger = person.type("mohook assumptions")
    assert all(row.switch in ledger for row in LEDGER if row.switch)
    assumed = person.type("mohook assumptions intelepeer --grade assumed")
    assert "intelepeer.retry_spacing" in assumed
    assert "ip1.retry_interval" not in assumed
    assert re.search(r"^ +documented", assumed, re.MULTILINE) is None


@pytest.mark.slow
def test_it_is_watched_from_outside(person: Person) -> None:
    """The log is JSON from its first line, each metric of the table is told, and it is healthy."""
    need_curl()
    person.start("mohook serve --log-format json", ready='"event":"ready"')
    told = person.type("curl -s http://127.0.0.1:7670/metrics")
    table = README[README.index("| metric | tells |") : README.index("The health answers 503")]
    named = {name for row in cells(table, 1) for name in row}
    families = set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE))
    assert {name for name in families if name.startswith("mohook_")} == named
    health = json.loads(person.type("curl -s http://127.0.0.1:7670/mohook/v1/health"))
    assert health["status"] == "ready"


@pytest.mark.slow
def test_the_clock_runs_sixty_times_as_fast(person: Person) -> None:
    """The command that stands in a sentence starts an emulator with that clock."""
    assert "`mohook serve --clock x60`" in README
    person.start_inline("mohook serve --clock x60", ready="Ctrl-C")
    assert person.get(f"{EMULATOR}/mohook/v1/health")["clock"] == "x60"


@pytest.mark.slow
def test_the_clock_is_changed_while_it_runs(person: Person) -> None:
    """It runs, stands, and is shown; the emulator's log tells of both changes."""
    emulator = person.start(
        "mohook serve --clock manual --ip1-callback http://127.0.0.1:5000/sms/ip1", ready="Ctrl-C"
    )
    assert "60 times as fast as real time" in person.type("mohook clock x60")
    shown = person.type("mohook clock manual")
    assert "manual: it stands" in shown
    assert person.type("mohook clock") == shown
    log = person.end(emulator)
    assert log.index("clock: 60 times as fast") < log.index("clock: manual: it stands")


def commands_tried() -> set[str]:
    """Return what this page's tests hand to `person.type` and `person.start`."""
    calls = ast.walk(ast.parse(Path(__file__).read_text(encoding="utf-8")))
    return {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("type", "start")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_no_command_goes_untried() -> None:
    """Each command of the README's console blocks is run by a test of this page."""
    tried = commands_tried()
    assert len(COMMANDS) > 20
    assert [line for line in COMMANDS if line not in tried] == []
