"""The settings in force are told whole, and without a secret."""

from __future__ import annotations

from mohook.options.in_force import in_force
from mohook.options.keys import KEYS
from mohook.settings import (
    AccountSettings,
    CheckSettings,
    CustomerSettings,
    IntelePeerSettings,
    Ip1Settings,
    ServeSettings,
    Settings,
)

URL = "http://user:hush@127.0.0.1/sms"


def test_every_key_is_told_once() -> None:
    """In the order of the settings, unchanged by default."""
    told = in_force(Settings())
    assert [each.name for each in told] == list(KEYS)
    assert not any(each.changed for each in told)


def test_no_secret_is_told() -> None:
    """Secrets, headers and credentials of URLs are masked; that they are set is told."""
    settings = Settings(
        ip1=Ip1Settings(callback_url=URL, accounts={"ip1-7": AccountSettings(callback_url=URL)}),
        intelepeer=IntelePeerSettings(
            webhook=URL, secret="hush", customers={"acme": CustomerSettings(token="hush")}
        ),
        serve=ServeSettings(headers=("X-Key: hush",), state="postgresql://u:hush@host/db"),
        check=CheckSettings(readback=URL, readback_command="hush"),
    )
    told = {each.name: each for each in in_force(settings) if each.changed}
    assert "hush" not in repr(told)
    assert {name: each.value for name, each in told.items()} == {
        "ip1.callback_url": "http://***@127.0.0.1/sms",
        "ip1.accounts": "ip1-7",
        "intelepeer.webhook": "http://***@127.0.0.1/sms",
        "intelepeer.secret": "***",
        "intelepeer.customers": "acme",
        "serve.headers": "***",
        "serve.state": "postgresql://***@host/db",
        "check.readback": "***",
        "check.readback_command": "***",
    }
