"""Cuts a mail archive (mbox) into its messages, one at a time, however long it is.

The archive is only ever read: the standard library's mailbox would open it for writing. Knows nothing of messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

MOST_BYTES = 128 * 2**20
"""Of one message. Longer ones are passed over: mail servers take 50 MB at most."""

_LINE = 2**20
_FROM = re.compile(rb"From .{0,200}\b\d{1,2}:\d\d(?::\d\d)?\b.{0,40}\b\d{4}(?:\s[+-]\d{4})?\s*$")
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")


def messages(path: Path) -> Iterator[bytes | None]:
    """Yield every message without its From line; None for one of more than MOST_BYTES."""
    lines: list[bytes] = []
    size, begun, after_blank = 0, False, True
    with path.open("rb") as file:
        while line := file.readline(_LINE):
            if after_blank and line.startswith(b"From ") and (_FROM.match(line) or not begun):
                if begun:
                    yield _message(lines, size)
                lines, size, begun = [], 0, True
            else:
                size += len(line)
                if size <= MOST_BYTES:
                    lines.append(line)
                else:
                    lines.clear()
            after_blank = not line.strip()
    if begun or lines:
        yield _message(lines, size)


def _message(lines: list[bytes], size: int) -> bytes | None:
    return _QUOTED_FROM.sub(rb"\1", b"".join(lines)) if size <= MOST_BYTES else None
