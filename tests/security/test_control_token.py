"""Where others reach the emulator, they must show a token; where one is set, everybody must."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from mohook.client import Client
from mohook.emulator import Emulator
from mohook.errors import SettingsError, UnauthorizedError
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.settings import ServeSettings, Settings
from mohook.submission import Submission
from tests.cli.shell import Shell
from tests.security.asking import API, asked
from tests.security.conftest import Serve

TOKEN = "a-token-of-some-length"
GUARDED = ServeSettings(clock="manual", control_token=TOKEN)
EVERY_ADDRESS = ["0.0.0.0", "::", ""]
SMS = Submission("ip1", "46712345678", "456189040623", "hello")


def basic(name: str, password: str) -> dict[str, str]:
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


WRONG: list[Mapping[str, str]] = [
    {}, bearer(""), bearer("wrong"), bearer(TOKEN[:-1]), bearer(TOKEN + "x"), bearer(TOKEN.upper()),
    basic("mohook", ""), basic("mohook", "wrong"), basic("", ""), basic(TOKEN, "wrong"),
    {"Authorization": TOKEN}, {"Authorization": "Basic !"}, {"Authorization": "Basic /w=="},
    {"Authorization": f"Digest {TOKEN}"}, {"Authorization": "Bearer \xff"}, {"Cookie": TOKEN},
]  # fmt: skip
RIGHT = [bearer(TOKEN), basic("", TOKEN), basic("mohook", TOKEN), basic(TOKEN, "")]


@pytest.mark.parametrize("host", EVERY_ADDRESS)
def test_other_machines_are_let_in_with_a_token_alone(host: str) -> None:
    """Binding to more than this machine without one is refused, with the flag and a way out."""
    app = create_app(Emulator(Settings(serve=ServeSettings(host=host))))
    with pytest.raises(SettingsError, match=r"--host .*--control-token.*--host 127\.0\.0\.1"):
        HttpServer(app, host, 0)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_this_machine_alone_needs_none(host: str) -> None:
    """By address and by name."""
    with HttpServer(create_app(Emulator(Settings(serve=ServeSettings(host=host)))), host, 0):
        pass


@pytest.mark.slow
def test_serve_ends_with_2_where_others_would_get_in(tmp_path: Path) -> None:
    """Before anything listens, and in one line."""
    with Shell("serve", "--host", "0.0.0.0", "--port", "0", cwd=tmp_path) as shell:
        ended = shell.end()
    assert (ended.code, ended.out) == (2, "")
    assert "--control-token" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("headers", WRONG, ids=repr)
def test_without_the_token_nothing_is_told_or_changed(
    serve: Serve, headers: Mapping[str, str]
) -> None:
    """A wrong one, half of one, one in the wrong place: 401 on every path of ours."""
    url = serve(serve=GUARDED).url
    for path in (
        "/",
        f"{API}/messages",
        f"{API}/snapshot",
        "/metrics",
        f"{API}/nothing",
        "/assets/css/base.css",
    ):
        answer = asked(url, path, headers=headers)
        assert answer.status == 401, path
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert TOKEN.encode() not in answer.raw
    assert asked(url, f"{API}/reset", "POST", headers=headers).status == 401


@pytest.mark.parametrize("headers", RIGHT, ids=repr)
def test_with_the_token_all_is_as_without_one(serve: Serve, headers: Mapping[str, str]) -> None:
    """As a bearer, or as the password that a browser asks for."""
    url = serve(serve=GUARDED).url
    assert asked(url, f"{API}/messages", headers=headers).status == 200
    assert asked(url, "/", headers=headers).status == 200
    assert asked(url, f"{API}/reset", "POST", headers=headers).status == 204


def test_health_and_the_providers_paths_need_none(serve: Serve) -> None:
    """A container is asked whether it is up; IntelePeer's API has tokens of its own."""
    url = serve(serve=GUARDED).url
    assert asked(url, f"{API}/health").status == 200
    body = json.dumps({"username": "ann", "password": "secret"}).encode()
    kind = {"Content-Type": "application/json"}
    answer = asked(url, "/_rest/v4/authenticate", "POST", headers=kind, body=body)
    assert answer.status == 200
    for path in (f"{API}/health/", f"{API}//health", "/_rest/../mohook/v1/messages", "/%5frest/"):
        assert asked(url, path).status in (401, 404), path


def test_a_token_is_no_leave_for_a_page_from_elsewhere(serve: Serve) -> None:
    """A browser sends the password along for any page: Host and Origin still count."""
    url = serve(serve=GUARDED).url
    headers = basic("", TOKEN) | {"Origin": "https://evil.example"}
    assert asked(url, f"{API}/reset", "POST", headers=headers).status == 403
    rebound = basic("", TOKEN) | {"Host": "evil.example"}
    assert asked(url, f"{API}/messages", headers=rebound).status == 421


def test_the_client_shows_it(serve: Serve) -> None:
    """Given as such or in the URL; without it, the error says what to do."""
    url = serve(serve=GUARDED).url
    with Client(url, token=TOKEN) as client:
        assert client.send(SMS)[0]["body"] == "hello"
    with Client(url.replace("http://", f"http://:{TOKEN}@")) as client:
        assert len(client.messages()) == 1
        token = client.authenticate("ann", "secret")
        client.set_webhook(["+12161112222"], "http://127.0.0.1:1/", token=token)
    with Client(url) as client, pytest.raises(UnauthorizedError, match="MOHOOK_CONTROL_TOKEN"):
        client.messages()


@pytest.mark.slow
def test_commands_take_it_from_the_variable_and_from_the_file(tmp_path: Path) -> None:
    """`mohook send` beside `mohook serve` needs no word more."""
    (tmp_path / "mohook.toml").write_text(f'[serve]\ncontrol_token = "{TOKEN}"\n')
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    arguments = ("serve", "--port", "0", "--clock", "manual", "--json")
    with Shell(*arguments, cwd=tmp_path) as served:
        ready = json.loads(served.line())
        given = {"MOHOOK_URL": ready["url"]}
        for where, more in ((tmp_path, {}), (elsewhere, {"MOHOOK_CONTROL_TOKEN": TOKEN})):
            with Shell("send", "ip1", "--body", "hello", cwd=where, **given, **more) as sending:
                assert sending.end().code == 0
        with Shell("messages", cwd=elsewhere, **given) as asking:
            ended = asking.end()
    assert ended.code == 2
    assert "MOHOOK_CONTROL_TOKEN" in ended.err


@pytest.mark.parametrize("token", ["short", "sixteen but spaces", "é" * 20, ""])
def test_a_token_that_is_easily_guessed_is_refused(token: str, tmp_path: Path) -> None:
    """With what is expected, and without showing it."""
    from mohook.options import load_settings

    path = tmp_path / "mohook.toml"
    path.write_text(f'[serve]\ncontrol_token = "{token}"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="16 or more visible ASCII characters") as refused:
        load_settings(path, environ={}, flags={})
    assert not token or token not in str(refused.value)


def test_the_document_says_that_a_token_is_asked_for(serve: Serve) -> None:
    """Where one is set: on the control API, but for its health."""
    told = json.loads(asked(serve(serve=GUARDED).url, f"{API}/openapi.json", headers=RIGHT[0]).body)
    assert told["paths"][f"{API}/messages"]["get"]["security"] == [{"controlToken": []}]
    assert "security" not in told["paths"][f"{API}/health"]["get"]
    assert "controlToken" in told["components"]["securitySchemes"]
