"""Growth is judged by the largest ratio between two costs, whichever of them is the larger."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import rows


@pytest.mark.parametrize(
    ("small", "large", "reached"),
    [
        pytest.param([70e-6, 500e-6, 60e-6], [80e-6], True, id="a pause among small ones"),
        pytest.param([70e-6], [92e-6], False, id="large ones cost more"),
        pytest.param([92e-6], [70e-6], False, id="small ones cost more"),
    ],
)
def test_growth_is_judged_by_medians(small: list[float], large: list[float], reached: bool) -> None:
    """One pause decides nothing; a ratio above 1.3 is a miss."""
    *costs, judged = rows("x", {1_000: small, 1_000_000: large})
    assert [cost.seen for cost in costs if cost.seen.startswith("70 µs, 1.00")]
    assert judged.reached is reached
