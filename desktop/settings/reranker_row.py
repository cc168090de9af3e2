"""The reranker: a model that reads the best passages once more with the question. None, unless the user has one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.controls import ElidedLabel, button, column, label, redress, row
from desktop.jobs import Lanes
from desktop.tokens import M, S
from rag.user_types import Preferences

if TYPE_CHECKING:
    from rag.assistant import Assistant

MEANS = (
    "A second look: a reranker reads the best passages once more together with the question, and puts them in a better "
    "order. An answer then takes some tenths of a second and about 500 MB of memory more. None comes with Footnote."
)
NONE = "None"
TITLE = "Folder of a sentence-transformers cross-encoder"


class RerankerRow(QWidget):
    """Which one is in use, and two buttons. What is wrong with a folder stands below."""

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lanes = lanes
        self._folder = ElidedLabel(NONE)
        self._choose = button("Choose reranker…")
        self._none = button("Use none", "quiet")
        self._told = label("", "small", wrap=True)
        self._lay_out()
        self._choose.clicked.connect(self._ask_for_folder)
        self._none.clicked.connect(self._use_none)

    def show_preferences(self, preferences: Preferences) -> None:
        """What is in use now."""
        self._folder.setText(preferences.reranker or NONE)
        self._none.setVisible(bool(preferences.reranker))

    def use(self, folder: str) -> None:
        """Rerank with this folder from the next question on; with none, if empty."""
        job = self._lanes.read.call(partial(_use, self._assistant, folder))
        job.reported.connect(self._show_chosen)
        job.failed.connect(self._show_failure)

    def _lay_out(self) -> None:
        stack = column(self, gap=S)
        stack.addWidget(label(MEANS, "small", wrap=True))
        line = row(gap=M)
        line.addWidget(self._folder, 1)
        line.addWidget(self._none)
        line.addWidget(self._choose)
        stack.addLayout(line)
        stack.addWidget(self._told)
        self._told.hide()
        self._none.hide()

    @Slot()
    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, TITLE, str(Path.home()))
        if chosen:
            self.use(chosen)

    @Slot()
    def _use_none(self) -> None:
        self.use("")

    @Slot(object)
    def _show_chosen(self, preferences: Preferences) -> None:
        self.show_preferences(preferences)
        self._say("")

    @Slot(object)
    def _show_failure(self, error: object) -> None:
        self._say(str(error), role="bad")

    def _say(self, text: str, role: str = "small") -> None:
        self._told.setText(text)
        self._told.setVisible(bool(text))
        redress(self._told, "role", role)


def _use(assistant: Assistant, folder: str) -> Preferences:
    assistant.model_room.use_reranker(folder)
    return assistant.preferences()
