"""The shapes of a slide: where they stand, in which order they are read, and what of their text can't be seen.

A shape without a place of its own has that of the layout's placeholder, or the master's. Read in the order of the eye:
the title first, then from the top, and from the left where shapes stand side by side. Hidden is what is switched off,
lies off the slide, is a point high, without colour, or white on a white slide with nothing behind it.
ECMA-376 part 1, 19.3 and 20.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.parsers.elements import Element, attribute, child, children, descend, inside, local_name, whole_number
from rag.parsers.paper import is_paper_in_hex

UNSEEN_SIZE = 150
"""Hundredths of a point: nobody reads text of one point."""

SIDE_BY_SIDE = 40
"""Shapes whose tops are nearer than the slide's height divided by this are read from left to right."""

DEEPEST = 50
"""Groups inside groups."""

TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr"})
_FILLS = frozenset({"solidFill", "gradFill", "blipFill", "pattFill", "grpFill"})
_WHITE_NAMES = frozenset({"bg1", "lt1"})


@dataclass(frozen=True, slots=True)
class Box:
    """In EMU (914,400 to the inch) from the slide's left and top edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two have an area in common."""
        across = min(self.right, other.right) > max(self.left, other.left)
        return across and min(self.bottom, other.bottom) > max(self.top, other.top)


@dataclass(frozen=True, slots=True)
class Shape:
    """`role` is its placeholder's, "title" or "body", empty for none. `behind`: something coloured lies behind it."""

    element: Element
    kind: str
    role: str
    box: Box | None
    filled: bool
    hidden: bool
    behind: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """How the children of a group are placed: scale and shift."""

    scale_x: float = 1.0
    scale_y: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0

    def box(self, left: float, top: float, width: float, height: float) -> Box:
        x, y = left * self.scale_x + self.shift_x, top * self.scale_y + self.shift_y
        return Box(x, y, x + width * self.scale_x, y + height * self.scale_y)


def shapes_of(tree: Element | None, size: tuple[float, float], templates: Sequence[Element]) -> list[Shape]:
    """The shapes of a slide of this width and height, as they are read. `templates` are the trees of its layout and its
    master; dates, footers and numbers of slides are left out.
    """
    shapes: list[Shape] = []
    for shape in _walk(tree, _Frame(), templates, hidden=False, depth=0):
        off = shape.box is not None and not shape.box.meets(Box(0, 0, *size))
        behind = shape.box is None or any(
            below.filled and (below.box is None or below.box.meets(shape.box)) for below in shapes
        )
        shapes.append(replace(shape, hidden=shape.hidden or off, behind=behind))
    return sorted(shapes, key=lambda shape: _order(shape, size[1]))


def is_unseen(properties: Element | None, *, white_ground: bool) -> bool:
    """Whether a run of text with these properties can't be seen."""
    if whole_number(attribute(properties, "sz"), UNSEEN_SIZE + 1) <= UNSEEN_SIZE:
        return True
    if child(properties, "noFill") is not None and child(properties, "ln") is None:
        return True
    fill = child(properties, "solidFill")
    return fill is not None and (_is_clear(fill) or (white_ground and _is_white(fill)))


def is_white_ground(backgrounds: Sequence[Element | None]) -> bool:
    """Whether a slide is white: of these (its own, its layout's, its master's) the first that says anything decides."""
    for background in backgrounds:
        if background is None:
            continue
        fill = descend(background, "bgPr", "solidFill")
        if fill is None:
            fill = child(background, "bgRef")
        return fill is not None and _is_white(fill)
    return True


def _walk(
    tree: Element | None, frame: _Frame, templates: Sequence[Element], *, hidden: bool, depth: int
) -> Iterator[Shape]:
    for element in tree if tree is not None else ():
        kind = local_name(element)
        if kind == "AlternateContent":
            choice = child(element, "Choice")
            yield from _walk(choice, frame, templates, hidden=hidden, depth=depth)
        elif kind == "grpSp" and depth < DEEPEST:
            inner = _inner_frame(element, frame)
            off = hidden or _is_switched_off(element)
            yield from _walk(element, inner, templates, hidden=off, depth=depth + 1)
        elif kind in {"sp", "pic", "graphicFrame", "cxnSp"}:
            yield from _shape(element, kind, frame, templates, hidden=hidden)


def _shape(
    element: Element, kind: str, frame: _Frame, templates: Sequence[Element], *, hidden: bool
) -> Iterator[Shape]:
    placeholder = _placeholder(element)
    role = (attribute(placeholder, "type") or "body") if placeholder is not None else ""
    if role in _FURNITURE:
        return
    matches = [_matching(template, placeholder) for template in templates] if placeholder is not None else []
    found = [one for one in (element, *matches) if one is not None]
    box = next((box for one in found if (box := _box(one, frame if one is element else _Frame())) is not None), None)
    filled = kind in {"pic", "graphicFrame"} or any(_is_filled(one) for one in found)
    yield Shape(element, kind, role, box, filled, hidden or _is_switched_off(element))


def _placeholder(element: Element) -> Element | None:
    for part in element:
        if local_name(part).startswith("nv"):
            return descend(part, "nvPr", "ph")
    return None


def _matching(template: Element, placeholder: Element) -> Element | None:
    """The template's shape for a placeholder: of its index, or else of its role."""
    role, index = attribute(placeholder, "type") or "body", attribute(placeholder, "idx")
    alike: Element | None = None
    for shape in inside(template, "sp"):
        other = _placeholder(shape)
        if other is None:
            continue
        if index and attribute(other, "idx") == index:
            return shape
        same = (attribute(other, "type") or "body") == role
        alike = shape if alike is None and (same or {attribute(other, "type"), role} <= TITLES) else alike
    return alike


def _box(element: Element, frame: _Frame) -> Box | None:
    place = descend(element, "spPr", "xfrm")
    if place is None:
        place = child(element, "xfrm")
    offset, extent = child(place, "off"), child(place, "ext")
    if offset is None or extent is None:
        return None
    left, top = (_number(attribute(offset, name)) for name in ("x", "y"))
    width, height = (_number(attribute(extent, name)) for name in ("cx", "cy"))
    return frame.box(left, top, width, height)


def _inner_frame(group: Element, outer: _Frame) -> _Frame:
    place = descend(group, "grpSpPr", "xfrm")
    parts = [child(place, name) for name in ("off", "ext", "chOff", "chExt")]
    if any(part is None for part in parts):
        return outer
    names = (("x", "y"), ("cx", "cy"), ("x", "y"), ("cx", "cy"))
    (x, y), (width, height), (inner_x, inner_y), (inner_width, inner_height) = (
        (_number(attribute(part, first)), _number(attribute(part, second)))
        for part, (first, second) in zip(parts, names, strict=True)
    )
    scale_x, scale_y = width / inner_width if inner_width else 1.0, height / inner_height if inner_height else 1.0
    return _Frame(
        outer.scale_x * scale_x,
        outer.scale_y * scale_y,
        outer.shift_x + outer.scale_x * (x - inner_x * scale_x),
        outer.shift_y + outer.scale_y * (y - inner_y * scale_y),
    )


def _order(shape: Shape, height: float) -> tuple[bool, float, float]:
    box = shape.box or Box(0, 0, 0, 0)
    band = max(height / SIDE_BY_SIDE, 1)
    return shape.role not in TITLES, round(box.top / band), box.left


def _is_switched_off(element: Element) -> bool:
    for part in element:
        if local_name(part).startswith("nv"):
            return attribute(child(part, "cNvPr"), "hidden") in {"1", "true"}
    return False


def _is_filled(element: Element) -> bool:
    properties = child(element, "spPr")
    if child(properties, "noFill") is not None:
        return False
    if any(local_name(part) in _FILLS for part in (properties if properties is not None else ())):
        return True
    named = descend(element, "style", "fillRef")
    return named is not None and attribute(named, "idx") != "0"


def _is_white(fill: Element) -> bool:
    for colour in fill:
        value = attribute(colour, "val")
        if any(local_name(change) in {"lumMod", "shade"} for change in colour):
            return False
        match local_name(colour):
            case "srgbClr":
                return is_paper_in_hex(value)
            case "schemeClr":
                return value in _WHITE_NAMES
            case "sysClr":
                return is_paper_in_hex(attribute(colour, "lastClr")) or value == "window"
            case "prstClr":
                return value == "white"
    return False


def _is_clear(fill: Element) -> bool:
    return any(
        attribute(change, "val").rstrip("%") in {"0", "1000"} for colour in fill for change in children(colour, "alpha")
    )


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return 0.0
