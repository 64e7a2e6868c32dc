"""Every target, in the order in which they are told."""

from __future__ import annotations

from tests.fuzzing.target import Target
from tests.fuzzing.targets import api, harness, options, sms, wire

__all__ = ["TARGETS"]

TARGETS: list[Target] = [
    *api.TARGETS,
    *wire.TARGETS,
    *options.TARGETS,
    *sms.TARGETS,
    *harness.TARGETS,
]
