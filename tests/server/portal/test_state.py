"""Everything at once: what a reset forgets, the settings in force, the addresses."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from mohook import __version__
from mohook.options.keys import KEYS
from mohook.settings import IntelePeerSettings, ServeSettings
from tests.server.bench import Bench

BenchOf = Callable[..., Bench]


def page(bench: Bench) -> str:
    answer = bench.client.get("/state")
    assert answer.status_code == 200
    return str(answer.text)


def told(markup: str) -> str:
    """Return the text of markup, its white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def test_what_a_reset_forgets_is_counted(bench: Bench) -> None:
    """Messages, attempts, fault scripts, as they stand."""
    bench.send()
    bench.post("/faults", {"steps": ["500"]})
    assert "Messages received 1 Attempts made 0" in told(page(bench))
    assert "Fault scripts 1" in told(page(bench))
    bench.post("/reset")
    assert "Messages received 0" in told(page(bench))


def test_the_seed_and_the_version_are_told(bench_of: BenchOf) -> None:
    """Whether the seed was drawn or named too."""
    named = bench_of(serve=ServeSettings(clock="manual", seed=4711))
    assert f"mohook {__version__} Seed 4711 named in the settings" in told(page(named))
    drawn = bench_of()
    assert f"Seed {drawn.emulator.seed} drawn" in told(page(drawn))


def test_a_snapshot_is_a_link_that_names_its_file(bench: Bench) -> None:
    """With the day of the clock, and a warning beside it."""
    text = page(bench)
    day = bench.emulator.clock.now().date()
    link = f'href="/mohook/v1/snapshot" download="mohook-snapshot-{day}.json"'
    assert link in text
    assert "It holds tokens, passwords, shared codes" in told(text)


def test_the_settings_in_force_are_told_without_secrets(bench_of: BenchOf) -> None:
    """Every key of the emulator's own, what is changed marked, nothing secret."""
    bench = bench_of(intelepeer=IntelePeerSettings(secret="hush", bearer_only=True))
    text = page(bench)
    keys = re.findall(r'<th scope="row" class="mono">(\w+)</th>', text)
    own = [name for name in KEYS if not name.startswith("check.")]
    assert sorted(keys) == sorted(name.rpartition(".")[2] for name in own)
    assert "hush" not in text
    assert "bearer_only true by default false" in told(text)


def test_every_address_is_this_emulators_and_answers(bench: Bench) -> None:
    """Links lead to what there is."""
    text = page(bench)
    links = set(re.findall(r'<a class="mono" href="([^"]+)">http://localhost', text))
    assert "/mohook/v1/openapi.json" in links
    assert {bench.client.get(each).status_code for each in links} == {200}
    assert "http://localhost/_rest/v4" in text
