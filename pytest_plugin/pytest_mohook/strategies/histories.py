"""Strategies for what a receiver gets over time: several messages of one provider."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from mohook.providers import PROVIDERS
from mohook.providers.provider import Payload
from mohook.settings import SignatureSettings
from pytest_mohook.strategies import intelepeer, ip1
from pytest_mohook.strategies.arguments import StrategyArgumentError, require_word
from pytest_mohook.strategies.given import Given, draw_several

__all__ = ["message_histories"]

AnyChoice = TypeVar("AnyChoice", ip1.Choice, intelepeer.Choice)


class _Link(NamedTuple):
    """How a message of a history hangs together with those before it."""

    repeats: int
    """How many messages before it somebody said the same; 0 is a text of its own."""
    joins: bool
    """Whether it was received in one request with the message before it. Only ip1 has batches."""


_LINKS = st.sampled_from(
    [_Link(*each) for each in product((0, 0, 0, 0, 1, 2), (False, False, True))]
)


@st.composite
def message_histories(
    draw: st.DrawFn,
    provider: str,
    *,
    min_size: int = 1,
    max_size: int = 8,
    bodies: Given[str] = None,
    senders: Given[str] = None,
    recipients: Given[str] = None,
    owners: Given[str] = None,
    status_codes: Given[int] = None,
    secret: str | None = None,
    signature: SignatureSettings | None = None,
    unknown_codes: bool = True,
    extra_fields: bool = True,
) -> list[Payload]:
    """Every list of payloads that `provider`, `ip1` or `intelepeer`, may post one by one.

    No id comes twice. Now and then one sender says the same again, which is a message of its
    own, with its own id; at ip1, some messages come in batches. Further arguments are those of
    `ip1_messages` and `intelepeer_messages`; one that the provider has not raises
    StrategyArgumentError.

    >>> from hypothesis import given
    >>> @given(payloads=message_histories("intelepeer", min_size=2))
    ... def test_histories(payloads):
    ...     assert len({payload["refid"] for payload in payloads}) == len(payloads)
    >>> test_histories()
    """
    require_word("provider", provider, PROVIDERS)
    if provider == "ip1":
        _refuse(provider, secret=secret, signature=signature)
        of_ip1 = ip1.choices(
            bodies, senders, recipients, owners, status_codes, unknown_codes, extra_fields
        )
        linked = draw_several(draw, st.tuples(of_ip1, _LINKS), min_size, max_size, least=0)
        return [payload for batch in _batches(linked) for payload in ip1.batch(draw, batch)]
    _refuse(provider, owners=owners, status_codes=status_codes)
    signer = intelepeer.customer(secret, signature)
    of_it = intelepeer.choices(bodies, senders, recipients, extra_fields)
    others = draw_several(draw, st.tuples(of_it, _LINKS), min_size, max_size, least=0)
    return [intelepeer.payload(draw, choice, signer) for choice in _repeated(others)]


def _refuse(provider: str, **arguments: object) -> None:
    for name, value in arguments.items():
        if value is not None:
            msg = f"{name}={value!r}: {provider} has nothing of the kind; leave it out"
            raise StrategyArgumentError(msg)


def _repeated(linked: Sequence[tuple[AnyChoice, _Link]]) -> list[AnyChoice]:
    """Return the choices, where a text is repeated with its sender and recipient."""
    made: list[AnyChoice] = []
    for choice, link in linked:
        if 0 < link.repeats <= len(made):
            said = made[-link.repeats]
            made.append(
                choice._replace(body=said.body, sender=said.sender, recipient=said.recipient)
            )
        else:
            made.append(choice)
    return made


def _batches(linked: Sequence[tuple[ip1.Choice, _Link]]) -> list[list[ip1.Choice]]:
    """Return the messages of each request."""
    batches: list[list[ip1.Choice]] = []
    for choice, (_, link) in zip(_repeated(linked), linked, strict=True):
        if batches and link.joins:
            batches[-1].append(choice)
        else:
            batches.append([choice])
    return batches
