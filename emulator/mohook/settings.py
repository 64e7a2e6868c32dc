"""Every setting of the emulator, as frozen values with their defaults.

The tables `sms`, `ip1`, `intelepeer` and `delivery` hold *switches*: how a provider behaves.
Each switch stands in the assumption ledger (`assumptions/`), with its grade and its source.
The table `serve` holds what concerns the process alone: address, seed, caps. The table `check`
says how one asks a receiver what it has stored: the harness reads it, the emulator never.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

__all__ = [
    "AccountSettings",
    "CheckSettings",
    "CustomerSettings",
    "DeliverySettings",
    "IntelePeerSettings",
    "Ip1Settings",
    "NumberSettings",
    "ServeSettings",
    "Settings",
    "SignatureSettings",
    "SmsSettings",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSettings:
    """How a text becomes parts (`[sms]`)."""

    empty_text_parts: Literal[0, 1] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """One ip1 SMS account (`[ip1.accounts.OWNER]`)."""

    callback_url: str | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ip1Settings:
    """How ip1 behaves (`[ip1]`). Naming accounts closes the inventory."""

    callback_url: str | None = None
    retry: Literal["until-200", "dlr-like"] = "until-200"
    retry_interval: timedelta = timedelta(minutes=10)
    retry_limit: int | None = None
    missing_operator: Literal["absent", "null"] = "absent"
    mcc: str | None = None
    mnc: str | None = None
    alphanumeric_senders: bool = False
    accounts: dict[str, AccountSettings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureSettings:
    """How an inbound IntelePeer message is signed: not at all, with the code itself, or by HMAC."""

    mode: Literal["absent", "literal", "hmac"] = "literal"
    hash: Literal["md5", "sha1", "sha256", "sha512"] = "sha256"
    order: Literal["refid-message", "message-refid"] = "refid-message"
    encoding: Literal["hex", "HEX", "base64"] = "hex"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerSettings:
    """One IntelePeer customer (`[intelepeer.customers.NAME]`).

    What is None is that of `[intelepeer]`; a signature stands for that one as a whole.
    No secret stands in the `repr`, so none reaches a log or an error that shows it.
    """

    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    signature: SignatureSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSettings:
    """One IntelePeer number (`[intelepeer.numbers."+1…"]`)."""

    customer: str | None = None
    sms_enabled: bool = True
    cpaas_enabled: bool = False
    webhook: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntelePeerSettings:
    """How IntelePeer behaves (`[intelepeer]`).

    Naming customers closes the tokens; naming numbers closes the inventory.
    """

    webhook: str | None = None
    retry_spacing: tuple[timedelta, ...] = (timedelta(minutes=1),) * 4
    secret: str = field(default="SECRET CODE", repr=False)  # the documented sample's own words
    signature: SignatureSettings = SignatureSettings()
    refid: Literal["hex", "sm"] = "hex"
    long_messages: Literal["one", "parts"] = "one"
    short_code_length: tuple[int, int] = (3, 8)
    bearer_only: bool = False
    error_body: Literal["code", "error", "detail"] = "code"
    get_endpoints: Literal["repeated", "comma"] = "repeated"
    empty_endpoints: Literal["400", "207"] = "400"
    duplicate_endpoints: Literal["each", "once", "400"] = "each"
    empty_webhook: Literal["400", "unset"] = "400"
    webhook_never_set: Literal["null", "empty", "404"] = "null"
    provisioning_delay: timedelta = timedelta()
    mdr_text: bool = False
    customers: dict[str, CustomerSettings] = field(default_factory=dict)
    numbers: dict[str, NumberSettings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """How both providers deliver (`[delivery]`)."""

    time_limit: timedelta = timedelta(seconds=10)
    follow_redirects: bool = False
    acknowledge: Literal["200", "2xx"] = "200"
    transport_failures: Literal["retry", "give-up"] = "retry"
    new_id_per_attempt: bool = False
    order: Literal["due", "shuffled"] = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeSettings:
    """What concerns the process alone (`[serve]`).

    `headers` (`X-Api-Key: …`) go with each delivery over HTTP, beside those that a provider
    sends: a gateway before the receiver may ask for them. `insecure` takes any certificate.
    `control_token` must be shown by whoever uses the control API or the pages.
    """

    host: str = "127.0.0.1"
    port: int = 7670
    control_token: str | None = field(default=None, repr=False)
    log_format: Literal["text", "json"] = "text"
    state: str | None = None
    clock: str = "real"
    seed: int | None = None
    keep: int = 10_000
    allow_host: tuple[str, ...] = ()
    headers: tuple[str, ...] = field(default=(), repr=False)
    insecure: bool = False
    answer_cap: int = 1_048_576
    request_cap: int = 67_108_864
    per_receiver: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSettings:
    """How `mohook check` asks a receiver what it has stored (`[check]`).

    `readback_id` and `readback_text` are JSON pointers (RFC 6901) into each stored message;
    without them the provider's own names count.
    """

    readback: str | None = field(default=None, repr=False)
    readback_command: str | None = field(default=None, repr=False)
    readback_id: str | None = None
    readback_text: str | None = None
    settle: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of it; `Settings()` is the emulator as it comes."""

    sms: SmsSettings = SmsSettings()
    ip1: Ip1Settings = field(default_factory=Ip1Settings)
    intelepeer: IntelePeerSettings = field(default_factory=IntelePeerSettings)
    delivery: DeliverySettings = DeliverySettings()
    serve: ServeSettings = ServeSettings()
    check: CheckSettings = CheckSettings()
