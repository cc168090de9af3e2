"""The library page and the folders it stands for: watched, away, with rules; and how honest its progress is."""

from __future__ import annotations

import itertools
import random
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.library.intake import IntakeStatus, Request
from desktop.library.intake_bar import IntakeBar
from desktop.library.model import AWAY, Column
from desktop.library.outcome import IntakeOutcome, left_out_text, outcome_sentence
from desktop.library.pace import Pace
from desktop.library.page import LibraryPage
from desktop.library.rules_dialog import RulesDialog
from desktop.library.watching import watched_words
from desktop.settings.page import SettingsPage
from desktop.theme import Theme
from rag.events import AddFinished, DocumentFailed, LeftOut
from rag.folders.watching import Changed, Watched
from rag.store.folder_notes import Folder
from rag.types import DocumentState
from tests.fakes.desktop_pages import PagesAssistant

WORK, STICK = Path("/home/office"), Path("/media/stick")


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant()


@pytest.fixture
def page(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> LibraryPage:
    made = LibraryPage(assistant, lanes)
    qtbot.addWidget(made)
    qtbot.waitUntil(lambda: made._looking is None)
    made.show()
    return made


def followed(assistant: PagesAssistant) -> list[object]:
    return [call[1] for call in assistant.calls if call[0] == "follow"]


def items(page: LibraryPage) -> list[str]:
    view = page._collections._list
    return [view.item(row).text() for row in range(view.count())]


# Watching


def test_what_changes_in_a_folder_is_taken_in_without_a_word(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    page.watch(wanted=True)
    assistant.folders.told.put(Changed((WORK / "a.txt",)))
    with qtbot.waitSignal(page._intake.ended):
        pass
    assert followed(assistant) == [(WORK / "a.txt",)]
    assert page._notice.isHidden()


def test_what_changes_while_something_is_read_waits_and_is_looked_at_together(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    assistant.hold = threading.Event()
    page.add_paths([Path("/in/a.pdf")])
    qtbot.waitUntil(assistant.held.is_set)
    page._follow((WORK / "a.txt",))
    page._follow((WORK / "b.txt", WORK / "a.txt"))
    assistant.hold.set()
    qtbot.waitUntil(lambda: not page._intake.busy and bool(followed(assistant)))
    assert followed(assistant) == [(WORK / "a.txt", WORK / "b.txt")]


def test_what_changes_while_paused_does_not_end_the_pause(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    assistant.hold = threading.Event()
    page.add_paths([Path("/in/a.pdf")])
    qtbot.waitUntil(assistant.held.is_set)
    with qtbot.waitSignal(page.paused):
        page.pause()
    page._follow((WORK / "a.txt",))
    assert page._intake.is_paused
    assistant.hold = None
    page.resume()
    qtbot.waitUntil(lambda: not page._intake.busy and bool(followed(assistant)))


def test_watching_is_switched_off_and_on(qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant) -> None:
    page.watch(wanted=True)
    qtbot.waitUntil(lambda: assistant.folders.watching)
    page.watch(wanted=False)
    qtbot.waitUntil(lambda: not assistant.folders.watching)
    assert "not watched" in page._watching.text()
    page.watch(wanted=True)
    qtbot.waitUntil(lambda: assistant.folders.watching)


def test_closing_does_not_wait_for_the_watching(qtbot: QtBot, assistant: PagesAssistant) -> None:
    lanes = Lanes()
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)
    page.watch(wanted=True)
    qtbot.waitUntil(lambda: assistant.folders.watching)
    lanes.close()
    assert not assistant.folders.watching


def test_the_setting_switches_the_watching(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes, theme: Theme) -> None:
    settings = SettingsPage(assistant, lanes, theme)
    qtbot.addWidget(settings)
    qtbot.waitUntil(settings._watch.isChecked)
    with qtbot.waitSignal(settings.watching_chosen) as told:
        settings._watch.click()
    assert told.args == [False]
    qtbot.waitUntil(lambda: not assistant.wishes.watch)


# Folders that are away


def test_a_folder_that_is_away_says_so_in_the_list_and_at_its_documents(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    document = assistant.put(STICK / "a.pdf")
    assistant.collect("Stick", STICK, [document.id])
    page.reload()
    qtbot.waitUntil(lambda: page._table.rowCount() == 1)
    page.watch(wanted=True)
    assistant.folders.told.put(Watched((STICK,), (STICK,)))
    qtbot.waitUntil(lambda: "Stick  (1)\nnot reachable now" in items(page))
    cell = page._table.index(0, Column.STATE)
    assert cell.data() == AWAY
    assert "can still be asked" in cell.data(Qt.ItemDataRole.ToolTipRole)
    assert page._watching.text() == "“stick” can't be reached now"
    assistant.folders.told.put(Watched((STICK,)))
    qtbot.waitUntil(lambda: "Stick  (1)" in items(page))
    assert page._table.index(0, Column.STATE).data() == "Complete"


def test_a_folder_of_which_a_part_is_away_says_that(qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant) -> None:
    assistant.collect("Work", WORK, [assistant.put(WORK / "a.pdf").id])
    page.reload()
    qtbot.waitUntil(lambda: page._table.rowCount() == 1)
    page._show_watched(Watched((WORK,), (WORK / "archive",)))
    assert "Work  (1)\npartly not reachable now" in items(page)
    assert page._table.index(0, Column.STATE).data() == "Complete"


def test_what_is_watched_is_one_line() -> None:
    assert watched_words(Watched((WORK, STICK))) == "Watching 2 folders for changes"
    assert watched_words(Watched((WORK, STICK), (), (STICK,))) == (
        "Watching 1 folder for changes; looking at “stick” every few minutes"
    )
    assert watched_words(Watched(())) == ""


# Rules


def test_rules_of_a_folder_are_shown_kept_and_looked_at(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    collection = assistant.collect("Work", WORK, [assistant.put(WORK / "a.pdf").id])
    assistant.folders.kept = [Folder(collection, WORK, ("*.log",))]
    page._ask_rules(collection)
    dialog = page.findChild(RulesDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._edit.toPlainText() == "*.log")
    dialog._edit.setPlainText("*.log\n\ndrafts/")
    dialog._keep.click()
    qtbot.waitUntil(lambda: ("add", (WORK,), None) in assistant.calls)
    assert assistant.folders.rules == {collection.id: ["*.log", "drafts/"]}


def test_a_line_that_is_no_rule_is_told_in_the_dialog(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    collection = assistant.collect("Work", WORK, [])
    page._ask_rules(collection)
    dialog = page.findChild(RulesDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog._edit.isEnabled)
    dialog._edit.setPlainText("!")
    dialog._keep.click()
    qtbot.waitUntil(dialog._error.isVisible)
    assert "is no rule" in dialog._error.text()
    dialog.reject()


# Progress


def test_more_files_are_read_before_the_meaning_of_the_first_is_learnt(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    for name in ("a", "b", "c"):
        assistant.put(Path(f"/in/{name}.pdf"), DocumentState.READ)
    unlearnt: list[int] = []
    page._intake.ended.connect(
        lambda _: unlearnt.append(sum(each.state is DocumentState.READ for each in assistant.kept.values()))
    )
    assistant.folders.hold.clear()
    page._intake.start(Request())
    page._intake.start(Request((Path("/in/new.pdf"),)))
    assistant.folders.hold.set()
    qtbot.waitUntil(lambda: len(unlearnt) == 2)
    assert [call[0] for call in assistant.calls] == ["embed_pending", "add", "embed_pending"]
    assert unlearnt == [2, 0]


def test_a_cancel_lets_go_of_what_waits(qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant) -> None:
    assistant.hold = threading.Event()
    page.add_paths([Path(f"/in/{n}.pdf") for n in range(9)])
    qtbot.waitUntil(assistant.held.is_set)
    page._bar._cancel.click()
    qtbot.waitUntil(page._notice.isVisible)
    assert ("forget_waiting",) in assistant.calls
    assert page._notice._sentence.text().startswith("Stopped.")


def test_a_pause_lets_go_of_nothing(qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant) -> None:
    assistant.hold = threading.Event()
    page.add_paths([Path("/in/a.pdf")])
    qtbot.waitUntil(assistant.held.is_set)
    with qtbot.waitSignal(page.paused):
        page.pause()
    assert ("forget_waiting",) not in assistant.calls
    page.cancel()
    qtbot.waitUntil(lambda: ("forget_waiting",) in assistant.calls and not page._intake.busy)


def test_the_finished_notice_says_what_moved_went_and_was_left_out(
    qtbot: QtBot, page: LibraryPage, assistant: PagesAssistant
) -> None:
    left_out = (LeftOut(".jpg files are not read", 3, (WORK / "a.jpg",)),)
    assistant.finished = AddFinished(0, 0, (), 0, 3, 2, 1, left_out, (STICK,))
    page.check_folders()
    qtbot.waitUntil(page._notice.isVisible)
    assert page._notice._sentence.text() == (
        "2 gone from their folders, 3 other files left out. "
        "“stick” can't be reached now; what was read from there can still be asked."
    )
    page._notice._more.click()
    assert page._notice._list.toPlainText() == (".jpg files are not read (3):\n    /home/office/a.jpg\n    and 2 more")


def test_outcomes_name_each_kind_once() -> None:
    outcome = IntakeOutcome(added=1, moved=1, removed=1, unchanged=2)
    assert outcome_sentence(outcome) == (
        "1 document added, 1 found at its new place, 1 gone from its folder, 2 were here already."
    )
    assert outcome_sentence(IntakeOutcome(away=(STICK, WORK))).startswith("“stick” and “office” can't be reached now")
    failed = (DocumentFailed(Path("/x.pdf"), "Broken.", "document_broken"),)
    assert left_out_text(failed, ()) == "/x.pdf\n    Broken."


def test_the_time_left_runs_down_and_hardly_ever_jumps() -> None:
    """Files of 1 to 100 pages in any order, 20 pages a second, on a clock of its own."""
    rng = random.Random(4)
    sizes = [rng.choice((1, 2, 3, 5, 10, 40, 100)) for _ in range(200)]
    now, done, shown = 0.0, 0, []
    pace = Pace(clock=lambda: now)
    pace.note(0, len(sizes), 0.0)
    for number, size in enumerate(sizes, start=1):
        now += size / 20
        done += size
        pace.note(number, len(sizes), done / sum(sizes))
        left = pace.seconds_left()
        if left is not None:
            shown.append((now, left, (sum(sizes) - done) / 20))
    steps = [(after[1] - before[1]) + (after[0] - before[0]) for before, after in itertools.pairwise(shown)]
    total = sum(sizes) / 20
    assert max(abs(step) for step in steps) < 0.1 * total
    assert max(abs(left - true) for _, left, true in shown[10:]) < 0.25 * total
    assert shown[-1][1] < 5


def test_a_first_file_that_took_long_does_not_tell_a_wrong_time_for_long() -> None:
    """One file after 6 s, then 4 a second: of 481 files 2 minutes are left, not 48."""
    now = 0.0
    pace = Pace(clock=lambda: now)
    pace.note(0, 481)
    for number in range(1, 26):
        now = 6.0 + (number - 1) / 4
        pace.note(number, 481)
    left = pace.seconds_left()
    assert left is not None
    assert left < 2 * (481 - 25) * now / 25


def test_what_was_paused_and_goes_on_elsewhere_can_be_paused_again(qtbot: QtBot) -> None:
    bar = IntakeBar()
    qtbot.addWidget(bar)
    bar.begin()
    bar.show_paused()
    bar.show_status(IntakeStatus("Reading b.md", "", 1, 2, 0))
    with qtbot.waitSignal(bar.pause_requested):
        bar._pause.click()
