"""Earlier versions of a draft, what each would change back, and how to restore one. Nothing is ever erased."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDate, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from desktop.controls import button, column, label, row
from desktop.dates import date_and_time, local_time, time_of_day
from desktop.drafting.diff_view import DiffView
from desktop.tokens import M, S
from rag.user_types import DraftVersion

_VERSION = int(Qt.ItemDataRole.UserRole)

_ORIGINS = {
    "user": "written",
    "continue": "continued",
    "rewrite": "rewritten",
    "comment": "commented",
    "explain": "explained",
    "template": "from a template",
}


class HistoryPanel(QFrame):
    """`restore_requested` brings a DraftVersion."""

    restore_requested = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._now = ""
        self._list = QListWidget()
        self._list.setAccessibleName("Versions, newest first")
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._preview = DiffView("What restoring this version would change")
        self._restore = button("Restore", "primary")
        self._restore.setToolTip("Put this version back as the newest one; one undo takes it back")
        self._close = button("Close")
        buttons = row(gap=S)
        buttons.addWidget(self._restore)
        buttons.addWidget(self._close)
        buttons.addStretch()
        stack = column(self, margin=M, gap=S)
        stack.addWidget(label("History", "heading"))
        stack.addWidget(self._list, 1)
        stack.addWidget(label("Restoring it would change:", "small"))
        stack.addWidget(self._preview, 2)
        stack.addLayout(buttons)
        self._list.currentItemChanged.connect(self._show_version)
        self._restore.clicked.connect(self._ask_restoring)
        self._close.clicked.connect(self.closed)

    def show_history(self, versions: list[DraftVersion], now: str, *, code: bool) -> None:
        """`versions` oldest first, as the service gives them; `now` is the text in the editor."""
        self._now = now
        self._preview.use_face(code=code)
        self._list.clear()
        for version in reversed(versions):
            item = QListWidgetItem(version_words(version))
            item.setData(_VERSION, version)
            item.setToolTip(item.text())
            self._list.addItem(item)
        self._list.setCurrentRow(0)

    @Slot(QListWidgetItem)
    def _show_version(self, item: QListWidgetItem | None) -> None:
        version = item.data(_VERSION) if item is not None else None
        differs = version is not None and version.content != self._now
        self._restore.setEnabled(differs)
        if version is None:
            self._preview.show_text("")
        elif differs:
            self._preview.show_difference(self._now, version.content)
        else:
            self._preview.show_text("Nothing: this is what the draft says now.")

    @Slot()
    def _ask_restoring(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.restore_requested.emit(item.data(_VERSION))


def version_words(version: DraftVersion) -> str:
    """ "3 · today 14:05 · rewritten: shorter"."""
    said = f": {version.instruction}" if version.instruction else ""
    return f"{version.number} · {_moment(version.created_at)} · {_ORIGINS.get(version.origin, version.origin)}{said}"


def _moment(moment: datetime) -> str:
    if local_time(moment).date() == QDate.currentDate():
        return f"today {time_of_day(moment)}"
    return date_and_time(moment)
