"""A readback by URL, and one by a shell command."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from mohook.delivery.transports.headers import USER_AGENT, header
from mohook.masking import masked_url
from mohook.settings import Settings
from pytest_mohook.check.errors import ReadbackError, ReadbackUnreachableError
from pytest_mohook.check.readback.bounded import whole_body
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.oracle.readback import Stored

__all__ = ["CommandReadback", "UrlReadback"]

_PATIENCE = 30.0  # seconds
_SHOWN = 300
_LARGEST = 268_435_456  # bytes, unpacked
_GUARDED = (401, 403)


@dataclass(frozen=True, slots=True)
class UrlReadback:
    """GETs a URL that answers 200 and a JSON array.

    The headers of the settings go along where it is on the receiver's own origin, `receiver`.
    """

    url: str
    pointers: Pointers
    settings: Settings
    receiver: str

    def __call__(self) -> Stored:
        """Return what is stored. Raises ReadbackError."""
        import requests

        place = f"readback {masked_url(self.url)}"
        with requests.Session() as session:
            session.trust_env = False  # no proxy stands between, no .netrc adds a password
            session.headers.update(self._headers())
            try:
                answer = session.get(
                    self.url,
                    timeout=_PATIENCE,
                    allow_redirects=False,
                    verify=self._verify(),
                    stream=True,
                )
                content = whole_body(answer, _LARGEST, _PATIENCE, place)
            except requests.exceptions.SSLError as problem:
                msg = (
                    f"{place}: no secure connection ({_reason(problem)}): name the certificate's "
                    "authority in SSL_CERT_FILE, or take any with --insecure"
                )
                raise ReadbackUnreachableError(msg) from None
            except requests.Timeout:
                msg = f"{place}: no answer within {_PATIENCE:g} seconds"
                raise ReadbackUnreachableError(msg) from None
            # A redirect in no known encoding: requests reads where it leads before it is asked to.
            except (requests.RequestException, UnicodeError) as problem:
                why = masked_url(_reason(problem))[:_SHOWN]
                raise ReadbackUnreachableError(f"{place}: no answer: {why}") from None
        if answer.status_code != 200:
            status, to = answer.status_code, answer.headers.get("Location")
            answered = f"answered {status}" + (f" and points to {masked_url(to)}" if to else "")
            raise ReadbackError(f"{place} {answered}: {self._expected}{self._hint(status)}")
        if "next" in answer.links:
            msg = (
                f"{place} answered one page of several, and links to the next: {self._expected}; "
                "if no query of it gives all, --readback-command can put the pages together"
            )
            raise ReadbackError(msg)
        return self.pointers.read(content, place)

    @property
    def _expected(self) -> str:
        return f"expected 200 and {self.pointers.expected.removeprefix('expected ')}"

    def _hint(self, status: int) -> str:
        if status not in _GUARDED:
            return ""
        if self._is_receivers_own:
            return "; what it asks for is given with --header 'NAME: VALUE'"
        return (
            "; --header goes to the receiver's own origin alone: --readback-command can ask with "
            "what this one wants"
        )

    @property
    def _is_receivers_own(self) -> bool:
        return urlsplit(self.url)[:2] == urlsplit(self.receiver)[:2]

    def _headers(self) -> dict[str, str]:
        own = {"User-Agent": USER_AGENT, "Accept": "application/json"}
        if not self._is_receivers_own:
            return own
        return own | dict(map(header, self.settings.serve.headers))

    def _verify(self) -> bool | str:
        if self.settings.serve.insecure:
            import urllib3

            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
            return False
        return os.environ.get("SSL_CERT_FILE") or True


def _reason(problem: BaseException) -> str:
    """Return what the system said: within, requests tells of its pool and of its retries."""
    each: BaseException | None = problem
    while each:
        if why := getattr(each, "verify_message", "") or getattr(each, "strerror", None):
            return str(why)
        each = each.__cause__ or each.__context__
    return " ".join(str(problem).split())


@dataclass(frozen=True, slots=True)
class CommandReadback:
    """Runs a command in a shell, which prints a JSON array and ends with 0."""

    command: str
    pointers: Pointers
    patience: float = _PATIENCE

    def __call__(self) -> Stored:
        """Return what is stored. Raises ReadbackError."""
        place = f"readback command {self.command!r}"
        process = subprocess.Popen(  # noqa: S602 - it is the user's own command line
            self.command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,  # so that all that it starts can be ended with it
        )
        try:
            out, err = process.communicate(timeout=self.patience)
        except subprocess.TimeoutExpired:
            msg = f"{place} did not end within {self.patience:g} seconds"
            raise ReadbackError(msg) from None
        finally:
            _end(process)
        if process.returncode:
            told = " ".join(err.decode("utf-8", "replace").split())[-_SHOWN:]
            raise ReadbackError(
                f"{place} ended with {process.returncode} ({told}): {self.pointers.expected}"
            )
        return self.pointers.read(out, place)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs of a command, also what it has started itself."""
    kill_all: Callable[[int, int], None] | None = getattr(os, "killpg", None)
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if kill_all:
            kill_all(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.communicate()
