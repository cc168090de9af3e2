"""Settings: what another embedder or length of passages takes is told before anything is made."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.library.intake import Intake, Request
from desktop.settings.index_card import LENGTHS, IndexCard
from rag.errors import ModelNotFound
from rag.user_types import Preferences
from tests.fakes.desktop_pages import PagesAssistant


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant()


@pytest.fixture
def card(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> IndexCard:
    card = IndexCard(assistant, lanes)
    qtbot.addWidget(card)
    card.show_preferences(Preferences())
    card.show()
    return card


def test_what_is_in_use_is_shown(card: IndexCard) -> None:
    assert "all-MiniLM-L6-v2" in card._embedder.text()
    assert not card._own.isVisible()
    card.show_preferences(Preferences(embedder="/models/e5", passage_tokens=150))
    assert card._embedder.text() == "/models/e5"
    assert card._own.isVisible()
    assert card._length.currentData() == 150


def test_a_choice_tells_its_cost_and_makes_nothing(qtbot: QtBot, card: IndexCard, assistant: PagesAssistant) -> None:
    card.ask_for("/models/e5", 0)
    qtbot.waitUntil(card._make.isVisible)
    assert "e5, passages of up to 200 tokens. About 2 passages of 3 documents" in card._told.text()
    assert "about 2 minutes on this computer, and 5 MB" in card._told.text()
    assert assistant.restaging.change is None
    card._leave.click()
    assert not card._make.isVisible()
    assert card._told.text() == ""


def test_a_yes_begins_the_change_and_says_how_far_it_is(
    qtbot: QtBot, card: IndexCard, assistant: PagesAssistant
) -> None:
    card.ask_for("/models/e5", 150)
    qtbot.waitUntil(card._make.isVisible)
    with qtbot.waitSignal(card.change_begun):
        card._make.click()
    qtbot.waitUntil(card._give_up.isVisible)
    assert "A change to e5, passages of up to 150 tokens, is under way: 0 of 2 passages." in card._told.text()
    assert assistant.restaging.change is not None
    assert assistant.restaging.change.folder == Path("/models/e5")


def test_a_change_under_way_can_be_given_up(qtbot: QtBot, card: IndexCard, assistant: PagesAssistant) -> None:
    assistant.restaging.begin(None, 80)
    card.reload()
    qtbot.waitUntil(card._give_up.isVisible)
    card._give_up.click()
    qtbot.waitUntil(lambda: "given up" in card._told.text())
    assert assistant.restaging.change is None
    assert not card._give_up.isVisible()


def test_a_folder_that_is_none_is_told_in_words(qtbot: QtBot, card: IndexCard, assistant: PagesAssistant) -> None:
    assistant.restaging.fail_with = ModelNotFound("There is no embedder folder /models/x.", "Choose another folder.")
    card.ask_for("/models/x", 0)
    qtbot.waitUntil(lambda: "no embedder folder" in card._told.text())
    assert not card._make.isVisible()


def test_a_choice_of_length_asks_for_the_embedder_in_use(
    qtbot: QtBot, card: IndexCard, assistant: PagesAssistant
) -> None:
    card.show_preferences(Preferences(embedder="/models/e5"))
    card._length.setCurrentIndex(list(LENGTHS).index(80))
    card._length.activated.emit(card._length.currentIndex())
    qtbot.waitUntil(card._make.isVisible)
    assert "e5, passages of up to 80 tokens" in card._told.text()


def test_the_librarys_work_makes_the_change_last(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> None:
    assistant.restaging.begin(Path("/models/e5"))
    intake = Intake(assistant, lanes)
    said: list[str] = []
    intake.progressed.connect(lambda status: said.append(status.sentence))
    with qtbot.waitSignals([intake.index_changed, intake.ended]):
        intake.start(Request())
    assert [change.identity.name for change in assistant.restaging.made] == ["e5"]
    assert said[-1] == "Making the new index: passages"
