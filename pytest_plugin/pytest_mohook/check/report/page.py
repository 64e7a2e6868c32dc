"""A verdict as one page of HTML: no script, nothing from elsewhere, every text escaped."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from mohook.samples import PROVIDER_TITLES
from pytest_mohook.check.verdict import Verdict

__all__ = ["html_page"]


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("pytest_mohook.check.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("verdict.html")


def html_page(verdict: Verdict) -> bytes:
    """Return the page, in UTF-8; half a character, which no encoding has, shows as ?."""
    title = PROVIDER_TITLES[verdict.provider]
    return _template().render(verdict=verdict, provider=title).encode("utf-8", "replace")
