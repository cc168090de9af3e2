"""How the cells of an XLSX look: the format of their numbers, and whether their text can be seen on its ground.

White on white, the colour of the ground, and one point high is hidden. What tables and conditional formats colour is
not computed; the reader of the sheet takes cells that lie under them for seen. ECMA-376 part 1, 18.8.
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.parsers.elements import Element, attribute, child, children, whole_number
from rag.parsers.number_formats import BUILT_IN, GENERAL
from rag.parsers.paper import is_paper_in_hex

UNSEEN_SIZE = 1.5
"""Points: nobody reads text of one point."""

_WHITE = "white"
_WHITE_INDEXES = frozenset({"1", "9", "65"})
_WHITE_THEME = "0"
_DARKER = -0.05


@dataclass(frozen=True, slots=True)
class CellLook:
    """`code` is the number format. `unseen`: the text can't be seen. `white`: its ground is white paper."""

    code: str = GENERAL
    unseen: bool = False
    white: bool = True


PLAIN = CellLook()


class Looks:
    """The looks by the index that cells name."""

    def __init__(self, styles: Element | None) -> None:
        codes = dict(BUILT_IN)
        for element in children(child(styles, "numFmts"), "numFmt"):
            if (number := whole_number(attribute(element, "numFmtId"), -1)) >= 0:
                codes[number] = attribute(element, "formatCode")
        fonts = [_font(element) for element in children(child(styles, "fonts"), "font")]
        fills = [_fill(element) for element in children(child(styles, "fills"), "fill")]
        self._looks = [_look(element, codes, fonts, fills) for element in children(child(styles, "cellXfs"), "xf")]

    def of(self, index: str) -> CellLook:
        """The look of a cell's attribute s; a plain one for an index that is not there."""
        number = whole_number(index)
        return self._looks[number] if number < len(self._looks) else PLAIN


def run_is_tiny(properties: Element | None) -> bool:
    """Whether a run of a cell's text is too small to be read."""
    return _is_tiny(child(properties, "sz"))


def run_is_white(properties: Element | None) -> bool:
    """Whether a run of a cell's text is as white as paper."""
    return _colour(child(properties, "color")) == _WHITE


def _look(element: Element, codes: dict[int, str], fonts: list[tuple[str, bool]], fills: list[str]) -> CellLook:
    numbers = [attribute(element, name) for name in ("numFmtId", "fontId", "fillId")]
    number, font, fill = map(whole_number, numbers)
    colour, tiny = fonts[font] if font < len(fonts) else ("", False)
    ground = fills[fill] if fill < len(fills) else _WHITE
    return CellLook(codes.get(number, GENERAL), tiny or (bool(colour) and colour == ground), ground == _WHITE)


def _font(font: Element) -> tuple[str, bool]:
    return _colour(child(font, "color")), _is_tiny(child(font, "sz"))


def _fill(fill: Element) -> str:
    """The ground's colour; "unknown" for patterns and gradients."""
    pattern = child(fill, "patternFill")
    if pattern is None:
        return "unknown" if child(fill, "gradientFill") is not None else _WHITE
    match attribute(pattern, "patternType"):
        case "" | "none":
            return _WHITE
        case "solid":
            return _colour(child(pattern, "fgColor")) or "unknown"
    return "unknown"


def _colour(colour: Element | None) -> str:
    """A name for a colour that is the same for the same colour; empty for the automatic one."""
    if colour is None:
        return ""
    rgb, theme, index = (attribute(colour, name) for name in ("rgb", "theme", "indexed"))
    if rgb:
        return _WHITE if is_paper_in_hex(rgb[-6:]) else f"rgb {rgb[-6:].upper()}"
    tint = attribute(colour, "tint")
    if theme == _WHITE_THEME and _number(tint) >= _DARKER:
        return _WHITE
    if theme:
        return f"theme {theme} {tint}"
    if index in _WHITE_INDEXES:
        return _WHITE
    return f"index {index}" if index and index != "64" else ""


def _is_tiny(size: Element | None) -> bool:
    value = attribute(size, "val")
    return bool(value) and 0 < _number(value, 10) <= UNSEEN_SIZE


def _number(value: str, default: float = 0.0) -> float:
    try:
        return float(value)
    except ValueError:
        return default
