"""Finds keys and values in a piece of a data file: JSON, YAML, TOML, INI. Line by line, so any piece will do.

    servers:                ->   servers › eu › port, "8443", on the last line
      eu:
        port: 8443

A passage is no whole file: it may begin inside a mapping and end inside a list, which no parser of the format reads.
So lines are read by their shape and their indentation. Of a line that holds several keys, as in JSON Lines, each has
its value, and a short line is one thing: a record.
Knows nothing of passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset(".json .geojson .json5 .jsonc .jsonl .ndjson .yaml .yml .toml .ini .cfg .conf .properties".split())
"""Names of data with keys; XML has no such lines. Passages keep the name of their file and not its media type."""

_SECTION = re.compile(r"[ \t]*\[{1,2}[ \t]*+([^\[\]\n\",]{1,200}?)[ \t]*+\]{1,2}[ \t]*(?:[#;][^\n]*)?")
_PAIR = re.compile(
    r"(?:[ \t{]|-[ \t])*+"
    r"(?P<key>\"[^\"\n]{1,120}\"|'[^'\n]{1,120}'|[^\W][^\s:=\"'{}\[\],#;]{0,80}(?:[ ][^\s:=\"'{}\[\],#;]{1,40}){0,4})"
    r"[ \t]*(?:=|:(?=[ \t]|$))[ \t]*(?P<value>[^\n]*)"
)
"""A key is quoted, or a few words; what stands behind "=" or ": " is its value."""

RECORD = 300
"""Characters of a line of several keys that is one record."""

_MEMBER = re.compile(
    r"(?P<key>\"(?:[^\"\\\n]|\\.)*\")[ \t]*:[ \t]*|\"(?:[^\"\\\n]|\\.)*\"?"
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)"
)

_OPENS = re.compile(r"[\[{|>][-+]?[ \t]*,?")
_COMMENT = re.compile(r"[ \t]*(?:#|;|//)")
_BEHIND = re.compile(r"(?:(?<![ \t])[ \t]+#[^\n\"']*|(?<![,\s])[,\s]*)$")
"""Comment, or commas and spaces; each run of them is tried from its beginning only, or a long one takes seconds."""
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W_A-Z]+|[^\W_]+")


@dataclass(slots=True)
class Pair:
    """Characters [start, end) are the lines of a key and its value, which stands at [value_start, value_end).

    `path` are the keys, outermost first, as far as they stand in the text.
    """

    start: int
    end: int
    path: tuple[str, ...]
    value_start: int
    value_end: int


def holds_keys(path: Path) -> bool:
    """Whether files of that name are data with keys."""
    return path.suffix.lower() in SUFFIXES


def pairs(text: str) -> list[Pair]:
    """The keys that have a value and no keys inside, in order."""
    reading = _Reading(_first_indent(text))
    for line in re.finditer(r"[^\n]+", text):
        reading.take(line.start(), line[0])
    return [pair for pair in reading.found if pair.value_start < pair.value_end]


def key_path(text: str, start: int, end: int, above: Sequence[str] = ()) -> tuple[str, ...]:
    """The keys of the value that characters [start, end) lie in; of several values, what their keys have in common.

    `above` are those that the text stands in. Empty where the text has no pair there.
    """
    touched = [pair.path for pair in pairs(text) if pair.start < end and pair.end > start]
    if not touched:
        return ()
    common = touched[0]
    for path in touched[1:]:
        same = [one == other for one, other in zip(common, path, strict=False)]
        common = common[: same.index(False) if False in same else len(same)]
    return whole_path(common, above)


def whole_path(path: Sequence[str], above: Sequence[str]) -> tuple[str, ...]:
    """The keys behind those that the text stands in; keys that both name stand once."""
    outer = [name for name in above if not re.search(r", | … ", name)]  # the names of several parts that go together
    for same in range(min(len(outer), len(path)), 0, -1):
        if list(path[:same]) == outer[-same:]:
            return (*outer, *path[same:])
    return (*outer, *path)


def key_words(path: Sequence[str]) -> str:
    """The keys as words: ("server", "uploadMb") -> "server upload Mb"."""
    return " ".join(word for key in path for word in _WORDS.findall(key))


def _first_indent(text: str) -> int:
    """How far the first line of a passage was indented, which begins with its first letter, by the lines below it."""
    lines = [pair for line in text.split("\n") if (pair := _PAIR.match(line))]
    if len(lines) < 2 or not text.startswith(lines[0][0]):
        return 0
    below = [pair.start("key") for pair in lines[1:]]
    opens = not lines[0]["value"].strip() or _OPENS.fullmatch(lines[0]["value"])
    return max((indent for indent in below if indent < below[0]), default=0) if opens else below[0]


class _Reading:
    """One way through the lines of a text."""

    def __init__(self, first_indent: int) -> None:
        self._first_indent = first_indent
        self.found: list[Pair] = []
        self._open: list[tuple[int, str]] = []
        """The keys that the next line may stand in, with their indentation."""
        self._last = -1

    def take(self, start: int, line: str) -> None:
        if _COMMENT.match(line) or not line.strip(" \t{}[],"):
            return
        if len(members := _members(line)) > 1:
            self._members(start, line, members)
        elif section := _SECTION.fullmatch(line):
            self._open, self._last = [(-1, name) for name in section[1].split(".")], -1
        elif pair := _PAIR.match(line):
            self._pair(start, line, pair)
        elif self.found and len(line) - len(line.lstrip()) >= self._last:
            self._go_on(start, line)

    def _pair(self, start: int, line: str, pair: re.Match[str]) -> None:
        indent = pair.start("key") if start else self._first_indent
        while self._open and self._open[-1][0] >= indent:
            self._open.pop()
        key = pair["key"].strip("\"'")
        end = start + _BEHIND.search(line).start()  # type: ignore[union-attr]  # it matches the empty end too
        first, last = start + pair.start("value"), max(start + pair.start("value"), end)
        value = line[first - start : last - start]
        if _OPENS.fullmatch(value):
            first = last
        elif value[:1] in "\"'" and len(value) > 1 and value[-1] == value[0]:
            first, last = first + 1, last - 1
        path = (*(name for _, name in self._open), key)
        self.found.append(Pair(start + len(line) - len(line.lstrip()), end, path, first, last))
        self._open.append((indent, key))
        self._last = indent

    def _members(self, start: int, line: str, members: Sequence[tuple[tuple[str, ...], int, int, int]]) -> None:
        first, last = len(line) - len(line.lstrip()), _BEHIND.search(line).start()  # type: ignore[union-attr]  # as above
        outer = tuple(name for indent, name in self._open if indent < first)
        for path, begin, value, end in members:
            whole = (first, last) if last - first <= RECORD else (begin, end)
            inner = value + 1 if line[value] in "\"'" and end - value > 1 else value
            behind = end - 1 if inner > value else end
            self.found.append(Pair(start + whole[0], start + whole[1], outer + path, start + inner, start + behind))

    def _go_on(self, start: int, line: str) -> None:
        """A line without a key belongs to the value of the one before."""
        pair = self.found[-1]
        end = start + len(line.rstrip(" \t,"))
        if pair.value_start == pair.value_end:
            pair.value_start = start + len(line) - len(line.lstrip())
        pair.end, pair.value_end = end, end


def _members(line: str) -> list[tuple[tuple[str, ...], int, int, int]]:
    """(keys, start, start of the value, end) of each member of JSON on a line that holds a scalar or a list of them."""
    found: list[tuple[tuple[str, ...], int, int, int]] = []
    open_keys: list[tuple[int, str, int, int]] = []
    depth = 0

    def close(end: int, least: int) -> None:
        while open_keys and open_keys[-1][0] >= least:
            path = tuple(key for _, key, _, _ in open_keys)
            _, _, start, value = open_keys.pop()
            stop = value + len(line[value:end].rstrip())
            if stop > value and not (found and found[-1][1] >= start):
                found.append((path, start, value, stop))

    for token in _MEMBER.finditer(line):
        if token["key"] is not None:
            close(token.start(), depth)
            open_keys.append((depth, token["key"][1:-1], token.start(), token.end()))
        elif token["open"]:
            depth += 1
        elif token["close"]:
            close(token.start(), depth)
            depth -= 1
        elif token["comma"]:
            close(token.start(), depth)
    close(len(line), -len(line))
    return found
