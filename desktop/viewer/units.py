"""Qt counts UTF-16 units, everything else here counts code points; and Qt takes some characters for line breaks."""

from __future__ import annotations

from bisect import bisect_left

_SEEN_AS = {
    **dict.fromkeys((0x00, 0xFFFC, 0xFDD0, 0xFDD1), "\u25a1"),
    **dict.fromkeys((0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2029), " "),
}
"""What Qt would swallow, or begin a paragraph at: shown as something else of the same length."""


class Units:
    """From code points of one text to Qt's positions; only letters outside the first plane make a difference."""

    def __init__(self, text: str) -> None:
        narrow = text.isascii() or max(text) <= "\uffff"
        self._pairs = [] if narrow else [at for at, letter in enumerate(text) if letter > "\uffff"]

    def at(self, position: int) -> int:
        return position + bisect_left(self._pairs, position)


def unit_for_unit(text: str) -> str:
    """The text as Qt can be given it, every character in its place."""
    return text.translate(_SEEN_AS)
