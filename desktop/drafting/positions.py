"""Qt counts a text in UTF-16 units, the core in code points; they differ from the first emoji on."""

from __future__ import annotations


def code_points(text: str, units: int) -> int:
    """The code points before UTF-16 position `units` of `text`."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore"))


def utf16_units(text: str, points: int) -> int:
    """The UTF-16 units before code point `points` of `text`."""
    return points if text.isascii() else len(text[:points].encode("utf-16-le")) // 2
