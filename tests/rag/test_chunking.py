"""Passages: exact, in order, whole, within the limit, and cut where a reader would cut."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.chunking import LONGEST_BLOCK, cut, heading_text
from rag.places import column_name
from rag.ports import Tokens
from rag.titles import table_header
from rag.types import PAGE_BREAK, Block, BlockKind, Cell, Counting, Page, Passage, Place
from tests.fakes.parsers import LetterTokens, WordTokens, paragraph_page

WORDS = WordTokens()


def passages(
    *pages: Page, limit: int = 20, counting: Counting = Counting.PAGES, tokens: Tokens = WORDS
) -> list[Passage]:
    return list(cut(pages, tokens, limit=limit, counting=counting))


def sentence(words: int, name: str = "word") -> str:
    return " ".join([name.capitalize(), *[name] * (words - 2), "end."])


def test_a_short_document_is_one_passage() -> None:
    (only,) = passages(paragraph_page(1, "The rent is due.", "The deposit is not."))
    assert only.text == "The rent is due.\n\nThe deposit is not."
    assert (only.id, only.document_id, only.ordinal) == (0, 0, 0)


def test_a_passage_never_crosses_a_heading() -> None:
    texts = [p.text for p in passages(paragraph_page(1, "# Rent", "It is due.", "# Pets", "They are not."))]
    assert texts == ["Rent\n\nIt is due.", "Pets\n\nThey are not."]


def test_the_path_holds_the_headings_above_and_forgets_deeper_ones() -> None:
    page = paragraph_page(1, "# House", "## Rent", "Due.", "### When", "Soon.", "## Pets", "No.")
    assert [p.heading for p in passages(page)] == ["House › Rent", "House › Rent › When", "House › Pets"]


def test_headings_with_nothing_between_them_stay_with_the_text_below() -> None:
    assert [p.text for p in passages(paragraph_page(1, "# House", "## Rent", "Due."))] == ["House\n\nRent\n\nDue."]


def test_a_heading_without_text_is_a_passage_of_its_own() -> None:
    assert [p.text for p in passages(paragraph_page(1, "Due.", "# End"))] == ["Due.", "End"]


def test_borders_between_paragraphs_are_preferred_to_borders_inside() -> None:
    short, long = " ".join([sentence(6)] * 2), " ".join([sentence(6)] * 3)
    assert [p.text for p in passages(paragraph_page(1, short, long), limit=22)] == [short, long]


def test_a_long_paragraph_is_cut_between_sentences_into_even_passages() -> None:
    page = paragraph_page(1, " ".join(sentence(9) for _ in range(4)))
    assert [p.text for p in passages(page, limit=24)] == [f"{sentence(9)} {sentence(9)}"] * 2


def test_a_sentence_over_the_limit_is_cut_between_words() -> None:
    page = paragraph_page(1, "word " * 50)
    found = passages(page, limit=20)
    assert all(set(p.text.split()) == {"word"} for p in found)
    assert sum(len(p.text.split()) for p in found) == 50


def test_lines_of_code_and_tables_are_not_cut_inside() -> None:
    rows = "\n".join(f"alpha | beta | gamma | {n}" for n in range(12))
    page = Page(1, rows, (Block(0, len(rows), BlockKind.TABLE),))
    for passage in passages(page, limit=20):
        assert all(line.startswith("alpha") for line in passage.text.split("\n"))


def test_a_paragraph_that_runs_on_over_a_page_break_is_kept_together() -> None:
    first, second = paragraph_page(4, "The rent is due on"), paragraph_page(5, "the third of the month.")
    (only,) = passages(first, second)
    assert only.text == f"The rent is due on{PAGE_BREAK}the third of the month."
    assert only.place == Place(page=4, last_page=5, parts=((0, Place(page=4)), (20, Place(page=5))))
    assert only.span.page == 4


def test_text_outside_the_blocks_is_in_no_passage() -> None:
    text = "Seen one.\n\n<!-- hidden -->\n\nSeen two."
    page = Page(1, text, (Block(0, 9, BlockKind.PARAGRAPH), Block(28, len(text), BlockKind.PARAGRAPH)))
    assert [p.text for p in passages(page)] == ["Seen one.", "Seen two."]


def test_places_are_counted_as_the_format_counts() -> None:
    page = paragraph_page(1, "# Rent", "Due\nsoon.", "# Pets", "No.")
    assert [p.place for p in passages(page, counting=Counting.LINES)] == [Place(lines=(1, 4)), Place(lines=(6, 8))]
    assert [p.place for p in passages(page, counting=Counting.CHAPTERS)] == [
        Place(chapter="Rent"),
        Place(chapter="Pets"),
    ]
    assert [p.place for p in passages(page, counting=Counting.SLIDES)] == [Place(slide=1)] * 2
    assert [p.span.page for p in passages(page, counting=Counting.CHAPTERS)] == [None, None]


def table(*rows: str, label: str = "", number: int = 1, headed: bool = True) -> Page:
    """A page of rows, cells parted by " | ", the first of them the header."""
    blocks, cells, at = [], [], 0
    for row, text in enumerate(rows, 1):
        blocks.append(Block(at, at + len(text), BlockKind.TABLE, int(headed and row == 1)))
        for column, cell in enumerate(text.split(" | "), 1):
            cells.append(Cell(at, at + len(cell), row, column))
            at += len(cell) + 3
        at -= 2
    return Page(number, "\n".join(rows), tuple(blocks), label=label, cells=tuple(cells))


ROWS = ("Item | Price", *(f"thing{n} | {n} euro" for n in range(1, 9)))


def test_rows_without_their_header_have_it_as_their_last_heading() -> None:
    first, second, *_ = passages(table(*ROWS, label="Prices"), counting=Counting.SHEETS, limit=12)
    assert first.text.startswith("Item | Price\nthing1 | 1 euro")
    assert (first.heading, second.heading) == ("Prices", "Prices › Item | Price")
    assert second.text.startswith("thing")


def test_a_header_heads_only_its_own_table() -> None:
    page = table("Item | Price", *["some | row"] * 4)
    after = page.text + "\n\nProse with many words that fill a passage by themselves.\n\nother | row"
    prose = Block(len(page.text) + 2, len(after) - 13, BlockKind.PARAGRAPH)
    both = Page(1, after, (*page.blocks, prose, Block(len(after) - 11, len(after), BlockKind.TABLE)))
    assert [p.heading for p in passages(both, limit=9)] == ["", "Item | Price", "", ""]


def test_a_blank_line_ends_a_table_but_a_page_break_does_not() -> None:
    page = table("Item | Price", *["some | row"] * 4)
    text = page.text + "\n\nother | row of more words than fit"
    apart = Page(1, text, (*page.blocks, Block(len(page.text) + 2, len(text), BlockKind.TABLE)))
    assert [p.heading for p in passages(apart, limit=9)] == ["", "Item | Price", ""]
    over = passages(page, table(*["some | row"] * 3, number=2, headed=False), limit=9)
    assert [p.heading for p in over] == ["", *["Item | Price"] * (len(over) - 1)]


def test_the_first_line_of_a_whole_table_is_its_header() -> None:
    text = "| Item | Price |\n|---|---|\n" + "| some | row |\n" * 6
    found = passages(Page(1, text, (Block(0, len(text), BlockKind.TABLE, 1),)), limit=16)
    assert {p.heading for p in found[1:]} == {"Item | Price"}


def test_a_column_without_a_name_keeps_its_place_in_the_header() -> None:
    found = passages(table("| Item | Price", *["Ann | some | row"] * 4, label="S"), counting=Counting.SHEETS, limit=12)
    assert {p.heading for p in found[1:]} == {"S › | Item | Price"}
    found = passages(table("| Price", *["Ann | some"] * 4, label="S"), counting=Counting.SHEETS, limit=9)
    assert {table_header(p.heading) for p in found[1:]} == {"| Price"}


def test_places_in_sheets_are_the_smallest_range_of_cells() -> None:
    found = passages(table(*ROWS, label="Prices"), counting=Counting.SHEETS, limit=12)
    assert found[0].place == Place(cells="Prices!A1:B3")
    assert found[-1].place.cells is not None
    assert found[-1].place.cells.endswith(":B9")
    (only,) = passages(table("a | b", number=4), counting=Counting.SHEETS)
    assert (only.place, only.span.page) == (Place(cells="A1:B1"), 4)


def test_a_passage_lies_in_one_sheet_or_slide() -> None:
    pages = (table("a | b", label="One"), table("c | d", label="Two", number=2))
    assert [p.place.cells for p in passages(*pages, counting=Counting.SHEETS)] == ["One!A1:B1", "Two!A1:B1"]
    slides = (paragraph_page(1, "# Welcome", "Hello."), paragraph_page(2, "Bare."))
    found = passages(*slides, counting=Counting.SLIDES)
    assert [(p.place.slide, p.heading) for p in found] == [(1, "Welcome"), (2, "")]


def test_where_there_are_no_headings_paragraphs_are_counted() -> None:
    page = paragraph_page(1, sentence(18), sentence(4), sentence(4), sentence(6))
    found = passages(page, counting=Counting.CHAPTERS)
    assert [p.place.chapter for p in found] == ["paragraph 1", "paragraphs 2–4"]
    assert (
        passages(page, paragraph_page(2, "Two."), counting=Counting.CHAPTERS)[-1].place.chapter == "part 2, paragraph 1"
    )


def test_a_chapter_with_a_name_is_told_by_it() -> None:
    pages = (table("a | b", label="message 3: Rent"), paragraph_page(2, "# Pets", "No."))
    found = passages(*pages, counting=Counting.CHAPTERS)
    assert [(p.place.chapter, p.heading) for p in found] == [("message 3: Rent", "message 3: Rent"), ("Pets", "Pets")]


@pytest.mark.parametrize(
    ("column", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")]
)
def test_columns_are_named_as_in_spreadsheets(column: int, name: str) -> None:
    assert column_name(column) == name


def test_the_number_of_a_page_is_its_own_even_when_pages_were_skipped() -> None:
    found = passages(paragraph_page(2, "# A", "One."), paragraph_page(7, "# B", "Two."))
    assert [p.place.page for p in found] == [2, 7]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("## **Rent** due", "Rent due"),
        ("Rent\n====", "Rent"),
        ("# [Rent](a.md) ##", "Rent"),
        ("Set in\ntwo lines", "Set in two lines"),
        ("x" * 200, "x" * 99 + "…"),
    ],
)
def test_headings_in_paths_are_shown_without_their_marks(source: str, shown: str) -> None:
    assert heading_text(source) == shown


@pytest.mark.real
@pytest.mark.parametrize("unit", ["a", "word ", "word. ", "字", "a\n", "1.", "()", "a \n\n"])
def test_megabytes_in_one_piece_are_cut_in_linear_time(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    started = time.thread_time()
    found = passages(Page(1, text), limit=200)
    assert time.thread_time() - started < 60  # 0.1 to 2 s here; a quadratic step would take an hour
    assert all(WORDS.count(p.text) <= 200 and len(p.text) <= 1600 for p in found)
    assert sum(len("".join(p.text.split())) for p in found) == len("".join(text.split()))


TEXTS = st.text(st.sampled_from(list("abB c. \n,|é字\t")), max_size=120)
KINDS = st.sampled_from(list(BlockKind))


@st.composite
def documents(draw: st.DrawFn) -> list[Page]:
    pages = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        pieces = draw(st.lists(st.tuples(TEXTS, KINDS), max_size=5))
        blocks, parts, at = [], [], 0
        for text, kind in pieces:
            if text:
                blocks.append(Block(at, at + len(text), kind, 2 if kind is BlockKind.HEADING else 0))
            parts.append(text)
            at += len(text) + 1
        pages.append(Page(number, "\n".join(parts), tuple(blocks)))
    return pages


@settings(max_examples=300, deadline=None)
@given(
    documents(), st.integers(8, 30), st.sampled_from([WordTokens(), LetterTokens()]), st.sampled_from(list(Counting))
)
def test_passages_are_exact_in_order_whole_and_within_the_limit(
    pages: list[Page], limit: int, tokens: Tokens, counting: Counting
) -> None:
    text = PAGE_BREAK.join(page.text for page in pages)
    position = 0
    for ordinal, passage in enumerate(cut(pages, tokens, limit=limit, counting=counting)):
        assert passage.ordinal == ordinal
        assert passage.text == text[passage.span.start : passage.span.end] == passage.text.strip()
        assert passage.text
        assert not text[position : passage.span.start].strip()
        assert tokens.count(passage.text) <= limit
        position = passage.span.end
    assert not text[position:].strip()


def test_blocks_with_a_path_are_headed_by_it_and_not_mixed_with_others() -> None:
    text = "def area(): ...\n\ndef doors(): ...\n\nprint()"
    spans = [(0, 15, ("Shed", "area")), (17, 33, ("Shed", "doors")), (35, 42, ())]
    page = Page(1, text, tuple(Block(start, end, BlockKind.CODE, path=path) for start, end, path in spans))
    found = passages(page, limit=50, counting=Counting.LINES)
    assert [(passage.heading, passage.place.lines) for passage in found] == [
        ("Shed › area", (1, 1)),
        ("Shed › doors", (3, 3)),
        ("", (5, 5)),
    ]


def test_a_heading_that_says_its_own_words_is_told_by_them() -> None:
    text = "\\section{Rent}\n\nIt is due."
    page = Page(1, text, (Block(0, 14, BlockKind.HEADING, 1, ("Rent",)), Block(16, 26, BlockKind.PARAGRAPH)))
    assert [passage.heading for passage in passages(page, limit=50)] == ["Rent"]


def test_a_log_is_cut_at_its_lines_and_its_first_passage_does_not_wait_for_the_last() -> None:
    counted: list[int] = []

    class Counted(WordTokens):
        def offsets(self, text: str) -> list[tuple[int, int]]:
            counted.append(len(text))
            return super().offsets(text)

    text = "\n".join(f"2026-01-01 entry {number} of a log without an end" for number in range(20_000))
    found = cut([Page(1, text)], Counted(), limit=50, counting=Counting.LINES)
    first = next(found)
    assert sum(counted) < len(text) / 2
    assert max(counted) <= LONGEST_BLOCK
    assert first.text.startswith("2026-01-01 entry 0 ")
    assert all(passage.text.endswith("an end") for passage in itertools.islice(found, 100))


def test_a_long_table_keeps_its_header_when_it_is_parted() -> None:
    rows = ["part | days", *(f"chain {number} | {number}" for number in range(3000))]
    text = "\n".join(rows)
    page = Page(1, text, (Block(0, len(text), BlockKind.TABLE, 1),))
    found = passages(page, limit=100)
    assert {passage.heading for passage in found[1:]} == {"part | days"}
    assert sum(passage.text.count("chain") for passage in found) == 3000
