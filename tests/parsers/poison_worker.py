"""The parse child with parsers that misbehave on files named after what they do; started by test_reading."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rag.notices import UNREADABLE
from rag.parsers import catalogue, worker
from rag.parsers.formats import TEXT
from rag.types import Counting, Page, PageSkipped, Title

REASONS = {"large": "it is larger than 64 MB", "letters": UNREADABLE}
"""Why nothing of a file of this name could be read."""


class Poison:
    media_types = (TEXT,)
    suffixes = frozenset({".txt"})
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        yield Title(path.stem)
        _harm(path)
        yield from _pages(path.stem)
        if path.stem not in REASONS:
            yield Page(1, "Some text.")


def _harm(path: Path) -> None:
    match path.stem:
        case "abort":
            os.abort()
        case "hang":
            threading.Event().wait()
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "swells":
            kept = bytearray(700 * 2**20)  # untouched, it would take no memory
            kept[:: 2**12] = b"x" * len(kept[:: 2**12])
            threading.Event().wait()
        case "goodbye":
            os.kill(os.getpid(), signal.SIGTERM)
            threading.Event().wait()
        case "spill":
            with suppress(OSError):
                (path.parent / "spilled").write_bytes(b"x" * 10)
        case "deep":
            raise RecursionError


def _pages(stem: str) -> Iterator[Page | PageSkipped]:
    match stem:
        case "slow":
            for number in range(1, 12):
                yield Page(number, "Some text.")
                threading.Event().wait(0.25)
        case "endless":
            for number in itertools.count(1):
                yield PageSkipped(number, "nothing there")
        case "memory":
            yield Page(1, "x" * len(bytearray(8 * 2**30)))
        case "long":
            for number in range(1, 1000):
                yield Page(number, "x" * 1000)
        case "large" | "letters":
            yield PageSkipped(1, REASONS[stem])


if __name__ == "__main__":
    catalogue.choose.__defaults__ = ((Poison(),),)
    sys.exit(worker.main(int(os.environ["FOOTNOTE_PARSE_MEMORY"])))
