"""Reads the sentences of tests/data/claims: what a source carries, and what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent.parent / "data" / "claims"
KINDS = {"=": "faithful", "#": "number", "@": "name", "~": "date", "!": "negation"}


@dataclass(frozen=True, slots=True)
class Pair:
    """`kind` is "faithful" or what was changed."""

    source: str
    claim: str
    kind: str


def pairs() -> Iterator[Pair]:
    for file in sorted(DATA.glob("*.txt")):
        source = ""
        for line in filter(None, file.read_text("utf-8").splitlines()):
            if line[0] == "S":
                source = line[2:]
            else:
                yield Pair(source, line[2:], KINDS[line[0]])
