"""IntelePeer's documented Python examples run as they stand, but for the base URL and Python 3."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.providers.samples import sample

FOLDER = Path(__file__).parents[2] / "fixtures" / "intelepeer_example"


def run(example: str, url: str, **given: str) -> tuple[str, dict[str, Any]]:
    """Run an example; return its verdict and the body that it prints."""
    source = (FOLDER / example).read_text()
    for marker, value in given.items():
        assert f"'INSERT_{marker}" in source
        source = re.sub(rf"'INSERT_{marker}[^']*'", repr(value), source)
    source = source.replace("https://api.intelepeer.com", url)
    source = source.replace("from urllib import quote", "from urllib.parse import quote")
    source = source.replace("'Authorization':  {}'", "'Authorization':  '{}'")
    source = re.sub(r"^print u(.*)$", r"print(\1)", source, flags=re.MULTILINE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, example, "exec"), {})  # noqa: S102 - the document's own code
    verdict, _, body = printed.getvalue().partition(": ")
    return verdict, json.loads(body)


def test_the_documented_post_and_get_work(url: str) -> None:
    """The POST sets the webhook, and the GET, whose token stands without Bearer, tells it."""
    number, webhook = "+12161112222", "https://www.myserver.com/myapp"
    posted = run(
        "set_webhook.py.txt", url, AUTH_TOKEN="any", TELEPHONENUMBER=number, WEBHOOK_URL=webhook
    )
    assert posted == ("OK", sample("intelepeer-webhook-single"))
    told = run("get_webhook.py.txt", url, AUTH_TOKEN="any", TELEPHONENUMBER=number)
    assert told == ("OK", sample("intelepeer-webhook-get") | {"webhook": webhook})


@pytest.mark.parametrize("number", ["12161112222", "not a number"])
def test_the_documented_examples_see_a_refusal(url: str, number: str) -> None:
    """A number in the wrong form makes both examples print ERROR and the 400's body."""
    posted = run(
        "set_webhook.py.txt", url, AUTH_TOKEN="any", TELEPHONENUMBER=number, WEBHOOK_URL="http://a/"
    )
    told = run("get_webhook.py.txt", url, AUTH_TOKEN="any", TELEPHONENUMBER=number)
    for verdict, body in (posted, told):
        assert (verdict, body["code"]) == ("ERROR", 400)
