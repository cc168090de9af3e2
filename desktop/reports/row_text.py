"""How one line of a report is written: HTML with the words that stand out, and the numbers of its footnotes.

Text of documents is escaped; nothing in it can be a tag. Knows no widgets.
"""

from __future__ import annotations

from html import escape

from desktop.reports.rows_model import Entry
from desktop.tokens import Colours
from rag.report_types import ReportCell, ReportRow, RowKind
from rag.reports.export import KINDS, place_of

LONGEST = 1200
"""Letters of a cell that are drawn; what is longer is a table without sentences, and one click shows it whole."""

_BESIDE = frozenset({RowKind.CHANGED, RowKind.ONLY_FIRST, RowKind.ONLY_SECOND, RowKind.MOVED, RowKind.SAME})
_CARDS = frozenset({RowKind.BLANK, RowKind.DEFINITION})


def entry_html(entry: Entry, colours: Colours) -> str:
    """The line in the colours on screen."""
    if entry.row is None:
        return f'<p style="font-weight:600;">{escape(entry.heading)}</p>'
    if entry.row.kind in _BESIDE:
        return _beside(entry.row, colours)
    if entry.row.kind in _CARDS:
        return _card(entry.row, colours)
    (cell,) = entry.row.cells
    return f"<p>{_told(entry.row, colours)}{cell_html(cell, colours)} {places_html(cell, colours)}</p>"


def cell_html(cell: ReportCell, colours: Colours) -> str:
    """The cell's text, marks on the quote's ground, its footnotes' numbers behind it."""
    parts, end = [], 0
    text = cell.text if len(cell.text) <= LONGEST else f"{cell.text[:LONGEST]}…"
    for start, stop in sorted(cell.marks):
        if start < end or stop > LONGEST:
            continue
        parts.append(escape(text[end:start]))
        style = f"background-color:{colours.quote}; color:{colours.quote_text};"
        parts.append(f'<span style="{style}">{escape(text[start:stop])}</span>')
        end = stop
    parts.append(escape(text[end:]))
    numbers = dict.fromkeys(citation.source.number for citation in cell.citations)
    marks = ",".join(map(str, numbers))
    if marks:
        parts.append(f'<sup style="color:{colours.footnote};"> {marks}</sup>')
    return "".join(parts)


def places_html(cell: ReportCell, colours: Colours) -> str:
    """Where it stands, small; each place once."""
    places = dict.fromkeys(str(place_of(citation)) for citation in cell.citations)
    told = ", ".join(place for place in places if place)
    return f'<span style="color:{colours.muted}; font-size:small;">{escape(told)}</span>' if told else ""


def _beside(row: ReportRow, colours: Colours) -> str:
    """Old left, new right."""
    if row.kind is RowKind.SAME:
        many = "1 sentence the same" if row.count == 1 else f"{row.count} sentences the same, from"
        return f'<p style="color:{colours.muted};">{many}: {escape(row.cells[0].text)}</p>'
    cells = "".join(
        f'<td width="50%" style="padding-right:12px;">{cell_html(cell, colours)} {places_html(cell, colours)}</td>'
        for cell in row.cells
    )
    return f'<p>{_told(row, colours)}</p><table width="100%" cellspacing="0" cellpadding="0"><tr>{cells}</tr></table>'


def _card(row: ReportRow, colours: Colours) -> str:
    question, answer = row.cells
    return (
        f"<p>{escape(question.text)}</p>"
        f'<p style="color:{colours.muted};">{cell_html(answer, colours)} {places_html(answer, colours)}</p>'
    )


def _told(row: ReportRow, colours: Colours) -> str:
    """What kind of row it is, in the kind's colour."""
    colour = {
        RowKind.CHANGED: colours.warn,
        RowKind.ONLY_FIRST: colours.bad,
        RowKind.ONLY_SECOND: colours.good,
        RowKind.MOVED: colours.accent,
    }.get(row.kind, colours.muted)
    kind = KINDS[row.kind] if row.kind is not RowKind.OVERVIEW else ""
    note = "" if row.kind is RowKind.MOVED and row.note == "moved" else row.note.removeprefix("moved; ")
    told = " · ".join(part for part in (kind, note) if part)
    return f'<span style="color:{colour}; font-size:small;">{escape(told)}&nbsp; </span>' if told else ""
