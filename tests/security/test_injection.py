"""What a message or a caller says never becomes a header, a line or a request of its own."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from mohook.errors import InputError
from mohook.settings import CustomerSettings, IntelePeerSettings, Ip1Settings
from tests._receivers import scripted
from tests.security.asking import API, Answer, asked
from tests.security.conftest import Serve

JSON = {"Content-Type": "application/json"}
BREAKS = ["\r\nX-Evil: 1", "\nX-Evil: 1", "\r\n\r\nPOST /evil HTTP/1.1\r\n\r\n", "\u2028X-Evil: 1",
          "\x00X-Evil: 1", "\x0b\x0cX-Evil: 1", "%0d%0aX-Evil:%201"]  # fmt: skip
OWN = {"host", "user-agent", "accept", "content-type", "content-length"}
NUMBERS = {"ip1": ("46712345678", "456189040623"), "intelepeer": ("+17708675309", "+12161112222")}


def sent(url: str, provider: str, **more: Any) -> Answer:
    sender, recipient = NUMBERS[provider]
    message = {"provider": provider, "from": sender, "to": recipient, "body": "x"} | more
    body = json.dumps(message).encode()
    return asked(url, f"{API}/messages", "POST", headers=JSON, body=body)


@pytest.mark.parametrize("provider", NUMBERS)
@pytest.mark.parametrize("text", BREAKS, ids=repr)
def test_a_field_of_a_message_is_no_header_of_its_delivery(
    serve: Serve, provider: str, text: str
) -> None:
    """In any field, and as one: the receiver gets one request, with the headers it always gets."""
    with scripted() as receiver:
        url = serve(
            ip1=Ip1Settings(callback_url=receiver.url),
            intelepeer=IntelePeerSettings(webhook=receiver.url, secret=f"s{text}"),
        ).url
        fields = {"id": text, "refid": text, "code": text, f"X-Evil: 1{text}": text, "mcc": text}
        answer = sent(url, provider, body=f"a{text}", fields=fields)
        assert answer.status == 201, answer.body
        [request] = receiver.wait_for(1)
    names = {line.split(b":")[0].decode().lower() for line in request.head.split(b"\r\n")[1:-2]}
    assert names == OWN
    assert request.head.count(b"\r\n\r\n") == 1
    assert len(receiver.requests) == 1
    assert json.loads(request.body)


@pytest.mark.parametrize("provider", NUMBERS)
@pytest.mark.parametrize("text", BREAKS, ids=repr)
def test_a_number_with_more_in_it_is_none(url: str, provider: str, text: str) -> None:
    """Sender and recipient are numbers, or the message is refused."""
    for field in ("from", "to"):
        number = NUMBERS[provider][field == "to"]
        assert sent(url, provider, **{field: number + text}).status == 422


WHERE = ["http://a/{}", "http://{}/", "http://u:{}@a/", "http://a/?{}", "{}"]
ENCODED = ["%0d%0aX-Evil:%201", "%0aX-Evil:%201", "%e2%80%a8X-Evil:1", "%00"]


@pytest.mark.parametrize("text", BREAKS[:-1], ids=repr)
@pytest.mark.parametrize(
    "where", ["http://a/{}", "http://{}/", "http://u:{}@a/", "http://a/?{}", "{}"]
)
def test_a_webhook_with_a_line_break_is_refused(url: str, where: str, text: str) -> None:
    """By the control API and by IntelePeer's: it could never be posted to as it stands."""
    webhook = where.format(text)
    body = json.dumps({"callback_url": webhook, "numbers": []}).encode()
    put = asked(url, f"{API}/ip1/accounts/ip1-10001", "PUT", headers=JSON, body=body)
    assert put.status == 422
    body = json.dumps({"endpoints": ["+12161112222"], "webhook": webhook}).encode()
    told = JSON | {"Authorization": "Bearer any"}
    assert asked(url, "/_rest/v4/my/did/sms/webhook", "POST", headers=told, body=body).status == 400


@pytest.mark.parametrize(
    "text", ["%0d%0aX-Evil:%201", "%0aX-Evil:%201", "%e2%80%a8X-Evil:1", "%00"]
)
@pytest.mark.parametrize(
    "path",
    ["/{}", f"{API}/messages/{{}}", f"{API}/faults/{{}}", "/messages/{}", "/assets/{}",
     f"{API}/messages?after={{}}", f"{API}/reports/mdr?format={{}}", "/?search={}",
     "/_rest/{}", f"{API}/events?after={{}}"],
)  # fmt: skip
def test_a_path_is_no_header_of_its_answer(url: str, path: str, text: str) -> None:
    """Whatever is asked for comes back as text of a body, if at all."""
    answer = asked(url, path.format(text))
    assert "x-evil" not in answer.headers
    assert answer.status in (200, 404, 405, 422)


def test_a_reflected_header_is_no_header(url: str) -> None:
    """A Host that is quoted in its refusal is text there."""
    answer = asked(url, "/", headers={"Host": "evil.example\tX-Evil: 1"})
    assert answer.status in (400, 421)
    assert "x-evil" not in answer.headers


FORMULAS = ["=1+1", "@SUM(A1)", "+12161112222", "-2+3", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", [*FORMULAS, 'a","b', "a\r\nb", "a\nb"], ids=repr)
def test_a_record_is_one_record_of_csv(serve: Serve, text: str) -> None:
    """Quotes and line breaks in a text stay within their field."""
    url = serve(intelepeer=IntelePeerSettings(mdr_text=True)).url
    assert sent(url, "intelepeer", body=text).status == 201
    told = asked(url, f"{API}/reports/mdr?format=csv")
    header, record = csv.reader(io.StringIO(told.body.decode(), newline=""))
    assert dict(zip(header, record, strict=True))["message"].lstrip("'") == text


@pytest.mark.parametrize("name", ["a\r\nX-Evil: 1", "a%0d%0a", "ä", "\u2028"])
def test_a_customers_name_is_a_word(serve: Serve, name: str) -> None:
    """A name that could be read as anything else is refused before it is shown anywhere."""
    customers = {name: CustomerSettings(token="sesame-sesame")}
    with pytest.raises(InputError, match="is no customer name"):
        serve(intelepeer=IntelePeerSettings(customers=customers))
