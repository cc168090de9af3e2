"""Finds the tables of TOML and the sections of INI files by their lines: "[server.tls]", "[[mirrors]]".

The standard library's readers keep no positions and refuse a file with one slip. Only a line that begins inside a text
of several lines or a list could be taken for a table; those are told by their quotes and brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.parsers.outline import Part

_TABLE = re.compile(r"[ \t]*\[{1,2}[ \t]*([^\[\]\n#;]{1,200}?)[ \t]*\]{1,2}[ \t]*(?:[#;][^\n]*)?$", re.MULTILINE)
_LONG = re.compile(r'"""|\'\'\'')
_LINE = re.compile(r"[^\n]*\n?")
_COMMENT = re.compile(r"[ \t]*[#;]")
_BRACKETS = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|#[^\n]*|[\[\]]")


def table_parts(text: str) -> Iterator[Part]:
    """Each table with the comments right above it, by its name; a table of a dotted name is not put inside another."""
    start, name = -1, ""
    above = -1
    for at, line in _lines(text):
        if table := _TABLE.match(line):
            begin = above if above >= 0 else at
            if name:
                yield Part(start, begin, 1, name)
            start, name = begin, table[1].replace('"', "")
        above = (above if above >= 0 else at) if _COMMENT.match(line) else -1
    if name:
        yield Part(start, len(text), 1, name)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines on which a table can begin, and comments, with their places."""
    fence, depth = "", 0
    for found in _LINE.finditer(text):
        line = found[0]
        if fence:
            fence = "" if line.count(fence) % 2 else fence
            continue
        if depth == 0:
            yield found.start(), line.rstrip("\n")
        if (long := _LONG.search(line)) and line.count(long[0]) % 2:
            fence = long[0]
        elif depth or re.search(r"=[ \t]*\[", line):
            depth = max(0, depth + _balance(line))


def _balance(line: str) -> int:
    marks = [mark for mark in _BRACKETS.findall(line) if mark in "[]"]
    return marks.count("[") - marks.count("]")
