"""Which code is the app's: what its developer would call a line of their own."""

from __future__ import annotations

import json
import sysconfig
from pathlib import Path

import flask
import pytest

import mohook
from mohook.delivery.transports import own_code
from mohook.delivery.transports.own_code import is_the_apps


@pytest.mark.parametrize("file", [__file__, "app.py", "/srv/shop/app.py", "/srv/json/decoder.py"])
def test_files_of_a_project_are(file: str) -> None:
    """Wherever the project stands, and whatever a file is called."""
    assert is_the_apps(file)


@pytest.mark.parametrize(
    "file",
    [
        json.__file__,
        flask.__file__,
        mohook.__file__,
        f"{sysconfig.get_path('platlib')}/compiled.py",
        "/usr/lib/python3/dist-packages/six.py",
        "/home/anna/.local/lib/python3.11/site-packages/six.py",
        "<frozen importlib._bootstrap>",
        "<string>",
    ],
)
def test_files_of_others_are_not(file: str) -> None:
    """Python's, what is installed for one user or for all, mohook's, and what has no file."""
    assert not is_the_apps(file)


@pytest.mark.parametrize(
    ("origin", "own"),
    [
        ('{"url": "file:///srv/shop", "dir_info": {}}', True),
        ('{"url": "file:///srv/shop-1-py3-none-any.whl", "archive_info": {}}', True),
        ('{"url": "https://packages.test/shop-1.whl", "archive_info": {}}', False),
        ("[]", False),
        ("no JSON", False),
        (None, False),
    ],
)
def test_what_was_installed_from_this_machine_is(
    origin: str | None, own: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package and a module, as tox installs the project under test; by what pip noted."""
    packages = tmp_path / "site-packages"
    info = packages / "shop-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Name: shop\nVersion: 1\n")
    (info / "RECORD").write_text("shop/web/app.py,,\nshop_cli.py,,\n../bin/shop,,\n")
    if origin is not None:
        (info / "direct_url.json").write_text(origin)
    monkeypatch.syspath_prepend(str(packages))
    own_code._local_packages.cache_clear()
    try:
        assert is_the_apps(f"{packages}/shop/web/app.py") is own
        assert is_the_apps(f"{packages}/shop_cli.py") is own
        assert not is_the_apps(f"{packages}/shop_other/app.py")
        assert not is_the_apps(f"{tmp_path}/site-packages/six.py")
    finally:
        own_code._local_packages.cache_clear()
