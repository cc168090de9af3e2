"""The words and numbers of a chart in an Office document (ECMA-376 part 1, 21.2): its titles, and its data as rows.

The numbers are those that the chart keeps beside its picture, so no other file is needed. Knows no slides and sheets.
"""

from __future__ import annotations

from rag.parsers.elements import Element, attribute, child, children, descend, inside, whole_number

MOST_POINTS = 5_000
"""Categories of one chart; nobody reads more off it."""


def chart_titles(chart: Element) -> list[str]:
    """The chart's title and those of its axes, without blank ones."""
    texts = ("".join(text.text or "" for text in inside(title, "t")) for title in inside(chart, "title"))
    return [joined for text in texts if (joined := " ".join(text.split()))]


def chart_rows(chart: Element) -> list[list[str]]:
    """The names of the series in the first row, behind an empty cell; then a row for each category. May be empty."""
    names, columns, categories = [], [], {}
    for series in inside(chart, "ser"):
        names.append(" ".join(value for _, value in sorted(_points(child(series, "tx")).items())))
        columns.append(_points(_first(series, "val", "yVal")))
        categories.update(_points(_first(series, "cat", "xVal")))
    places = sorted({place for column in columns for place in column} | set(categories))[:MOST_POINTS]
    rows = [[categories.get(place, ""), *(column.get(place, "") for column in columns)] for place in places]
    return [["", *names], *rows] if rows else []


def _first(series: Element, *names: str) -> Element | None:
    return next((found for name in names if (found := child(series, name)) is not None), None)


def _points(parent: Element | None) -> dict[int, str]:
    """The values kept for a reference, by their place."""
    literal = child(parent, "v")
    if literal is not None:
        return {0: (literal.text or "").strip()}
    found = {}
    for kind in ("strRef", "numRef", "multiLvlStrRef"):
        cache = descend(parent, kind, {"strRef": "strCache", "numRef": "numCache"}.get(kind, "multiLvlStrCache"))
        found.update(_kept(cache))
        for level in children(cache, "lvl"):
            found.update({place: value for place, value in _kept(level).items() if place not in found})
    for kind in ("strLit", "numLit"):
        found.update(_kept(child(parent, kind)))
    return found


def _kept(cache: Element | None) -> dict[int, str]:
    found = {}
    for point in children(cache, "pt"):
        place, value = whole_number(attribute(point, "idx"), -1), child(point, "v")
        if place >= 0 and value is not None:
            found[place] = " ".join((value.text or "").split())
    return found
