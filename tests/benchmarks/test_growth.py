"""Growth is judged by the largest ratio between two costs, whichever of them is the larger."""

from __future__ import annotations

import pytest

from tests.benchmarks.growth import Cost, rows


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
    *each, judged = rows(
        "x",
        {
            1_000: [Cost(seconds, 50e-6) for seconds in small],
            1_000_000: [Cost(seconds, 50e-6) for seconds in large],
        },
    )
    assert [row.seen for row in each if row.seen == "70 µs, 1.00 of the least; 50 µs of work"]
    assert judged.reached is reached
