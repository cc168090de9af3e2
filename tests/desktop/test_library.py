"""The library page over a service in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.library import model
from desktop.library.file_manager import select_command
from desktop.library.intake import IntakeStatus
from desktop.library.model import Column, DocumentTable, display_text, kind_of, state_text
from desktop.library.outcome import IntakeOutcome, left_out_text, outcome_sentence
from desktop.library.pace import Pace, rate_words, time_left_words
from desktop.library.page import LibraryPage
from rag.errors import ModelError
from rag.events import DocumentFailed
from rag.types import Document, DocumentState
from tests.fakes.desktop_pages import NOW, PagesAssistant


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant()


def open_page(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> LibraryPage:
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page._looking is None)
    page.show()
    return page


def documents(count: int) -> list[Document]:
    return [
        Document(n, Path(f"/files/{n % 7}/{n * 7919 % count:05d}.pdf"), "", "", "", 1, DocumentState.COMPLETE, pages=n)
        for n in range(1, count + 1)
    ]


def names(table: DocumentTable) -> list[str]:
    return [table.document(row).path.name for row in range(table.rowCount())]


# The table


def test_sorting_by_pages_counts_and_does_not_spell(qtbot: QtBot) -> None:
    table = DocumentTable()
    table.replace(documents(12))
    table.sort(Column.PAGES, Qt.SortOrder.DescendingOrder)
    assert [table.document(row).pages for row in range(3)] == [12, 11, 10]


def test_a_filter_needs_every_word_in_name_or_folder(qtbot: QtBot, assistant: PagesAssistant) -> None:
    table = DocumentTable()
    table.replace([assistant.put(Path("/flat/Lease Berlin.pdf")), assistant.put(Path("/flat/Lease Paris.pdf"))])
    table.show("LEASE berl")
    assert names(table) == ["Lease Berlin.pdf"]


def test_a_state_filter_leaves_only_what_failed(qtbot: QtBot, assistant: PagesAssistant) -> None:
    table = DocumentTable()
    table.replace([assistant.put(Path("/a.pdf")), assistant.put(Path("/b.pdf"), DocumentState.FAILED, "Empty.")])
    table.show("", DocumentState.FAILED)
    assert names(table) == ["b.pdf"]


def test_a_newer_state_of_a_document_changes_its_row_and_adds_none(qtbot: QtBot, assistant: PagesAssistant) -> None:
    table = DocumentTable()
    table.replace([assistant.put(Path("/a.pdf"), DocumentState.READ)])
    table.put(assistant.put(Path("/a.pdf"), DocumentState.COMPLETE))
    assert [table.index(row, Column.STATE).data() for row in range(table.rowCount())] == ["Complete"]


def test_a_failure_says_why_in_its_cell() -> None:
    document = Document(1, Path("/a.pdf"), "", "", "", 1, DocumentState.FAILED, "It needs a password.")
    assert state_text(document) == "Failed: It needs a password."
    assert state_text(replace(document, reason="“a.pdf” is damaged.")) == "Failed: it is damaged."


def test_kinds_are_words_of_a_person() -> None:
    assert [kind_of(Path(name)) for name in ("a.PDF", "b.docx", "c.py", "d.zig", "README")] == [
        "PDF",
        "Word",
        "Python",
        "ZIG",
        "Text",
    ]


def test_sorting_asks_for_each_document_once_or_twice_not_for_each_comparison(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counting(document: Document, column: Column) -> str | float:
        asked.append(document.id)
        return document.path.name

    monkeypatch.setattr(model, "_sort_key", counting)
    table = DocumentTable()
    table.replace(documents(1000))
    asked.clear()
    table.sort(Column.FOLDER)
    assert len(asked) <= 2 * 1000


def test_a_name_that_turns_its_letters_is_shown_escaped() -> None:
    document = replace(documents(1)[0], path=Path("/papers/rent\u202efdp.exe"))
    assert display_text(document, Column.NAME) == "rent\\u202efdp.exe"


def test_a_moment_is_shown_in_the_users_time(assistant: PagesAssistant) -> None:
    document = Document(1, Path("/a.pdf"), "", "", "", 1, DocumentState.READ, added_at=NOW)
    assert str(NOW.astimezone().minute).zfill(2) in display_text(document, Column.ADDED)


# Rates


def test_a_pace_says_nothing_before_it_knows() -> None:
    pace = Pace(clock=iter([0.0, 0.5]).__next__)
    pace.note(0, 100)
    pace.note(5, 100)
    assert pace.seconds_left() is None


def test_a_pace_gives_rate_and_time_left() -> None:
    pace = Pace(clock=iter([0.0, 10.0]).__next__)
    pace.note(0, 100)
    pace.note(20, 100)
    assert (pace.per_second(), pace.seconds_left()) == (2.0, 40.0)


def test_another_total_begins_another_measurement() -> None:
    pace = Pace(clock=iter([0.0, 10.0, 11.0, 12.0]).__next__)
    pace.note(0, 100)
    pace.note(100, 100)
    pace.note(0, 900)
    assert pace.per_second() is None


def test_times_are_rounded_as_a_person_would() -> None:
    assert [time_left_words(seconds) for seconds in (3, 44, 200, 9000, None)] == [
        "a few seconds left",
        "about 40 seconds left",
        "about 3 minutes left",
        "about 2 hours left",
        "",
    ]
    assert rate_words(0.5, "files") == "30 files a minute"


# Taking in


def test_an_empty_library_invites_to_drop_a_folder(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = open_page(qtbot, assistant, lanes)
    assert page._empty.isVisible()


def test_dropped_files_are_read_then_embedded_in_the_write_lane(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    page = open_page(qtbot, assistant, lanes)
    with qtbot.waitSignal(page.library_changed):
        page.add_paths([Path("/in/a.pdf"), Path("/in/b.md")])
    qtbot.waitUntil(lambda: page._table.rowCount() == 2)
    assert [call[0] for call in assistant.calls] == ["add", "embed_pending"]
    assert page._notice._sentence.text() == "2 documents added."


def test_progress_comes_with_a_count_and_ends_with_none(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = open_page(qtbot, assistant, lanes)
    seen: list[object] = []
    page.progressed.connect(seen.append)
    page.add_paths([Path("/in/a.pdf")])
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] is None)
    assert isinstance(seen[0], IntakeStatus)
    assert page._bar.isHidden()


def test_files_that_were_left_out_are_listed_and_can_be_copied(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    assistant.failing = {"scan.pdf": "There is no text in it."}
    page = open_page(qtbot, assistant, lanes)
    page.add_paths([Path("/in/a.pdf"), Path("/in/scan.pdf")])
    qtbot.waitUntil(page._notice.isVisible)
    page._notice._more.click()
    page._notice._copy.click()
    assert page._notice._sentence.text() == "1 document added, 1 could not be read."
    assert QGuiApplication.clipboard().text() == "/in/scan.pdf\n    There is no text in it."


def test_cancel_stops_and_keeps_what_was_read(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.hold = threading.Event()
    page = open_page(qtbot, assistant, lanes)
    page.add_paths([Path(f"/in/{n}.pdf") for n in range(50)])
    qtbot.waitUntil(assistant.held.is_set)
    page._bar._cancel.click()
    qtbot.waitUntil(page._notice.isVisible)
    assert page._notice._sentence.text().startswith("Stopped.")
    assert len(assistant.kept) < 50


def test_pausing_keeps_the_request_and_going_on_finishes_it(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    assistant.hold = threading.Event()
    page = open_page(qtbot, assistant, lanes)
    page.add_paths([Path("/in/a.pdf"), Path("/in/b.pdf")])
    qtbot.waitUntil(assistant.held.is_set)
    with qtbot.waitSignal(page.paused):
        page.pause()
    assistant.hold = None
    page.resume()
    qtbot.waitUntil(page._notice.isVisible)
    assert page._notice._sentence.text() == "2 documents added."


def test_a_second_drop_waits_for_the_first(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = open_page(qtbot, assistant, lanes)
    page.add_paths([Path("/in/a.pdf")])
    page.add_paths([Path("/in/b.pdf")])
    qtbot.waitUntil(lambda: not page._intake.busy and len(assistant.kept) == 2)
    assert [call[0] for call in assistant.calls] == ["add", "embed_pending", "add", "embed_pending"]


def test_an_embedder_that_fails_leaves_the_documents_and_says_so(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    assistant.fail_with = ModelError("The embedder can't be loaded.", "Choose another in Settings.")
    page = open_page(qtbot, assistant, lanes)
    page.add_paths([Path("/in/a.pdf")])
    qtbot.waitUntil(page._notice.isVisible)
    assert page._notice._sentence.text() == "1 document added."
    assert "Choose another in Settings." in page._notice._error.text()


def test_resuming_with_nothing_to_do_is_silent(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = open_page(qtbot, assistant, lanes)
    with qtbot.waitSignal(page.library_changed):
        page.resume()
    assert page._notice.isHidden()
    assert assistant.calls == [("embed_pending",)]


def test_files_go_into_the_hand_picked_collection_that_is_shown(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    assistant.put(Path("/in/a.pdf"))
    assistant.collect("Tax", None, [1])
    page = open_page(qtbot, assistant, lanes)
    page._collections._list.setCurrentRow(1)
    page.add_paths([Path("/in/b.pdf")])
    qtbot.waitUntil(lambda: bool(assistant.calls))
    assert assistant.calls[0] == ("add", (Path("/in/b.pdf"),), "Tax")


def test_putting_documents_in_a_collection_says_just_that(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    document = assistant.put(Path("/in/a.pdf"))
    page = open_page(qtbot, assistant, lanes)
    page.collect([document], "Tax")
    qtbot.waitUntil(page._notice.isVisible)
    assert page._notice._sentence.text() == "1 document is in “Tax” now."


# What is there


def test_choosing_a_collection_shows_its_documents(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    for name in ("a.pdf", "b.pdf"):
        assistant.put(Path("/in") / name)
    assistant.collect("Work", Path("/in"), [2])
    page = open_page(qtbot, assistant, lanes)
    page._collections._list.setCurrentRow(1)
    qtbot.waitUntil(lambda: names(page._table) == ["b.pdf"])


def test_removing_asks_first_and_says_that_quotes_stay(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.put(Path("/in/a.pdf"))
    page = open_page(qtbot, assistant, lanes)
    page._documents._view.selectRow(0)
    page._documents._remove.click()
    box = page.findChild(QMessageBox)
    assert box is not None
    assert "keep their quotes" in box.informativeText()
    assert len(assistant.kept) == 1
    box.buttons()[[each.text() for each in box.buttons()].index("Remove")].click()
    qtbot.waitUntil(lambda: not assistant.kept)


def test_keeping_removes_nothing(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.put(Path("/in/a.pdf"))
    page = open_page(qtbot, assistant, lanes)
    page._documents._view.selectRow(0)
    page._documents._remove.click()
    box = page.findChild(QMessageBox)
    assert box is not None
    box.reject()
    assert len(assistant.kept) == 1


def test_a_quarantined_document_says_why_and_can_be_tried_again(
    qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes
) -> None:
    poison = assistant.put(Path("/in/a.pdf"), DocumentState.QUARANTINED, "“a.pdf” gave nothing for 60 seconds.")
    page = open_page(qtbot, assistant, lanes)
    assert state_text(poison) == "Quarantined: it gave nothing for 60 seconds."
    page._documents._view.selectRow(0)
    assert page._documents._reason.isVisible()
    assert page._documents._reread.text() == "Try again"
    page._documents._reread.click()
    qtbot.waitUntil(lambda: ("retry", (poison.id,)) in assistant.calls)


def test_the_selection_survives_a_reload(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    for name in ("a.pdf", "b.pdf"):
        assistant.put(Path("/in") / name)
    page = open_page(qtbot, assistant, lanes)
    page._documents._view.selectRow(1)
    page.reload()
    qtbot.waitUntil(lambda: page._looking is None)
    assert [each.path.name for each in page._documents.selected()] == ["b.pdf"]


def test_a_failed_look_is_told(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes, monkeypatch: object) -> None:
    def fail() -> list[Document]:
        raise ModelError("The library can't be read.", "Restart Footnote.")

    assistant.collections = fail  # type: ignore[assignment,method-assign]
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: not page._notice.isHidden())
    assert "Restart Footnote." in page._notice._error.text()


def test_every_control_has_a_name_for_screen_readers(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = open_page(qtbot, assistant, lanes)
    view = page._documents
    assert all(each.accessibleName() for each in (view._filter, view._states, view._view, page._collections._list))


def test_a_page_may_die_while_its_jobs_run(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    page = LibraryPage(assistant, lanes)
    page.deleteLater()
    with qtbot.waitSignal(page.destroyed):
        pass


def test_outcomes_are_one_sentence() -> None:
    failed = (DocumentFailed(Path("/x.pdf"), "Broken.", "document_broken"),)
    assert outcome_sentence(IntakeOutcome(added=2, replaced=1, unchanged=1, failed=failed)) == (
        "2 documents added, 1 document read anew, 1 was here already, 1 could not be read."
    )
    assert outcome_sentence(IntakeOutcome()) == "Nothing new was found."
    assert left_out_text(failed) == "/x.pdf\n    Broken."


def test_file_managers_are_asked_in_their_own_words() -> None:
    path = Path("/in/a.pdf")
    assert select_command(path, "darwin") == ["open", "-R", "/in/a.pdf"]
    assert select_command(path, "win32")[0] == "explorer"
    assert select_command(path, "linux") == []
