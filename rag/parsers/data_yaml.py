"""Finds the keys of YAML in its source, by the events of PyYAML's parser.

Events are what is written: no alias is followed, no tag makes an object, and nothing is nested in them, so a bomb of
anchors is a few lines like any other. A file that is no YAML (a template with gaps) is told as far as it goes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

import yaml

from rag.parsers.outline import ALONE, DEEPEST, Part

MOST = 16 * 2**20
"""Characters. A megabyte takes half a second; larger files are exports of a machine."""

MOST_NESTED = 100
"""The parser's time grows with the square of the depth: 100,000 brackets take minutes."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, where PyYAML was built with it; that in Python is fifty times slower."""

_TAIL = re.compile(r"(?:\n[ \t]*(?:#[^\n]*)?)+\Z")
"""Blank lines and comments behind a value belong to what follows."""

_COMMENT = re.compile(r"[ \t]*#")


@dataclass(slots=True)
class _Collection:
    """A mapping or a sequence that is open. `key` is the one whose value comes next, `start` where it stands."""

    start: int
    name: str
    found: int
    is_list: bool
    inside: int = 0
    key: str | None = None
    key_start: int = 0


def yaml_parts(text: str) -> list[Part]:
    """Each document without a name, in it each member by its key and each element by its number: "[0]"."""
    scan = _Scan(text)
    if len(text) <= MOST:
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                if not scan.take(event):
                    break
        except yaml.YAMLError:
            pass  # a template with gaps, or no YAML at all; the lines are read all the same
    scan.finish()
    return sorted(scan.found, key=lambda part: (part.start, part.depth))


class _Scan:
    """One way through a text, event by event."""

    def __init__(self, text: str) -> None:
        self.found: list[Part] = []
        self._text = text
        self._open: list[_Collection] = []
        self._reached = 0

    def take(self, event: yaml.Event) -> bool:
        """The parser's next event; False when it is nested too deeply to go on."""
        if isinstance(event, yaml.CollectionStartEvent):
            start, name = self._value(_at(event.start_mark))
            is_list = isinstance(event, yaml.SequenceStartEvent)
            self._open.append(_Collection(start, name, len(self.found), is_list))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(_at(event.end_mark))
        elif isinstance(event, yaml.NodeEvent):
            self._scalar(event)
        self._reached = _at(event.end_mark)
        return len(self._open) <= MOST_NESTED

    def finish(self) -> None:
        """The text ends, or the parser gave up; what is open ends where it came to."""
        while self._open:
            self._close(self._reached)

    def _scalar(self, event: yaml.NodeEvent) -> None:
        around = self._open[-1] if self._open else None
        if around is not None and not around.is_list and around.key is None:
            around.key = str(event.value) if isinstance(event, yaml.ScalarEvent) else "*"
            around.key_start = _at(event.start_mark)
        else:
            start, name = self._value(_at(event.start_mark))
            self._add(start, _at(event.end_mark), name)

    def _value(self, start: int) -> tuple[int, str]:
        """Where the value that begins at `start` begins with its key, and what it is called."""
        around = self._open[-1] if self._open else None
        if around is None:
            return start, ""
        if around.is_list:
            return start, f"[{around.inside}]"
        return (around.key_start, around.key) if around.key is not None else (start, "")

    def _close(self, end: int) -> None:
        closed = self._open.pop()
        if end - closed.start < ALONE:
            del self.found[closed.found :]
        self._add(closed.start, end, closed.name)

    def _add(self, start: int, end: int, name: str) -> None:
        depth = len(self._open) + 1
        if self._open:
            self._open[-1].inside += 1
            self._open[-1].key = None
        if depth <= DEEPEST:
            self.found.append(Part(self._with_comments(start), self._without_tail(start, end), depth, name))

    def _with_comments(self, start: int) -> int:
        """Where the comments right above a key begin."""
        line = self._text.rfind("\n", 0, start) + 1
        if self._text[line:start].strip():
            return start
        while line and _COMMENT.match(self._text, above := self._text.rfind("\n", 0, line - 1) + 1):
            line = above
        return line

    def _without_tail(self, start: int, end: int) -> int:
        tail = _TAIL.search(self._text, max(start, end - 2000), end)
        return tail.start() if tail else end


class _Mark(Protocol):
    """A place in the text; the parsers in C and in Python each have their own kind."""

    @property
    def index(self) -> int: ...


def _at(mark: _Mark | None) -> int:
    """The character a mark stands at; the parser marks all of its events."""
    return mark.index if mark is not None else 0
