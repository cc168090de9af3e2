"""What a Word document's styles and numbering say of a paragraph: heading level, list, and the label in front of it.

Word stores "4.2" of a clause nowhere: it is counted while reading, by the rules of ECMA-376, 17.9. Without it nobody
could ask for clause 4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from rag.parsers.elements import Element, attribute, child, is_on, local_name
from rag.parsers.numerals import BULLET, numeral

_HEADING = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_FIRST_ROW = 0x0020
"""The bit of tblLook for a first row that looks different (ECMA-376 part 4, 14.3.7)."""

_CHAIN = 20
"""Styles based on styles; a longer chain is a loop."""


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """`heading_level` 1 to 6, 0 for body text; `numbering` is (list id, depth from 0), None outside lists."""

    heading_level: int = 0
    numbering: tuple[str, int] | None = None


class Styles:
    """The styles by their id, each with what it takes from those it is based on."""

    def __init__(self, part: Element | None) -> None:
        elements = [] if part is None else [element for element in part if local_name(element) == "style"]
        self._elements = {attribute(element, "styleId"): element for element in elements}
        self._known: dict[str, ParagraphStyle] = {}

    def of(self, paragraph: Element) -> ParagraphStyle:
        """The paragraph's style with its own properties on top."""
        properties = child(paragraph, "pPr")
        named = child(properties, "pStyle")
        style = self._named(attribute(named, "val")) if named is not None else ParagraphStyle()
        return _with_properties(style, properties)

    def _named(self, style_id: str, depth: int = 0) -> ParagraphStyle:
        if style_id in self._known:
            return self._known[style_id]
        element = self._elements.get(style_id)
        if element is None or depth > _CHAIN:
            return ParagraphStyle()
        based_on = child(element, "basedOn")
        style = self._named(attribute(based_on, "val"), depth + 1) if based_on is not None else ParagraphStyle()
        style = _with_properties(style, child(element, "pPr"))
        if level := _level_of_name(element):
            style = replace(style, heading_level=level)
        self._known[style_id] = style
        return style


def _level_of_name(style: Element) -> int:
    """Built-in styles have English names in every language's Word."""
    element = child(style, "name")
    name = attribute(element, "val") if element is not None else ""
    if found := _HEADING.fullmatch(name):
        return min(6, int(found[1]))
    return 1 if name.lower() == "title" else 0


def _with_properties(style: ParagraphStyle, properties: Element | None) -> ParagraphStyle:
    outline = child(properties, "outlineLvl")
    if outline is not None and (level := _number(outline, default=9)) <= 9:
        style = replace(style, heading_level=min(6, level + 1) if level < 9 else 0)
    numbers = child(properties, "numPr")
    if numbers is not None:
        list_id, depth = child(numbers, "numId"), child(numbers, "ilvl")
        inherited = style.numbering or ("", 0)
        chosen = attribute(list_id, "val") if list_id is not None else inherited[0]
        at = _number(depth) if depth is not None else inherited[1]
        style = replace(style, numbering=(chosen, at) if chosen not in {"", "0"} else None)
    return style


def is_headed(table: Element, first: Element) -> bool:
    """Whether the first row heads the others: it is repeated on every page, or its table's style sets it apart."""
    repeated = child(child(first, "trPr"), "tblHeader")
    if repeated is not None:
        return is_on(repeated)
    look = child(child(table, "tblPr"), "tblLook")
    flags = attribute(look, "val")
    bits = int(flags, 16) if re.fullmatch(r"[0-9A-Fa-f]{4}", flags) else 0
    return attribute(look, "firstRow") in {"1", "true", "on"} or bool(bits & _FIRST_ROW)


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the items of every list. Ask once per paragraph, in order."""

    def __init__(self, part: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        elements = [] if part is None else list(part)
        abstract = {
            attribute(element, "abstractNumId"): _List(_levels(element))
            for element in elements
            if local_name(element) == "abstractNum"
        }
        for element in elements:
            target = child(element, "abstractNumId")
            if local_name(element) == "num" and target is not None:
                known = abstract.get(attribute(target, "val"), _List())
                starts_anew = child(element, "lvlOverride") is not None
                self._lists[attribute(element, "numId")] = _List(known.levels) if starts_anew else known

    def label(self, numbering: tuple[str, int] | None) -> str:
        """ "4.2", "(b)", "•": what Word shows in front of this paragraph; empty outside lists."""
        if numbering is None:
            return ""
        list_id, depth = numbering
        items = self._lists.get(list_id, _List())
        level = items.levels.get(depth)
        if level is None or level.form == "bullet":
            return BULLET
        items.counts[depth] = items.counts.get(depth, level.start - 1) + 1
        for deeper in [other for other in items.counts if other > depth]:
            del items.counts[deeper]
        return re.sub(r"%([1-9])", lambda found: _shown(items, int(found[1]) - 1), level.text).strip()


def _levels(abstract: Element) -> dict[int, _Level]:
    levels = {}
    for element in abstract:
        if local_name(element) != "lvl":
            continue
        start, form, text = (child(element, name) for name in ("start", "numFmt", "lvlText"))
        levels[_number(element, "ilvl")] = _Level(
            _number(start, default=1) if start is not None else 1,
            attribute(form, "val") if form is not None else "decimal",
            attribute(text, "val") if text is not None else "",
        )
    return levels


def _shown(items: _List, depth: int) -> str:
    level = items.levels.get(depth, _Level())
    return numeral(items.counts.get(depth, level.start), level.form)


def _number(element: Element, name: str = "val", default: int = 0) -> int:
    value = attribute(element, name)
    return int(value) if re.fullmatch(r"-?\d{1,6}", value) else default
