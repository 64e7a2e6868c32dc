"""What is written down of a setting is read again as that setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from mohook.assumptions import ledger
from mohook.errors import InputError
from mohook.options import load_settings
from mohook.options.in_force import in_force
from mohook.options.written import written
from mohook.settings import Settings

SWITCHES = [entry for entry in ledger(Settings()) if entry.assumption.switch]
OTHERWISE = {
    "delivery.time_limit": "2m30s",
    "intelepeer.provisioning_delay": "1m500ms",
    "intelepeer.retry_spacing": "1m,5m",
    "intelepeer.short_code_length": "4,6",
    "ip1.mcc": "240",
    "ip1.mnc": "01",
    "ip1.retry_interval": "30",
    "ip1.retry_limit": "10",
}
VALUES = [
    (name, value)
    for each in SWITCHES
    if (name := str(each.assumption.switch))
    for value in each.assumption.choices or (str(each.value), OTHERWISE[name])
]


def value_of(settings: Settings, name: str) -> str:
    return {each.name: each.value for each in in_force(settings)}[name]


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_both_forms_are_read_as_the_same_value(tmp_path: Path, name: str, value: str) -> None:
    """The variable and the lines of mohook.toml give one and the same settings."""
    ways = written(name, value)
    variable, _, text = ways.variable.partition("=")
    by_variable = load_settings(None, environ={variable: text}, flags={})
    path = tmp_path / "mohook.toml"
    path.write_text(ways.toml, encoding="utf-8")
    assert load_settings(path, environ={}, flags={}) == by_variable
    assert value_of(by_variable, name) == {"30": "30s"}.get(value, value)


def test_every_choice_but_the_default_changes_something() -> None:
    """No switch is written in a way that is read as nothing."""
    for name, value in VALUES:
        variable, _, text = written(name, value).variable.partition("=")
        loaded = load_settings(None, environ={variable: text}, flags={})
        assert (loaded == Settings()) == (value == value_of(Settings(), name)), name


def test_a_value_for_the_shell_is_quoted() -> None:
    """What a shell would take apart is one word."""
    assert written("check.readback_command", "cat it | jq .").variable == (
        "MOHOOK_CHECK_READBACK_COMMAND='cat it | jq .'"
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ip1.retry", "never", "until-200 or dlr-like"),
        ("ip1.retry_limit", "0", "1 or more"),
        ("ip1.retry_interval", "soon", "a duration"),
        ("intelepeer.retry_spacing", "", "a list of durations"),
    ],
)
def test_what_a_key_does_not_take_is_refused(name: str, value: str, expected: str) -> None:
    """The error names the key, the value, and what was expected."""
    with pytest.raises(InputError, match=f"{name} = .*expected.*{expected}"):
        written(name, value)
