"""The list of conversations: by day, searched, renamed, deleted with a way back."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.chat.conversations import ConversationList, day_name, file_name
from desktop.jobs import Lanes
from local_models.cancel import never
from rag.errors import FootnoteError
from tests.fakes.desktop import FakeAssistant

TODAY = date(2026, 11, 19)  # a Thursday


@pytest.fixture
def conversations(qtbot: QtBot, lanes: Lanes, fake_assistant: FakeAssistant) -> ConversationList:
    for title in ("First", "Second", "Third"):
        fake_assistant.new_conversation(title=title)
    made = ConversationList(fake_assistant, lanes)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: len(titles(made)) == 3)
    return made


def titles(view: ConversationList) -> list[str]:
    items = [view._model.item(row) for row in range(view._model.rowCount())]
    return [item.text() for item in items if item.data(Qt.ItemDataRole.UserRole)]


def choose(view: ConversationList, title: str) -> None:
    for row in range(view._model.rowCount()):
        if view._model.item(row).text() == title:
            view._view.setCurrentIndex(view._model.index(row, 0))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (19, "Today"),
        (18, "Yesterday"),
        (16, "Earlier this week"),
        (14, "Last week"),
        (2, "November 2026"),
    ],
)
def test_conversations_are_grouped_by_day(day: int, name: str) -> None:
    assert day_name(datetime(2026, 11, day, 12).astimezone(), TODAY) == name


def test_the_newest_stands_first_below_its_day(conversations: ConversationList) -> None:
    assert titles(conversations) == ["Third", "Second", "First"]
    assert conversations._model.rowCount() == 4


def test_the_search_field_finds_conversations(conversations: ConversationList, qtbot: QtBot) -> None:
    conversations._search.setText("seco")
    qtbot.waitUntil(lambda: titles(conversations) == ["Second"])
    conversations._search.setText("nothing like it")
    qtbot.waitUntil(lambda: not titles(conversations))
    assert conversations._empty.text() == "Nothing found."


def test_renaming_in_the_list_renames_the_conversation(
    conversations: ConversationList, qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    conversations._model.item(1).setText("  A better   name ")
    qtbot.waitUntil(lambda: fake_assistant.conversation(3).title == "A better name")


def test_an_empty_name_is_put_back(conversations: ConversationList, fake_assistant: FakeAssistant) -> None:
    conversations._model.item(1).setText("   ")
    assert conversations._model.item(1).text() == "Third"
    assert fake_assistant.conversation(3).title == "Third"


def test_a_deleted_conversation_can_be_brought_back(
    conversations: ConversationList, qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    choose(conversations, "Second")
    conversations._delete()
    qtbot.waitUntil(lambda: titles(conversations) == ["Third", "First"])
    assert fake_assistant.conversation(2).title == "Second"
    conversations._undo.undone.emit()
    qtbot.waitUntil(lambda: titles(conversations) == ["Third", "Second", "First"])


def test_deleting_the_next_one_makes_the_first_deletion_final(
    conversations: ConversationList, qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    choose(conversations, "Second")
    conversations._delete()
    qtbot.waitUntil(lambda: titles(conversations) == ["Third", "First"])
    choose(conversations, "First")
    conversations._delete()
    qtbot.waitUntil(lambda: 2 not in {head.id for head in fake_assistant.conversations()})
    assert conversations.take_deleted() == 1


def test_a_conversation_is_exported_in_the_layout_of_the_files_ending(
    conversations: ConversationList, fake_assistant: FakeAssistant, tmp_path: Path, qtbot: QtBot
) -> None:
    list(fake_assistant.ask("How long?", never(), conversation_id=1))
    for name, begins in (("a.html", "<!DOCTYPE html>"), ("a.txt", "First\n"), ("no ending", "# First")):
        with qtbot.waitSignal(conversations.exported) as exported:
            conversations.export(1, tmp_path / name)
        written = exported.args[0].read_text()
        assert written.startswith(begins)
        assert "Lease Rosenweg 12.pdf" in written
        assert "Written by a language model" in written


def test_an_export_that_can_not_be_written_is_told(
    conversations: ConversationList, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(conversations.failed) as failed:
        conversations.export(1, tmp_path / "missing" / "a.md")
    assert isinstance(failed.args[0], FootnoteError)
    assert "a.md" in str(failed.args[0])


def test_the_conversation_on_screen_is_exported_and_in_the_list_the_chosen_one(
    conversations: ConversationList, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    proposed: list[str] = []

    def choose_none(_parent: object, _title: str, path: str, _layouts: str) -> tuple[str, str]:
        proposed.append(Path(path).name)
        return "", ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose_none)
    conversations.ask_export()
    conversations.select(3)
    conversations.ask_export()
    choose(conversations, "Second")
    conversations._view.setFocus()
    qtbot.waitUntil(conversations._view.hasFocus)
    conversations.ask_export()
    assert proposed == ["Third.md", "Second.md"]


@pytest.mark.parametrize(
    ("title", "name"),
    [("Rent: 950/month?", "Rent 950 month"), ("...", "Conversation"), ("a" * 200, "a" * 80), ("租赁", "租赁")],
)
def test_a_title_becomes_a_file_name_that_every_system_takes(title: str, name: str) -> None:
    assert file_name(title) == name
