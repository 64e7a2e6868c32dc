"""Receivers for benchmarks and load tests, each a process of its own so that it is no bottleneck.

Standard library only, and nginx where it is installed. Nothing here knows mohook.
"""

from tests.benchmarks.receivers.failing import FailingReceiver, failing_receiver
from tests.benchmarks.receivers.fast import (
    fast_receiver,
    late_receiver,
    nginx_receiver,
    raw_receiver,
)
from tests.benchmarks.receivers.hanging import HangingReceiver, hanging_receiver

__all__ = [
    "FailingReceiver",
    "HangingReceiver",
    "failing_receiver",
    "fast_receiver",
    "hanging_receiver",
    "late_receiver",
    "nginx_receiver",
    "raw_receiver",
]
