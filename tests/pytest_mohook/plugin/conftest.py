"""Whole runs of pytest, as a user of the plugin has them."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

# Loaded here, they stay loaded: each run in this process forgets what it has imported itself.
import mohook.server.app  # noqa: F401
import pytest_mohook.harness.aio
import pytest_mohook.harness.failure
import pytest_mohook.harness.remote.bench
import pytest_mohook.plugin

Run = Callable[..., pytest.RunResult]

CONFTEST = '''
    """A receiver that answers as its `status` says."""

    import pytest

    class Receiver:
        status = "200 OK"

        def __call__(self, environ, start_response):
            start_response(self.status, [])
            return []

    @pytest.fixture
    def app():
        return Receiver()

    @pytest.fixture(scope="session")
    def lasting():
        return Receiver()

    @pytest.fixture
    def failing(app):
        app.status = "500 Oops"
        return app
'''


@pytest.fixture(autouse=True)
def nobody_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what makes pytest print more, and Hypothesis draw otherwise, where CI runs this."""
    for name in ("CI", "BUILD_NUMBER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest on a test file, in this process, with this plugin and those that are given."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(dedent(CONFTEST))

    def run(source: str, *arguments: str, plugins: tuple[object, ...] = ()) -> pytest.RunResult:
        pytester.makepyfile(test_it=dedent(source))
        return pytester.runpytest_inprocess(*arguments, plugins=[pytest_mohook.plugin, *plugins])

    return run


@pytest.fixture
def run_outside(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run pytest on a test file in a process of its own, with this plugin alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest(dedent(CONFTEST))

    def run(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(test_it=dedent(source))
        return pytester.runpytest_subprocess("-p", "mohook", *arguments)

    return run
