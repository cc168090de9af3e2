"""The parse child with parsers that misbehave on files named after what they do; started by test_reading."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from rag.parsers import catalogue, worker
from rag.parsers.formats import TEXT
from rag.types import Counting, Page, PageSkipped, Title


class Poison:
    media_types = (TEXT,)
    suffixes = frozenset({".txt"})
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        yield Title(path.stem)
        match path.stem:
            case "abort":
                os.abort()
            case "hang":
                threading.Event().wait()
            case "memory":
                yield Page(1, "x" * len(bytearray(8 * 2**30)))
            case "long":
                for number in range(1, 1000):
                    yield Page(number, "x" * 1000)
            case "deep":
                raise RecursionError
        yield Page(1, "Some text.")


if __name__ == "__main__":
    catalogue.choose.__defaults__ = ((Poison(),),)
    sys.exit(worker.main(int(os.environ["FOOTNOTE_PARSE_MEMORY"])))
