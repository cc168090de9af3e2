"""A source is opened at its quote: in the stored text always, on the drawn page when the file is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.viewer.examine import Checksums, examine
from desktop.viewer.opened import UNPLACED, OpenedSource
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.reference import Reference, of_citation, of_quote
from local_models.cancel import never
from rag.account import SourceAccount
from rag.errors import DocumentEncrypted
from rag.titles import where
from rag.types import Block, BlockKind, Excerpt, Page, Place, Source, Span, TextBox
from tests.fakes.desktop import FakeAssistant
from tests.fakes.desktop_samples import quotes_of
from tests.fakes.viewer import FakePages

TEXT = "One. Two is here. Three."
BYTES = b"%PDF-1.4 some bytes"


def source(path: Path, text: str = TEXT, **changes: Any) -> Source:
    made = Source(1, 7, 1, path.name, path, "Part › A", Place(page=2), text, Span(100, 100 + len(text), 2))
    return replace(made, **changes)


def quoted(path: Path, **changes: Any) -> Reference:
    return Reference(source(path, **changes), "Two is here.", Span(105, 117, 2))


class Library(FakeAssistant):
    """Its first document is a PDF whose second page says TEXT."""

    stored = TEXT

    def excerpts(self, document_id: int, span: Span) -> list[Excerpt]:
        self.document(document_id)
        start, end = max(0, span.start - 100), min(len(self.stored), span.end - 100)
        if start >= end:
            return []
        blocks = (Block(0, end - start, BlockKind.PARAGRAPH),)
        return [Excerpt(2, 100 + start, self.stored[start:end], blocks, 100, len(self.stored))]

    def pages(self, document_id: int, first: int = 1, last: int | None = None) -> list[Page]:
        boxes = (TextBox(0, 4, 20, 40, 50, 52), TextBox(5, 17, 60, 40, 160, 52), TextBox(18, 24, 20, 60, 70, 72))
        return [Page(2, self.stored, (), boxes, 200, 100)] if first <= 2 else []


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "half.pdf"
    path.write_bytes(BYTES)
    return path


@pytest.fixture
def library(tmp_path: Path, pdf: Path) -> Library:
    made = Library(tmp_path)
    checksum = hashlib.sha256(BYTES).hexdigest()
    made._documents[1] = replace(made.document(1), path=pdf, size=len(BYTES), sha256=checksum)
    return made


@pytest.fixture
def pages() -> FakePages:
    return FakePages()


@pytest.fixture
def panel(qtbot: QtBot, lanes: Lanes, library: Library, pages: FakePages) -> Iterator[SourcesPanel]:
    made = SourcesPanel(library, lanes, pages=pages)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(340, 800)
    made.show()
    yield made


def opened(panel: SourcesPanel, qtbot: QtBot, reference: Reference) -> OpenedSource:
    """When nothing more is to come."""
    panel.open_references([reference], 0)
    view = panel.opened
    qtbot.waitUntil(lambda: not view.busy, timeout=10_000)
    return view


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("removed file", "no longer where it was"),
        ("changed file", "has changed since"),
        ("forgotten document", "no longer in the library"),
        ("read anew", "was read anew since"),
    ],
)
def test_a_document_that_is_gone_or_changed_says_so_and_is_shown_as_stored(
    library: Library, pdf: Path, change: str, sentence: str
) -> None:
    reference = quoted(pdf)
    if change == "removed file":
        pdf.unlink()
    elif change == "changed file":
        pdf.write_bytes(BYTES + b" and more")
    elif change == "read anew":
        library.stored = "Something else stands here now."
    else:
        reference = quoted(pdf, document_id=None)
    finding = examine(library, reference)  # type: ignore[arg-type]
    assert sentence in finding.notice
    assert not finding.drawable
    shown = finding.shown
    assert shown.quote is not None
    assert shown.text[slice(*shown.quote)] == "Two is here."


def test_an_unchanged_document_has_no_notice_and_words_to_mark(library: Library, pdf: Path) -> None:
    finding = examine(library, quoted(pdf))  # type: ignore[arg-type]
    assert finding.notice == ""
    assert finding.drawable
    (word,) = finding.words[2]
    assert (word.text, word.first, word.last) == ("Two is here.", 0, 12)
    assert finding.column == (20, 160)


def test_half_a_word_is_marked_by_its_letters(library: Library, pdf: Path) -> None:
    half = Reference(source(pdf), "is here.", Span(109, 117, 2))
    (word,) = examine(library, half).words[2]  # type: ignore[arg-type]
    assert (word.first, word.last) == (4, 12)


def test_a_quote_that_is_not_where_it_was_marks_nothing(library: Library, pdf: Path) -> None:
    moved = Reference(source(pdf), "Two is here.", Span(106, 118, 2))
    finding = examine(library, moved)  # type: ignore[arg-type]
    assert finding.words == {}
    assert finding.shown.quote is None


def test_a_checksum_is_taken_once_and_again_after_a_change(pdf: Path, library: Library) -> None:
    checksums, document = Checksums(), library.document(1)
    assert not checksums.differs(pdf, document, never())
    pdf.write_bytes(BYTES.replace(b"some", b"sane"))
    assert checksums.differs(pdf, document, never())
    pdf.unlink()
    assert checksums.differs(pdf, document, never())


def test_opening_a_source_shows_place_and_scores_at_once(panel: SourcesPanel, pdf: Path) -> None:
    noted = SourceAccount(1, words=14.2, vectors=0.5, fused=0.9, by_words=0.62, by_meaning=0.4)
    panel.open_references([replace(quoted(pdf), scores=noted)], 0)
    view = panel.opened
    assert view._name.text() == "1  half.pdf"
    assert view._where.text() == "page 2 · Part › A"
    assert not view._scores.isHidden()
    told = [each.text().replace("\N{NO-BREAK SPACE}", " ") for each in view._scores.findChildren(QLabel)]
    assert told == ["words", "62 %", "meaning", "40 %", "together", "90 %"]


def test_the_page_of_a_pdf_is_drawn_with_the_quote_marked(panel: SourcesPanel, pdf: Path, qtbot: QtBot) -> None:
    view = opened(panel, qtbot, quoted(pdf))
    assert view.shows_page
    assert view.page_view.marks_on(1) == ((60, 40, 160, 52),)
    assert view.page_view.number == 2
    assert view._notice.isHidden()


def test_a_quote_that_is_not_found_on_the_page_leaves_it_unmarked_and_says_so(
    panel: SourcesPanel, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    pages.placed = False
    view = opened(panel, qtbot, quoted(pdf))
    assert view.shows_page
    assert view.page_view.marks_on(1) == ()
    assert view._notice.text() == UNPLACED


def test_a_file_that_changed_but_kept_its_size_gives_way_to_the_stored_text(
    panel: SourcesPanel, pdf: Path, qtbot: QtBot
) -> None:
    pdf.write_bytes(BYTES.replace(b"some", b"sane"))
    view = opened(panel, qtbot, quoted(pdf))
    assert not view.shows_page
    assert "has changed since" in view._notice.text()
    assert view._prose.toPlainText() == TEXT


def test_a_file_that_is_protected_now_is_shown_as_it_was_read(
    panel: SourcesPanel, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    pages.fail_with = DocumentEncrypted("“half.pdf” is protected by a password now.", "This is its text.")
    view = opened(panel, qtbot, quoted(pdf))
    assert not view.shows_page
    assert "protected by a password" in view._notice.text()
    assert view._prose.quoted == ["Two is here."]


def test_the_text_of_a_page_can_be_asked_for_and_left_again(panel: SourcesPanel, pdf: Path, qtbot: QtBot) -> None:
    view = opened(panel, qtbot, quoted(pdf))
    view._bar._text.click()
    assert view._prose.toPlainText() == TEXT
    view._bar._text.click()
    assert view.shows_page


def test_what_comes_for_a_source_that_was_left_is_dropped(panel: SourcesPanel, pdf: Path, qtbot: QtBot) -> None:
    first, second = quoted(pdf), Reference(source(pdf, number=2), "Three.", Span(118, 124, 2))
    panel.open_references([first, second], 0)
    panel.show_next()
    qtbot.waitUntil(lambda: not panel.opened.busy, timeout=10_000)
    assert panel.opened._name.text().startswith("2 ")
    assert panel.opened.page_view.marks_on(1) == ((20, 60, 70, 72),)


def test_next_and_previous_go_round_the_citations(panel: SourcesPanel, library: Library) -> None:
    list(library.ask("How long?", never()))
    answer = library.thread(1)[-1].answer
    assert answer is not None
    panel.open_references([of_citation(citation) for citation in answer.citations], 0)
    panel.show_next()
    assert panel.opened._name.text().startswith("2 ")
    panel.show_previous()
    panel.show_previous()
    assert panel.opened._name.text().startswith("3 ")
    assert panel._count.text() == "3 of 3"


def test_the_conversations_sources_are_listed_by_number_and_open_with_a_click(
    panel: SourcesPanel, library: Library
) -> None:
    panel.show_sources(library._sources())
    assert [panel._list.item(row).text().split()[0] for row in range(panel._list.count())] == ["1", "2", "3"]
    panel._list.itemClicked.emit(panel._list.item(1))
    assert panel.opened._name.text().startswith("2 ")
    assert panel._list.currentRow() == 1


def test_a_new_conversation_empties_the_panel(panel: SourcesPanel, library: Library) -> None:
    panel.show_sources(library._sources())
    panel._list.itemClicked.emit(panel._list.item(1))
    panel.show_sources([])
    assert panel.opened.isHidden()
    assert not panel._empty.isHidden()


def test_a_pdf_among_the_sources_makes_the_drawing_ready(
    panel: SourcesPanel, library: Library, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    panel.show_sources([source(pdf.with_name("gone.pdf"))])
    panel.show_sources([source(pdf)])
    qtbot.waitUntil(lambda: pages.warmed, timeout=10_000)


def test_the_drawing_is_made_ready_when_passages_of_a_pdf_are_found_and_for_no_other_file(
    panel: SourcesPanel, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    panel.expect([pdf.with_suffix(".md")])
    assert not panel._readiness.waits
    panel.expect([pdf.with_suffix(".md"), pdf])
    qtbot.waitUntil(lambda: pages.warmed, timeout=10_000)
    assert panel._readiness.waits


def test_the_drawing_rests_when_nobody_has_looked_for_a_while_and_not_before(
    panel: SourcesPanel, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    opened(panel, qtbot, quoted(pdf))
    pages.warm()
    panel._readiness._idle.timeout.emit()
    assert panel._readiness.waits
    assert pages.warmed
    panel.hide()
    panel._readiness._idle.timeout.emit()
    qtbot.waitUntil(lambda: not pages.warmed, timeout=10_000)


def test_the_drawing_is_made_ready_again_after_a_rest(
    panel: SourcesPanel, pdf: Path, pages: FakePages, qtbot: QtBot
) -> None:
    panel.show_sources([source(pdf)])
    qtbot.waitUntil(lambda: pages.warmed, timeout=10_000)
    pages.rest()
    panel.show_sources([source(pdf, number=2)])
    qtbot.waitUntil(lambda: pages.warmed, timeout=10_000)


def test_a_source_is_read_large_and_small_and_the_choice_holds_for_the_next(
    panel: SourcesPanel, pdf: Path, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(panel.enlarged):
        panel.change_size()
    opened(panel, qtbot, quoted(pdf))
    with qtbot.waitSignal(panel.enlarged):
        panel.change_size()
    with qtbot.waitSignal(panel.reduced):
        qtbot.keyClick(panel.opened.page_view, Qt.Key.Key_Escape)  # type: ignore[no-untyped-call]
    assert not panel.large
    assert panel.prefers_large
    panel.open_references([quoted(pdf)], 0)
    assert panel.large


def test_escape_closes_the_panel_when_it_is_small(panel: SourcesPanel, pdf: Path, qtbot: QtBot) -> None:
    view = opened(panel, qtbot, quoted(pdf))
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(view.page_view, Qt.Key.Key_Escape)  # type: ignore[no-untyped-call]


def test_pages_are_turned_and_sizes_changed_by_keys(panel: SourcesPanel, pdf: Path, qtbot: QtBot) -> None:
    view = opened(panel, qtbot, quoted(pdf))
    panel.activateWindow()
    view.page_view.setFocus()
    before = view.page_view.zoom
    view._larger()
    assert view.page_view.zoom == pytest.approx(before * 1.2, rel=0.01)
    view._usual_size()
    assert view.page_view.fits_width
    view._previous_page()
    assert view.page_view.number == 1
    assert view._bar._number.text() == "1"


def test_a_reference_names_document_and_place(library: Library) -> None:
    quote = quotes_of(library._sources())[2]
    assert where(quote.source) == "moving-out.md · lines 10–14"
    assert of_quote(quote).span == quote.span


def test_more_of_the_document_is_shown_when_asked_for(panel: SourcesPanel, library: Library, qtbot: QtBot) -> None:
    notes = library.data_dir / "notes.txt"
    notes.write_text("x", "utf-8")
    library._documents[1] = replace(library.document(1), path=notes, media_type="text/plain", size=1)
    library.stored = TEXT + "\nA line.\n" * 5000
    view = opened(panel, qtbot, quoted(notes, place=Place(lines=(1, 1))))
    assert not view._bar._more.isHidden()
    short = len(view._lines.toPlainText())
    view._bar._more.click()
    qtbot.waitUntil(lambda: len(view._lines.toPlainText()) > short, timeout=10_000)
    assert view._lines.toPlainText().startswith(TEXT)
