"""Parts text where its lines start anew at the left edge, whatever language it is in.

A line that starts at the left edge after a blank line begins a new stretch, unless it closes a bracket; comments and
decorators right above it belong to it. That holds in nearly every language people write, and where it does not, the
stretches are merely cut elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_CLOSES = re.compile(r"[\])}]|end\b|else\b|elif\b|except\b|finally\b|catch\b|#endif|#else")
_LINE = re.compile(r"[^\n]+")


def find_edges(text: str, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Spans in text[begin:stop] that belong together, each from the start of a line to the end of one."""
    start = end = -1
    after_blank = False
    for line in _LINE.finditer(text, begin, stop):
        if line[0].isspace():
            after_blank = True
            continue
        after_blank = after_blank or (end >= 0 and line.start() > end + 1)
        if start >= 0 and after_blank and not line[0][0].isspace() and not _CLOSES.match(line[0]):
            yield start, end
            start = -1
        start = line.start() if start < 0 else start
        end = line.end()
        after_blank = False
    if start >= 0:
        yield start, end
