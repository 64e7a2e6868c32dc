"""What makes no difference to most receivers, out of one draw: addresses, times, ids.

One draw costs less than six. And Hypothesis likes to try a test case again with one part of it
in the place of another that was drawn alike, such as a text where a sender stood. Where no two
parts of a message are drawn alike, it tries something new instead: so the rare texts come.
"""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import strategies as st

from mohook.sms.addresses import SHORT_CODE_LENGTHS
from pytest_mohook.strategies.addresses import COUNTRY_CODES, DOCUMENTED

__all__ = ["RECORDS", "Record"]

_ADDRESS_BYTES = 16
_FROM_DOCUMENTED = 230  # an address whose first byte is not below is a documented one: 1 in 10
_DIGITS = bytes(ord("0") + byte % 10 for byte in range(256))
_LEAST, _MOST = SHORT_CODE_LENGTHS
_INTEGERS = 2 * _ADDRESS_BYTES
_INTEGER_BYTES = 4
_SIZE = _INTEGERS + 3 * _INTEGER_BYTES


class Record(NamedTuple):
    """The bytes that it is all made of. In the simplest record each is 0.

    Of two addresses and three integers, `which` counts from 0.
    """

    drawn: bytes

    def number(self, which: int) -> str:
        """Return the digits of a number in E.164 format: 2 to 15, the first not 0."""
        drawn = self._address(which)
        how, first = drawn[0], drawn[1]
        if how >= _FROM_DOCUMENTED:
            return DOCUMENTED[first % len(DOCUMENTED)]
        return f"{1 + first % 9}{drawn[2 : 3 + how % 14].translate(_DIGITS).decode()}"

    def short_code(self, which: int) -> str:
        """Return a short code."""
        drawn = self._address(which)
        country = int.from_bytes(drawn[:2], "big") % len(COUNTRY_CODES)
        end = 3 + _LEAST + drawn[2] % (_MOST - _LEAST + 1)
        return f"{COUNTRY_CODES[country]}-{drawn[3:end].translate(_DIGITS).decode()}"

    def integer(self, which: int) -> int:
        """Return an integer of 32 bits, each as likely as any other."""
        start = _INTEGERS + which * _INTEGER_BYTES
        return int.from_bytes(self.drawn[start : start + _INTEGER_BYTES], "big")

    def _address(self, which: int) -> bytes:
        return self.drawn[which * _ADDRESS_BYTES : (which + 1) * _ADDRESS_BYTES]


RECORDS = st.binary(min_size=_SIZE, max_size=_SIZE).map(Record)
