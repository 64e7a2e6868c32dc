"""What the portal costs: its first page, an event under load, a tab that stays open."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from threading import Event

import requests
from playwright.sync_api import CDPSession, Page

from tests.benchmarks.receivers import fast_receiver
from tests.benchmarks.table import Row
from tests.benchmarks.throughput import emulator
from tests.portal.chromium import Chromium

__all__ = ["portal"]

MESSAGES = 10_000
PAGES = 30
RATE = 2_000  # messages a second
MARKED = 20  # messages whose way to the page is timed
EVENTS = 50_000
PAGE_AIM_MS = 100.0
EVENT_AIM_MS = 200.0
GROWTH_AIM = 1.2

_SEEN = """
marker => new Promise(resolve => {
  const look = () => document.querySelector("[data-rows]").textContent.includes(marker);
  const done = () => resolve(Date.now());
  if (look()) return done();
  const observer = new MutationObserver(() => { if (look()) { observer.disconnect(); done(); } });
  observer.observe(document.body, { subtree: true, childList: true });
})
"""


def portal() -> Iterator[Row]:
    """Give what the server takes for a page, and what a browser that shows it takes."""
    with (
        fast_receiver() as url,
        emulator(url, keep=MESSAGES) as base,
        Chromium.running() as chromium,
    ):
        _post(base, [f"message {number}" for number in range(MESSAGES)])
        yield _first_page(base)
        with chromium.lent() as browser, browser.new_context(base_url=base) as context:
            yield _event_under_load(base, context.new_page())
            yield from _open_tab(base, context.new_page())


def _first_page(base: str) -> Row:
    """Time `GET /` with all the messages in the store; the connection is kept."""
    with requests.Session() as session:
        session.get(base).raise_for_status()
        took = median(_timed(session, base) for _ in range(PAGES))
    return Row(
        f"first page, {MESSAGES:,} messages kept: request to last byte (median of {PAGES})",
        f"{took:.1f} ms",
        f"under {PAGE_AIM_MS:.0f} ms",
        took < PAGE_AIM_MS,
    )


def _timed(session: requests.Session, base: str) -> float:
    began = time.perf_counter()
    assert len(session.get(base).content) > 10_000
    return (time.perf_counter() - began) * 1000


def _event_under_load(base: str, page: Page) -> Row:
    """Time from the answer to a message that was posted until the page shows its row."""
    page.goto("/?search=marked")
    with _load(base) as rate:
        took = []
        for number in range(MARKED):
            _post(base, [f"marked {number} here"])
            posted = time.time() * 1000
            took.append(page.evaluate(_SEEN, f"marked {number} here") - posted)
    return Row(
        f"a message reaches the page, {rate():,.0f} others a second beside it "
        f"(median and worst of {MARKED})",
        f"{median(took):.0f} / {max(took):.0f} ms",
        f"under {EVENT_AIM_MS:.0f} ms",
        median(took) < EVENT_AIM_MS,
    )


@contextmanager
def _load(base: str) -> Iterator[Callable[[], float]]:
    """Post messages all the while; give what tells how many a second it was."""
    ended, sent, began = Event(), [0], time.perf_counter()
    batch = RATE // 20

    def post() -> None:
        while not ended.is_set():
            due = began + sent[0] / RATE
            if ended.wait(max(0.0, due - time.perf_counter())):
                return
            _post(base, ["load"] * batch)
            sent[0] += batch

    with ThreadPoolExecutor(1) as pool:
        posting = pool.submit(post)
        try:
            yield lambda: sent[0] / (time.perf_counter() - began)
        finally:
            ended.set()
            posting.result()


def _open_tab(base: str, page: Page) -> Iterator[Row]:
    """Compare the memory of a tab after a few thousand events with that after many."""
    page.goto("/")
    tools = page.context.new_cdp_session(page)
    begin = _last(base)
    with _load(base):
        _until(base, page, begin + EVENTS // 10)
        early = _heap(tools)
        _until(base, page, begin + EVENTS)
        late = _heap(tools)
    yield Row(
        f"memory of a tab after {EVENTS // 10:,} and after {EVENTS:,} events",
        f"{early / 1e6:.1f} / {late / 1e6:.1f} MB",
        f"at most {GROWTH_AIM} times",
        late <= GROWTH_AIM * early,
    )
    nodes = page.evaluate("document.querySelectorAll('*').length")
    yield Row("elements in the page then", f"{nodes:,}", "under 2,000", nodes < 2_000)


def _until(base: str, page: Page, number: int) -> None:
    """Let the browser work until the journal holds an event of this number."""
    while _last(base) < number:
        page.wait_for_timeout(100)


def _last(base: str) -> int:
    last: int = requests.get(f"{base}/mohook/v1/events?limit=1", timeout=30).json()["last"]
    return last


def _heap(tools: CDPSession) -> float:
    tools.send("HeapProfiler.collectGarbage")
    metrics = tools.send("Runtime.getHeapUsage")
    return float(metrics["usedSize"])


def _post(base: str, texts: list[str]) -> None:
    lines = (
        json.dumps({"provider": "ip1", "from": "46700000001", "to": "456189040623", "body": text})
        for text in texts
    )
    answer = requests.post(
        f"{base}/mohook/v1/messages",
        data="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text
