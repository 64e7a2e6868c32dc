"""Every switch can be set by variable, and the documented flags set what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import get_args, get_origin

import pytest

from mohook.errors import SettingsError
from mohook.options import load_settings
from mohook.options.convert import to_text
from mohook.options.keys import KEYS, without_none
from mohook.options.layers import FLAGS, VARIABLES
from mohook.settings import IntelePeerSettings, Settings


def from_environment(**environ: str) -> Settings:
    return load_settings(None, environ=environ, flags={})


def another_value(name: str) -> object:
    """Return a value of the key that is not its default, nor against any rule."""
    by_hand = {
        "serve.host": "0.0.0.0",
        "serve.state": "mohook.sqlite",
        "serve.control_token": "an-open-secret-17",
        "serve.clock": "x60",
        "serve.allow_host": ("*.example.test", "203.0.113.0/24"),
        "serve.headers": ("X-Api-Key: 7", "X-Realm: bench"),
        "check.readback": "http://127.0.0.1/stored",
        "check.readback_command": "cat stored.json, sorted",
        "check.readback_id": "/data/0/id",
        "check.readback_text": "/a~1b/~0",
        "ip1.mcc": "240",
        "ip1.mnc": "01",
        "ip1.callback_url": "http://127.0.0.1/",
        "intelepeer.webhook": "http://127.0.0.1/",
        "intelepeer.secret": "another, with a comma",
        "intelepeer.short_code_length": (4, 6),
        "intelepeer.retry_spacing": (timedelta(minutes=1), timedelta(milliseconds=1500)),
    }
    annotation = without_none(KEYS[name].annotation)
    default = attrgetter(name)(Settings())
    if get_origin(annotation) is not None and name not in by_hand:
        return next(choice for choice in get_args(annotation) if choice != default)
    by_type = {bool: not default, int: 7, timedelta: timedelta(seconds=90)}
    return by_hand[name] if name in by_hand else by_type[annotation]  # type: ignore[index] # a type, then


@pytest.mark.parametrize(("variable", "name"), VARIABLES.items(), ids=VARIABLES.keys())
def test_a_variable_sets_its_key(variable: str, name: str) -> None:
    """Each key is set by its variable, and everything else stays."""
    value = another_value(name)
    settings = from_environment(**{variable: to_text(value)})
    assert attrgetter(name)(settings) == value
    changed = [key for key in VARIABLES.values() if _differs(key, settings)]
    assert changed == [name]


def _differs(name: str, settings: Settings) -> bool:
    return bool(attrgetter(name)(settings) != attrgetter(name)(Settings()))


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("MOHOOK_HOST", "serve.host"),
        ("MOHOOK_PORT", "serve.port"),
        ("MOHOOK_ALLOW_HOST", "serve.allow_host"),
        ("MOHOOK_SMS_EMPTY_TEXT_PARTS", "sms.empty_text_parts"),
        ("MOHOOK_IP1_RETRY_INTERVAL", "ip1.retry_interval"),
        ("MOHOOK_IP1_CALLBACK_URL", "ip1.callback_url"),
        ("MOHOOK_INTELEPEER_SIGNATURE_MODE", "intelepeer.signature.mode"),
        ("MOHOOK_DELIVERY_TIME_LIMIT", "delivery.time_limit"),
    ],
)
def test_a_variable_is_called_after_table_and_key(variable: str, name: str) -> None:
    """The names are a promise: table and key, and for the process the key alone."""
    assert VARIABLES[variable] == name


def test_only_what_a_user_names_has_no_variable() -> None:
    """Accounts, customers and numbers are set in the file alone; all else has one variable."""
    assert set(KEYS) - set(VARIABLES.values()) == {
        "ip1.accounts",
        "intelepeer.customers",
        "intelepeer.numbers",
    }
    assert len(set(VARIABLES.values())) == len(VARIABLES)


def test_a_list_is_parted_by_commas() -> None:
    """Spaces around the commas do not matter."""
    settings = from_environment(MOHOOK_INTELEPEER_RETRY_SPACING="1m, 1m,5m,10m")
    minutes = [gap // timedelta(minutes=1) for gap in settings.intelepeer.retry_spacing]
    assert minutes == [1, 1, 5, 10]


@pytest.mark.parametrize(
    ("text", "value"), [("true", True), ("1", True), ("ON", True), ("no", False), ("0", False)]
)
def test_a_claim_is_read_as_shells_write_it(text: str, value: bool) -> None:
    """True and false have their usual spellings in variables."""
    settings = from_environment(MOHOOK_DELIVERY_FOLLOW_REDIRECTS=text)
    assert settings.delivery.follow_redirects is value


def test_none_empties_an_optional_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable can take back what the file sets; where a key is not optional, none is text."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mohook.toml").write_text("[ip1]\nretry_limit = 3\n")
    assert from_environment(MOHOOK_IP1_RETRY_LIMIT="none").ip1.retry_limit is None
    assert from_environment(MOHOOK_INTELEPEER_SECRET="none").intelepeer.secret == "none"


def test_an_empty_variable_is_not_set() -> None:
    """What a shell leaves behind as empty changes nothing, whatever its name."""
    assert from_environment(MOHOOK_PORT="", MOHOOK_PROT="") == Settings()


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"MOHOOK_PROT": "1"}, "MOHOOK_PROT: no such variable; did you mean MOHOOK_PORT?"),
        (
            {"MOHOOK_SERVE_PORT": "1"},
            "MOHOOK_SERVE_PORT: no such variable; did you mean MOHOOK_PORT?",
        ),
        (
            {"MOHOOK_IP1_RETRY_INTERVALL": "1m"},
            "MOHOOK_IP1_RETRY_INTERVALL: no such variable; did you mean MOHOOK_IP1_RETRY_INTERVAL?",
        ),
        ({"MOHOOK_XYZZY": "1"}, "MOHOOK_XYZZY: no such variable; unset it"),
        (
            {"MOHOOK_PORT": "http"},
            "MOHOOK_PORT = 'http': expected a whole number from 0 (any free port) to 65535",
        ),
        (
            {"MOHOOK_INTELEPEER_BEARER_ONLY": "maybe"},
            "MOHOOK_INTELEPEER_BEARER_ONLY = 'maybe': expected true or false",
        ),
    ],
)
def test_a_slip_in_a_variable_does_not_pass(environ: dict[str, str], message: str) -> None:
    """A variable that nothing reads is refused by name, and so is a value that does not fit."""
    with pytest.raises(SettingsError) as refused:
        from_environment(**environ)
    assert str(refused.value) == message


def test_other_variables_are_left_alone() -> None:
    """The address of the emulator is the client's; what is not ours is nobody's business here."""
    assert from_environment(MOHOOK_URL="http://127.0.0.1:7670", HOME="/", MOHOOKS="1") == Settings()


def test_flags_set_what_they_say() -> None:
    """The flags of `mohook serve` take text and converted values alike."""
    settings = load_settings(
        None,
        environ={},
        flags={
            "host": "::1",
            "port": 0,
            "state": "postgresql://localhost/mohook",
            "clock": "manual",
            "seed": "42",
            "keep": 5,
            "allow_host": ("a,b.test", "10.0.0.0/8"),
            "ip1_callback": "http://127.0.0.1/ip1",
            "intelepeer_webhook": "https://u:p@127.0.0.1/",
        },
    )
    assert settings.serve == replace(
        Settings().serve,
        host="::1",
        port=0,
        state="postgresql://localhost/mohook",
        clock="manual",
        seed=42,
        keep=5,
        allow_host=("a,b.test", "10.0.0.0/8"),
    )
    assert settings.ip1.callback_url == "http://127.0.0.1/ip1"
    assert settings.intelepeer == replace(IntelePeerSettings(), webhook="https://u:p@127.0.0.1/")


def test_flags_that_were_not_given_change_nothing() -> None:
    """None, and the empty list of a flag that may come often, leave the other places in force."""
    settings = load_settings(
        None, environ={"MOHOOK_ALLOW_HOST": "a.test"}, flags={"allow_host": (), "port": None}
    )
    assert settings.serve.allow_host == ("a.test",)


def test_an_unknown_flag_is_refused() -> None:
    """A flag that sets nothing is an error that names its neighbour, or all there are."""
    with pytest.raises(SettingsError, match=r"^--prot: no such flag; did you mean --port\?$"):
        load_settings(None, environ={}, flags={"prot": 1})
    with pytest.raises(SettingsError, match=r"^--xyzzy: no such flag; expected one of --host, "):
        load_settings(None, environ={}, flags={"xyzzy": 1})


def test_each_flag_sets_a_key_that_exists() -> None:
    """No flag points to a key that `mohook.toml` does not have."""
    assert set(FLAGS.values()) <= set(VARIABLES.values())
