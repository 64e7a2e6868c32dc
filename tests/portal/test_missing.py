"""Where a browser or axe-core is missing, a test skips and says what to install; in CI it fails."""

from __future__ import annotations

import hashlib
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.portal import axe
from tests.portal.chromium import Chromium
from tests.portal.missing import missing

Ending = type[BaseException]


@pytest.fixture(params=["skip", "fail"])
def ending(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Ending:
    """Give how a test ends here and in CI, for want of something."""
    if request.param == "skip":
        monkeypatch.delenv("CI", raising=False)
        return pytest.skip.Exception
    monkeypatch.setenv("CI", "true")
    return pytest.fail.Exception


def test_what_is_missing_ends_a_test(ending: Ending) -> None:
    """A skip, and in CI a failure, for the reason given."""
    with pytest.raises(ending, match="needs a moon"):
        missing("needs a moon")


def test_without_a_browser(ending: Ending, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which browsers would do, and how to get one."""
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ending, match=r"chromium, .*`apt-get install chromium`"):
        Chromium.running().__enter__()


def test_without_npm(ending: Ending, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what npm is needed for."""
    monkeypatch.setattr(axe, "npm", lambda: None)
    with pytest.raises(ending, match=r"axe-core, and npm"):
        axe.axe_script(tmp_path)


def test_npm_that_fails(ending: Ending, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What npm said is told, and nothing is kept."""
    monkeypatch.setattr(axe, "npm", lambda: ["sh", "-c", "echo no registry >&2; exit 1"])
    with pytest.raises(ending, match=r"npm cannot fetch axe-core@[\d.]+: no registry"):
        axe.axe_script(tmp_path)
    assert list(tmp_path.glob("*.js")) == []


def _npm_that_packs(folder: Path, source: bytes) -> tuple[list[str], str]:
    """Return an npm that packs `source` as axe-core, and the archive's SHA-512."""
    archive = folder / "made.tgz"
    with tarfile.open(archive, "w:gz") as made:
        entry = tarfile.TarInfo("package/axe.min.js")
        entry.size = len(source)
        made.addfile(entry, BytesIO(source))
    digest = hashlib.sha512(archive.read_bytes()).hexdigest()
    return ["sh", "-c", f"cp {archive} . && echo packed >> {folder}/log"], digest


def test_axe_core_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second to ask gets what the first has put there."""
    command, digest = _npm_that_packs(tmp_path, b"axe = 1")
    monkeypatch.setattr(axe, "npm", lambda: command)
    monkeypatch.setattr(axe, "SHA512", digest)
    assert [axe.axe_script(tmp_path / "kept") for _ in range(2)] == ["axe = 1"] * 2
    assert (tmp_path / "log").read_text() == "packed\n"


def test_another_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not the archive that is pinned is not kept."""
    command, digest = _npm_that_packs(tmp_path, b"axe = 2")
    monkeypatch.setattr(axe, "npm", lambda: command)
    with pytest.raises(AssertionError, match=f"got {digest}"):
        axe.axe_script(tmp_path / "kept")
    assert list((tmp_path / "kept").glob("*.js")) == []
