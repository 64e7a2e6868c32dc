"""Settings come from flag, variable, file and default, in this order."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from mohook.errors import SettingsError
from mohook.options import load_settings
from mohook.settings import (
    AccountSettings,
    CustomerSettings,
    NumberSettings,
    Settings,
    SignatureSettings,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def from_file(text: str, path: Path) -> Settings:
    path.write_text(text, encoding="utf-8")
    return load_settings(path, environ={}, flags={})


def test_nothing_given_is_the_default() -> None:
    """Without flags, variables and a file, the emulator is as it comes."""
    assert load_settings(None, environ={"PATH": "/bin"}, flags={"port": None}) == Settings()


def test_each_place_beats_the_next(folder: Path) -> None:
    """A flag beats a variable, a variable beats the file, the file beats the default."""
    (folder / "mohook.toml").write_text("[serve]\nport = 1\nkeep = 1\nseed = 1\n")
    serve = load_settings(
        None, environ={"MOHOOK_PORT": "2", "MOHOOK_KEEP": "2"}, flags={"port": 3}
    ).serve
    assert (serve.port, serve.keep, serve.seed, serve.per_receiver) == (3, 2, 1, 64)


def test_a_named_file_stands_for_the_one_in_the_folder(folder: Path) -> None:
    """`mohook.toml` is not read beside a file that somebody named."""
    (folder / "mohook.toml").write_text("[serve]\nport = 1\n")
    assert from_file("[serve]\nseed = 5\n", folder / "other.toml").serve.port == 7670


def test_a_variable_names_the_file(folder: Path) -> None:
    """`MOHOOK_CONFIG` is read where no path is given, and only there."""
    (folder / "a.toml").write_text("[serve]\nport = 1\n")
    (folder / "b.toml").write_text("[serve]\nport = 2\n")
    environ = {"MOHOOK_CONFIG": "a.toml"}
    assert load_settings(None, environ=environ, flags={}).serve.port == 1
    assert load_settings(folder / "b.toml", environ=environ, flags={}).serve.port == 2


def test_every_kind_of_value_is_read_from_the_file(folder: Path) -> None:
    """Texts, numbers, durations, choices, lists and the tables that a user names are read."""
    settings = from_file(
        """
        [sms]
        empty_text_parts = 0
        [ip1]
        retry = "dlr-like"
        retry_interval = 90
        retry_limit = 3
        mcc = "240"
        [ip1.accounts.ip1-1]
        callback_url = "http://localhost:5000/"
        numbers = ["456189040623"]
        [intelepeer]
        retry_spacing = ["1m", 0.5]
        signature.mode = "hmac"
        short_code_length = [4, 6]
        bearer_only = true
        empty_endpoints = 207
        [intelepeer.customers.acme]
        token = "t"
        signature = { mode = "hmac", hash = "sha1" }
        [intelepeer.numbers."+13031112222"]
        customer = "acme"
        cpaas_enabled = true
        [intelepeer.numbers.57-1234]
        """,
        folder / "mohook.toml",
    )
    assert settings.sms.empty_text_parts == 0
    assert settings.ip1.retry_interval == timedelta(seconds=90)
    assert (settings.ip1.retry, settings.ip1.retry_limit, settings.ip1.mcc) == (
        "dlr-like",
        3,
        "240",
    )
    assert settings.ip1.accounts == {
        "ip1-1": AccountSettings(callback_url="http://localhost:5000/", numbers=("456189040623",))
    }
    intelepeer = settings.intelepeer
    assert intelepeer.retry_spacing == (timedelta(minutes=1), timedelta(milliseconds=500))
    assert intelepeer.signature == SignatureSettings(mode="hmac")
    assert intelepeer.short_code_length == (4, 6)
    assert (intelepeer.bearer_only, intelepeer.empty_endpoints) == (True, "207")
    assert intelepeer.customers == {
        "acme": CustomerSettings(token="t", signature=SignatureSettings(mode="hmac", hash="sha1"))
    }
    assert intelepeer.numbers == {
        "+13031112222": NumberSettings(customer="acme", cpaas_enabled=True),
        "57-1234": NumberSettings(),
    }


def test_a_byte_order_mark_is_passed_over(folder: Path) -> None:
    """A file saved by an editor that marks UTF-8 is read like any other."""
    (folder / "mohook.toml").write_bytes(b"\xef\xbb\xbf[serve]\nport = 1\n")
    assert load_settings(None, environ={}, flags={}).serve.port == 1


def refusal(path: Path | None = None, **environ: str) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings(path, environ=environ, flags={})
    return str(refused.value).splitlines()


def test_a_named_file_must_be_there(folder: Path) -> None:
    """A missing file is an error when it was named, by flag or by variable."""
    assert refusal(folder / "no.toml")[0].startswith(
        f"{folder / 'no.toml'}: no such file: expected"
    )
    assert refusal(MOHOOK_CONFIG="no.toml")[0].startswith("no.toml: no such file: expected")


def test_what_cannot_be_read_is_named(folder: Path) -> None:
    """A folder in the file's place is an error, even where nobody named it."""
    (folder / "mohook.toml").mkdir()
    assert refusal() == ["mohook.toml: cannot be read (Is a directory): expected a TOML file"]


@contextmanager
def not_as_root() -> Iterator[None]:
    """Give up root's rights for a while, for nothing is forbidden to root."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_forbidden_file_is_named(folder: Path) -> None:
    """A file without read permission is an error, not an absent file."""
    (folder / "mohook.toml").touch(mode=0)
    with not_as_root():
        told = refusal()
    assert told == ["mohook.toml: cannot be read (Permission denied): expected a TOML file"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[serve]\nport = \xff\n", "line 2 is not UTF-8"),
        ("[serve]\n".encode("utf-16"), "line 1 is not UTF-8"),
        (b"[serve]\nport = \n", "not TOML: Invalid value (at line 2, column 8)"),
        (b"[serve]\n[serve]\n", "not TOML: Cannot declare ('serve',) twice (at line 2"),
        (b"a = " + b"[" * 20_000, "nested too deeply"),
        (b"a = " + b"9" * 5_000, "not TOML: Exceeds the limit"),
    ],
    ids=["bytes", "utf-16", "syntax", "twice", "deep", "long"],
)
def test_what_is_not_toml_is_told_by_line(folder: Path, content: bytes, message: str) -> None:
    """A file that is no TOML is refused, with the line wherever there is one."""
    (folder / "mohook.toml").write_bytes(content)
    (line,) = refusal()
    assert line.startswith(f"mohook.toml: {message}")


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    """Each problem has its line, with the place, the value and what was expected."""
    (folder / "mohook.toml").write_text(
        """
        port = 1
        [ip1]
        retry_interval = "soon"
        [intelepeer]
        retry_spacin = ["1m"]
        frobnicate = true
        signature = "hmac"
        [intelepeer.customers.acme]
        token = 12
        signature = { hsh = "md5" }
        [intelepeer.numbers."+1"]
        sms_enabled = "yes"
        """
    )
    with pytest.raises(SettingsError) as refused:
        load_settings(None, environ={"MOHOOK_PROT": "1"}, flags={"seed": "abc"})
    lines = str(refused.value).splitlines()
    assert [line for line in lines if "frobnicate" not in line] == [
        "mohook.toml: port: no such key; did you mean serve.port?",
        (
            "mohook.toml: ip1.retry_interval = 'soon': "
            "expected a duration longer than 0, such as 30s or 10m"
        ),
        "mohook.toml: intelepeer.retry_spacin: no such key; did you mean intelepeer.retry_spacing?",
        "mohook.toml: intelepeer.signature = 'hmac': expected a table, [intelepeer.signature]",
        (
            "mohook.toml: intelepeer.customers.acme.token = (hidden): "
            "expected a text that is not empty"
        ),
        (
            "mohook.toml: intelepeer.customers.acme.signature.hsh: "
            "no such key; did you mean intelepeer.customers.acme.signature.hash?"
        ),
        "mohook.toml: intelepeer.numbers.\"+1\".sms_enabled = 'yes': expected true or false",
        "MOHOOK_PROT: no such variable; did you mean MOHOOK_PORT?",
        "--seed = 'abc': expected a whole number",
        (
            'intelepeer.numbers."+1": expected a long code such as +13031112222, '
            "or a short code such as 1-1234, as the table's name"
        ),
    ]
    (listed,) = [line for line in lines if "frobnicate" in line]
    assert "no such key; expected one of webhook, retry_spacing, secret," in listed


def test_a_key_in_the_wrong_table_is_sent_to_the_right_one(folder: Path) -> None:
    """A key that another table has is named there."""
    (folder / "mohook.toml").write_text("[intelepeer]\nacknowledge = '2xx'\n")
    assert refusal() == [
        "mohook.toml: intelepeer.acknowledge: no such key; did you mean delivery.acknowledge?"
    ]


def test_a_table_cannot_be_a_value(folder: Path) -> None:
    """A value where a table belongs is refused at every depth."""
    (folder / "mohook.toml").write_text(
        "sms = 1\nintelepeer.numbers = []\nintelepeer.customers.acme = 'token'\n"
    )
    assert refusal() == [
        "mohook.toml: sms = 1: expected a table, [sms]",
        "mohook.toml: intelepeer.numbers = []: expected a table, [intelepeer.numbers]",
        (
            "mohook.toml: intelepeer.customers.acme = 'token': "
            "expected a table, [intelepeer.customers.acme]"
        ),
    ]
