"""The retry decision: a pure function of attempt number, acknowledgement and instant."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.retry import Delivered, GivenUp, RetryAt, RetryPolicy
from mohook.errors import InputError
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from tests.store.made import MINUTE, NOON

GAPS = st.lists(st.timedeltas(timedelta(), timedelta(days=30)), min_size=1, max_size=6).map(tuple)
POLICIES = st.builds(RetryPolicy, GAPS, st.none() | st.integers(1, 30))


def starts(policy: RetryPolicy, most: int) -> list[timedelta]:
    """Return when the attempts begin, from the first on, at a receiver that never acknowledges."""
    at, begun = NOON, []
    for attempt in range(1, most + 1):
        begun.append(at - NOON)
        decision = policy.decide(attempt, acknowledged=False, now=at)
        if not isinstance(decision, RetryAt):
            return begun
        at = decision.at
    return begun


@given(POLICIES)
def test_there_are_never_more_attempts_than_the_policy_allows(policy: RetryPolicy) -> None:
    """A limit is reached exactly; without one the attempts go on."""
    made = len(starts(policy, 40))
    assert made == (policy.max_attempts or 40)


@given(POLICIES)
def test_gaps_follow_the_list_and_its_last_repeats(policy: RetryPolicy) -> None:
    """Gap n is the n-th of the list, and the last one for ever after."""
    begun = starts(policy, 12)
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    repeated = (*policy.spacing, *[policy.spacing[-1]] * 12)
    assert gaps == list(repeated[: len(gaps)])


@given(POLICIES, st.integers(1, 1000))
def test_an_acknowledgement_ends_it_at_any_attempt(policy: RetryPolicy, attempt: int) -> None:
    """Even the attempt after the last one that was allowed delivers."""
    assert policy.decide(attempt, acknowledged=True, now=NOON) == Delivered()


def test_intelepeer_makes_five_attempts_in_all() -> None:
    """The document's five count the first one: four retries, a minute apart."""
    policy = PROVIDERS["intelepeer"].retry_policy(Settings())
    assert starts(policy, 100) == [n * MINUTE for n in range(5)]
    assert policy.decide(5, acknowledged=False, now=NOON) == GivenUp()


def test_ip1_never_gives_up() -> None:
    """After a million failed attempts there is one more, ten minutes later."""
    policy = PROVIDERS["ip1"].retry_policy(Settings())
    assert policy.decide(1_000_000, acknowledged=False, now=NOON) == RetryAt(NOON + 10 * MINUTE)


@pytest.mark.parametrize(
    ("spacing", "most"),
    [((), None), ((-MINUTE,), None), ((MINUTE, -MINUTE), 5), ((MINUTE,), 0), ((MINUTE,), -1)],
)
def test_an_impossible_policy_is_refused(spacing: tuple[timedelta, ...], most: int | None) -> None:
    """No gaps, a negative gap, or fewer than one attempt: the error shows the value."""
    shown = spacing if most is None or most > 0 else most
    with pytest.raises(InputError) as caught:
        RetryPolicy(spacing, most)
    assert repr(shown) in str(caught.value)
