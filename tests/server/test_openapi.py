"""The OpenAPI document: valid, complete, and saying what the rules of the emulator are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from openapi_spec_validator import validate

from mohook.delivery.faults import STEP_PATTERN
from mohook.directory.webhook_url import PATTERN
from mohook.errors import InputError
from mohook.schemas import EXAMPLES, payload_schema
from mohook.server.openapi import document
from mohook.settings import IntelePeerSettings, Ip1Settings, Settings
from mohook.sms.addresses import ALPHANUMERIC_PATTERN, E164_PATTERN, short_code_pattern
from tests.providers.samples import as_text, sample
from tests.server.bench import Bench

BenchOf = Callable[..., Bench]

CALLS = {
    "/mohook/v1/health": {"get"},
    "/mohook/v1/messages": {"get", "post"},
    "/mohook/v1/messages/{id}": {"get"},
    "/mohook/v1/messages/{id}/resend": {"post"},
    "/mohook/v1/resend": {"post"},
    "/mohook/v1/events": {"get"},
    "/mohook/v1/clock": {"get", "put"},
    "/mohook/v1/clock/advance": {"post"},
    "/mohook/v1/ip1/accounts": {"get"},
    "/mohook/v1/ip1/accounts/{owner}": {"get", "put", "patch"},
    "/mohook/v1/intelepeer/customers": {"get"},
    "/mohook/v1/intelepeer/customers/{name}": {"get", "put", "patch"},
    "/mohook/v1/intelepeer/numbers": {"get"},
    "/mohook/v1/intelepeer/numbers/{number}": {"get", "put", "patch", "delete"},
    "/mohook/v1/intelepeer/numbers/{number}/webhook": {"delete"},
    "/mohook/v1/intelepeer/cpaas": {"get"},
    "/mohook/v1/intelepeer/webhook": {"get", "put"},
    "/mohook/v1/faults": {"get", "post", "delete"},
    "/mohook/v1/faults/{id}": {"delete"},
    "/mohook/v1/reset": {"post"},
    "/mohook/v1/snapshot": {"get", "put"},
    "/mohook/v1/reports/sms": {"get"},
    "/mohook/v1/reports/mdr": {"get"},
    "/mohook/v1/assumptions": {"get"},
    "/mohook/v1/openapi.json": {"get"},
    "/_rest/v4/my/did/sms/webhook": {"get", "post"},
    "/_rest/v4/authenticate": {"post"},
    "/_rest/v4/app/sms/authenticate/get_portal_auth_token": {"post"},
    "/_rest/v4/my/did/sms/provision": {"post"},
    "/_rest/v4/app/sms/mdr": {"get"},
}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return document()


def operations(told: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, each)
        for path in told["paths"]
        for method, each in told["paths"][path].items()
    ]


def test_the_document_is_valid_openapi_3_1(told: dict[str, Any]) -> None:
    """An independent validator finds no fault with it."""
    assert told["openapi"] == "3.1.0"
    validate(told)


def test_every_call_of_the_contract_is_in_it(told: dict[str, Any]) -> None:
    """Each path and method of the public contract, and no other."""
    assert {path: set(told["paths"][path]) for path in told["paths"]} == CALLS


def test_every_operation_tells_how_it_refuses(told: dict[str, Any]) -> None:
    """Problem details on every operation of ours; on IntelePeer's, its own form and no 422."""
    for path, _, operation in operations(told):
        refused = {status: each for status, each in operation["responses"].items() if status >= "4"}
        ours = path.startswith("/mohook/")
        content_type = "application/problem+json" if ours else "application/json"
        assert {"403", "421"} <= set(refused)
        assert ("422" in refused) is ours
        assert all(set(each["content"]) == {content_type} for each in refused.values())


def test_operations_have_names_of_their_own(told: dict[str, Any]) -> None:
    """OperationIds are unique, short, and every operation has a summary and one tag."""
    every = [operation for _, _, operation in operations(told)]
    ids = [operation["operationId"] for operation in every]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch("[a-z_]+", each) for each in ids)
    assert all(operation["summary"] and len(operation["tags"]) == 1 for operation in every)


def test_intelepeers_calls_need_a_token(told: dict[str, Any]) -> None:
    """The security scheme stands on all of its calls but those that give a token."""
    secured = {path for path, _, operation in operations(told) if "security" in operation}
    assert secured == {path for path in CALLS if path.startswith("/_rest/") and "auth" not in path}


@pytest.mark.parametrize(
    ("provider", "name"), [("ip1", "ip1-callback"), ("intelepeer", "intelepeer-inbound")]
)
def test_both_payloads_are_webhooks_with_the_documented_example(
    told: dict[str, Any], provider: str, name: str
) -> None:
    """`webhooks` holds each payload, with the document's example, which fits its schema."""
    posted = told["webhooks"][provider]["post"]["requestBody"]["content"]["application/json"]
    assert as_text(posted["examples"]["documented"]["value"]) == as_text(sample(name))
    assert as_text(EXAMPLES[provider]) == as_text(sample(name))
    jsonschema.Draft202012Validator(payload_schema(provider)).validate(sample(name))


@pytest.mark.parametrize(
    ("provider", "change"),
    [
        ("ip1", {"id": "5C613848879973045CF39AC4"}),
        ("ip1", {"direction": "mt"}),
        ("ip1", {"sender": "+46712345678"}),
        ("ip1", {"segments": 256}),
        ("ip1", {"datacoding": "gsm"}),
        ("ip1", {"priority": 0}),
        ("ip1", {"statuses": []}),
        ("ip1", {"modified": "2018-10-23T17:43:19.5Z"}),
        ("ip1", {"mcc": 431}),
        ("intelepeer", {"refid": "ABC"}),
        ("intelepeer", {"from": "7708675309"}),
        ("intelepeer", {"to": "1-12"}),
        ("intelepeer", {"message": None}),
    ],
)
def test_payload_schemas_are_precise(provider: str, change: dict[str, Any]) -> None:
    """A payload that the provider would not send does not fit; one with more fields does."""
    validator = jsonschema.Draft202012Validator(payload_schema(provider))
    assert not validator.is_valid(EXAMPLES[provider] | change)
    assert validator.is_valid(EXAMPLES[provider] | {"reference": "new"})


@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_what_is_posted_fits_its_schema(bench_of: BenchOf, provider: str) -> None:
    """Every payload that the emulator makes fits, switches included."""
    switches = {
        "ip1": Ip1Settings(missing_operator="null", alphanumeric_senders=True),
        "intelepeer": IntelePeerSettings(refid="sm"),
    }
    for tables in ({}, switches):
        bench = bench_of(**tables)
        validator = jsonschema.Draft202012Validator(
            payload_schema(provider, bench.emulator.settings)
        )
        for body in ("", "hello", "ç" * 200, "😀"):
            bench.send(provider, body=body)
        if tables and provider == "ip1":
            bench.send("ip1", **{"from": "MyCompany"})
        for each in bench.get("/messages").json["messages"]:
            validator.validate(each["payload"])


def test_a_provider_that_is_none_has_no_schema() -> None:
    """The error names the word and those that exist."""
    with pytest.raises(InputError, match=r"'sms77'.*ip1, intelepeer"):
        payload_schema("sms77")


def test_patterns_are_those_that_are_enforced(told: dict[str, Any]) -> None:
    """The patterns in the document are the ones that the emulator judges by."""
    text = json.dumps(told)
    for pattern in (STEP_PATTERN, PATTERN, E164_PATTERN, short_code_pattern()):
        assert json.dumps(pattern) in text


def test_switches_change_the_document(bench_of: BenchOf) -> None:
    """A running emulator describes what it takes, under its own settings."""
    bench = bench_of(
        ip1=Ip1Settings(alphanumeric_senders=True),
        intelepeer=IntelePeerSettings(
            short_code_length=(5, 6), empty_endpoints="207", duplicate_endpoints="400",
            empty_webhook="unset",
        ),
    )  # fmt: skip
    schemas = bench.get("/openapi.json").json["components"]["schemas"]
    text = json.dumps(schemas["SendBody"]) + json.dumps(schemas["Endpoint"])
    assert json.dumps(ALPHANUMERIC_PATTERN) in text
    assert json.dumps(short_code_pattern((5, 6))) in text
    endpoints = schemas["WebhookRequest"]["properties"]["endpoints"]
    assert (endpoints["minItems"], endpoints["uniqueItems"]) == (0, True)
    assert "anyOf" in schemas["WebhookRequest"]["properties"]["webhook"]


def test_the_running_document_is_the_printed_one(bench: Bench, told: dict[str, Any]) -> None:
    """GET brings what `document` makes for the same settings."""
    assert bench.get("/openapi.json").json == told
    assert told == document(Settings())


def test_nothing_refers_to_what_is_not_there(told: dict[str, Any]) -> None:
    """Every reference is to a component that exists, and every component is referred to."""
    text = json.dumps(told)
    asked = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert asked == set(told["components"]["schemas"])
