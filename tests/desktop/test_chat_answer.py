"""An answer is shown while it is written, then with its citations; only the last block is drawn again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop.chat.answer import AnswerView
from desktop.chat.answer_text import AnswerText
from desktop.chat.code_block import CodeBlock
from desktop.chat.prose import ProseView
from desktop.notices import ErrorCard, NoticeLine
from local_models.cancel import never
from rag.errors import ModelNotFound
from rag.events import AskEvent, Delta, Notice
from rag.types import Mode
from tests.fakes.desktop import FakeAssistant
from tests.fakes.desktop_samples import ANSWER


@pytest.fixture
def events(fake_assistant: FakeAssistant) -> list[AskEvent]:
    return list(fake_assistant.ask("How long is the notice period?", never()))


@pytest.fixture
def answer(qtbot: QtBot, events: list[AskEvent]) -> AnswerView:
    view = AnswerView()
    qtbot.addWidget(view)
    for event in events:
        view.apply(event)
    view._text.flush()
    return view


def prose_of(view: AnswerText) -> list[ProseView]:
    return view.findChildren(ProseView)


def test_pieces_add_up_to_the_same_text_as_the_whole(qtbot: QtBot) -> None:
    growing = AnswerText()
    whole = AnswerText()
    for view in (growing, whole):
        qtbot.addWidget(view)
        view.know(frozenset({1, 2, 3}))
    for start in range(0, len(ANSWER), 7):
        growing.append(ANSWER[start : start + 7])
        growing.flush()
    whole.show_text(ANSWER)
    whole.flush()
    assert growing.text == whole.text == ANSWER
    shown = "".join(view.toPlainText() for view in growing.findChildren(ProseView) if view.isVisibleTo(growing))
    expected = "".join(view.toPlainText() for view in whole.findChildren(ProseView))
    assert shown.split() == expected.split()


def test_a_settled_block_is_not_drawn_again(qtbot: QtBot) -> None:
    view = AnswerText()
    qtbot.addWidget(view)
    view.append("First paragraph.\n\nSecond ")
    view.flush()
    drawn: list[int] = []
    first = prose_of(view)[0]
    first.document().contentsChanged.connect(lambda: drawn.append(1))
    view.append("paragraph.\n\nThird.")
    view.flush()
    assert len(prose_of(view)) == 3
    assert not drawn


def test_deltas_are_drawn_at_most_thirty_times_a_second(qtbot: QtBot) -> None:
    view = AnswerText()
    qtbot.addWidget(view)
    drawn: list[int] = []
    view.redrawn.connect(lambda: drawn.append(1))
    for _ in range(200):
        view.append("word ")
    assert not drawn
    with qtbot.waitSignal(view.redrawn):
        pass
    assert len(drawn) == 1


def test_code_gets_its_own_block_with_a_copy_button(answer: AnswerView, qtbot: QtBot) -> None:
    block = answer.findChild(CodeBlock)
    assert block is not None
    assert block.code.startswith("def last_day")
    block._copy.click()
    assert QGuiApplication.clipboard().text() == block.code


def test_quotes_are_shown_with_their_number_and_place(answer: AnswerView) -> None:
    rows = answer._quote_list._rows
    assert [row.accessibleName().split(":")[0] for row in rows] == ["Quote 1", "Quote 2", "Quote 3"]
    assert rows[0].accessibleDescription() == "Lease Rosenweg 12.pdf · page 4"


def test_clicking_a_mark_opens_its_citation_among_the_others(answer: AnswerView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(answer.references_opened) as opened:
        prose_of(answer._text)[0].anchorClicked.emit(QUrl("footnote:1"))
    references, place = opened.args
    assert place == 1
    assert references[1].quote == "Notice must be given in writing and signed by hand."


def test_clicking_a_quote_opens_it(answer: AnswerView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(answer.references_opened) as opened:
        answer._quote_list._rows[2].clicked.emit()
    references, place = opened.args
    assert (len(references), place) == (3, 2)


def test_a_mark_opens_its_source_before_the_answer_is_checked(qtbot: QtBot, events: list[AskEvent]) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    for event in events:
        if isinstance(event, Delta):
            break
        view.apply(event)
    view.apply(Delta("three months [1]"))
    view._text.flush()
    with qtbot.waitSignal(view.references_opened) as opened:
        view._open_mark(0)
    assert opened.args[0][opened.args[1]].source.number == 1


def test_the_copied_text_has_its_footnotes_below(answer: AnswerView) -> None:
    copied = answer.copied().plain
    assert copied.startswith("The notice period")
    assert "\n[2] Lease Rosenweg 12.pdf · pages 4–5: “Notice must be given in writing and signed by hand.”" in copied


def test_an_abstention_is_plain_and_offers_to_answer_without_documents(
    qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.abstain = True
    view = AnswerView()
    qtbot.addWidget(view)
    for event in fake_assistant.ask("Who won the cup?", never()):
        view.apply(event)
    assert prose_of(view._text)[0].toPlainText().strip() == "Your documents do not say."
    assert view._quote_list._heading.text() == "The nearest passages"
    assert not view._offer.isHidden()
    with qtbot.waitSignal(view.without_documents_requested):
        view._offer._answer.click()


def test_a_failure_keeps_what_was_written_and_offers_to_try_again(qtbot: QtBot) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    view.apply(Delta("Half an ans"))
    view.show_failure(ModelNotFound("The model is gone.", "Choose another."))
    card = view.findChild(ErrorCard)
    assert card is not None
    assert prose_of(view._text)[0].toPlainText().strip() == "Half an ans"
    with qtbot.waitSignal(view.again_requested):
        card.retry_requested.emit()


def test_a_notice_is_one_calm_line(qtbot: QtBot) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    view.apply(Notice("Two earlier turns were left out."))
    lines = view.findChildren(NoticeLine)
    assert [line.accessibleName() for line in lines] == ["Two earlier turns were left out."]


def test_quotes_mode_shows_the_quotes_and_not_their_text_twice(qtbot: QtBot, fake_assistant: FakeAssistant) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    for event in fake_assistant.ask("notice", never(), mode=Mode.QUOTES):
        view.apply(event)
    assert view._text.isHidden()
    assert len(view._quote_list._rows) == 3


def test_a_stored_answer_looks_like_the_one_that_was_written(
    qtbot: QtBot, tmp_path: Path, fake_assistant: FakeAssistant, answer: AnswerView
) -> None:
    stored = AnswerView()
    qtbot.addWidget(stored)
    stored.show_message(fake_assistant.thread(1)[-1])
    stored._text.flush()
    assert stored.copied().plain.splitlines()[:-1] == answer.copied().plain.splitlines()[:-1]
    assert len(stored._quote_list._rows) == len(answer._quote_list._rows)
