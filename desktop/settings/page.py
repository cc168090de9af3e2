"""Settings: the look, where things are kept, whether this computer can do it all, and what leaves it (nothing)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import psutil
from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.feedback.export_dialog import ExportDialog
from desktop.jobs import Job, Lanes
from desktop.models.model import size_words
from desktop.settings.checks import CheckList
from desktop.settings.index_card import IndexCard
from desktop.settings.reranker_row import RerankerRow
from desktop.settings.strength import StrengthChoice
from desktop.theme import PREFERENCES, Theme
from desktop.tokens import XL, L, M, S
from rag.user_types import Preferences

if TYPE_CHECKING:
    from rag.assistant import Assistant

PRIVACY = (
    "Footnote works without the network. Your documents, questions, answers and ratings stay in the folder above; "
    "nothing is sent anywhere. The one exception is a model download that you start yourself on the Models page, "
    "and it names the host first."
)
CERTAINTY_MEANS = (
    "A shade behind its sentences: the stronger, the less expected its own words were to the model. It says nothing "
    "about whether a sentence is true; whether your documents carry it is checked apart."
)
WATCH_MEANS = (
    "New, changed, moved and deleted files are followed while they change. Without this, “Check folders” in the "
    "library does it when you ask."
)
PICTURES_MEAN = (
    "For folders of scanned letters. Tesseract, a free program that has to be installed, takes some seconds for each "
    "picture, photographs too. Without this, pictures are read only when you add them by name."
)
_THEME_WORDS = {"system": "Like the system", "light": "Light", "dark": "Dark"}
_PROCESS_WORDS = {
    "window": "This window",
    "llm": "Language model",
    "embed": "Meaning of passages (embedder)",
    "parse": "Reading of documents",
    "train": "Training",
}
_WIDTH = 760
"""Pixels: settings are read, so lines stay short on a wide screen."""


class SettingsPage(QWidget):
    """Everything is saved at once; there is no "OK". `watching_chosen` tells whether folders are to be watched;
    `folders_concerned` comes when other files of the folders are wanted than before.
    """

    theme_chosen = Signal(str)
    watching_chosen = Signal(bool)
    folders_concerned = Signal()

    def __init__(self, assistant: Assistant, lanes: Lanes, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._theme = theme
        self._themes = {key: _choice(words) for key, words in _THEME_WORDS.items()}
        self._strength = StrengthChoice()
        self._certainty = QCheckBox("Show how sure the model was")
        self._watch = QCheckBox("Watch the folders in the library")
        self._pictures = QCheckBox("Read the pictures in folders")
        self._folder = ElidedLabel(str(assistant.data_dir))
        self._open_folder = button("Open folder")
        self.finding = IndexCard(assistant, lanes)
        self.reranker = RerankerRow(assistant, lanes)
        self._check = button("Check this installation")
        self._checks = CheckList()
        self._memory = label("", wrap=True)
        self._measure = button("Measure now", "quiet")
        self._export = button("Export feedback…")
        self._status = label("", "small", wrap=True)
        self._lay_out()
        self._connect()
        self.reload()

    @Slot()
    def reload(self) -> None:
        """Read the preferences and the memory again."""
        self._call(self._assistant.preferences).reported.connect(self._show_preferences)
        self.finding.reload()
        self.measure()

    @Slot()
    def measure(self) -> None:
        """Ask for the memory of each process."""
        self._call(partial(_memory, self._assistant)).reported.connect(self._show_memory)

    @Slot()
    def check(self) -> None:
        """Look at this installation."""
        self._check.setEnabled(False)
        self._checks.show_running()
        job = self._call(self._assistant.doctor)
        job.reported.connect(self._checks.show_checks)
        job.completed.connect(self._allow_check)
        job.failed.connect(self._allow_check)

    def _lay_out(self) -> None:
        inner = QWidget()
        inner.setObjectName("page")
        stack = column(inner, margin=XL, gap=L)
        stack.addWidget(label("Settings", "title"))
        stack.addWidget(self._status)
        self._add_appearance(stack)
        self._add_answers(stack)
        self._add_folders(stack)
        self._add_places(stack)
        self._add_health(stack)
        self._add_about(stack)
        stack.addStretch()
        inner.setMaximumWidth(_WIDTH)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        scroll.setAlignment(Qt.AlignmentFlag.AlignLeft)
        column(self).addWidget(scroll)
        self._status.hide()

    def _add_appearance(self, stack: QVBoxLayout) -> None:
        card, inside = _card("Appearance")
        line = row(gap=S)
        group = QButtonGroup(card)
        for choice in self._themes.values():
            group.addButton(choice)
            line.addWidget(choice)
        line.addStretch()
        inside.addLayout(line)
        stack.addWidget(card)

    def _add_answers(self, stack: QVBoxLayout) -> None:
        card, inside = _card("Answers from your documents")
        inside.addWidget(self._strength)
        inside.addWidget(self._certainty)
        inside.addWidget(label(CERTAINTY_MEANS, "small", wrap=True))
        stack.addWidget(card)

    def _add_folders(self, stack: QVBoxLayout) -> None:
        card, inside = _card("Your folders")
        inside.addWidget(self._watch)
        inside.addWidget(label(WATCH_MEANS, "small", wrap=True))
        inside.addWidget(self._pictures)
        inside.addWidget(label(PICTURES_MEAN, "small", wrap=True))
        stack.addWidget(card)

    def _add_places(self, stack: QVBoxLayout) -> None:
        card, inside = _card("Where things are kept")
        inside.addWidget(label("Documents' text, conversations, ratings and models:", "small"))
        inside.addLayout(_line(self._folder, self._open_folder))
        stack.addWidget(card)
        card, inside = _card("Finding by meaning")
        inside.addWidget(self.finding)
        inside.addWidget(self.reranker)
        stack.addWidget(card)
        card, inside = _card("Your ratings")
        words = label("What you said of answers, as a file to train a model with.", "muted", wrap=True)
        inside.addLayout(_line(words, self._export))
        stack.addWidget(card)

    def _add_health(self, stack: QVBoxLayout) -> None:
        card, inside = _card("This computer")
        inside.addLayout(_line(label("Does every part work here?", "muted"), self._check))
        inside.addWidget(self._checks)
        inside.addLayout(_line(self._memory, self._measure))
        stack.addWidget(card)

    def _add_about(self, stack: QVBoxLayout) -> None:
        card, inside = _card("Privacy")
        inside.addWidget(label(PRIVACY, wrap=True))
        stack.addWidget(card)
        card, inside = _card("About")
        inside.addWidget(label(f"Footnote {program_version()}. Free software under the Apache License 2.0.", wrap=True))
        inside.addWidget(label("It answers from your own documents, on your own computer.", "muted", wrap=True))
        stack.addWidget(card)

    def _connect(self) -> None:
        for choice in self._themes.values():
            choice.clicked.connect(self._choose_theme)
        self._strength.chosen.connect(self._choose_strength)
        self._certainty.clicked.connect(self._choose_certainty)
        self._watch.clicked.connect(self._choose_watching)
        self._pictures.clicked.connect(self._choose_pictures)
        self._open_folder.clicked.connect(self._open_data_dir)
        self._check.clicked.connect(self.check)
        self._measure.clicked.connect(self.measure)
        self._export.clicked.connect(self._export_feedback)

    @Slot(object)
    def _show_preferences(self, preferences: Preferences) -> None:
        self._themes[preferences.theme if preferences.theme in PREFERENCES else "system"].setChecked(True)
        self._strength.show_strength(preferences.strength)
        self._certainty.setChecked(preferences.certainty)
        self._watch.setChecked(preferences.watch)
        self._pictures.setChecked(preferences.pictures)
        self.finding.show_preferences(preferences)
        self.reranker.show_preferences(preferences)

    @Slot(object)
    def _show_memory(self, sizes: dict[str, int]) -> None:
        parts = [f"{_PROCESS_WORDS.get(role, role)}: {size_words(size)}" for role, size in sizes.items() if size]
        self._memory.setText("Memory in use. " + " · ".join(parts) + ".")

    @Slot()
    def _choose_theme(self) -> None:
        chosen = next(key for key, choice in self._themes.items() if choice.isChecked())
        self._theme.prefer(chosen)
        self.theme_chosen.emit(chosen)
        self._save(partial(_with_theme, chosen))

    @Slot(str)
    def _choose_strength(self, strength: str) -> None:
        self._save(partial(_with_strength, strength))

    @Slot()
    def _choose_certainty(self) -> None:
        self._save(partial(_with_certainty, self._certainty.isChecked()))

    @Slot()
    def _choose_watching(self) -> None:
        wanted = self._watch.isChecked()
        self._save(partial(_with_watching, wanted))
        self.watching_chosen.emit(wanted)

    @Slot()
    def _choose_pictures(self) -> None:
        job = self._save(partial(_with_pictures, self._pictures.isChecked()))
        job.completed.connect(self.folders_concerned)

    @Slot()
    def _open_data_dir(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._assistant.data_dir)))

    @Slot()
    def _export_feedback(self) -> None:
        dialog = ExportDialog(self._assistant, self._lanes, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    @Slot()
    def _allow_check(self) -> None:
        self._check.setEnabled(True)
        self._check.setText("Check again")

    def _save(self, change: Callable[[Preferences], Preferences]) -> Job:
        job = self._call(partial(_change, self._assistant, change))
        job.reported.connect(self._show_preferences)
        return job

    def _call(self, function: Callable[[], object]) -> Job:
        job = self._lanes.read.call(function)
        job.failed.connect(self._show_failure)
        return job

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        self._say(str(error), role="bad")

    def _say(self, text: str, role: str = "good") -> None:
        self._status.setText(text)
        self._status.show()
        redress(self._status, "role", role)


def program_version() -> str:
    """As installed; "from source" when it runs out of its own folder."""
    try:
        return version("footnote")
    except PackageNotFoundError:
        return "from source"


def _memory(assistant: Assistant) -> dict[str, int]:
    """Resident bytes by process, this one included."""
    return {"window": psutil.Process().memory_info().rss} | assistant.memory()


def _change(assistant: Assistant, change: Callable[[Preferences], Preferences]) -> Preferences:
    """On top of what is stored now: another page may have saved meanwhile."""
    preferences = change(assistant.preferences())
    assistant.save_preferences(preferences)
    return preferences


def _with_theme(theme: str, preferences: Preferences) -> Preferences:
    return replace(preferences, theme=theme)


def _with_strength(strength: str, preferences: Preferences) -> Preferences:
    return replace(preferences, strength=strength)


def _with_certainty(certainty: bool, preferences: Preferences) -> Preferences:  # noqa: FBT001 - for partial
    return replace(preferences, certainty=certainty)


def _with_watching(wanted: bool, preferences: Preferences) -> Preferences:  # noqa: FBT001 - for partial
    return replace(preferences, watch=wanted)


def _with_pictures(wanted: bool, preferences: Preferences) -> Preferences:  # noqa: FBT001 - for partial
    return replace(preferences, pictures=wanted)


def _choice(words: str) -> QPushButton:
    made = button(words, "quiet")
    made.setCheckable(True)
    return made


def _card(title: str) -> tuple[QFrame, QVBoxLayout]:
    card = QFrame()
    card.setProperty("role", "card")
    inside = column(card, margin=L, gap=S)
    inside.addWidget(label(title, "heading"))
    return card, inside


def _line(first: QWidget, *others: QWidget) -> QVBoxLayout:
    """A wide thing and its buttons at the right."""
    outer = column()
    line = row(gap=M)
    line.addWidget(first, 1)
    for each in others:
        line.addWidget(each)
    outer.addLayout(line)
    return outer
