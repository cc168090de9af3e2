"""What was searched for a follow-up is shown above its answer, and can be changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.chat.answer import AnswerView
from desktop.chat.page import ChatPage
from desktop.jobs import Lanes
from tests.fakes.desktop import FakeAssistant


@pytest.fixture
def page(qtbot: QtBot, lanes: Lanes, fake_assistant: FakeAssistant) -> Iterator[ChatPage]:
    made = ChatPage(fake_assistant, lanes)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(800, 700)
    made.show()
    yield made
    fake_assistant.hold.set()


def ask(page: ChatPage, qtbot: QtBot, question: str) -> AnswerView:
    page.ask(question)
    qtbot.waitUntil(lambda: not page.running, timeout=10_000)
    return newest(page)


def newest(page: ChatPage) -> AnswerView:
    view = page._transcript.views()[-1]
    assert isinstance(view, AnswerView)
    return view


def test_a_question_searched_as_it_is_shows_no_line(page: ChatPage, qtbot: QtBot) -> None:
    assert ask(page, qtbot, "How long is the notice period?")._search.isHidden()


def test_what_was_searched_for_stands_above_the_answer_also_when_opened_again(
    page: ChatPage, qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.searched_for = "How high was revenue in 2021?"
    view = ask(page, qtbot, "and in 2021?")
    assert view._search.isVisible()
    assert view._search._words.text() == "Searched for: How high was revenue in 2021?"
    conversation_id = page.conversation_id
    assert conversation_id is not None
    page.new_conversation()
    with qtbot.waitSignal(page._transcript.filled):
        page.open_conversation(conversation_id)
    assert newest(page)._search.text == "How high was revenue in 2021?"


def test_another_search_answers_beside_the_first(page: ChatPage, qtbot: QtBot, fake_assistant: FakeAssistant) -> None:
    fake_assistant.searched_for = "How high was revenue in 2021?"
    first = ask(page, qtbot, "and in 2021?")
    first._search._edit.click()
    assert first._search._field.hasFocus() or first._search._field.isVisible()
    first._search._field.setPlainText("revenue of 2021 in Norway")
    QTest.keyClick(first._search._field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not page.running, timeout=10_000)
    second = newest(page)
    assert second is not first
    assert second._search.text == "revenue of 2021 in Norway"
    qtbot.waitUntil(lambda: not second._actions.branches.isHidden())
    assert len(page._transcript.views()) == 2


def test_escape_leaves_the_search_as_it_was(page: ChatPage, qtbot: QtBot, fake_assistant: FakeAssistant) -> None:
    fake_assistant.searched_for = "How high was revenue in 2021?"
    view = ask(page, qtbot, "and in 2021?")
    view._search._edit.click()
    view._search._field.setPlainText("something else")
    QTest.keyClick(view._search._field, Qt.Key.Key_Escape)
    assert view._search._words.isVisible()
    assert view._search.text == "How high was revenue in 2021?"
    assert not page.running
