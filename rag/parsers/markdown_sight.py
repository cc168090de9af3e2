"""What a Markdown source holds that its page does not show: comments, link definitions used as comments, hidden HTML.

It is overwritten with blanks of the same length, so every other character keeps its place and its line. Code is left as
it is: there a comment is what is shown. Knows nothing of pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rag.types import Block, BlockKind

WORDS = 3
"""A hidden stretch of fewer words is a mark for a program ("toc", "markdownlint-disable"), and not told."""

LONGEST = 8000
"""Characters of a hidden element that are looked through for its end."""

_UNSEEN = re.compile(
    r"(?P<code>(?<!`)(?P<ticks>`{1,8})(?!`).{0,2000}?(?<!`)(?P=ticks)(?!`))"
    r"|(?P<comment><!--.*?(?:-->|\Z))"
    r"|(?P<definition>^[ ]{0,3}\[(?://|comment|\^?_?)\]:[ \t]*(?:#|<>)[ \t]*"
    r"(?:\([^()]{0,2000}\)|\"[^\"]{0,2000}\"|'[^']{0,2000}')[ \t]*$)"
    r"|(?P<element><(?P<tag>div|span|p|section|aside|small|font|b|i|td|details)\b(?=[^<>]{0,500}?"
    r"(?:\shidden\b|display\s?:\s?none|visibility\s?:\s?hidden|font-size\s?:\s?0|opacity\s?:\s?0\s?[;\"']"
    r"|(?<!-)color\s?[:=][\s\"']{0,2}(?:white\b|\#fff\b|\#ffffff\b|transparent)))[^<>]{0,500}>)",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
"""Every repetition has an end, so that no file takes long."""

_LETTERS = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class SeenSource:
    """`text` has blanks where it hid something, in so many `passages`."""

    text: str
    passages: int


def without_unseen(source: str, blocks_of: Callable[[str], Iterable[Block]]) -> SeenSource:
    """The source with what is unseen overwritten. Nearly every source has nothing of it, and is given back as it is."""
    if "<" not in source and "]:" not in source:
        return SeenSource(source, 0)
    code = [(block.start, block.end) for block in blocks_of(source) if block.kind is BlockKind.CODE]
    parts: list[str] = []
    passages = 0
    for start, end, is_code in _stretches(len(source), code):
        stretch = source[start:end]
        if not is_code:
            stretch, hidden = _overwritten(stretch)
            passages += hidden
        parts.append(stretch)
    return SeenSource("".join(parts), passages)


def _stretches(length: int, code: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    at = 0
    for start, end in code:
        yield at, start, False
        yield start, end, True
        at = end
    yield at, length, False


def _overwritten(text: str) -> tuple[str, int]:
    parts: list[str] = []
    passages = at = 0
    while found := _UNSEEN.search(text, at):
        end = found.end() if found["tag"] is None else _end_of_element(text, found["tag"], found.end())
        hidden = text[found.start() : end]
        parts.append(text[at : found.start()])
        if found["code"] is None:
            passages += len(re.findall(r"[^\W_]{2,}", hidden)) >= WORDS
            hidden = _LETTERS.sub(" ", hidden)
        parts.append(hidden)
        at = end
    return "".join([*parts, text[at:]]), passages


def _end_of_element(text: str, tag: str, start: int) -> int:
    """Behind its closing tag; one that is never closed ends with its paragraph."""
    for end in (f"</{tag}>", f"</{tag.lower()}>", "\n\n"):
        if (found := text.find(end, start, start + LONGEST)) >= 0:
            return found + (0 if end == "\n\n" else len(end))
    return min(len(text), start + LONGEST)
