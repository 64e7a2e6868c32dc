"""What a Prometheus asks for at `/metrics`: deliveries, backlog, lag, requests.

prometheus-client is imported when the first one asks; its registry here is the app's own. All
counting is done where things happen, by the tallies: this reads them.
Source: Prometheus, Metric and label naming; OpenMetrics.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from flask import Blueprint, Flask, Response, current_app, request

from mohook import __version__
from mohook.delivery.message import State
from mohook.delivery.tally import BOUNDS, Distribution
from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.server.current import emulator
from mohook.server.in_time import InTime
from mohook.server.request_tally import RequestTally, request_tally

if TYPE_CHECKING:
    from prometheus_client import Metric

__all__ = ["METRICS", "MOST_DUE", "blueprint", "watch"]

METRICS = "/metrics"
MOST_DUE = 10_000
"""How many due messages are counted at most: a scrape must stay cheap when it matters."""
Labels = TypeVar("Labels", bound=tuple[str, ...])

blueprint = Blueprint("metrics", __name__)
_KEY = "mohook.backlog"


def watch(app: Flask, served: Emulator) -> None:
    """Let the app's metrics ask the store of its emulator."""
    app.extensions[_KEY] = InTime(lambda: list(_backlog(served)), served.store.where)


@blueprint.get(METRICS)
def metrics() -> Response:
    """Tell every metric, in the format that the Accept header prefers."""
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import choose_encoder

    registry = CollectorRegistry(auto_describe=False)
    backlog: InTime[list[Metric]] = current_app.extensions[_KEY]
    registry.register(_Collector(emulator(), backlog, request_tally()))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return Response(encode(registry), content_type=content_type)


class _Collector:
    """Reads an emulator and its server, once for each scrape."""

    def __init__(
        self, served: Emulator, backlog: InTime[list[Metric]], requests: RequestTally
    ) -> None:
        self._served = served
        self._backlog = backlog
        self._requests = requests

    def describe(self) -> Iterable[Metric]:
        """Return nothing: the registry is asked once and thrown away."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Give every metric; those that only the store knows are left out while it is away."""
        backlog: list[Metric] = []
        with suppress(StoreError):  # away just now: `mohook_healthy` and the health tell of it
            backlog += self._backlog()
        well = bool(backlog) and self._served.failure is None
        meaning = "1 where deliveries are made, 0 where something keeps them."
        yield _info("mohook_build_info", "Which mohook this is.", _build())
        yield _gauge("mohook_healthy", meaning, [], {(): int(well)})
        yield from self._deliveries()
        yield from backlog
        yield from self._http()

    def _deliveries(self) -> Iterator[Metric]:
        tally = self._served.engine.tally
        yield _counter(
            "mohook_attempts",
            "Attempts that have ended, by outcome: a status code or a named failure.",
            ["provider", "outcome"],
            tally.attempts,
        )
        yield _histogram(
            "mohook_attempt_duration_seconds",
            "Real time from the start of an attempt to the end of its answer.",
            ["provider"],
            {(provider,): seconds for provider, seconds in tally.seconds.items()},
        )
        for state, word, meaning in _ENDS:
            of_state = {(p,): n for (p, found), n in tally.ended.items() if found is state}
            yield _counter(f"mohook_messages_{word}", meaning, ["provider"], of_state)

    def _http(self) -> Iterator[Metric]:
        yield _counter(
            "mohook_http_requests",
            "Requests to the emulator itself, by route.",
            ["method", "route", "status"],
            self._requests.counts,
        )
        yield _histogram(
            "mohook_http_request_duration_seconds",
            "Time to the begin of an answer.",
            ["method", "route"],
            self._requests.seconds,
        )


_ENDS = (
    (State.DELIVERED, "delivered", "Messages that a receiver acknowledged."),
    (State.FAILED, "failed", "Messages that the provider gave up."),
)


def _build() -> dict[str, str]:
    return {"version": __version__, "python": platform.python_version()}


def _backlog(served: Emulator) -> Iterator[Metric]:
    served.catch_up()  # others may have written since
    received = served.store.figures().by_provider
    yield _counter(
        "mohook_messages_accepted",
        "Messages that were accepted since the last reset.",
        ["provider"],
        {(provider,): figures["received"] for provider, figures in received.items()},
    )
    waiting = {("pending",): served.store.pending(), ("held",): served.store.held()}
    yield _gauge(
        "mohook_backlog_messages",
        "Messages that wait: pending for an attempt, held for a webhook.",
        ["state"],
        waiting,
    )
    yield _gauge(
        "mohook_backlog_due_messages",
        "Messages whose next attempt is due and has not begun, the oldest by as much as the lag; "
        f"{MOST_DUE} where there are as many or more.",
        [],
        {(): served.store.due(served.clock.now(), MOST_DUE)},
    )
    yield _gauge(
        "mohook_undelivered_messages",
        "Messages that wait, pending or held, by provider.",
        ["provider"],
        {(provider,): _undelivered(figures) for provider, figures in received.items()},
    )
    yield _gauge(
        "mohook_deliveries_in_flight",
        "Requests to receivers that have not ended.",
        [],
        {(): served.engine.in_flight},
    )
    yield _gauge(
        "mohook_delivery_lag_seconds",
        "How late the oldest due message is, by the emulator's clock; 0 where none is.",
        [],
        {(): _lag(served)},
    )


def _undelivered(figures: Mapping[str, int]) -> int:
    return figures["received"] - figures["delivered"] - figures["failed"]


def _lag(served: Emulator) -> float:
    due = served.store.next_due()
    return 0.0 if due is None else max(0.0, (served.clock.now() - due).total_seconds())


def _counter(name: str, meaning: str, labels: list[str], values: Mapping[Labels, float]) -> Metric:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(name, meaning, labels=labels)
    for named, value in sorted(values.items()):
        family.add_metric(named, value)
    return family


def _gauge(name: str, meaning: str, labels: list[str], values: Mapping[Labels, float]) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, meaning, labels=labels)
    for named, value in sorted(values.items()):
        family.add_metric(named, value)
    return family


def _histogram(
    name: str, meaning: str, labels: list[str], values: Mapping[Labels, Distribution]
) -> Metric:
    from prometheus_client.core import HistogramMetricFamily

    family = HistogramMetricFamily(name, meaning, labels=labels)
    bounds = [*map(str, BOUNDS), "+Inf"]
    for named, seen in sorted(values.items()):
        buckets = list(zip(bounds, seen.cumulative(), strict=True))
        family.add_metric(named, buckets, seen.total)
    return family


def _info(name: str, meaning: str, told: Mapping[str, str]) -> Metric:
    return _gauge(name, meaning, list(told), {tuple(told.values()): 1})
