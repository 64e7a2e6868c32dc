"""What the API takes: bodies, query values and headers, good and bad."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.errors import ConflictError, InputError, UnauthorizedError
from mohook.providers.intelepeer.answers import refusal
from mohook.providers.intelepeer.requests import (
    credentials_request,
    provision_request,
    split_endpoints,
    webhook_request,
)
from mohook.providers.intelepeer.tokens import token_in
from tests.providers.samples import sample

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["endpoints", "webhook", "username", "x"]), inner)
    ),
    max_leaves=6,
)


def test_documented_request_is_read() -> None:
    """The sample's two fields come out as they are."""
    documented = sample("intelepeer-webhook-request")
    request = webhook_request(documented)
    assert list(request.endpoints) == documented["endpoints"]
    assert request.webhook == documented["webhook"]


def test_undocumented_fields_are_passed_over() -> None:
    """A field that nobody documents is no error."""
    assert webhook_request({"endpoints": [], "webhook": "", "x": 1}) == ((), "")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "body is null"),
        ([], "body is a list"),
        ("x", "body is a string"),
        ({}, "'endpoints' is missing"),
        ({"endpoints": ["+1"]}, "'webhook' is missing"),
        ({"endpoints": "+1", "webhook": "x"}, "'endpoints' is a string"),
        ({"endpoints": None, "webhook": "x"}, "'endpoints' is null"),
        ({"endpoints": ["+1", 5], "webhook": "x"}, "'endpoints' holds 5"),
        ({"endpoints": ["+1"], "webhook": None}, "'webhook' is null"),
        ({"endpoints": ["+1"], "webhook": True}, "'webhook' is a boolean"),
        ({"endpoints": ["+1"], "webhook": 1.5}, "'webhook' is a number"),
        ({"endpoints": ["+1"], "webhook": {}}, "'webhook' is an object"),
    ],
)
def test_malformed_webhook_body_is_refused(body: object, words: str) -> None:
    """A missing field and a wrong type are told by name, as a 400."""
    with pytest.raises(InputError, match=words) as caught:
        webhook_request(body)
    status, answer = refusal(caught.value, "code")
    assert (status, answer) == (400, {"code": 400, "error": str(caught.value)})


@given(body=JSON)
def test_any_json_is_read_or_refused(body: Any) -> None:
    """No JSON value makes the reading of a request fall over."""
    for read in (webhook_request, provision_request, credentials_request):
        with suppress(InputError):
            assert isinstance(read(body), tuple)


def test_credentials_are_read_and_never_shown() -> None:
    """A password of the wrong type is refused without being repeated."""
    assert credentials_request({"username": "joe", "password": "pw"}) == ("joe", "pw")
    with pytest.raises(InputError, match="'password' is a number") as caught:
        credentials_request({"username": "joe", "password": 4711})
    assert "4711" not in str(caught.value)


def test_provisioning_body_is_read() -> None:
    """The endpoints come out, however many."""
    assert provision_request({"endpoints": ["+12161112222"]}) == ("+12161112222",)


def test_endpoints_of_a_get_repeat_or_are_parted_by_commas() -> None:
    """The switch `get_endpoints` decides what a comma means."""
    values = ["+1216,1-1234", "+1217"]
    assert split_endpoints(values, "repeated") == values
    assert split_endpoints(values, "comma") == ["+1216", "1-1234", "+1217"]
    assert split_endpoints([], "comma") == []


def test_conflict_is_a_409() -> None:
    """What the state does not allow is told with its own status."""
    assert refusal(ConflictError("no"), "code") == (409, {"code": 409, "error": "no"})


@given(header=st.none() | st.text(), bearer_only=st.booleans())
def test_any_header_holds_a_token_or_is_refused(header: str | None, bearer_only: bool) -> None:
    """No header makes the reading fall over; a token is never empty and stands in the header."""
    try:
        token = token_in(header, bearer_only=bearer_only)
    except UnauthorizedError:
        return
    assert token
    assert token in (header or "")
