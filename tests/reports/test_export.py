"""Exports: footnotes go along, cells can't be run, Anki reads its file."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from rag.report_types import ReportCell, ReportKind, ReportRequest, ReportRow, RowKind
from rag.reports.export import anki_csv, harmless, in_reading_order, markdown, table_csv
from rag.types import Citation, CitationOrigin, Place, Source, Span
from tests.fakes.reports import ReportRoom


def test_markdown_has_a_footnote_for_every_place(room: ReportRoom) -> None:
    document = room.add("Lease", ["A deposit is paid. The deposit is kept by the landlord."])
    text = markdown(room.make(ReportRequest(ReportKind.MENTIONS, (document.id,), ("deposit",))))
    assert "- A deposit is paid.[^1]" in text
    assert "[^1]: Lease · page 1: “deposit”" in text
    assert "[^2]: Lease · page 1" in text
    assert "no language model wrote" in text


def test_what_a_model_wrote_says_so(room: ReportRoom) -> None:
    document = room.add("Lease", ["The rent of the flat is paid to the landlord each month."])
    room.say = "The rent of the flat is paid to the landlord. [1]"
    text = markdown(room.make(ReportRequest(ReportKind.SUMMARY, (document.id,), phrased=True)))
    assert "Written by the model scripted" in text


def test_nothing_in_a_document_is_markdown(room: ReportRoom) -> None:
    document = room.add("Lease", ["The [deposit](http://example.org) of **all** is paid `here` at once."])
    text = markdown(room.make(ReportRequest(ReportKind.MENTIONS, (document.id,), ("deposit",))))
    assert r"\[deposit\]" in text
    assert r"\*\*all\*\*" in text


def test_a_table_is_csv_with_places(room: ReportRoom) -> None:
    document = room.add("Lease", ["Tenant: Ada Lovelace"])
    text = table_csv(room.make(ReportRequest(ReportKind.FACTS, (document.id,), ("Tenant", "Rent"))))
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["Document", "Tenant", "Rent", "Tenant: where"], ["Lease", "Ada Lovelace", "", "Lease · page 1"]]


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", " =HYPERLINK(1)", "\r=1"])
def test_a_cell_that_looks_like_a_formula_is_made_harmless(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.5", "+3 %", "950 euros", "a=b", ""])
def test_figures_and_words_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


def test_cards_are_written_for_anki(room: ReportRoom) -> None:
    document = room.add("The Bridge", ["The river is old and the bridge over it was opened in 1859."])
    text = anki_csv(room.make(ReportRequest(ReportKind.CARDS, (document.id,))))
    settings = [line for line in text.splitlines() if line.startswith("#")]
    assert settings[0] == "#separator:Comma"
    body = list(csv.reader(io.StringIO("\n".join(text.splitlines()[4:]))))
    assert all(len(row) == 4 and row[3] == "The_Bridge" for row in body)


def test_a_sentence_of_the_overview_is_not_told_again_below_its_heading() -> None:
    source = Source(1, 1, 1, "Lease", Path("/l.pdf"), "", Place(page=1), "One. Two.", Span(0, 9, 1))

    def row(kind: RowKind, text: str, start: int, section: str = "") -> ReportRow:
        span = Span(start, start + len(text), 1)
        cited = Citation(source, 0, len(text), text, span, 1.0, CitationOrigin.MATCHED)
        return ReportRow(kind, (ReportCell(text, (cited,)),), section)

    rows = [row(RowKind.POINT, "One.", 0, "A"), row(RowKind.POINT, "Two.", 5, "B"), row(RowKind.OVERVIEW, "Two.", 5)]
    assert [(each.kind, each.cells[0].text) for each in in_reading_order(rows)] == [
        (RowKind.OVERVIEW, "Two."),
        (RowKind.POINT, "One."),
    ]
