"""A report as text to take along: Markdown with footnotes, CSV for a table, CSV for Anki.

Every cited place goes along, and where a language model wrote, its name and the date. Cells of a table are made
harmless for spreadsheets, which run what looks like a formula. Knows no files and no screens.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from rag.quoted_places import place_of_citation
from rag.report_types import Report, ReportCell, ReportKind, ReportRow, RowKind
from rag.titles import told_apart, where
from rag.types import Citation, Document, MessageStatus, Place

KINDS = {
    RowKind.OVERVIEW: "In short",
    RowKind.POINT: "",
    RowKind.CHANGED: "Changed",
    RowKind.ONLY_FIRST: "Only in the first",
    RowKind.ONLY_SECOND: "Only in the second",
    RowKind.MOVED: "Moved",
    RowKind.SAME: "The same",
    RowKind.WORDS: "",
    RowKind.APART: "All words, apart",
    RowKind.MEANING: "Close in meaning",
    RowKind.FACTS: "",
    RowKind.BLANK: "Blank",
    RowKind.DEFINITION: "Definition",
}
"""What a kind of row is called; empty where the kind goes without saying."""

_FORMULA = re.compile(r"^[\s]*[=+\-@\t\r|]")
_BARE_NUMBER = re.compile(r"[+-]?\d[\d.,\s]*%?")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|#~])")


def in_reading_order(rows: Iterable[ReportRow]) -> list[ReportRow]:
    """What sums all up stands first, though it is made last; rows of one section stand together.

    A sentence that stands in the overview is not told again below its heading.
    """
    rows = list(rows)
    told = {_quotes_of(row) for row in rows if row.kind is RowKind.OVERVIEW}
    rows = [row for row in rows if row.kind is not RowKind.POINT or _quotes_of(row) not in told]
    sections = {section: place for place, section in enumerate(dict.fromkeys(row.section for row in rows))}
    return sorted(rows, key=lambda row: (row.kind is not RowKind.OVERVIEW, sections[row.section]))


def _quotes_of(row: ReportRow) -> tuple[object, ...]:
    """What a row says and from where: two of the same are one sentence."""
    cited = tuple((one.source.number, one.quote_span) for one in row.citations())
    return (*(cell.text for cell in row.cells), cited)


def shown_rows(report: Report) -> list[ReportRow]:
    """The report's rows as people read them; a comparison keeps the order of its first document."""
    if report.kind in (ReportKind.COMPARISON, ReportKind.FACTS):
        return list(report.rows)
    return in_reading_order(report.rows)


def place_of(citation: Citation) -> Place:
    """Where the quote stands: its very pages, lines or cells where the format counts these, else the passage's place.

    In a report that was made when places held no parts, the page of the quote was looked up.
    """
    place = citation.source.place
    if place.page is not None and not place.parts and citation.quote_span.page is not None:
        return Place(page=citation.quote_span.page)
    return place_of_citation(citation)


def names_of(documents: Sequence[Document]) -> list[str]:
    """Their titles; with the file's name where several have the same."""
    paths: dict[str, list[Path]] = {}
    for document in documents:
        paths.setdefault(document.title, []).append(document.path)
    return [
        told_apart(one.title, one.path, [path for path in paths[one.title] if path != one.path]) for one in documents
    ]


def where_quoted(citation: Citation) -> str:
    """The document, the quote's own place and the nearest heading."""
    return where(citation.source, place=place_of(citation), heading=True)


def markdown(report: Report) -> str:
    """The whole report, with a footnote for every place cited."""
    footnotes = _Footnotes()
    body = list(_tables(report, footnotes) if _is_table(report) else _sections(report, footnotes))
    parts = [f"# {escaped(report.title)}", *_told(report), *body]
    if footnotes.lines:
        parts.append("\n".join(footnotes.lines))
    return "\n\n".join([*parts, f"*{_provenance(report)}*"]) + "\n"


def table_csv(report: Report) -> str:
    """One line a row: what kind it is, its cells, and where each stands. For a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    cited = [n for n, _ in enumerate(report.columns) if any(row.cells[n].citations for row in report.rows)]
    places = [f"{report.columns[n]}: where" for n in cited]
    kinds = ("Section", "Kind", "Note") if report.kind is not ReportKind.FACTS else ()
    writer.writerow([harmless(name) for name in (*kinds, *report.columns, *places)])
    for row in shown_rows(report):
        facts = (row.section, KINDS[row.kind], _note(row)) if kinds else ()
        cells = [cell.text for cell in row.cells] + [_wheres(row.cells[n]) for n in cited]
        writer.writerow([harmless(text) for text in (*facts, *cells)])
    return out.getvalue()


def anki_csv(report: Report) -> str:
    """Front, back, where the answer stands, and the document as a tag; Anki reads the first lines as settings."""
    out = io.StringIO()
    out.write("#separator:Comma\n#html:false\n#columns:Front,Back,Source,Tags\n#tags column:4\n")
    writer = csv.writer(out, lineterminator="\n")
    for row in report.rows:
        front, back = row.cells
        tag = next((citation.source.document for citation in back.citations), "")
        writer.writerow([harmless(text) for text in (front.text, back.text, _wheres(back), "_".join(tag.split()))])
    return out.getvalue()


def harmless(text: str) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe (OWASP, CSV injection)."""
    return f"'{text}" if _FORMULA.match(text) and not _BARE_NUMBER.fullmatch(text) else text


def escaped(text: str) -> str:
    """`text` so that no character of it means Markdown."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


class _Footnotes:
    """Numbers each place cited once, in the order of the report."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._numbers: dict[tuple[int, int, int], int] = {}

    def marks(self, cell: ReportCell) -> str:
        return "".join(f"[^{self._number(citation, cell.text)}]" for citation in cell.citations)

    def _number(self, citation: Citation, said: str) -> int:
        key = (citation.source.number, citation.quote_span.start, citation.quote_span.end)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers) + 1
            quote = " ".join(citation.quote.split())
            told = "" if quote == said else f": “{escaped(quote)}”"
            self.lines.append(f"[^{self._numbers[key]}]: {escaped(where_quoted(citation))}{told}")
        return self._numbers[key]


def _is_table(report: Report) -> bool:
    return len(report.columns) > 1


def _sections(report: Report, footnotes: _Footnotes) -> Iterator[str]:
    for section, rows in groupby(shown_rows(report), key=lambda row: (row.kind is RowKind.OVERVIEW, row.section)):
        name = KINDS[RowKind.OVERVIEW] if section[0] else section[1]
        lines = [f"- {_kind(row)}{escaped(row.cells[0].text)}{footnotes.marks(row.cells[0])}" for row in rows]
        yield "\n".join([f"## {escaped(name)}", "", *lines] if name else lines)


def _tables(report: Report, footnotes: _Footnotes) -> Iterator[str]:
    kinds = report.kind is ReportKind.COMPARISON
    names = (*(("What",) if kinds else ()), *report.columns)
    lines = [_line(escaped(name) for name in names), _line("---" for _ in names)]
    for row in shown_rows(report):
        first = (escaped(": ".join(part for part in (KINDS[row.kind], _note(row)) if part)),) if kinds else ()
        lines.append(_line((*first, *(f"{escaped(cell.text)}{footnotes.marks(cell)}" for cell in row.cells))))
    yield "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _kind(row: ReportRow) -> str:
    name = KINDS[row.kind] if row.kind is not RowKind.OVERVIEW else ""
    told = ": ".join(part for part in (name, row.note) if part)
    return f"*{escaped(told)}:* " if told else ""


def _note(row: ReportRow) -> str:
    return f"{row.count} sentences" if row.kind is RowKind.SAME and row.count > 1 else row.note


def _wheres(cell: ReportCell) -> str:
    return "; ".join(dict.fromkeys(map(where_quoted, cell.citations)))


def _told(report: Report) -> Sequence[str]:
    stopped = "Stopped before its end: this is what was found until then."
    return [*([stopped] if report.status is MessageStatus.STOPPED else []), *map(escaped, report.notices)]


def _provenance(report: Report) -> str:
    day = f"{report.created_at.astimezone():%d %B %Y}".lstrip("0")
    if report.model:
        return f"Written by the model {escaped(report.model)} in Footnote on {day}, and checked against the sources."
    return f"Taken word for word from the documents by Footnote on {day}; no language model wrote in it."
