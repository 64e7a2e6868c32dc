"""The body of a readback's answer: as large as may be, and in time, however it is packed."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from pytest_mohook.check.errors import ReadbackError

if TYPE_CHECKING:
    import requests

__all__ = ["whole_body"]

_CHUNK = 65_536


def whole_body(answer: requests.Response, most: int, seconds: float, place: str) -> bytes:
    """Return the body of an answer that was asked for with `stream=True`, unpacked.

    Raises ReadbackError for more than `most` bytes, and for what does not end in `seconds`;
    `requests.RequestException` where the connection or the packing breaks.
    """
    import requests
    import urllib3

    told, until = bytearray(), monotonic() + seconds
    try:
        while chunk := answer.raw.read1(_CHUNK, decode_content=True):
            told += chunk
            if len(told) > most:
                msg = f"{place} told more than {most:,} bytes, which is the most that is read"
                raise ReadbackError(msg)
            if monotonic() > until:
                raise ReadbackError(f"{place}: no whole answer within {seconds:g} seconds")
    except (urllib3.exceptions.HTTPError, OSError) as problem:
        raise requests.RequestException(str(problem)) from problem
    return bytes(told)
