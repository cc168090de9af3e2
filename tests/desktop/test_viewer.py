"""A source is opened at its quote: in the stored passage always, on the drawn page when the file is still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QImage
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.viewer.examine import boxes_of, examine
from desktop.viewer.opening import open_document
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.passage import PassageView, quote_range
from desktop.viewer.pdf import PagePictures
from desktop.viewer.reference import Reference, of_citation, of_quote, where
from local_models.cancel import never
from rag.errors import DocumentBroken
from rag.types import Page, Place, Scores, Source, Span, TextBox
from tests.fakes.desktop import FakeAssistant

ONE_PAGE_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R>>endobj
4 0 obj<</Length 22>>stream
0 0 0 rg 0 50 200 50 re f
endstream endobj
trailer<</Root 1 0 R>>
"""
"""Its upper half is black."""


def source(path: Path, text: str = "One. Two is here. Three.", **changes: object) -> Source:
    made = Source(1, 7, 1, path.name, path, "Part › A", Place(page=1), text, Span(100, 100 + len(text), 1))
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "half.pdf"
    path.write_bytes(ONE_PAGE_PDF)
    return path


@pytest.fixture
def library(fake_assistant: FakeAssistant, pdf: Path) -> FakeAssistant:
    """The first document is the PDF, unchanged."""
    fake_assistant._documents[1] = replace(
        fake_assistant.document(1),
        path=pdf,
        size=len(ONE_PAGE_PDF),
        sha256=hashlib.sha256(ONE_PAGE_PDF).hexdigest(),
    )
    return fake_assistant


@pytest.fixture
def panel(qtbot: QtBot, lanes: Lanes, library: FakeAssistant) -> Iterator[SourcesPanel]:
    made = SourcesPanel(library, lanes)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(340, 800)
    made.show()
    yield made


def test_the_quote_is_found_by_its_place_and_not_by_its_first_words(tmp_path: Path) -> None:
    twice = source(tmp_path / "a.md", text="Same. Other. Same.")
    assert quote_range(Reference(twice, "Same.", Span(113, 118))) == (13, 18)
    assert quote_range(Reference(twice, "Same.")) == (0, 5)
    assert quote_range(Reference(twice, "Gone.", Span(0, 5))) == (0, 0)
    assert quote_range(Reference(twice)) == (0, 0)


def test_the_quote_is_marked_also_behind_letters_outside_the_first_plane(qtbot: QtBot, tmp_path: Path) -> None:
    view = PassageView()
    qtbot.addWidget(view)
    view.show_reference(Reference(source(tmp_path / "a.md", text="𝒜𝒜 Two is here."), "Two is here."))
    cursor = view.textCursor()
    cursor.setPosition(len("𝒜𝒜 ".encode("utf-16-le")) // 2)
    assert not cursor.charFormat().background().color().alpha() or cursor.position() == 5
    cursor.setPosition(8)
    assert cursor.charFormat().background().color().isValid()
    assert view.toPlainText() == "𝒜𝒜 Two is here."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("removed file", "no longer where it was"),
        ("changed file", "has changed since"),
        ("forgotten document", "changed or removed since"),
    ],
)
def test_a_document_that_is_gone_or_changed_says_so(
    library: FakeAssistant, pdf: Path, change: str, sentence: str
) -> None:
    reference = Reference(source(pdf), "Two is here.")
    if change == "removed file":
        pdf.unlink()
    elif change == "changed file":
        pdf.write_bytes(ONE_PAGE_PDF.replace(b"200 50", b"100 50"))
    else:
        reference = Reference(source(pdf, document_id=None))
    finding = examine(library, reference)  # type: ignore[arg-type]
    assert sentence in finding.notice
    assert finding.page is None


def test_an_unchanged_document_has_no_notice(library: FakeAssistant, pdf: Path) -> None:
    assert examine(library, Reference(source(pdf))).notice == ""  # type: ignore[arg-type]


def test_the_boxes_of_a_quote_are_cut_at_its_letters() -> None:
    page = Page(2, "One. Two is here. Three.", boxes=(TextBox(0, 24, 10, 20, 250, 32),))
    made = Reference(source(Path("a.pdf"), span=Span(100, 124, 2)), "Two is here.", Span(105, 117, 2))
    (box,) = boxes_of(made, page, offset=100)
    assert (box.left, box.right, box.top) == (60, 180, 20)


def test_no_box_is_drawn_where_the_page_says_something_else() -> None:
    page = Page(2, "Other text stands here now.", boxes=(TextBox(0, 27, 10, 20, 250, 32),))
    made = Reference(source(Path("a.pdf")), "Two is here.", Span(105, 117, 2))
    assert boxes_of(made, page, offset=100) == ()


def test_a_quote_that_runs_over_the_page_is_marked_as_far_as_the_page_goes() -> None:
    page = Page(1, "One. Two is", boxes=(TextBox(0, 11, 0, 0, 110, 10),))
    made = Reference(source(Path("a.pdf")), "Two is\n\nhere.", Span(5, 18, 1))
    (box,) = boxes_of(made, page, offset=0)
    assert (box.left, box.right) == (50, 110)


def test_a_page_is_drawn_as_wide_as_asked(pdf: Path) -> None:
    picture = PagePictures().draw(pdf, 1, 400)
    assert (picture.width(), picture.height()) == (400, 200)
    assert picture.pixelColor(200, 40).lightness() < 20
    assert picture.pixelColor(200, 160).lightness() > 230


def test_a_page_that_is_not_there_is_told_with_its_file(pdf: Path) -> None:
    with pytest.raises(DocumentBroken, match=r"half\.pdf"):
        PagePictures().draw(pdf, 9, 400)


def test_opening_a_source_shows_passage_place_and_scores_at_once(panel: SourcesPanel, pdf: Path) -> None:
    panel.open_references([Reference(source(pdf), "Two is here.", None, Scores(3.0, 0.5, 0.9))], 0)
    assert panel._name.text() == "1  half.pdf"
    assert panel._where.text() == "page 1"
    assert panel._heading.text() == "Part › A"
    assert panel._passage.toPlainText() == "One. Two is here. Three."
    assert not panel._scores.isHidden()


def test_the_page_of_a_pdf_is_drawn_with_the_quote_marked(
    panel: SourcesPanel, pdf: Path, library: FakeAssistant, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(1, "One. Two is here. Three.", (), (TextBox(0, 24, 10, 70, 190, 80),), 200, 100)
    monkeypatch.setattr(library, "pages", lambda *_arguments: [page])
    panel.open_references([Reference(source(pdf, span=Span(0, 24, 1)), "Two is here.", Span(5, 17, 1))], 0)
    qtbot.waitUntil(lambda: panel._page.isVisible(), timeout=10_000)
    assert panel._page.marked is not None
    shown: QImage = panel._page.grab().toImage()
    width = shown.width()
    inside = shown.pixelColor(round(width * 100 / 200), round(width * 75 / 200))
    outside = shown.pixelColor(round(width * 20 / 200), round(width * 75 / 200))
    assert inside.blue() < 200 < outside.blue()


def test_next_and_previous_go_round_the_citations(panel: SourcesPanel, library: FakeAssistant) -> None:
    list(library.ask("How long?", never()))
    answer = library.thread(1)[-1].answer
    assert answer is not None
    panel.open_references([of_citation(citation) for citation in answer.citations], 0)
    panel.show_next()
    assert panel._name.text().startswith("2 ")
    panel.show_previous()
    panel.show_previous()
    assert panel._name.text().startswith("3 ")
    assert panel._count.text() == "3 of 3"


def test_the_conversations_sources_are_listed_by_number_and_open_with_a_click(
    panel: SourcesPanel, library: FakeAssistant
) -> None:
    panel.show_sources(library._sources())
    assert [panel._list.item(row).text().split()[0] for row in range(panel._list.count())] == ["1", "2", "3"]
    panel._list.itemClicked.emit(panel._list.item(1))
    assert panel._passage.toPlainText().startswith("Notice must be given")


def test_a_new_conversation_empties_the_panel(panel: SourcesPanel, library: FakeAssistant) -> None:
    panel.show_sources(library._sources())
    panel._list.itemClicked.emit(panel._list.item(1))
    panel.show_sources([])
    assert panel._opened.isHidden()
    assert not panel._empty.isHidden()


def test_a_program_is_never_run_by_opening_a_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []

    def keep(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", keep)
    open_document(tmp_path / "a.pdf")
    open_document(tmp_path / "run.bat")
    open_document(tmp_path / "page.html")
    assert opened == [str(tmp_path / "a.pdf"), str(tmp_path), str(tmp_path)]


def test_a_reference_names_document_and_place(library: FakeAssistant) -> None:
    quote = library._quotes()[2]
    assert where(quote.source) == "moving-out.md · lines 10–14"
    assert of_quote(quote).span == quote.span
