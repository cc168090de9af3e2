"""Stored text is shown in its document, and a quote is marked where it stands and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QTextCursor
from PySide6.QtWidgets import QAbstractSlider, QPlainTextEdit, QTextEdit
from pytestqt.qtbot import QtBot

from desktop.tokens import PAPER
from desktop.viewer.context import Shown, in_context, passage_alone, quote_range, window
from desktop.viewer.languages import language_of
from desktop.viewer.lines_view import LinesView
from desktop.viewer.prose_view import ProseView
from desktop.viewer.reference import Reference
from desktop.viewer.units import Units, unit_for_unit
from rag.parsers.formats import MARKDOWN, TEXT
from rag.types import Block, BlockKind, Excerpt, Place, Source, Span

BEFORE, PASSAGE, AFTER = "Line one.\nLine two.\n", "The rent is due. It is paid monthly.", "\nThe end."
WHOLE = BEFORE + PASSAGE + AFTER
AT = len(BEFORE)
QUOTE = "It is paid monthly."
QUOTE_AT = WHOLE.index(QUOTE)


def reference(**changes: object) -> Reference:
    source = Source(1, 1, 1, "a.md", Path("/a.md"), "", Place(lines=(3, 3)), PASSAGE, Span(AT, AT + len(PASSAGE)))
    made = Reference(source, QUOTE, Span(QUOTE_AT, QUOTE_AT + len(QUOTE)))
    return replace(made, **changes)  # type: ignore[arg-type]


def pieces(text: str = WHOLE) -> list[Excerpt]:
    return [Excerpt(1, 0, text, (Block(0, len(text), BlockKind.PARAGRAPH),), 0, len(text))]


def marked(view: QPlainTextEdit | QTextEdit) -> list[str]:
    return [selection.cursor.selectedText() for selection in view.extraSelections()]


def test_the_passage_is_shown_in_its_document_with_line_numbers() -> None:
    shown = in_context(reference(), pieces(), window(reference().source))
    assert shown is not None
    assert shown.text[slice(*shown.passage or (0, 0))] == PASSAGE
    assert shown.text[slice(*shown.quote or (0, 0))] == QUOTE
    assert shown.first_line == 1
    assert not shown.more_before


def test_a_document_that_says_something_else_there_gives_no_context() -> None:
    assert in_context(reference(), pieces(WHOLE.replace("rent", "Rent")), Span(0, 99)) is None
    assert in_context(reference(), pieces("x" + WHOLE), Span(0, 99)) is None
    assert in_context(reference(), [], Span(0, 99)) is None


def test_a_window_begins_with_a_whole_line_and_counts_on() -> None:
    cut = [Excerpt(1, 5, WHOLE[5:], (Block(0, 20, BlockKind.PARAGRAPH),), 0, len(WHOLE))]
    shown = in_context(reference(), cut, Span(5, 200))
    assert shown is not None
    assert shown.text.startswith("Line two.")
    assert (shown.start, shown.first_line, shown.more_before) == (10, 2, True)
    assert shown.text[slice(*shown.quote or (0, 0))] == QUOTE


def test_the_quote_is_told_by_its_place_and_never_looked_for() -> None:
    twice = replace(reference().source, text="Same. Other. Same.", span=Span(100, 118))
    second = Reference(twice, "Same.", Span(113, 118))
    assert quote_range(second, twice.text, 100) == (13, 18)
    assert quote_range(replace(second, span=Span(112, 117)), twice.text, 100) is None
    assert quote_range(replace(second, span=None), twice.text, 100) is None
    assert quote_range(Reference(twice), twice.text, 100) is None


def test_found_words_are_told_within_the_quote_only() -> None:
    monthly = WHOLE.index("monthly")
    inside = passage_alone(reference(found=Span(monthly, monthly + 7)))
    assert inside.text[slice(*inside.found or (0, 0))] == "monthly"
    assert passage_alone(reference(found=Span(AT, AT + 8))).found is None


def test_units_count_letters_outside_the_first_plane_twice() -> None:
    units = Units("𝒜a𝒜b")
    assert [units.at(place) for place in range(5)] == [0, 2, 3, 5, 6]
    assert Units("äb").at(2) == 2
    assert unit_for_unit("a\rb\u2029c\x00") == "a b c□"


@pytest.fixture
def lines(qtbot: QtBot) -> LinesView:
    made = LinesView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


@pytest.fixture
def prose(qtbot: QtBot) -> ProseView:
    made = ProseView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def shown_at(text: str, quote: str, blocks: tuple[Block, ...] = (), **more: object) -> Shown:
    at = text.index(quote)
    made = Shown(text, 0, blocks, passage=(0, len(text)), quote=(at, at + len(quote)), first_line=1)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["One. Two. Three.", "𝒜𝒜 Two. x", "一。Two. 二", "a\r\nTwo. b", "שלום Two. עולם"])
def test_the_quote_is_marked_in_lines_whatever_letters_stand_before_it(lines: LinesView, text: str) -> None:
    lines.show_text(shown_at(text, "Two."), TEXT, "text")
    assert marked(lines) == ["Two."]


def test_a_mark_that_would_cover_other_words_is_not_made(lines: LinesView) -> None:
    lines.show_text(shown_at("One. Two.", "Two."), TEXT, "text")
    lines.setPlainText("Two. One.")
    lines._mark()
    assert marked(lines) == []


def test_code_is_in_one_width_with_its_lines_counted_and_the_cited_ones_told(lines: LinesView) -> None:
    code = "import os\n\n\ndef f():\n    return os\n"
    lines.show_text(shown_at(code, "def f():\n    return os", first_line=10), "text/x-python", "python")
    assert lines.first_number == 10
    assert lines.line_range(lines._shown.quote) == (3, 4)
    assert lines.lineWrapMode() is QPlainTextEdit.LineWrapMode.NoWrap
    assert lines.numbers_width() > 20
    assert not lines._numbers.grab().isNull()


def test_a_long_text_is_scrolled_to_the_quote(lines: LinesView) -> None:
    text = "\n".join(f"Line {number}." for number in range(1, 900))
    lines.show_text(shown_at(text, "Line 700."), TEXT, "text")
    first = lines.firstVisibleBlock().blockNumber() + 1
    assert first < 700 < first + 30


def test_markdown_keeps_every_character_and_is_set_by_its_marks(lines: LinesView, qtbot: QtBot) -> None:
    text = "# Rent\n\nIt is **due** on `day one`.\n"
    blocks = (Block(0, 6, BlockKind.HEADING, 1), Block(8, 35, BlockKind.PARAGRAPH))
    lines.show_text(shown_at(text, "**due**", blocks), MARKDOWN, "text")
    assert lines.toPlainText() == text
    assert marked(lines) == ["**due**"]
    paragraph, heading = (lines.document().findBlockByNumber(number).layout() for number in (2, 0))
    qtbot.waitUntil(lambda: bool(paragraph.formats()))
    assert any(part.format.fontWeight() == QFont.Weight.Bold and part.start == 8 for part in paragraph.formats())
    assert max(part.format.fontPointSize() for part in heading.formats()) > lines.font().pointSizeF()


def test_headings_lists_and_paragraphs_are_set_as_such(prose: ProseView) -> None:
    text = "Deposit\n\nIt is 500.\nNet.\n\n• One"
    blocks = (
        Block(0, 7, BlockKind.HEADING, 1),
        Block(9, 24, BlockKind.PARAGRAPH),
        Block(26, 31, BlockKind.LIST_ITEM),
    )
    prose.show_text(shown_at(text, "It is 500.\nNet.", blocks))
    document = prose.document()
    assert document.firstBlock().blockFormat().headingLevel() == 1
    assert document.lastBlock().blockFormat().leftMargin() > 0
    assert marked(prose) == ["It is 500.\u2028Net."]


def test_rows_become_a_table_and_a_cited_cell_is_marked_whole(prose: ProseView) -> None:
    rows = ["Room | Size", "Hall | 12 m²", "Loft | 30 m²"]
    text = "\n".join(rows)
    starts = [text.index(row) for row in rows]
    blocks = tuple(Block(at, at + len(row), BlockKind.TABLE) for at, row in zip(starts, rows, strict=True))
    prose.show_text(shown_at(text, "Loft | 30 m²", blocks))
    assert marked(prose) == ["Loft", "30 m²"]
    table = QTextCursor(prose.document().findBlockByNumber(3)).currentTable()
    assert (table.rows(), table.columns()) == (3, 2)
    backgrounds = [table.cellAt(row, 1).format().background().color().name().upper() for row in range(3)]
    assert backgrounds[2] == PAPER.quote
    assert QColor(backgrounds[1]) != QColor(PAPER.quote)


def test_what_lies_in_no_block_is_shown_too(prose: ProseView) -> None:
    text = "Loose words.\n\nA block.\n\nMore loose words."
    prose.show_text(shown_at(text, "More loose words.", (Block(14, 22, BlockKind.PARAGRAPH),)))
    assert prose.toPlainText() == "Loose words.\nA block.\nMore loose words."
    assert marked(prose) == ["More loose words."]


def test_pages_of_stored_text_are_told_apart_without_shifting_a_mark(prose: ProseView) -> None:
    text = "First page.\n\nSecond page."
    blocks = (Block(0, 11, BlockKind.PARAGRAPH), Block(13, 25, BlockKind.PARAGRAPH))
    prose.show_text(shown_at(text, "Second page.", blocks, pages=((0, "page 4"), (13, "page 5")), first_line=0))
    assert "page 5" in prose.toPlainText()
    assert marked(prose) == ["Second page."]


def test_a_quote_over_two_paragraphs_is_marked_in_both(prose: ProseView) -> None:
    text = "One. Two.\n\nThree. Four."
    blocks = (Block(0, 9, BlockKind.PARAGRAPH), Block(11, 23, BlockKind.PARAGRAPH))
    prose.show_text(shown_at(text, "Two.\n\nThree.", blocks))
    assert marked(prose) == ["Two.", "Three."]


def test_the_size_of_letters_changes_and_marks_stay(prose: ProseView, lines: LinesView) -> None:
    prose.show_text(shown_at("One. Two.", "Two."))
    lines.show_text(shown_at("One. Two.", "Two."), TEXT, "text")
    for view in (prose, lines):
        before = view.font().pointSizeF()
        view.zoom_to(2.0)
        assert view.font().pointSizeF() > 1.5 * before
        assert marked(view) == ["Two."]


@pytest.mark.parametrize(
    ("media_type", "language"),
    [("text/x-python", "python"), ("text/x-c", "c"), ("text/x-dockerfile", "docker"), ("text/plain", "text")],
)
def test_code_is_coloured_in_its_own_language(media_type: str, language: str) -> None:
    assert language_of(media_type) == language


def test_a_resized_text_stays_at_its_quote_until_the_user_scrolls(
    lines: LinesView, prose: ProseView, qtbot: QtBot
) -> None:
    text = "\n\n".join(f"Paragraph {number} says something of some length." for number in range(1, 200))
    shown = shown_at(text, "Paragraph 150 says")
    lines.show_text(shown, TEXT, "text")
    prose.show_text(shown)
    for view in (lines, prose):
        view.resize(900, 200)
        view.resize(250, 500)
        cursor = QTextCursor(view.document())
        cursor.setPosition(view.toPlainText().index("Paragraph 150 says"))
        assert 0 <= view.cursorRect(cursor).top() < 500
        view.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
        view.resize(400, 300)
        assert view.verticalScrollBar().value() == 0


def test_slides_chapters_and_messages_stand_below_their_names(prose: ProseView) -> None:
    text, second = "Agenda\n\nNotes\nSpeak slowly.", "Costs\n\nThey fell."
    made = Reference(
        Source(1, 1, 1, "t.pptx", Path("/t.pptx"), "", Place(slide=4), second, Span(29, 29 + len(second), 4)),
        "They fell.",
        Span(36, 46, 4),
    )
    both = [
        Excerpt(3, 0, text, (Block(0, 6, BlockKind.HEADING, 1),), 0, len(text)),
        Excerpt(4, 29, second, (Block(0, 5, BlockKind.HEADING, 1),), 29, len(second), "Money"),
    ]
    shown = in_context(made, both, Span(0, 999))
    assert shown is not None
    prose.show_text(shown)
    lines = prose.toPlainText().split("\n")
    assert [line for line in lines if line.startswith("Slide")] == ["Slide 3", "Slide 4 · Money"]
    assert lines.index("Slide 4 · Money") + 1 == lines.index("Costs")
    assert prose.quoted == ["They fell."]


def test_a_chapter_or_message_is_called_by_its_name_and_a_document_without_any_has_no_bands() -> None:
    source = Source(1, 1, 1, "m.mbox", Path("/m.mbox"), "", Place(chapter="message 3: Rent"), "Hi.", Span(0, 3, 1))
    named = in_context(Reference(source), [Excerpt(1, 0, "Hi.", (), 0, 3, "message 3: Rent")], Span(0, 9))
    assert named is not None
    assert named.pages == ((0, "Message 3: Rent"),)
    unnamed = in_context(Reference(source), [Excerpt(1, 0, "Hi.", (), 0, 3)], Span(0, 9))
    assert unnamed is not None
    assert unnamed.pages == ()
