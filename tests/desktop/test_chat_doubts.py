"""Sentences that the documents do not carry are marked, counted, told to the keyboard too, and never lost in a copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from desktop.chat.answer import AnswerView
from desktop.chat.doubts import with_doubts
from desktop.chat.prose import ProseView
from local_models.types import Role
from rag.citing import cite
from rag.types import Answer, CheckedSentence, Message, MessageStatus, Mode, SentenceVerdict
from tests.rag.test_citing import BIKES, LEASE, source

SOURCES = (source(1, LEASE), source(2, BIKES, start=7))
WRITTEN = (
    "The monthly rent is 590 euros. [1] Pets are allowed with written consent of the landlord. "
    "A worn chain ruins the cassette [2]."
)


def answer(text: str = WRITTEN) -> Answer:
    cited = cite(text, SOURCES)
    return Answer(
        cited.text, Mode.GROUNDED, citations=cited.citations, sources=SOURCES, sentences=cited.sentences, model="reader"
    )


def message(shown: Answer) -> Message:
    return Message(7, 1, 6, Role.ASSISTANT, shown.text, MessageStatus.COMPLETE, datetime.now(UTC), answer=shown)


@pytest.fixture
def view(qtbot: QtBot) -> AnswerView:
    made = AnswerView()
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show_message(message(answer()))
    made._text.flush()
    return made


def prose(view: AnswerView) -> ProseView:
    return view._text.findChildren(ProseView)[0]


def test_the_head_counts_the_claims_found(view: AnswerView) -> None:
    assert view._head.text() == "2 of 3 claims found in your documents"
    assert view._head.property("role") == "warn"


def test_an_answer_found_altogether_says_so_quietly(view: AnswerView) -> None:
    view.show_message(message(answer("A worn chain ruins the cassette [2].")))
    assert view._head.text() == "1 of 1 claim found in your documents"
    assert view._head.property("role") == "small"


def test_a_stored_answer_that_was_never_checked_has_no_head(view: AnswerView) -> None:
    view.show_message(message(replace(answer(), sentences=())))
    assert view._head.isHidden()


def test_the_sentence_in_doubt_is_marked_and_no_other(view: AnswerView) -> None:
    shown = prose(view).toPlainText().replace("\N{NO-BREAK SPACE}", " ")
    assert shown.startswith("The monthly rent is 590 euros. ?")
    assert shown.count("?") == 1


def test_the_answer_itself_has_no_mark(view: AnswerView) -> None:
    assert view._text.text == answer().text


def test_a_mark_stands_behind_the_numbers_of_its_sentence() -> None:
    text = "It rains often here [1][2]. It snows."
    partly = CheckedSentence(0, 19, SentenceVerdict.PARTLY, "the source says only some of this")
    assert with_doubts(text, [partly]) == f"It rains often here [1][2][{chr(0xE100)}]. It snows."


def test_a_private_character_of_the_model_s_is_no_mark() -> None:
    assert with_doubts(f"It rains [{chr(0xE100)}].", []) == "It rains [\N{REPLACEMENT CHARACTER}]."


def test_the_reason_is_told_beside_the_mark(view: AnswerView, qtbot: QtBot) -> None:
    view.show()
    prose(view).doubt_hovered.emit(0, view.mapToGlobal(view.rect().center()))
    qtbot.waitUntil(QToolTip.isVisible)
    assert "950 euros stands in the source, not 590 euros" in QToolTip.text()
    QToolTip.hideText()


def test_a_click_opens_the_place_that_says_otherwise(view: AnswerView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.references_opened) as opened:
        prose(view).doubt_clicked.emit(0, view.pos())
    references, place = opened.args
    assert references[place].quote == "The monthly rent is 950 euros."


def test_the_mark_is_reached_and_opened_by_the_keyboard(view: AnswerView, qtbot: QtBot) -> None:
    view.show()
    prose(view).setFocus()
    qtbot.keyClick(prose(view), Qt.Key.Key_Tab)
    with qtbot.waitSignal(view.references_opened):
        qtbot.keyClick(prose(view), Qt.Key.Key_Return)
    QToolTip.hideText()


def test_those_who_do_not_see_the_mark_are_told(view: AnswerView) -> None:
    told = view._text.accessibleDescription()
    assert "The monthly rent is 590 euros." in told
    assert "950 euros stands in the source" in told


def test_a_copy_with_the_mouse_says_what_was_not_found(view: AnswerView) -> None:
    browser = prose(view)
    cursor = browser.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, 35)
    browser.setTextCursor(cursor)
    assert "590 euros. [not found in the documents]" in browser.createMimeDataFromSelection().text()
