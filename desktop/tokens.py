"""The design's numbers and colours: plain values, no Qt, so that anything may read and test them."""

from __future__ import annotations

import sys
from dataclasses import dataclass

XS, S, M, L, XL = 4, 8, 12, 16, 24
"""Distances in device-independent pixels: within a control, between controls, in a card, between cards, page margin."""

RADIUS, RADIUS_SMALL = 8, 5

_POINT = 96 / 72 if sys.platform == "darwin" else 1.0
"""macOS has 72 points to the inch of a screen where the others have 96: the same number is smaller there."""

SIZE_SMALL, SIZE_BODY, SIZE_READING, SIZE_HEADING, SIZE_TITLE = (
    size * _POINT for size in (9.5, 10.5, 11.5, 13.0, 17.0)
)
"""Points. Reading text is larger than the interface around it."""

ICON = 18
"""The side of an icon in pixels."""


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette. Text on window, surface, raised and sunken; on_accent on accent; quote_text on quote."""

    dark: bool
    window: str
    surface: str
    raised: str
    sunken: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_hover: str
    on_accent: str
    selection: str
    footnote: str
    quote: str
    quote_text: str
    good: str
    warn: str
    bad: str
    on_bad: str
    code_keyword: str
    code_string: str
    code_number: str
    code_name: str


PAPER = Colours(
    dark=False,
    window="#F6F3EC",
    surface="#FDFBF7",
    raised="#FFFFFF",
    sunken="#EEEAE0",
    border="#DCD6C9",
    text="#24211C",
    muted="#635D52",
    faint="#9A9386",
    accent="#1F5578",
    accent_hover="#184560",
    on_accent="#FFFFFF",
    selection="#CFE0EC",
    footnote="#A23621",
    quote="#FAE8AE",
    quote_text="#2B2410",
    good="#2E6B3E",
    warn="#7A5300",
    bad="#A6271C",
    on_bad="#FFFFFF",
    code_keyword="#7A3E8E",
    code_string="#2E6B3E",
    code_number="#8A4B00",
    code_name="#1F5578",
)

NIGHT = Colours(
    dark=True,
    window="#1A1917",
    surface="#211F1C",
    raised="#2A2824",
    sunken="#151412",
    border="#3B3832",
    text="#EAE5DA",
    muted="#ACA598",
    faint="#787265",
    accent="#93BFDC",
    accent_hover="#B0D2E8",
    on_accent="#10222E",
    selection="#263C4A",
    footnote="#F0A28A",
    quote="#554713",
    quote_text="#FBF1D2",
    good="#8DC89B",
    warn="#E2B75E",
    bad="#F19488",
    on_bad="#3A0E09",
    code_keyword="#D2A6E0",
    code_string="#9CCFA8",
    code_number="#E8B886",
    code_name="#93BFDC",
)


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two #RRGGBB colours, 1 to 21 (WCAG 2.1, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.1)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
