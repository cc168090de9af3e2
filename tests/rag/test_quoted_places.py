"""The place of a quote within its passage: its own lines and cells, and the passage's where these can't be known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.quoted_places import page_of, place_of_citation, place_of_quote, place_of_quoted
from rag.sharing import footnotes
from rag.types import Citation, CitationOrigin, Place, Quote, Source, Span

SHEET = "Machine | Last service | Number\nForklift | 14.09.2025 | LX-88213\nWrapper | 03.02.2024 | PW-1007"
CODE = "LEVEL = 38\n\n\nclass Alarm:\n    limit = 55"


def source(text: str, place: Place) -> Source:
    return Source(1, 1, 1, "file", Path("file"), "", place, text, Span(1000, 1000 + len(text)))


def told(text: str, place: Place, quote: str) -> str:
    return str(place_of_quote(source(text, place), 1000 + text.index(quote), quote))


def citation(cited: Source, quote: str) -> Citation:
    start = cited.span.start + cited.text.index(quote)
    return Citation(cited, 0, 3, quote, Span(start, start + len(quote)), 1.0, CitationOrigin.MATCHED)


def test_a_line_is_told_where_the_passage_has_many() -> None:
    assert told(CODE, Place(lines=(8, 12)), "limit = 55") == "line 12"
    assert told(CODE, Place(lines=(8, 12)), "class Alarm:\n    limit = 55") == "lines 11–12"


def test_a_line_break_at_the_end_of_a_quote_is_no_line_of_it() -> None:
    assert told(CODE, Place(lines=(8, 12)), "LEVEL = 38\n\n") == "line 8"


@pytest.mark.parametrize(
    ("quote", "cells"),
    [
        ("14.09.2025", "Machines!C4"),
        ("Forklift | 14.09.2025", "Machines!B4:C4"),
        ("Forklift | 14.09.2025 | LX-88213", "Machines!B4:D4"),
        ("LX-88213\nWrapper", "Machines!B4:D5"),
    ],
)
def test_the_cells_of_a_quote_are_told(quote: str, cells: str) -> None:
    assert told(SHEET, Place(cells="Machines!B3:D5"), quote) == cells


def test_the_cells_of_a_table_without_a_name_are_told() -> None:
    assert told(SHEET, Place(cells="Z3:AB5"), "PW-1007") == "AB5"


def test_rows_that_are_left_out_leave_the_range() -> None:
    assert told(SHEET, Place(cells="Machines!B3:D9"), "14.09.2025") == "Machines!B3:D9"


def test_a_row_with_another_number_of_cells_is_told_whole() -> None:
    text = "a | b | c\n| e\nf | g | h"
    assert told(text, Place(cells="A1:C3"), "e") == "A2:C2"


def test_what_does_not_stand_there_has_the_place_of_the_passage() -> None:
    place = Place(lines=(8, 12))
    assert place_of_quote(source(CODE, place), 1000, "limit = 55") == place


@pytest.mark.parametrize("place", [Place(page=1, last_page=3), Place(slide=2), Place(chapter="The storm")])
def test_other_places_stay_the_passages(place: Place) -> None:
    assert place_of_citation(citation(source(CODE, place), "limit = 55")) == place


PAGES = Place(page=1, last_page=3, parts=((0, Place(page=1)), (14, Place(page=2)), (36, Place(page=3))))
OVER_PAGES = "Rent is due.\n\nPets may not come in\n\nand must be told of."


@pytest.mark.parametrize(
    ("quote", "told_place", "page"),
    [
        ("Rent is due.", "page 1", 1),
        ("Pets may not", "page 2", 2),
        ("Pets may not come in\n\nand must be told of.", "pages 2–3", 2),
        ("told of.", "page 3", 3),
    ],
)
def test_a_quote_tells_its_own_page_and_both_where_it_runs_over(quote: str, told_place: str, page: int) -> None:
    over = source(OVER_PAGES, PAGES)
    over = replace(over, span=replace(over.span, page=1))
    assert str(place_of_citation(citation(over, quote))) == told_place
    assert page_of(over, over.span.start + OVER_PAGES.index(quote)) == page


def test_of_a_row_that_answers_the_cell_of_the_words_found_is_told() -> None:
    sheet = source(SHEET, Place(cells="Machines!B3:D5"))
    row, found = 1000 + SHEET.index("Forklift"), 1000 + SHEET.index("14.09")
    quote = Quote(sheet, "Forklift | 14.09.2025 | LX-88213", Span(row, row + 32), 0.9, Span(found, found + 10))
    assert place_of_quoted(quote) == Place(cells="Machines!C4")


def test_a_footnote_tells_the_line_of_each_of_its_quotes() -> None:
    cited = source(CODE, Place(lines=(8, 12)))
    one, other = citation(cited, "limit = 55"), citation(cited, "LEVEL = 38")
    assert [note.place for note in footnotes([one, one])] == ["file · line 12"]
    assert [note.place for note in footnotes([one, other])] == ["file · line 8; line 12"]
