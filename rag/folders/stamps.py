"""The stamp of a file: when it is the same as at the last reading, the file need not be hashed to know it unchanged.

What a file holds is known by its SHA-256 alone; the stamp only spares computing it. It is made of size, moment of
change, moment of change of the file's entry, and number of the entry. On Linux and macOS the system itself sets the
moment of the entry at every change, and no program can set it back; Windows has no such moment, and there a program
that changes a file, keeps its size and sets the moment back on purpose is noticed only when the file is hashed.

A file that was changed just before it was hashed gets no stamp, because it could be changed again within the same tick
of the file system's clock (git calls such entries racily clean). So it is hashed once more at the next look.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local_models.cancel import CancelToken

NO_STAMP = ""
"""Equal to no file's: hash it."""

TICK_NS = 2_000_000_000
"""FAT counts moments of change in steps of 2 s, the coarsest of the file systems in use."""

_HASHED_AT_ONCE = 2**22
"""Bytes; 3 ms, after which a pause is heard."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a file held when it was hashed. `size` in bytes. `seen`: the stamp as it was then, `stamp`: the same, or
    NO_STAMP where it can't be relied on later.
    """

    sha256: str
    size: int
    stamp: str
    seen: str


def stamp_of(path: Path) -> str:
    """NO_STAMP for a file that can't be looked at."""
    try:
        return _written(path.stat())
    except (OSError, ValueError):
        return NO_STAMP


def fingerprint(path: Path, cancel: CancelToken, *, now_ns: Callable[[], int] = time.time_ns) -> Fingerprint:
    """Hash the file. Raises OSError, Cancelled."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        before = os.fstat(file.fileno())
        began = now_ns()
        while part := file.read(_HASHED_AT_ONCE):
            cancel.check()
            digest.update(part)
            size += len(part)
        after = os.fstat(file.fileno())
    changed = max(before.st_mtime_ns, _entry_changed(before))
    settled = _written(before) == _written(after) and began - changed > TICK_NS
    seen = _written(after)
    return Fingerprint(digest.hexdigest(), size, seen if settled else NO_STAMP, seen)


def _written(known: os.stat_result) -> str:
    return f"{known.st_size}:{known.st_mtime_ns}:{_entry_changed(known)}:{known.st_ino}"


def _entry_changed(known: os.stat_result) -> int:
    """0 on Windows, where Python gives the moment the file was made."""
    return 0 if os.name == "nt" else known.st_ctime_ns
