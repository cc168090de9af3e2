"""Cuts a text made of named parts inside each other into blocks: source code at its definitions, data at its keys.

    blocks_of(text, parts) -> Block, Block, ...     each with the names of what it stands in as its path

A part that fills a good part of a passage stands alone, a larger one is opened, and small neighbours go together under
all their names. It knows no language and no format: where the parts are, grammars and scanners tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rag.parsers.edges import find_edges
from rag.types import Block, BlockKind

FULL = 600
"""Characters. A passage of 200 tokens holds about 650 letters of code in the default embedder's tokens."""

ALONE = FULL // 2
"""A part of so many characters stands alone; smaller ones go together."""

DEEPEST = 6
"""Parts further inside are not told apart: a path of more names says nothing to anybody."""

LONGEST_NAME = 80

NAMES = 3
"""Of more parts that go together, the first and the last are named."""

_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Part:
    """Characters [start, end) have a name, or an empty one; `depth` 1 is outermost."""

    start: int
    end: int
    depth: int
    name: str


@dataclass(slots=True)
class _Node:
    """A part with those inside it."""

    start: int
    end: int
    name: str
    inside: list[_Node] = field(default_factory=list)


def blocks_of(text: str, parts: Iterable[Part]) -> Iterator[Block]:
    """The blocks in order. `parts` come in the order of their starts, each before those inside it, never across.

    Marks without a letter between two parts ("},") lie in no block unless the parts go together.
    """
    yield from _opened(text, _tree(len(text), parts), ())


def _tree(length: int, parts: Iterable[Part]) -> _Node:
    root = _Node(0, length, "")
    open_nodes = [root]
    for part in parts:
        if part.depth > DEEPEST or part.start >= part.end:
            continue
        del open_nodes[part.depth :]
        while open_nodes[-1].end < part.end:  # a scanner's slip must not make blocks overlap
            open_nodes.pop()
        around = open_nodes[-1]
        start = max(part.start, around.inside[-1].end if around.inside else around.start)
        if start < part.end:
            node = _Node(start, part.end, shortened(part.name))
            around.inside.append(node)
            open_nodes.append(node)
    return root


def _opened(text: str, node: _Node, path: tuple[str, ...]) -> Iterator[Block]:
    group = _Group(text, path)
    for piece in _pieces(text, node):
        length = piece.end - piece.start
        if length > FULL and piece.inside:
            yield from group.close()
            yield from _opened(text, piece, (*path, piece.name) if piece.name else path)
        elif length >= ALONE and piece.name:
            yield from group.close()
            yield from _cut(text, piece.start, piece.end, (*path, piece.name))
        else:
            if not group.takes(piece):
                yield from group.close()
            group.pieces.append(piece)
    yield from group.close()


def _pieces(text: str, node: _Node) -> Iterator[_Node]:
    """The parts inside a part, and what stands between them, as parts without a name."""
    at = node.start
    for part in node.inside:
        if _LETTER.search(text, at, part.start):
            yield _Node(at, part.start, "")
        yield part
        at = part.end
    if _LETTER.search(text, at, node.end):
        yield _Node(at, node.end, "")


class _Group:
    """Small neighbours that go together."""

    def __init__(self, text: str, path: tuple[str, ...]) -> None:
        self._text, self._path = text, path
        self.pieces: list[_Node] = []

    def takes(self, piece: _Node) -> bool:
        """Whether the piece belongs to those already here: there is room, and no long stretch without a name."""
        if not self.pieces:
            return True
        held = self.pieces[-1].end - self.pieces[0].start
        named = any(known.name for known in self.pieces)
        return piece.end - self.pieces[0].start <= FULL and (named == bool(piece.name) or held < ALONE)

    def close(self) -> Iterator[Block]:
        """The blocks of the pieces, which are then forgotten."""
        names = list(dict.fromkeys(piece.name for piece in self.pieces if piece.name))
        path = (*self._path, _joined(names)) if names else self._path
        for number, piece in enumerate(self.pieces, 1):
            end = self.pieces[number].start if number < len(self.pieces) else piece.end
            yield from _cut(self._text, piece.start, end, path)
        self.pieces = []


def _cut(text: str, start: int, end: int, path: tuple[str, ...]) -> Iterator[Block]:
    for edge_start, edge_end in find_edges(text, start, end):
        yield Block(edge_start, edge_end, BlockKind.CODE, path=path)


def _joined(names: list[str]) -> str:
    return shortened(", ".join(names) if len(names) <= NAMES else f"{names[0]} … {names[-1]}")


def shortened(name: str) -> str:
    """A name on one line, and not a long one."""
    line = " ".join(name.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"
