"""Tells the colour of white paper, on which white text is not seen, for all formats that name colours by their light.

Knows no format: what else hides a text, and which ground it stands on, each tells in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable

PALE = 0xF0
"""Red, green and blue of white paper that is not quite white."""


def is_paper(light: Iterable[int]) -> bool:
    """Whether red, green and blue, each 0 to 255, are those of paper."""
    return all(part >= PALE for part in light)


def is_paper_in_hex(colour: str) -> bool:
    """Whether a colour written RRGGBB is that of paper; no other form is."""
    try:
        return len(colour) == 6 and is_paper(bytes.fromhex(colour))
    except ValueError:
        return False
