"""What an answer says of itself in the window: where it is from, how it was made, how sure the model was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop.chat.account import AccountView
from desktop.chat.answer import AnswerView
from desktop.chat.markdown import split_blocks
from desktop.chat.page import ChatPage
from desktop.chat.prose import ProseView
from desktop.chat.shade import STRONGEST, Stretch, letters, positions, stretches
from desktop.jobs import Lanes
from desktop.tokens import NIGHT, PAPER, Colours, contrast
from local_models.cancel import never
from rag.account import Account, Certainty, ModelAccount, SourceAccount
from rag.sentences import sentences
from rag.types import Mode
from tests.fakes.desktop import FakeAssistant
from tests.fakes.desktop_samples import ANSWER

ACCOUNT = Account(
    searched=True, documents=4, passages=64, read=12, given=2, model=ModelAccount("Bundled reader", "/m/reader.gguf"),
    sources=(
        SourceAccount(1, 12.4, 0.6, 0.6, 0.7, 0.5, ("notice period",), (), "three months", 0.9, given=True),
        SourceAccount(2, 3.0, 0.2, 0.3, 0.2, 0.2),
    ),
)  # fmt: skip

Answered = Callable[..., AnswerView]


@pytest.fixture
def answered(qtbot: QtBot, fake_assistant: FakeAssistant) -> Answered:
    def make(mode: Mode = Mode.GROUNDED) -> AnswerView:
        view = AnswerView()
        qtbot.addWidget(view)
        for event in fake_assistant.ask("How long?", never(), mode=mode):
            view.apply(event)
        view._text.flush()
        return view

    return make


def test_an_answer_from_the_documents_carries_no_mark(answered: Answered) -> None:
    assert answered()._mark.isHidden()


def test_an_answer_without_documents_is_marked_from_its_first_word(qtbot: QtBot, fake_assistant: FakeAssistant) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    view.apply(next(iter(fake_assistant.ask("How long?", never(), mode=Mode.FREE))))
    assert not view._mark.isHidden()
    assert "without your documents" in view._status.text()


def test_the_mark_stays_when_the_answer_is_opened_again_and_goes_along_when_it_is_copied(
    qtbot: QtBot, answered: Answered, fake_assistant: FakeAssistant
) -> None:
    answered(Mode.FREE)
    stored = AnswerView()
    qtbot.addWidget(stored)
    stored.show_message(fake_assistant.thread(1)[-1])
    assert not stored._mark.isHidden()
    stored._actions._copy.click()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text().startswith("Not from your documents.")
    assert "<strong>Not from your documents.</strong>" in data.html()


def test_copying_gives_text_html_and_markdown_each_with_footnotes_and_who_wrote_it(answered: Answered) -> None:
    view = answered()
    view._actions._copy.click()
    data = QGuiApplication.clipboard().mimeData()
    markdown = bytes(data.data("text/markdown").data()).decode()
    for text in (data.text(), data.html(), markdown):
        assert "Notice must be given in writing and signed by hand." in text
        assert "Written by a language model (Bundled reader) with Footnote on 20" in text
    assert "**three months**" in markdown
    assert "three months to the end" in data.text()


def test_it_can_be_copied_as_markdown(answered: Answered) -> None:
    view = answered()
    copy, markdown = view._actions._copy.actions()
    markdown.trigger()
    assert "**three months**" in QGuiApplication.clipboard().text()
    copy.trigger()
    assert "**three months**" not in QGuiApplication.clipboard().text()


def test_a_part_that_is_copied_with_the_mouse_takes_its_footnotes_along(answered: Answered) -> None:
    prose = answered()._text.findChildren(ProseView)[0]
    cursor = prose.document().find("end of a month")
    cursor.movePosition(QTextCursor.MoveOperation.NextCharacter, QTextCursor.MoveMode.KeepAnchor, 4)
    prose.setTextCursor(cursor)
    copied = prose.createMimeDataFromSelection()
    assert copied.text().startswith("end of a month [1],")
    assert "[1] Lease Rosenweg 12.pdf" in copied.text()
    assert "[2]" not in copied.text()
    assert "Written by a language model" in copied.text()


def test_a_few_words_that_are_copied_stay_as_they_are(answered: Answered) -> None:
    prose = answered()._text.findChildren(ProseView)[0]
    prose.setTextCursor(prose.document().find("three months"))
    assert prose.createMimeDataFromSelection().text() == "three months"


def test_all_of_an_answer_without_documents_is_copied_with_its_mark(answered: Answered) -> None:
    prose = answered(Mode.FREE)._text.findChildren(ProseView)[0]
    prose.selectAll()
    assert "Not from your documents." in prose.createMimeDataFromSelection().text()


def test_where_the_model_can_only_read_the_offer_says_what_is_needed(
    qtbot: QtBot, answered: Answered, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.abstain = True
    view = answered()
    view.show_needed("Add a bigger model with `footnote models add FILE`.")
    assert view._offer._answer.isHidden()
    assert view._offer._words.text() == "Add a bigger model with “footnote models add FILE”."
    with qtbot.waitSignal(view.models_requested):
        view._offer._models.click()


def test_answering_without_documents_adds_a_marked_answer_beside_the_abstention(
    qtbot: QtBot, lanes: Lanes, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.abstain = True
    page = ChatPage(fake_assistant, lanes)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.ask("Who won?")
    qtbot.waitUntil(lambda: not page.running)
    qtbot.waitUntil(lambda: not page._answer._offer.isHidden())  # type: ignore[union-attr]
    assert page._answer is not None
    page._answer._offer._answer.click()
    qtbot.waitUntil(lambda: page.running)
    qtbot.waitUntil(lambda: not page.running)
    _, answer = page._transcript.views()
    assert isinstance(answer, AnswerView)
    assert not answer._mark.isHidden()
    qtbot.waitUntil(lambda: answer._actions.branches._count.text() == "2/2")
    head = fake_assistant.conversation(page.conversation_id or 0)
    assert head.mode is Mode.GROUNDED
    answer._actions._again.click()
    qtbot.waitUntil(lambda: page.running)
    qtbot.waitUntil(lambda: not page.running)
    assert page._answer is not answer
    assert page._answer.free


def test_the_page_recalls_what_is_needed_and_whether_certainty_is_shown(
    qtbot: QtBot, lanes: Lanes, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.abstain = True
    page = ChatPage(fake_assistant, lanes)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    page.ask("Who won?")
    qtbot.waitUntil(lambda: not page.running)
    fake_assistant.needed = "Add a model."
    fake_assistant.save_preferences(replace(fake_assistant.preferences(), certainty=True))
    page.recall()
    view = page._answer
    assert view is not None
    qtbot.waitUntil(lambda: view._offer.needed == "Add a model.")
    assert view._shows_certainty


def test_nothing_is_told_of_an_answer_of_which_nothing_was_noted(answered: Answered) -> None:
    assert answered()._account.isHidden()


def test_how_it_was_answered_opens_by_key_and_says_why_each_source(
    qtbot: QtBot, answered: Answered, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.account = ACCOUNT
    account = answered()._account
    assert not account.isHidden()
    assert account.texts() == []
    QTest.keyClick(account._toggle, Qt.Key.Key_Return)
    texts = account.texts()
    assert "All your documents: 4 documents, 64 passages." in texts
    assert any(text.startswith("Shares the rare words “notice period”") for text in texts)
    assert any(text.endswith("It found no room before the model.") for text in texts)
    QTest.keyClick(account._toggle, Qt.Key.Key_Space)
    assert account._panel is not None
    assert account._panel.isHidden()


def test_a_source_is_opened_from_there_with_its_scores(
    qtbot: QtBot, answered: Answered, fake_assistant: FakeAssistant
) -> None:
    fake_assistant.account = ACCOUNT
    view = answered()
    view._account.open()
    with qtbot.waitSignal(view.references_opened) as opened:
        view._account.source_opened.emit(1)
    references, place = opened.args
    assert references[place].source.number == 1
    assert references[place].scores is not None
    assert references[place].scores.words == 12.4


def test_many_sources_are_told_on_demand(qtbot: QtBot, answered: Answered, fake_assistant: FakeAssistant) -> None:
    fake_assistant.account = ACCOUNT
    view = answered()
    assert view._answer is not None
    many = replace(view._answer, account=replace(ACCOUNT, sources=ACCOUNT.sources * 5))
    account = AccountView()
    qtbot.addWidget(account)
    account.show_account(many)
    account.open()
    more = [text for text in _buttons(account) if "more sources" in text]
    assert more == ["4 more sources"]


def test_no_sentence_is_shaded_until_it_is_asked_for(answered: Answered, fake_assistant: FakeAssistant) -> None:
    fake_assistant.account = replace(ACCOUNT, certainties=_unsure(ANSWER))
    view = answered()
    assert _shaded(view) == []
    view.show_certainty(shown=True)
    shown = _shaded(view)
    assert shown[0].startswith("The notice period for a rented flat is three months")
    assert shown[1] == "The deposit may be at most three months' rent"
    assert shown[2].startswith("After handing over the keys")
    view.show_certainty(shown=False)
    assert _shaded(view) == []


@pytest.mark.parametrize(
    "text",
    [
        "One *is* here. Two [1] is there [12].",
        "1. One is here.\n2. Two is there.\n\nThree stands behind.",
        "# Head\n\nOne 😀 is here. Two is there.\n\n```py\ncode = 1\n```\n\nThree is behind [3].",
        "> One is quoted. Two too.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThree [link](http://a.b/c) goes on.",
        "- item one is here\n- item two\n  1. inner three\n  2. inner four",
    ],
)
def test_each_letter_is_found_where_it_is_drawn(qtbot: QtBot, text: str) -> None:
    for block in split_blocks(text):
        if block.is_code:
            continue
        prose = ProseView()
        qtbot.addWidget(prose)
        prose.show_block(block, frozenset({1, 3, 12}))
        first = letters(text, block.start)
        places = positions(block, first, prose.document())
        assert places
        numbered = [letter for letter in text if letter.isalnum()]
        for number, place in places.items():
            assert prose.document().characterAt(place) in (numbered[number], numbered[number].encode("utf-16")[2:4])


def test_where_the_text_on_screen_differs_nothing_is_shaded(qtbot: QtBot) -> None:
    prose = ProseView()
    qtbot.addWidget(prose)
    (block,) = split_blocks("A picture: ![of a cat](cat.png). It sleeps.")
    prose.show_block(block, frozenset())
    assert positions(block, 0, prose.document()) is None
    prose.shade((Stretch(0, 8, 1.0),), 0)
    assert prose.extraSelections() == []


def test_what_the_model_was_sure_of_has_no_shade() -> None:
    assert stretches([Certainty(0, 4, 0.97)], "Sure") == ()
    (one,) = stretches([Certainty(1, 4, 0.25)], ".Not sure")
    assert (one.start, one.end, one.strength) == (0, 3, 0.75)


@pytest.mark.parametrize("colours", [PAPER, NIGHT])
def test_text_stays_readable_on_the_darkest_shade(colours: Colours) -> None:
    share = STRONGEST / 255
    window, tint = QColor(colours.window), QColor(colours.warn)
    pairs = ((tint.red(), window.red()), (tint.green(), window.green()), (tint.blue(), window.blue()))
    mixed = QColor(*(round(share * above + (1 - share) * below) for above, below in pairs))
    assert contrast(colours.text, mixed.name()) >= 4.5
    assert contrast(colours.footnote, mixed.name()) >= 3


def _unsure(text: str) -> tuple[Certainty, ...]:
    return tuple(Certainty(start, end, 0.5) for start, end in sentences(text))


def _shaded(view: AnswerView) -> list[str]:
    proses = view._text.findChildren(ProseView)
    return [each.cursor.selectedText() for prose in proses for each in prose.extraSelections()]


def _buttons(view: AccountView) -> list[str]:
    return [each.text() for each in view.findChildren(QPushButton)]
