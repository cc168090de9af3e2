"""The list of conversations at the left: grouped by day, searched, renamed, and deleted with a way back.

A deleted conversation leaves the list at once and the library a few seconds later, so that "Undo" erases nothing.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QStandardPaths, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QFrame, QLineEdit, QListView, QMenu, QWidget

from desktop.controls import IconButton, button, column, label, row
from desktop.jobs import Job, Lanes
from desktop.tokens import XS, M, S
from rag.errors import UsageError
from rag.sharing import LAYOUTS
from rag.types import Conversation

if TYPE_CHECKING:
    from rag.assistant import Assistant

UNDO_MS = 8000
"""How long "Undo" is offered; about as long as other desktop programs show such a notice."""

SEARCH_PAUSE_MS = 180
"""Typing faster than this does not start a search at each letter."""

LAYOUT_NAMES = "Markdown (*.md);;Web page (*.html);;Plain text (*.txt)"

_ID = Qt.ItemDataRole.UserRole


class ConversationList(QFrame):
    """`opened` carries an id, `removed` the id of one that is going away, `exported` the file written."""

    opened = Signal(int)
    new_requested = Signal()
    removed = Signal(int)
    exported = Signal(object)
    failed = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._assistant = assistant
        self._lanes = lanes
        self._current = 0
        self._going: Conversation | None = None
        self._heads: dict[int, Conversation] = {}
        self._reading: Job | None = None
        self._model = QStandardItemModel(self)
        self._model.itemChanged.connect(self._rename)
        self._search = QLineEdit()
        self._view = _ListView()
        self._undo = _UndoLine()
        self._empty = label("", "small", wrap=True)
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_PAUSE_MS)
        self._expiry = QTimer(self, singleShot=True, interval=UNDO_MS)
        self._filling = False
        self._set_up()
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._reading = self._lanes.read.call(partial(self._assistant.conversations, self._search.text().strip()))
        self._reading.reported.connect(self._show)
        self._reading.failed.connect(self.failed)

    def select(self, conversation_id: int) -> None:
        """Mark the conversation on screen; 0 for a new one."""
        self._current = conversation_id
        self._mark_current()

    def focus_search(self) -> None:
        self._search.setFocus()
        self._search.selectAll()

    def take_deleted(self) -> int | None:
        """The conversation that "Undo" could still bring back, which it can't any more after this."""
        going, self._going = self._going, None
        self._expiry.stop()
        self._undo.hide()
        return going.id if going else None

    def _finish_deleting(self) -> None:
        conversation_id = self.take_deleted()
        if conversation_id is not None:
            job = self._lanes.read.call(partial(self._assistant.delete_conversation, conversation_id))
            job.failed.connect(self.failed)

    def _set_up(self) -> None:
        new = button("New conversation")
        new.setToolTip("Ctrl+N")
        new.clicked.connect(self.new_requested)
        self._search.setPlaceholderText("Search conversations")
        self._search.setAccessibleName("Search conversations")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._pause.start)
        self._pause.timeout.connect(self.refresh)
        self._expiry.timeout.connect(self._finish_deleting)
        self._view.setModel(self._model)
        self._view.clicked.connect(self._open)
        self._view.entered_by_key.connect(self._open)
        self._view.delete_requested.connect(self._delete)
        self._view.customContextMenuRequested.connect(self._show_menu)
        self._undo.undone.connect(self._undo_delete)
        stack = column(self, gap=S)
        stack.setContentsMargins(M, M, S, S)
        stack.addWidget(new)
        stack.addWidget(self._search)
        stack.addWidget(self._empty)
        stack.addWidget(self._view, 1)
        stack.addWidget(self._undo)

    def _show(self, conversations: list[Conversation]) -> None:
        if self.sender() is not self._reading:
            return
        gone = self._going.id if self._going else None
        shown = [head for head in conversations if head.id != gone]
        self._heads = {head.id: head for head in shown}
        self._filling = True
        self._model.clear()
        day = ""
        for head in shown:
            if (name := day_name(head.updated_at, datetime.now().astimezone().date())) != day:
                day = name
                self._model.appendRow(_day_item(name))
            self._model.appendRow(_head_item(head))
        self._filling = False
        self._empty.setText("Nothing found." if self._search.text() else "Your conversations will stand here.")
        self._empty.setVisible(not shown)
        self._mark_current()

    def _mark_current(self) -> None:
        for place in range(self._model.rowCount()):
            if self._model.item(place).data(_ID) == self._current:
                self._view.setCurrentIndex(self._model.index(place, 0))
                return
        self._view.clearSelection()
        self._view.setCurrentIndex(QModelIndex())

    def _open(self, index: QModelIndex) -> None:
        number = index.data(_ID)
        if number:
            self.opened.emit(int(number))

    def _show_menu(self, where: QPoint) -> None:
        index = self._view.indexAt(where)
        if not index.data(_ID):
            return
        self._view.setCurrentIndex(index)
        menu = QMenu(self)
        menu.addAction("Rename").triggered.connect(self._begin_rename)
        menu.addAction("Export…").triggered.connect(self._export_chosen)
        menu.addAction("Delete").triggered.connect(self._delete)
        menu.exec(self._view.viewport().mapToGlobal(where))
        menu.deleteLater()

    def _begin_rename(self) -> None:
        self._view.edit(self._view.currentIndex())

    def _rename(self, item: QStandardItem) -> None:
        head = self._heads.get(item.data(_ID) or 0)
        title = " ".join(item.text().split())
        if self._filling or head is None or title == head.title:
            return
        if not title:
            item.setText(head.title)
            return
        job = self._lanes.read.call(partial(self._assistant.update_conversation, head.id, title=title))
        job.completed.connect(self.refresh)
        job.failed.connect(self.failed)

    def ask_export(self) -> None:
        """Ask where to write the conversation on screen, or the one chosen while the keyboard is in the list."""
        if self._view.hasFocus():
            self._export_chosen()
        else:
            self._export(self._current)

    def _export_chosen(self) -> None:
        self._export(int(self._view.currentIndex().data(_ID) or 0))

    def _export(self, conversation_id: int) -> None:
        """Ask where to, then write the branch last looked at; the file's ending says in which layout."""
        if not conversation_id:
            return
        head = self._heads.get(conversation_id)  # a search may have left it out
        title = head.title if head is not None else "Conversation"
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        proposed = str(Path(folder) / f"{file_name(title)}.md")
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the conversation", proposed, LAYOUT_NAMES)
        if chosen:
            self.export(conversation_id, Path(chosen))

    def export(self, conversation_id: int, file: Path) -> None:
        """Write the conversation with all its footnotes; Markdown where the file's ending says nothing."""
        job = self._lanes.read.call(partial(_write_out, self._assistant, conversation_id, file))
        job.reported.connect(self.exported)
        job.failed.connect(self.failed)

    def _delete(self) -> None:
        head = self._heads.get(self._view.currentIndex().data(_ID) or 0)
        if head is None:
            return
        self._finish_deleting()
        self._going = head
        self._undo.offer(head.title)
        self._expiry.start()
        self.removed.emit(head.id)
        self.refresh()

    def _undo_delete(self) -> None:
        going, self._going = self._going, None
        self._expiry.stop()
        self._undo.hide()
        self.refresh()
        if going is not None:
            self.opened.emit(going.id)


class _ListView(QListView):
    """A list that opens with Enter, deletes with Del and renames with F2."""

    entered_by_key = Signal(QModelIndex)
    delete_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Conversations")
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFrameShape(QFrame.Shape.NoFrame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered_by_key.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Delete:
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)


class _UndoLine(QFrame):
    """One line that says what went and brings it back."""

    undone = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._words = label("", "small", wrap=True)
        undo = IconButton("undo", "Undo the deletion")
        undo.clicked.connect(self.undone)
        line = row(self, gap=S)
        line.setContentsMargins(S, XS, XS, XS)
        line.addWidget(self._words, 1)
        line.addWidget(undo)
        self.hide()

    def offer(self, title: str) -> None:
        self._words.setText(f"“{title[:40]}” was deleted.")
        self.show()


def file_name(title: str) -> str:
    """A title as a file's name that every system takes."""
    plain = re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", title)
    return " ".join(plain.split())[:80].strip(" .") or "Conversation"


def _write_out(assistant: Assistant, conversation_id: int, file: Path) -> Path:
    """Raises NotFound; UsageError where nothing can be written."""
    written = assistant.written_out(conversation_id, LAYOUTS.get(file.suffix.lower(), "markdown"))
    try:
        file.write_text(written, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"“{file}” can't be written: {error.strerror}.", "Choose another place.") from error
    return file


def day_name(when: datetime, today: date) -> str:
    """The heading a conversation stands under."""
    day = when.astimezone().date()
    days = (today - day).days
    if days <= 0:
        return "Today"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return "Earlier this week" if day.weekday() < today.weekday() else "Last week"
    return f"{day:%B %Y}"


def _day_item(name: str) -> QStandardItem:
    item = QStandardItem(name)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    font = item.font()
    font.setPointSizeF(9)
    item.setFont(font)
    return item


def _head_item(head: Conversation) -> QStandardItem:
    item = QStandardItem(head.title or "Untitled")
    item.setData(head.id, _ID)
    item.setToolTip(head.title)
    return item
