"""Reads text with marks of its own line by line: what reStructuredText, AsciiDoc, LaTeX and Org have in common.

Each format gives its rules; a rule takes the lines it understands and says where to go on. The text is the file's, so
line numbers stay true, and nothing that a file names is ever opened. Lines in no block are not searched: directives,
settings, comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rag.types import Block, BlockKind

_LINE = re.compile(r"[^\n]*\n?")
_LETTERS = re.compile(r"[^\n]")
LONGEST_MARK = 500
"""Characters of a line that are looked at for marks; a longer line is prose, whatever it begins with."""


@dataclass
class MarkedText:
    """A text, its lines, and what its rules found. `title` is the document's own."""

    text: str
    starts: list[int] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    unseen: list[tuple[int, int]] = field(default_factory=list)
    title: str = ""

    def __post_init__(self) -> None:
        self.starts = [found.start() for found in _LINE.finditer(self.text) if found[0]]

    def __len__(self) -> int:
        return len(self.starts)

    def line(self, number: int) -> str:
        """The line's first LONGEST_MARK characters, without its end; numbers count from 0; "" behind the last."""
        if number >= len(self.starts):
            return ""
        start = self.starts[number]
        return self.text[start : min(self._end(number), start + LONGEST_MARK)].rstrip("\n")

    def is_blank(self, number: int) -> bool:
        """Whether the line holds nothing, or is behind the last."""
        return number >= len(self.starts) or not self.text[self.starts[number] : self._end(number)].strip()

    def add(self, first: int, behind: int, kind: BlockKind, *, level: int = 0, name: str = "") -> None:
        """Lines [first, behind) are a block; a heading's `name` is its text without its marks."""
        while behind > first and self.is_blank(behind - 1):
            behind -= 1
        if first < behind:
            end = self._end(behind - 1)
            end -= self.text[end - 1 : end] == "\n"
            path = (" ".join(name.split()),) if name else None
            self.blocks.append(Block(self.starts[first], end, kind, level, path))

    def hide(self, first: int, behind: int) -> None:
        """Lines [first, behind) are a comment."""
        if first < behind:
            self.unseen.append((self.starts[first], self._end(behind - 1)))

    def behind_indented(self, number: int, depth: int) -> int:
        """The number of the first line from here on that is not blank and not indented by more than `depth`."""
        while number < len(self) and (self.is_blank(number) or indent(self.line(number)) > depth):
            number += 1
        return number

    def find(self, number: int, end: re.Pattern[str]) -> int:
        """The number of the first line from here on that matches, or that of the line behind the last."""
        while number < len(self) and not end.match(self.line(number)):
            number += 1
        return number

    def _end(self, number: int) -> int:
        return self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)

    def seen(self) -> str:
        """The text with comments overwritten by blanks, so that all else keeps its place."""
        parts: list[str] = []
        at = 0
        for start, end in self.unseen:
            parts += [self.text[at:start], _LETTERS.sub(" ", self.text[start:end])]
            at = end
        return "".join([*parts, self.text[at:]])


Rule = tuple[re.Pattern[str], Callable[[MarkedText, int, re.Match[str]], int]]
"""What a line looks like, and what takes it: gives the number of the line to go on with, its own if it declines."""


def read_lines(
    marked: MarkedText, rules: Sequence[Rule], item: re.Pattern[str], *, openings: Sequence[Rule] = ()
) -> None:
    """Read the lines by the rules; what none of them takes is prose, in which an `item` is a list's.

    `openings` are rules for the first line of what would else be prose; they don't end prose that has begun.
    """
    number = 0
    while number < len(marked):
        if marked.is_blank(number):
            number += 1
        else:
            number = _by_rule(marked, [*rules, *openings], number) or _prose(marked, rules, item, number)


def _by_rule(marked: MarkedText, rules: Sequence[Rule], number: int) -> int:
    line = marked.line(number)
    for looks, take in rules:
        if (found := looks.match(line)) and (onwards := take(marked, number, found)) > number:
            return onwards
    return 0


def _prose(marked: MarkedText, rules: Sequence[Rule], item: re.Pattern[str], number: int) -> int:
    """A paragraph ends with a blank line, and where a rule or an item of a list begins."""
    kind = BlockKind.LIST_ITEM if item.match(marked.line(number)) else BlockKind.PARAGRAPH
    behind = number + 1
    while not marked.is_blank(behind):
        line = marked.line(behind)
        if item.match(line) or any(looks.match(line) for looks, _ in rules):
            break
        behind += 1
    marked.add(number, behind, kind)
    return behind


def indent(line: str) -> int:
    """How far a line is indented; a tab counts as eight, as in reStructuredText."""
    line = line.expandtabs(8)
    return len(line) - len(line.lstrip())
