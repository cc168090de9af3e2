"""Whether a run of text in a Word document can be seen: not hidden, not a point high, not in the colour of its paper.

What a run looks like is what its own properties say, else its character style's, else its paragraph's style's (the
order of ECMA-376, 17.7.2). White on a shaded ground is seen. Of a table's style only that there is one is known: it
may shade the cells, so white text in such a table is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from rag.parsers.elements import Element, attribute, child, is_on, local_name, whole_number
from rag.parsers.paper import is_paper_in_hex

UNSEEN_SIZE = 2
"""Font size in half points: nobody reads one point."""

_CHAIN = 20
"""Styles based on styles; a longer chain is a loop."""

_PLAIN_TABLES = frozenset({"", "TableGrid", "TableNormal"})
"""Table styles that shade nothing: lines around the cells, or none."""

_FILLS = frozenset({"solidFill", "gradFill", "blipFill", "pattFill", "fillRef"})


@dataclass(frozen=True, slots=True)
class _Look:
    """None where nothing is said. `colour` and `ground` are RRGGBB, "auto" or the like."""

    vanishes: bool | None = None
    size: int | None = None
    colour: str | None = None
    ground: str | None = None

    def over(self, other: _Look) -> _Look:
        """This, and where it says nothing the other."""
        values = {
            field.name: mine if (mine := getattr(self, field.name)) is not None else getattr(other, field.name)
            for field in fields(self)
        }
        return _Look(**values)


class Eye:
    """Looks at runs, knowing the document's styles."""

    def __init__(self, styles: Element | None) -> None:
        elements = [] if styles is None else [element for element in styles if local_name(element) == "style"]
        self._styles = {attribute(element, "styleId"): element for element in elements}
        self._known: dict[str, _Look] = {}

    def hides(self, run: Element, paragraph: Element | None, *, ground: str = "") -> bool:
        """Whether nobody sees the run. `ground` is the colour behind its paragraph; empty for white paper."""
        properties = child(run, "rPr")
        look = _look(properties).over(self._named(properties, "rStyle"))
        block = child(paragraph, "pPr")
        look = look.over(_Look(ground=_ground(block))).over(self._named(block, "pStyle"))
        if look.vanishes or (look.size is not None and look.size <= UNSEEN_SIZE):
            return True
        return _as_pale_as(look.colour, look.ground or ground)

    def _named(self, properties: Element | None, kind: str) -> _Look:
        named = child(properties, kind)
        return self._style(attribute(named, "val")) if named is not None else _Look()

    def _style(self, style_id: str, depth: int = 0) -> _Look:
        if style_id in self._known:
            return self._known[style_id]
        element = self._styles.get(style_id)
        if element is None or depth > _CHAIN:
            return _Look()
        look = _look(child(element, "rPr")).over(_Look(ground=_ground(child(element, "pPr"))))
        based_on = child(element, "basedOn")
        if based_on is not None:
            look = look.over(self._style(attribute(based_on, "val"), depth + 1))
        self._known[style_id] = look
        return look


def ground_of_cell(cell: Element, table: Element) -> str:
    """The colour behind a cell's text; "unknown" where the table's style may shade it."""
    shaded = _ground(child(cell, "tcPr"))
    if shaded:
        return shaded
    properties = child(table, "tblPr")
    style = child(properties, "tblStyle")
    plain = style is None or attribute(style, "val") in _PLAIN_TABLES
    return (_ground(properties) or "") if plain else "unknown"


def ground_of_box(content: Element) -> str:
    """The colour behind a text box; "unknown" where its shape is filled in any way."""
    for shape in content.iterancestors():
        if local_name(shape) == "wsp":
            inside = (local_name(part) for kind in ("spPr", "style") for part in _below(child(shape, kind)))
            return "unknown" if _FILLS & set(inside) else ""
        if attribute(shape, "fillcolor"):
            return "unknown"
    return ""


def _below(element: Element | None) -> Iterator[Element]:
    return element.iter() if element is not None else iter(())


def _look(properties: Element | None) -> _Look:
    vanish, size, colour = (child(properties, name) for name in ("vanish", "sz", "color"))
    return _Look(
        vanishes=None if vanish is None else is_on(vanish),
        size=_half_points(size),
        colour=None if colour is None else attribute(colour, "val").upper(),
        ground="highlight" if child(properties, "highlight") is not None else _ground(properties),
    )


def _half_points(size: Element | None) -> int | None:
    value = "" if size is None else attribute(size, "val")
    return whole_number(value, -1) if whole_number(value, -1) >= 0 else None


def _ground(properties: Element | None) -> str | None:
    """The colour of the shading; a pattern or a colour of the theme is some colour."""
    shading = child(properties, "shd")
    if shading is None:
        return None
    fill = attribute(shading, "fill").upper()
    pattern = attribute(shading, "val") not in {"", "clear", "nil"}
    if pattern or attribute(shading, "themeFill"):
        return "unknown"
    return None if fill in {"", "AUTO"} else fill


def _as_pale_as(colour: str | None, ground: str) -> bool:
    """Whether text of a colour can't be told from its ground."""
    if colour is None or len(colour) != 6:
        return False
    if ground and not is_paper_in_hex(ground):
        return colour == ground
    return is_paper_in_hex(colour)
