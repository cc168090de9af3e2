"""Finds the elements of XML in its source, by its tags alone.

No parser of XML is used, so nothing is resolved: an entity, a document type and a reference to another file are a few
letters like any other. Broken and endless files are read as far as they go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.parsers.outline import ALONE, DEEPEST, Part

MOST = 24 * 2**20
"""Characters. A megabyte takes half a second; larger files are exports of a machine."""

_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<[!?][^<>]*>?"
    r"|</(?P<closes>[^\s<>/]{1,200})\s*>|<(?P<opens>[^\s<>/!?]{1,200})(?:[^<>]*?)(?P<empty>/)?>",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Element:
    """An element that is open; `found` parts were there before it."""

    start: int
    name: str
    found: int


def xml_parts(text: str) -> list[Part]:
    """Each element by its name without a prefix; what is inside one too small to be opened is left out."""
    found: list[Part] = []
    open_elements: list[_Element] = []
    for tag in _TAG.finditer(text) if len(text) <= MOST else ():
        if tag["opens"]:
            open_elements.append(_Element(tag.start(), _local(tag["opens"]), len(found)))
        if tag["closes"] or tag["empty"]:
            _close(_local(tag["closes"] or tag["opens"]), tag.end(), open_elements, found)
    while open_elements:
        _add(open_elements.pop(), len(text), len(open_elements), found)
    return sorted(found, key=lambda part: (part.start, part.depth))


def _close(name: str, end: int, open_elements: list[_Element], found: list[Part]) -> None:
    """End the innermost element of this name, and those inside it that were never ended; a stray end ends nothing."""
    within = open_elements[-_LOOK_BACK:]
    if not any(element.name == name for element in within):
        return
    while open_elements:
        element = open_elements.pop()
        _add(element, end, len(open_elements), found)
        if element.name == name:
            return


_LOOK_BACK = 20
"""Elements that may stand open by mistake; more would make a hostile file take long."""


def _add(element: _Element, end: int, depth: int, found: list[Part]) -> None:
    if end - element.start < ALONE:
        del found[element.found :]
    if depth < DEEPEST:
        found.append(Part(element.start, end, depth + 1, element.name))


def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]
