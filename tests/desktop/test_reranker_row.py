"""Settings: the reranker that the user has chosen, or none."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.settings.reranker_row import NONE, RerankerRow
from rag.user_types import Preferences
from tests.fakes.desktop_pages import PagesAssistant


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant()


@pytest.fixture
def line(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes) -> RerankerRow:
    made = RerankerRow(assistant, lanes)
    qtbot.addWidget(made)
    made.show_preferences(Preferences())
    made.show()
    return made


def test_none_is_in_use_until_one_is_chosen(qtbot: QtBot, line: RerankerRow) -> None:
    assert (line._folder.text(), line._none.isVisible()) == (NONE, False)
    line.use("/models/cross")
    qtbot.waitUntil(line._none.isVisible)
    assert line._folder.text() == "/models/cross"
    line._none.click()
    qtbot.waitUntil(lambda: line._folder.text() == NONE)


def test_a_folder_that_is_no_reranker_is_told_and_the_one_in_use_stays(qtbot: QtBot, line: RerankerRow) -> None:
    line.use("/models/gone")
    qtbot.waitUntil(line._told.isVisible)
    assert "no reranker folder /models/gone" in line._told.text()
    assert line._folder.text() == NONE
