"""HTTP calls to an emulator: JSON in, JSON out, every refusal an error of mohook's own.

Under `client.py`, which knows the paths; this knows none.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from mohook.errors import (
    ConflictError,
    InputError,
    MohookError,
    NotFoundError,
    UnauthorizedError,
    UnreachableError,
)
from mohook.listening import DEFAULT_URL
from mohook.masking import masked_url, without_credentials
from mohook.problem_types import error_of_type

if TYPE_CHECKING:
    import requests

__all__ = ["JSON", "Calls", "error_for"]

JSON = dict[str, Any]

_WHERE = "say where it is with --url or MOHOOK_URL (in pytest: --mohook-url)"


class Calls:
    """One emulator's address, and one connection to it that is made when it is first used.

    A call that brings no Authorization of its own shows the credentials of the URL, or else the
    control token.
    """

    def __init__(self, url: str, timeout: timedelta, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = f"{masked_url(url)!r} is no emulator's URL: expected one such as {DEFAULT_URL}"
            raise InputError(msg)
        self.url = url.rstrip("/")
        self.shown = masked_url(self.url)
        self._base = without_credentials(self.url)
        self._authorization = _authorization(parts, token)
        self._timeout = timeout.total_seconds()

    @cached_property
    def _session(self) -> requests.Session:
        import requests

        session = requests.Session()
        # A proxy or a .netrc of the environment is for the world outside, not for the bench.
        session.trust_env = False
        return session

    def close(self) -> None:
        """Let go of the connection, if one was made."""
        if "_session" in vars(self):
            self._session.close()

    def __call__(
        self, method: str, path: str, *, patience: timedelta = timedelta(), **request: Any
    ) -> JSON:
        """Return the JSON object of the answer; `patience` is time to answer beyond the usual.

        Raises the `MohookError` that a refusal stands for, and `UnreachableError` where no
        emulator answers.
        """
        response = self._sent(method, path, self._timeout + patience.total_seconds(), request)
        if response.status_code == 204:
            return {}
        answer = self._json_of(response)
        if not response.ok:
            raise error_for(response.status_code, answer)
        return answer

    def _sent(
        self, method: str, path: str, limit: float, request: dict[str, Any]
    ) -> requests.Response:
        import requests

        headers = {**self._authorization, **request.pop("headers", {})}
        try:
            return self._session.request(
                method,
                self._base + path,
                timeout=limit,
                allow_redirects=False,
                headers=headers,
                **request,
            )
        except requests.Timeout as problem:
            msg = f"the emulator at {self.shown} did not answer within {limit:g} seconds"
            raise UnreachableError(msg) from problem
        # A redirect in no known encoding: requests reads where it leads before it is asked to.
        except (requests.RequestException, UnicodeError) as problem:
            msg = f"no emulator answers at {self.shown}: start one with `mohook serve`, or {_WHERE}"
            raise UnreachableError(msg) from problem

    def _json_of(self, response: requests.Response) -> JSON:
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict):
            return answer
        msg = (
            f"what answers at {self.shown} is no emulator (HTTP {response.status_code}, and no "
            f"JSON object): {_WHERE}"
        )
        raise UnreachableError(msg)


def _authorization(parts: SplitResult, token: str | None) -> Mapping[str, str]:
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def error_for(status: int, answer: Mapping[str, Any]) -> MohookError:
    """Return the error that a refusal stands for, in the emulator's own words.

    >>> error_for(404, {"type": "urn:mohook:problem:not-found", "detail": "no message 'm9'"})
    NotFoundError("no message 'm9'")
    """
    kind = error_of_type(str(answer.get("type"))) or _by_status(status)
    return kind(_words(answer, status))


def _by_status(status: int) -> type[MohookError]:
    # IntelePeer's own API has no problem types, and a bad request never reaches a model.
    named: dict[int, type[MohookError]] = {
        401: UnauthorizedError,
        403: UnauthorizedError,
        404: NotFoundError,
        409: ConflictError,
    }
    return named.get(status, InputError if status < 500 else MohookError)


def _words(answer: Mapping[str, Any], status: int) -> str:
    for name in ("detail", "error", "title"):
        if isinstance(answer.get(name), str):
            return str(answer[name])
    return f"the emulator answered {status}"
