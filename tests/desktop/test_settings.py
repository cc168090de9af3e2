"""The settings page over a service in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.settings.page import SettingsPage
from desktop.settings.strength import CHOICES
from desktop.theme import Theme
from rag.constraint import Strength
from rag.errors import LibraryError
from tests.fakes.desktop_pages import PagesAssistant


@dataclass(frozen=True)
class Check:
    name: str
    ok: bool
    detail: str
    advice: str = ""


@pytest.fixture
def assistant() -> PagesAssistant:
    return PagesAssistant(Path("/home/someone/Footnote"))


@pytest.fixture
def theme(qtbot: QtBot, qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, "light")
    yield theme
    theme.prefer("light")
    theme.deleteLater()


@pytest.fixture
def page(qtbot: QtBot, assistant: PagesAssistant, lanes: Lanes, theme: Theme) -> SettingsPage:
    page = SettingsPage(assistant, lanes, theme)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: bool(page.finding._embedder.text() and page._memory.text()))
    return page


def test_a_theme_is_used_and_kept_at_once(
    qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant, theme: Theme
) -> None:
    page._themes["dark"].click()
    assert theme.colours.dark
    qtbot.waitUntil(lambda: assistant.wishes.theme == "dark")


def test_the_folder_of_the_data_is_shown(page: SettingsPage) -> None:
    assert page._folder.text() == str(Path("/home/someone/Footnote"))


def test_the_check_lists_what_works_and_what_helps(qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant) -> None:
    assistant.checks = [Check("Disk", True, "120 GB free"), Check("Model", False, "There is none.", "Add a GGUF.")]
    page._check.click()
    qtbot.waitUntil(lambda: len(page._checks.texts()) == 2)
    assert page._checks.texts() == ["Disk works. 120 GB free", "Model needs attention. There is none. Add a GGUF."]
    qtbot.waitUntil(page._check.isEnabled)


def test_memory_is_told_by_process_and_what_does_not_run_is_left_out(
    qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant
) -> None:
    assistant.bytes = {"llm": 900_000_000, "parse": 0}
    page.measure()
    qtbot.waitUntil(lambda: "Language model: 900 MB" in page._memory.text())
    assert "This window" in page._memory.text()
    assert "Reading of documents" not in page._memory.text()


def test_privacy_is_said_in_plain_words(page: SettingsPage) -> None:
    texts = " ".join(label.text() for label in page.findChildren(QLabel))
    assert "works without the network" in texts


def test_saving_a_theme_keeps_the_numbers_of_the_models_page(
    qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant
) -> None:
    assistant.wishes = replace(assistant.wishes, n_ctx=4096)
    page._themes["dark"].click()
    qtbot.waitUntil(lambda: assistant.wishes.theme == "dark")
    assert assistant.wishes.n_ctx == 4096


def test_a_failure_is_said(qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant) -> None:
    assistant.fail_with = LibraryError("The settings can't be saved.", "Free some space.")
    page._themes["light"].click()
    qtbot.waitUntil(lambda: "Free some space." in page._status.text())


def test_how_answers_keep_to_their_sources_is_explained_and_kept(
    qtbot: QtBot, page: SettingsPage, assistant: PagesAssistant
) -> None:
    choice = page._strength._choice
    choice.setCurrentIndex(choice.findData("verbatim"))
    choice.activated.emit(choice.currentIndex())
    qtbot.waitUntil(lambda: assistant.preferences().strength == "verbatim")
    assert "one sentence" in page._strength._meaning.text()


def test_every_strength_can_be_chosen_and_a_strange_one_is_shown_as_the_default(page: SettingsPage) -> None:
    assert set(CHOICES) == {"", *(strength.value for strength in Strength)}
    page._strength.show_strength("of a later version")
    assert page._strength._choice.currentIndex() == 0


def test_certainty_is_off_until_it_is_asked_for(page: SettingsPage, assistant: PagesAssistant, qtbot: QtBot) -> None:
    assert not page._certainty.isChecked()
    page._certainty.click()
    qtbot.waitUntil(lambda: assistant.preferences().certainty)
