"""Finds the keys of JSON in its source, line by line JSON and JSON with comments too.

The standard library's reader keeps no positions and gives up at the first slip. This one looks only for strings,
brackets, colons and commas, one after the other and without recursion, so broken, endless and deeply nested files are
read as far as they go. It knows nothing of blocks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.parsers.outline import ALONE, DEEPEST, Part

MOST = 24 * 2**20
"""Characters. A megabyte takes half a second; larger files are exports of a machine."""

_TOKEN = re.compile(
    r'"(?P<string>(?:[^"\\\n]|\\.)*)"?|(?P<open>[{\[])|(?P<close>[}\]])|(?P<colon>:)|(?P<comma>,)'
    r"|//[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^'\\\n]|\\.)*'?|(?P<word>[^\s\"'{}\[\]:,/]+|/)",
    re.DOTALL,
)


@dataclass(slots=True)
class _Value:
    """A value that is being read: where it starts with its key, and what it is called. `found` were there before it."""

    start: int
    name: str
    found: int
    is_list: bool
    inside: int = 0


def json_parts(text: str) -> list[Part]:
    """Each value at the top without a name, in it each member by its key and each element by its number: "[0]".

    What is inside a part too small to be opened is left out.
    """
    scan = _Scan()
    for token in _TOKEN.finditer(text) if len(text) <= MOST else ():
        scan.take(token)
    scan.finish(len(text))
    return sorted(scan.found, key=lambda part: (part.start, part.depth))


class _Scan:
    """One way through a text, token by token."""

    def __init__(self) -> None:
        self.found: list[Part] = []
        self._open: list[_Value] = []
        self._start = -1
        """Of the value that is being read, -1 between values."""
        self._end = 0
        self._key = self._last = ""

    def take(self, token: re.Match[str]) -> None:
        """The next token of the text."""
        match token.lastgroup:
            case "open":
                self._begin(token.start())
                self._open.append(_Value(self._start, self._name(), len(self.found), token[0] == "["))
                self._start, self._key = -1, ""
            case "close":
                self._close(token.end())
            case "comma":
                self._add(token.end())
            case "colon":
                self._key = self._last
            case "string" | "word":
                self._begin(token.start())
                self._last, self._end = token["string"] or token["word"] or "", token.end()

    def finish(self, end: int) -> None:
        """The text ends; what is still open ends with it."""
        while self._open:
            self._close(end)
        self._add(end)

    def _begin(self, start: int) -> None:
        if self._start < 0:
            self._start, self._key = start, ""

    def _close(self, end: int) -> None:
        if not self._open:
            return
        self._add(end)
        closed = self._open.pop()
        if end - closed.start < ALONE:
            del self.found[closed.found :]
        self._start, self._key, self._end = closed.start, closed.name, end
        if not self._open:
            self._add(end)

    def _add(self, end: int) -> None:
        """The value that was read is whole."""
        if self._start >= 0:
            depth = len(self._open) + 1
            if depth <= DEEPEST:
                self.found.append(Part(self._start, min(end, self._end + 1), depth, self._name()))
            if self._open:
                self._open[-1].inside += 1
        self._start = -1

    def _name(self) -> str:
        around = self._open[-1] if self._open else None
        return self._key or (f"[{around.inside}]" if around is not None and around.is_list else "")
