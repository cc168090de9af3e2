"""What an OpenDocument's styles say: whether a text can be seen, which heading it is, and the label of a list's item.

A style has what it does not say itself from its parent. OpenDocument 1.3 part 3, 16; lists are numbered by 19.880 on.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from rag.parsers.elements import Element, attribute, child, descend, inside, local_name, whole_number
from rag.parsers.numerals import BULLET, numeral
from rag.parsers.paper import is_paper_in_hex

UNSEEN_SIZE = 1.0
"""Points: nobody reads text of one point."""

_CHAIN = 20
"""Styles that have a parent that has a parent; a longer chain is a loop."""

_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


@dataclass(frozen=True, slots=True)
class Look:
    """None where nothing is said. `colour` is #rrggbb, `ground` too, "transparent" for none, "unknown" for pictures."""

    hidden: bool | None = None
    size: float | None = None
    colour: str | None = None
    ground: str | None = None

    def over(self, other: Look) -> Look:
        """This, and where it says nothing the other."""
        values = {
            one.name: mine if (mine := getattr(self, one.name)) is not None else getattr(other, one.name)
            for one in fields(self)
        }
        return Look(**values)

    @property
    def unseen(self) -> bool:
        """Whether nobody sees text that looks so."""
        if self.hidden or (self.size is not None and self.size <= UNSEEN_SIZE):
            return True
        if self.colour is None:
            return False
        ground = self.ground if self.ground not in {None, "transparent"} else "#ffffff"
        return (_is_pale(self.colour) and _is_pale(ground or "")) or self.colour == ground


class Styles:
    """All styles of a document by family and name."""

    def __init__(self, *parts: Element | None) -> None:
        self._elements: dict[tuple[str, str], Element] = {}
        self._lists: dict[str, Element] = {}
        self._known: dict[tuple[str, str], Look] = {}
        for part in parts:
            self.add(part)

    def add(self, part: Element | None) -> None:
        """Take in the styles of a part, or of its section of styles."""
        for element in inside(part, "style"):
            self._elements[attribute(element, "family"), attribute(element, "name")] = element
        for element in inside(part, "default-style"):
            self._elements[attribute(element, "family"), ""] = element
        for name in ("list-style", "outline-style"):
            for element in inside(part, name):
                self._lists[attribute(element, "name") if name == "list-style" else name] = element

    def look(self, family: str, name: str, depth: int = 0) -> Look:
        """How text looks in a style of a family: "text", "paragraph", "table-cell", "graphic"."""
        key = (family, name)
        if key not in self._known:
            element = self._elements.get(key)
            if element is None or depth > _CHAIN:
                return Look()
            parent = attribute(element, "parent-style-name")
            look = _look(element)
            self._known[key] = look.over(self.look(family, parent, depth + 1)) if name else look
        return self._known[key]

    def property(self, family: str, name: str, wanted: str) -> str:
        """A property of a style or of the nearest parent that says it, whatever group it is in; empty for none."""
        for _ in range(_CHAIN):
            element = self._elements.get((family, name))
            for group in element if element is not None else ():
                if value := attribute(group, wanted):
                    return value
            if element is None or not name:
                return ""
            name = attribute(element, "parent-style-name")
        return ""

    def ancestry(self, family: str, name: str) -> list[str]:
        """The style's names, its own and those of its parents."""
        names: list[str] = []
        while name and len(names) < _CHAIN:
            names.append(name)
            element = self._elements.get((family, name))
            name = attribute(element, "parent-style-name")
        return names

    def list_style(self, name: str) -> Element | None:
        return self._lists.get(name)


@dataclass(slots=True)
class Numbers:
    """Counts the items of one list, or the headings of a document."""

    style: Element | None
    counts: dict[int, int] = field(default_factory=dict)

    def label(self, level: int) -> str:
        """What stands in front of the next item of this level, from 1: "4.2", "(b)", "•"; may be empty."""
        described = _level(self.style, level)
        if described is None:
            return BULLET if self.style is None else ""
        for deeper in [other for other in self.counts if other > level]:
            del self.counts[deeper]
        first = whole_number(attribute(described, "start-value"), 1)
        self.counts[level] = self.counts.get(level, first - 1) + 1
        if local_name(described) == "list-level-style-bullet":
            return BULLET
        form = attribute(described, "num-format")
        if not form:
            return ""
        above = whole_number(attribute(described, "display-levels"), 1)
        numbers = [self._number(one) for one in range(max(1, level - above + 1), level + 1)]
        shown = ".".join(number for number in numbers if number)
        return f"{attribute(described, 'num-prefix')}{shown}{attribute(described, 'num-suffix')}".strip()

    def _number(self, level: int) -> str:
        described = _level(self.style, level)
        form = _FORMS.get(attribute(described, "num-format"), "")
        return numeral(self.counts.get(level, 1), form) if form else ""


def ground_of(styles: Styles, family: str, name: str) -> str:
    """The colour behind what stands in a cell or a shape; empty where none is said."""
    if family in {"graphic", "presentation"}:
        fill = styles.property(family, name, "fill")
        if fill == "solid":
            return styles.property(family, name, "fill-color") or "unknown"
        return "unknown" if fill not in {"", "none"} else ""
    ground = styles.property(family, name, "background-color")
    return "" if ground == "transparent" else ground


def points(length: str) -> float | None:
    """A length in points, 1/72 of an inch; None for one that is no absolute length."""
    for unit, size in (("pt", 1.0), ("cm", 72 / 2.54), ("mm", 7.2 / 2.54), ("in", 72.0), ("px", 0.75), ("pc", 12.0)):
        if length.endswith(unit):
            try:
                return float(length.removesuffix(unit)) * size
            except ValueError:
                return None
    return None


def _is_pale(colour: str) -> bool:
    """Whether a colour, #rrggbb, is that of paper."""
    return is_paper_in_hex(colour[1:])


def _look(style: Element) -> Look:
    text, paragraph = child(style, "text-properties"), child(style, "paragraph-properties")
    display, colour = attribute(text, "display"), attribute(text, "color")
    ground = attribute(text, "background-color")
    if ground in {"", "transparent"}:
        ground = attribute(paragraph, "background-color") or ground
    return Look(
        hidden=None if not display else display == "none",
        size=points(attribute(text, "font-size")),
        colour=colour.lower() or None,
        ground=ground.lower() or None,
    )


def _level(style: Element | None, level: int) -> Element | None:
    for element in style if style is not None else ():
        if attribute(element, "level") == str(level):
            return element
    return None


def page_size(styles: Element | None) -> tuple[float, float]:
    """Width and height of the pages in points; infinite where nothing is said."""
    for layout in inside(styles, "page-layout"):
        properties = descend(layout, "page-layout-properties")
        width, height = (points(attribute(properties, name)) for name in ("page-width", "page-height"))
        if width and height:
            return width, height
    return float("inf"), float("inf")
