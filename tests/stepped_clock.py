"""The time of day as one process sees it, to be set forward and back.

libfaketime would do, but for its `clock_nanosleep`, which fails where only the time of day is
another: so Python cannot sleep under it.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from datetime import timedelta
from pathlib import Path

from tests.portal.missing import missing

__all__ = ["SteppedClock"]

_SOURCE = Path(__file__).with_suffix(".c")


class SteppedClock:
    """What the time of day is for a process that is started with `environ`.

    Its other clocks run on, as they do where somebody sets the time of day.
    """

    def __init__(self, folder: Path) -> None:
        self._library, self._file = folder / "stepped_clock.so", folder / "stepped_clock"
        _compile(self._library)
        self._file.write_bytes(bytes(8))

    def set(self, ahead: timedelta) -> None:
        """Be so far ahead of the machine's clock from now on, or behind it."""
        with self._file.open("r+b") as file, mmap.mmap(file.fileno(), 8) as seen:
            seen[:] = struct.pack("q", round(ahead.total_seconds()))

    @property
    def environ(self) -> dict[str, str]:
        """What the process needs in its environment."""
        return {"LD_PRELOAD": str(self._library), "STEPPED_CLOCK": str(self._file)}


def _compile(library: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        missing("needs a C compiler: apt-get install gcc libc6-dev")
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode:
        missing(f"needs a C compiler, for Linux: {built.stderr}")
