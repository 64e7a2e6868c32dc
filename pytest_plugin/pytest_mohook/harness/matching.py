"""Which messages a script of faults is for, checked: one that none can fit would do nothing."""

from __future__ import annotations

from mohook.delivery.faults import FaultMatch
from mohook.errors import AddressError
from mohook.providers import PROVIDERS
from mohook.samples import PROVIDER_TITLES, SAMPLES
from mohook.settings import Settings
from pytest_mohook.arguments import require_text

__all__ = ["match_of"]


def match_of(
    settings: Settings,
    *,
    provider: str | None = None,
    sender: str | None = None,
    recipient: str | None = None,
    body: str | None = None,
) -> FaultMatch | None:
    """Return whom a script is for; None where nothing was said, and it is for whatever comes.

    Raises InputError for what is no text, AddressError for addresses that no message of the
    provider has, or of either where none is named.
    """
    example = SAMPLES[provider or "ip1"]._asdict()
    for name, value in {"sender": sender, "recipient": recipient, "body": body}.items():
        if value is not None:
            require_text(name, value, example=example[name])
    _require_addresses(settings, provider, sender, recipient)
    match = FaultMatch(provider, recipient, sender, body)
    return None if match == FaultMatch() else match


def _require_addresses(
    settings: Settings, provider: str | None, sender: str | None, recipient: str | None
) -> None:
    problems = []
    for name in PROVIDERS if provider is None else (provider,):
        sample = SAMPLES[name]
        ours = sample.sender if sender is None else sender
        theirs = sample.recipient if recipient is None else recipient
        try:
            PROVIDERS[name].check(ours, theirs, settings)
        except AddressError as problem:
            problems.append(f"at {PROVIDER_TITLES[name]}: {problem}")
        else:
            return
    raise AddressError("no message would fit; " + "; ".join(problems))
