"""Looks into XML elements by their local names, so that all dialects of a format read the same. Knows no format."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it


def local_name(element: Element) -> str:
    """The tag without its namespace; empty for what is no element (an entity, a comment)."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(parent: Element | None, name: str) -> Element | None:
    """The first child of that local name."""
    if parent is None:
        return None
    return next((element for element in parent if local_name(element) == name), None)


def children(parent: Element | None, name: str) -> Iterator[Element]:
    """The children of that local name."""
    if parent is not None:
        yield from (element for element in parent if local_name(element) == name)


def descend(parent: Element | None, *names: str) -> Element | None:
    """The first child of the first name, its first child of the second, and so on."""
    for name in names:
        parent = child(parent, name)
    return parent


def inside(parent: Element | None, name: str) -> Iterator[Element]:
    """The elements of that local name at any depth, in the order of the document."""
    if parent is not None:
        yield from (element for element in parent.iter() if local_name(element) == name)


def text_below(element: Element) -> str:
    """All text inside an element, whatever it stands in."""
    return "".join(str(text) for text in element.itertext())


def attribute(element: Element | None, name: str) -> str:
    """The attribute of that local name, or an empty string."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return ""


def whole_number(value: str, default: int = 0) -> int:
    """The number that an attribute gives in plain digits; `default` for anything else, also for what no program counts
    to.
    """
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else default


def is_on(switch: Element) -> bool:
    """Whether an on/off property is on: it is, unless it says otherwise (ECMA-376, 17.17.4)."""
    return attribute(switch, "val").lower() not in {"0", "false", "off", "none"}
