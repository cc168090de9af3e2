"""The page of reports over a service in memory."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.reports.document_picker import DocumentPicker
from desktop.reports.form import ReportForm
from desktop.reports.page import ReportsPage
from desktop.reports.row_text import cell_html, entry_html
from desktop.reports.rows_model import Entry, RowsModel
from desktop.reports.rows_view import copied
from desktop.reports.saving import save
from desktop.tokens import NIGHT, PAPER
from rag.errors import ModelError, UsageError
from rag.report_types import ReportCell, ReportKind, ReportRow, RowKind
from rag.types import Document
from tests.fakes.desktop_pages import PagesAssistant
from tests.fakes.reports_page import FakeReports, cited, point

FORM, REPORT = 1, 2


@pytest.fixture
def assistant() -> PagesAssistant:
    made = PagesAssistant()
    for name in ("Lease.pdf", "Manual.pdf", "Minutes.docx"):
        made.put(Path(f"/docs/{name}"))
    made.reports = FakeReports()
    return made


@pytest.fixture
def page(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> ReportsPage:
    page = ReportsPage(assistant, lanes)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    return page


def begin(qtbot: QtBot, page: ReportsPage, kind: ReportKind, *documents: int) -> ReportForm:
    page._form._kind = None  # so that the form on screen is not taken for the new one
    page.begin(kind, documents)
    qtbot.waitUntil(lambda: page._middle.currentIndex() == FORM and page._form._kind is kind)
    return page._form


def make(qtbot: QtBot, page: ReportsPage, kind: ReportKind = ReportKind.SUMMARY, *documents: int) -> None:
    begin(qtbot, page, kind, *(documents or (1,)))._start.click()
    qtbot.waitUntil(lambda: page._making is None)


def shown(page: ReportsPage) -> list[str]:
    model = page._view._model
    return [model.index(row).data() for row in range(model.rowCount())]


def test_an_empty_page_says_what_it_is_for(page: ReportsPage) -> None:
    assert page._middle.currentIndex() == 0
    assert [action.text() for action in page._list.menu.actions()][:2] == ["Summarise…", "Compare…"]


def test_a_report_is_begun_from_chosen_documents_and_shown_row_by_row(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    make(qtbot, page, ReportKind.SUMMARY, 2)
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    assert assistant.reports.requests[0].documents == (2,)
    assert shown(page) == ["Rent", "The rent is 950 euros.", "Pets", "Pets need consent."]
    assert page._list._list.count() == 1


def test_stop_keeps_what_was_found(qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant) -> None:
    assistant.reports.hold = threading.Event()
    begin(qtbot, page, ReportKind.SUMMARY, 1)._start.click()
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    assert page._view._progress.isVisible()
    page._view._stop.click()
    qtbot.waitUntil(lambda: page._making is None)
    assert shown(page) == ["Rent", "The rent is 950 euros."]
    assert not page._view._progress.isVisible()
    assert "Stopped" in page._view._notices.text()


def test_while_one_is_made_another_can_be_read_but_none_begun(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    assistant.reports.put(ReportKind.SUMMARY, [point("An older one.")])
    assistant.reports.hold = threading.Event()
    begin(qtbot, page, ReportKind.SUMMARY, 1)._start.click()
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    page._choose(1)
    qtbot.waitUntil(lambda: shown(page) == ["Rent", "An older one."])
    assert not page._view._progress.isVisible()
    form = begin(qtbot, page, ReportKind.SUMMARY, 1)
    assert not form._start.isEnabled()
    with qtbot.waitSignal(page.told) as told:
        assistant.reports.hold.set()
    assert "ready" in told.args[0]


def test_an_error_is_told_and_what_was_found_stays(qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant) -> None:
    assistant.reports.fail_with = ModelError("The embedder is missing.", "Install it again.")
    begin(qtbot, page, ReportKind.SUMMARY, 1)
    with qtbot.waitSignal(page.failed):
        page._form._start.click()
    qtbot.waitUntil(lambda: page._making is None)


def test_a_row_opens_its_place_and_the_next_key_the_one_after(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    make(qtbot, page)
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    page._view._rows.setCurrentIndex(page._view._model.index(1))
    qtbot.keyClick(page._view._rows, Qt.Key.Key_Return)
    assert page.sources.isVisible()
    assert page.sources._count.text() == "1 of 2"
    page.sources.show_next()
    assert page.sources._references[page.sources._place].quote == "Pets need consent."
    qtbot.waitUntil(lambda: page._lanes.read.waiting is False)


def test_closing_the_sources_gives_the_rows_the_keyboard(qtbot: QtBot, page: ReportsPage) -> None:
    make(qtbot, page)
    page._view._open_row(0)
    page.sources.closed.emit()
    assert not page.sources.isVisible()


def test_a_report_is_deleted_after_a_question(qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant) -> None:
    make(qtbot, page)
    qtbot.waitUntil(lambda: page._list._list.count() == 1)
    page._list._list.setCurrentRow(0)
    page._list._ask_deletion()
    box = page.findChild(QMessageBox)
    next(each for each in box.buttons() if each.text() == "Delete").click()
    qtbot.waitUntil(lambda: not assistant.reports.kept)
    qtbot.waitUntil(lambda: page._middle.currentIndex() == 0)


def test_a_deleted_report_that_was_still_being_read_is_not_shown(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    make(qtbot, page)
    report = assistant.reports.report(1)
    page._choose(1)
    page._delete(1)
    page._show_wanted(report)
    assert page._middle.currentIndex() == 0
    qtbot.waitUntil(lambda: not assistant.reports.kept)


def test_a_table_of_facts_opens_the_cell(qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant) -> None:
    row = ReportRow(RowKind.FACTS, (ReportCell("Lease"), cited("950 euros"), ReportCell("")), "Lease")
    assistant.reports.put(ReportKind.FACTS, [row], ("Document", "Rent", "Tenant"))
    page._choose(1)
    qtbot.waitUntil(lambda: page._view._table.rowCount() == 1)
    table = page._view._table
    assert [table.item(0, column).text() for column in range(3)] == ["Lease", "950 euros", "not found"]
    table._open(table.model().index(0, 1))
    assert page.sources.isVisible()
    assert page.sources._references[0].quote == "950 euros"


def test_what_is_the_same_is_hidden_until_it_is_wanted(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    changed = ReportRow(RowKind.CHANGED, (cited("950 euros"), cited("1,020 euros", 2)), "Rent", "number: 950 → 1,020")
    same = ReportRow(RowKind.SAME, (cited("Pets need consent."), cited("Pets need consent.", 3)), "Pets", count=4)
    assistant.reports.put(ReportKind.COMPARISON, [changed, same], ("Old", "New"))
    page._choose(1)
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    page._view._differs.click()
    assert len(shown(page)) == 4
    assert page._view._older.text() == "Old"


def test_a_filter_leaves_rows_with_all_its_words(qtbot: QtBot, page: ReportsPage) -> None:
    make(qtbot, page)
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    page._view._filter.setText("consent pets")
    qtbot.waitUntil(lambda: shown(page) == ["Pets", "Pets need consent."])
    page._view._filter.setText("elephants")
    qtbot.waitUntil(lambda: shown(page) == [])
    assert "No row fits" in page._view._empty.text()


def test_the_whole_report_is_copied_with_its_footnotes(qtbot: QtBot, page: ReportsPage) -> None:
    make(qtbot, page)
    qtbot.waitUntil(lambda: page._view._export.isEnabled())
    page._view._copy_all()
    assert "[^1]: Lease · page 1" in QGuiApplication.clipboard().text()


def test_a_report_is_saved_where_the_user_says(
    qtbot: QtBot, page: ReportsPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(qtbot, page)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out.md"), ""))
    with qtbot.waitSignal(page.told):
        page._view._save_markdown()
    assert (tmp_path / "out.md").read_text(encoding="utf-8").startswith("# Report 1")


def test_a_folder_that_can_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could not be written"):
        save(FakeReports().put(ReportKind.SUMMARY, []), "markdown", tmp_path / "no" / "folder.md")


def test_each_kind_asks_for_what_it_needs(qtbot: QtBot, page: ReportsPage) -> None:
    form = begin(qtbot, page, ReportKind.MENTIONS, 1)
    assert form._problem.text() == "Type a word to look for."
    form._words.setText("deposit, notice period")
    assert form._start.isEnabled()
    assert form.request().topics == ("deposit", "notice period")
    form = begin(qtbot, page, ReportKind.FACTS)
    form._columns.setPlainText("Tenant\n\n Rent ")
    assert form._problem.text() == "Choose a document."
    assert form.request().topics == ("Tenant", "Rent")
    form = begin(qtbot, page, ReportKind.COMPARISON, 2)
    assert form._problem.text() == "Choose two documents."


def test_cards_offer_the_chapters_of_the_documents(qtbot: QtBot, page: ReportsPage) -> None:
    form = begin(qtbot, page, ReportKind.CARDS, 1)
    qtbot.waitUntil(lambda: form._chapter.count() == 3)
    form._chapter.setEditText("Pets")
    assert (form.request().chapter, form.request().length) == ("Pets", 20)


def test_a_model_may_write_only_when_one_is_chosen_that_can(
    qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant
) -> None:
    form = begin(qtbot, page, ReportKind.SUMMARY, 1)
    assert not form._phrased.isVisible()
    assistant.wishes = type(assistant.wishes)(model="qwen")
    page.begin(ReportKind.SUMMARY, (1,))
    qtbot.waitUntil(form._phrased.isVisible)
    form._phrased.setChecked(True)
    assert form.request().phrased


def picker(qtbot: QtBot, documents: list[Document], *chosen: int, most: int = 0) -> DocumentPicker:
    made = DocumentPicker()
    qtbot.addWidget(made)
    made.show_documents(documents, chosen, most=most)
    made.show()
    return made


def test_of_two_documents_the_first_ticked_is_the_older(qtbot: QtBot, assistant: PagesAssistant) -> None:
    made = picker(qtbot, assistant.documents(), 1, most=2)
    made._list.item(2).setCheckState(Qt.CheckState.Checked)
    assert made.chosen == (1, 3)
    made._swap.click()
    assert made.chosen == (3, 1)
    made._list.item(1).setCheckState(Qt.CheckState.Checked)
    assert made.chosen == (1, 2)


def test_choose_all_takes_what_the_filter_shows(qtbot: QtBot, assistant: PagesAssistant) -> None:
    made = picker(qtbot, assistant.documents())
    made._filter.setText("pdf")
    made._all.click()
    assert made.chosen == (1, 2)
    made._filter.clear()
    made._none.click()
    assert made.chosen == ()


def test_rows_that_come_later_join_their_section() -> None:
    model = RowsModel()
    model.replace(ReportKind.SUMMARY, [point("One.")])
    model.append([point("Two.", 2, "Pets")])
    model.append([point("Three.", 3, "Rent")])
    model.append([ReportRow(RowKind.OVERVIEW, (cited("All.", 4),))])
    entries = [model.index(row).data() for row in range(model.rowCount())]
    assert entries == ["In short", "In short. All.", "Rent", "One.", "Three.", "Pets", "Two."]
    places = [model.entry(model.index(row)).reference for row in range(model.rowCount())]
    assert [model.references[place].quote for place in places if place >= 0] == ["All.", "One.", "Three.", "Two."]


def test_a_growing_list_keeps_what_is_there(qtbot: QtBot) -> None:
    model = RowsModel()
    model.replace(ReportKind.SUMMARY, [point("One.")])
    with qtbot.assertNotEmitted(model.modelReset):
        model.append([point("Two.", 2)])
        model.append([point("Three.", 3, "Pets")])
    assert [model.index(row).data() for row in range(model.rowCount())] == ["Rent", "One.", "Two.", "Pets", "Three."]


def test_text_of_a_document_is_never_a_tag() -> None:
    html = cell_html(ReportCell("<b>bold</b> & <img src=x>", marks=((0, 3),)), PAPER)
    assert "<b>" not in html
    assert "<img" not in html
    assert f"background-color:{PAPER.quote}" in html


def test_each_look_has_its_own_colours() -> None:
    entry = Entry(row=ReportRow(RowKind.CHANGED, (cited("a"), cited("b", 2)), note="number: 1 → 2"))
    assert PAPER.warn in entry_html(entry, PAPER)
    assert NIGHT.warn in entry_html(entry, NIGHT)


def test_a_copied_row_says_where_it_stands() -> None:
    assert copied(Entry(row=point("The rent is 950 euros."))) == "The rent is 950 euros.\n[1] Lease · page 1 · Rent"


def test_thousands_of_rows_are_on_screen_at_once(qtbot: QtBot, page: ReportsPage, assistant: PagesAssistant) -> None:
    assistant.reports.put(ReportKind.SUMMARY, [point(f"Sentence {n} of many.", n) for n in range(1, 5001)])
    page._choose(1)
    qtbot.waitUntil(lambda: page._view._model.rowCount() == 5001, timeout=5000)
    page.grab()
    assert len(page._view._rows._delegate._heights) < 200


def test_the_keyboard_stays_with_a_report_that_was_begun_and_moves_to_its_rows(qtbot: QtBot, page: ReportsPage) -> None:
    page.activateWindow()
    form = begin(qtbot, page, ReportKind.SUMMARY, 1)
    form._start.setFocus()
    form._start.click()
    qtbot.waitUntil(lambda: page._making is None)
    assert page._view._rows.hasFocus()
