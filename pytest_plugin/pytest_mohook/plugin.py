"""The pytest plugin: marker, options, fixtures. Loaded in every test run of its users.

So it imports pytest alone; what a fixture needs is imported when a test asks for it.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_mohook.harness.factory import MohookFactory
    from pytest_mohook.harness.handle import Mohook
    from pytest_mohook.harness.options import HarnessOptions
    from pytest_mohook.harness.receiver import MohookReceiver
    from pytest_mohook.harness.run import TestRun
    from pytest_mohook.harness.server import MohookServer

__all__ = [
    "mohook",
    "mohook_factory",
    "mohook_receiver",
    "mohook_server",
    "options_of_running_test",
    "pytest_addoption",
    "pytest_configure",
    "pytest_fixture_setup",
    "pytest_report_header",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_teardown",
]

_MARKER = (
    "mohook(*, seed=0, start='2026-01-01T12Z', clock='manual', must_settle=False, "
    "allow_host=[], headers=[], insecure=False, sms={}, "
    "ip1={}, intelepeer={}, delivery={}): how mohook behaves in this test; the tables are those "
    "of mohook.toml, such as ip1={'retry_interval': '30s'}."
)
_TEXT_OR_WHOLE = int | str if pytest.version_tuple >= (9, 2) else "string"
_INI = {
    "mohook_config": ("a mohook.toml whose switches hold in every test", "string", ""),
    "mohook_seed": ("what decides ids and order (default: 0)", _TEXT_OR_WHOLE, ""),
    "mohook_start": ("where the clock starts (default: 2026-01-01T12:00Z)", "string", ""),
    "mohook_clock": ("manual (default), real, or xN for N times as fast", "string", ""),
    "mohook_must_settle": (
        "fail a passing test that leaves messages undelivered (default: false)",
        "bool",
        False,
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the flags and the ini options."""
    group = parser.getgroup("mohook", "mohook: inbound SMS from ip1 and IntelePeer")
    group.addoption(
        "--mohook-seed",
        type=int,
        metavar="SEED",
        help="what decides ids and order; a failing test tells the one it had",
    )
    group.addoption(
        "--mohook-url",
        metavar="URL",
        help="run against an emulator that is already running, such as one started with "
        "`mohook serve --clock manual`; each test resets it",
    )
    for name, (text, kind, default) in _INI.items():
        parser.addini(name, f"mohook: {text}", type=kind, default=default)  # type: ignore[arg-type] # a literal


_BASE = pytest.StashKey["HarnessOptions"]()
_RUN = pytest.StashKey["TestRun"]()
_NODE = pytest.StashKey["pytest.Item | pytest.Collector"]()
_CONFIG: ContextVar[pytest.Config | None] = ContextVar("config", default=None)
"""Of the run whose test runs now: a state machine is a class, and no fixture reaches it."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and refuse at once what the flags and ini options get wrong."""
    config.addinivalue_line("markers", _MARKER)
    given = {name: value for name in _INI if (value := _ini(config, name)) not in ("", False)}
    if config.getoption("mohook_seed") is not None or given.keys() - {"mohook_must_settle"}:
        _base(config)
    if url := config.getoption("mohook_url"):
        _check_url(config, url)


def _ini(config: pytest.Config, name: str) -> object:
    try:
        value: object = config.getini(name)
    except (TypeError, ValueError, pytest.UsageError) as problem:
        raise pytest.UsageError(f"ini option {name}: {problem}") from None
    return value


def _base(config: pytest.Config) -> HarnessOptions:
    """Return what holds where a test says nothing; the import is paid where it is asked for."""
    if _BASE not in config.stash:
        from mohook.errors import MohookError
        from pytest_mohook.harness.options import options_of_run

        ini = {name.removeprefix("mohook_"): config.getini(name) for name in _INI}
        directory = config.inipath.parent if config.inipath else config.invocation_params.dir
        try:
            options = options_of_run(directory, ini, config.getoption("mohook_seed"))
        except MohookError as problem:
            raise pytest.UsageError(str(problem)) from None
        config.stash[_BASE] = options
    return config.stash[_BASE]


def _check_url(config: pytest.Config, url: str) -> None:
    from mohook.client import Client
    from mohook.errors import MohookError

    try:
        Client(url).close()
    except MohookError as problem:
        raise pytest.UsageError(f"--mohook-url: {problem}") from None
    if hasattr(config, "workerinput") or config.getoption("dist", "no") != "no":
        msg = "--mohook-url: several workers would reset one emulator for each other; use -n 0"
        raise pytest.UsageError(msg)
    if config.getoption("mohook_seed") is not None:
        msg = "--mohook-seed: a running emulator has its own; start it with `--seed` instead"
        raise pytest.UsageError(msg)


def _run(config: pytest.Config) -> TestRun:
    """Return what this run holds, made when it is first asked for."""
    if _RUN not in config.stash:
        from pytest_mohook.harness.run import TestRun

        url = config.getoption("mohook_url") or None
        config.stash[_RUN] = TestRun(_base(config), url=url, marks=lambda: _marks(config))
    return config.stash[_RUN]


def _marks(config: pytest.Config) -> list[tuple[tuple[object, ...], Mapping[str, object]]]:
    """Return what the marks say that hold now, the nearest one last."""
    node = config.stash.get(_NODE, None)
    marks = [] if node is None else list(node.iter_markers("mohook"))
    return [(mark.args, mark.kwargs) for mark in reversed(marks)]


def options_of_running_test() -> HarnessOptions | None:
    """Return what holds for an emulator in the test that runs now, or None where none runs.

    Skips it where `--mohook-url` names an emulator that shall serve instead.
    """
    if (config := _CONFIG.get()) is None:
        return None
    if config.getoption("mohook_url"):
        pytest.skip("a state machine has an emulator of its own in this process: no --mohook-url")
    return _run(config).options()


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what differs from an ordinary run."""
    seed, url = config.getoption("mohook_seed"), config.getoption("mohook_url")
    if url:
        from mohook.masking import masked_url

        return f"mohook: the emulator at {masked_url(url)}"
    return None if seed is None else f"mohook: seed {seed}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a state machine find what its test says."""
    before = _CONFIG.set(item.config)
    try:
        return (yield)
    finally:
        _CONFIG.reset(before)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin the story of a test without the handles of the one before."""
    if run := item.config.stash.get(_RUN, None):
        run.begin()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> None:
    """Let a fixture of a module see the marks of the module, not those of its first test."""
    request.config.stash[_NODE] = request.node


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test that passes and leaves messages undelivered, where that is asked for."""
    __tracebackhide__ = True  # no hook of ours stands in a user's traceback
    item.config.stash[_NODE] = item
    result = yield
    run = item.config.stash.get(_RUN, None)
    if run and (problem := run.unsettled()):
        __tracebackhide__ = False  # pytest complains where there is no line to show at all
        pytest.fail(problem, pytrace=False)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Tell that what ends from now on is a fixture."""
    if run := item.config.stash.get(_RUN, None):
        run.test_is_over = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in a failing test's report what was sent, what came of it, and the seed."""
    if call.excinfo and type(call.excinfo.value).__name__ == "FailedHealthCheck":
        from pytest_mohook.harness.failure import hint

        hint(call.excinfo.value)
    run = item.config.stash.get(_RUN, None)
    if run and call.excinfo and not item.config.getoption("fulltrace"):
        from pytest_mohook.harness.failure import show_at_the_call

        show_at_the_call(call.excinfo.value)
    report = yield
    if call.excinfo and report.failed:  # of a unittest.TestCase it is there from now on
        if run:
            from pytest_mohook.harness.failure import add_sections

            add_sections(report, run, str(call.excinfo.value))
        _add_replays(report, item, call.excinfo.value)
    return report


def _add_replays(report: pytest.TestReport, item: pytest.Item, problem: BaseException) -> None:
    """Add the programs of a state machine's failures, at the margin, to be copied from there."""
    # Who has one has imported it: nobody else pays for Hypothesis.
    if loaded := sys.modules.get("pytest_mohook.stateful.errors"):
        from pytest_mohook.stateful.marks import with_marks

        for program in loaded.programs(problem):
            replay = with_marks(program, item.iter_markers())
            report.sections.append(("mohook: test_replay.py", replay))


@pytest.fixture(scope="session")
def mohook_factory(pytestconfig: pytest.Config) -> MohookFactory:
    """Make fresh handles: `with mohook_factory.episode() as mohook`, once a Hypothesis example."""
    return _run(pytestconfig).factory


@pytest.fixture
def mohook(mohook_factory: MohookFactory) -> Iterator[Mohook]:
    """Two providers on the bench: `mohook.ip1`, `mohook.intelepeer`, a clock moved by hand."""
    from mohook.errors import MohookError

    with ExitStack() as stack:
        try:
            handle, wrong = stack.enter_context(mohook_factory.open()), ""
        except MohookError as problem:
            handle, wrong = None, str(problem)
        if handle is None:
            pytest.fail(wrong, pytrace=False)
        yield handle


@pytest.fixture
def mohook_server(mohook: Mohook) -> Iterator[MohookServer]:
    """Give the handle's HTTP face on a free port, for code that calls IntelePeer's API."""
    from pytest_mohook.harness.server import MohookServer

    with MohookServer(mohook) as server:
        yield server


@pytest.fixture
def mohook_receiver() -> Iterator[MohookReceiver]:
    """Give a receiver that answers as it is told and keeps what it gets."""
    from pytest_mohook.harness.receiver import MohookReceiver

    with MohookReceiver() as receiver:
        yield receiver
