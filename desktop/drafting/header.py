"""Above the draft: its title, its language, whether it is saved, and its history."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.controls import button, label, redress, row
from desktop.drafting.template_dialogs import language_choice
from desktop.tokens import S
from rag.user_types import Draft


class DraftHeader(QWidget):
    """`renamed` brings the new title, `language_chosen` an alias, `history_toggled` whether to show it."""

    renamed = Signal(str)
    language_chosen = Signal(str)
    history_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLineEdit()
        self._title.setAccessibleName("Title of the draft")
        self._title.setPlaceholderText("Untitled")
        self._language = language_choice()
        self._language.setToolTip("The language of the draft: how it is coloured, and how the model treats it")
        self._state = label("", "small")
        self._history = button("History", "quiet")
        self._history.setCheckable(True)
        line = row(self, gap=S)
        line.addWidget(self._title, 1)
        line.addWidget(self._state)
        line.addWidget(self._language)
        line.addWidget(self._history)
        self._title.editingFinished.connect(self._rename)
        self._language.activated.connect(self._choose_language)
        self._history.clicked.connect(self.history_toggled)

    def show_draft(self, draft: Draft) -> None:
        self._title.setText(draft.title)
        self._title.setCursorPosition(0)
        place = self._language.findData(draft.language)
        if place < 0:
            self._language.addItem(draft.language, draft.language)
            place = self._language.count() - 1
        self._language.setCurrentIndex(place)

    def show_history(self, *, shown: bool) -> None:
        self._history.setChecked(shown)

    def say(self, text: str, role: str = "small") -> None:
        self._state.setText(text)
        redress(self._state, "role", role)

    @Slot()
    def _rename(self) -> None:
        if self._title.isModified():
            self._title.setModified(False)
            self.renamed.emit(self._title.text().strip())

    @Slot()
    def _choose_language(self) -> None:
        self.language_chosen.emit(str(self._language.currentData()))
