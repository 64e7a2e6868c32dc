"""What a machine was told: the receiver, the provider, and how the emulator behaves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from pytest_mohook.arguments import refuse_strategy
from pytest_mohook.harness.options import HarnessOptions
from pytest_mohook.stateful.under_test import UnderTest

__all__ = ["Plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One receiver at one provider. Raises InputError for what cannot be.

    `marker` holds words of `@pytest.mark.mohook(…)`; `scope` the globals of who asks.
    """

    receiver: UnderTest
    provider: str
    secret: str | None = None
    marker: Mapping[str, Any] = field(default_factory=dict)
    scope: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("provider", "secret", "marker"):
            refuse_strategy(name, getattr(self, name))
        if not isinstance(self.provider, str) or self.provider not in PROVIDERS:
            msg = f"provider {self.provider!r}: expected one of {', '.join(PROVIDERS)}"
            raise InputError(msg)
        if self.secret is not None and (
            self.provider != "intelepeer" or not isinstance(self.secret, str) or not self.secret
        ):
            msg = (
                f"secret = {self.secret!r}: expected a text that is not empty, and intelepeer; "
                "ip1 signs nothing"
            )
            raise InputError(msg)
        if not isinstance(self.marker, Mapping):
            msg = f"marker = {self.marker!r}: expected words of the marker, such as {{'seed': 7}}"
            raise InputError(msg)
        self._over(HarnessOptions())

    def options(self) -> HarnessOptions:
        """Return how the emulator behaves in the test that runs now, `marker` over it.

        Ini file, flags and marks hold as for the fixture; where no pytest runs, there are none.
        Raises SettingsError or InputError for what goes wrong with them.
        """
        # It is loaded where pytest runs a test.
        plugin = sys.modules.get("pytest_mohook.plugin")
        base: HarnessOptions | None = plugin.options_of_running_test() if plugin else None
        return self._over(base or HarnessOptions())

    def _over(self, base: HarnessOptions) -> HarnessOptions:
        options = base.with_words(self.marker, "marker: ")
        if (clock := options.settings.serve.clock) != "manual":
            msg = (
                f"clock = {clock!r}: expected manual, which a history moves; "
                "marker={'clock': 'manual'} goes over the ini file and the marks of the test"
            )
            raise InputError(msg)
        return options
