"""The drafts at the left, newest first, and how to begin a new one: empty, or from a template."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QWidget

from desktop.controls import button, column, label, row
from desktop.drafting.languages import language_name
from desktop.tokens import S
from rag.user_types import Draft, DraftTemplate

_ID = int(Qt.ItemDataRole.UserRole)


class DraftList(QFrame):
    """`chosen` brings a draft's id; `empty_requested` a language; `template_requested` a DraftTemplate."""

    chosen = Signal(int)
    empty_requested = Signal(str)
    template_requested = Signal(object)
    templates_requested = Signal()
    deletion_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._drafts: dict[int, Draft] = {}
        self._list = QListWidget()
        self._list.setAccessibleName("Drafts")
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._new = button("New draft", "primary")
        self._menu = QMenu(self._new)
        self._new.setMenu(self._menu)
        top = row(gap=S)
        top.addWidget(label("Drafts", "title"))
        top.addStretch()
        stack = column(self, gap=S)
        stack.setContentsMargins(0, 0, S, 0)
        stack.addLayout(top)
        stack.addWidget(self._new)
        stack.addWidget(self._list, 1)
        self._list.currentItemChanged.connect(self._choose)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self.show_templates([])

    def show_drafts(self, drafts: list[Draft], current: int | None) -> None:
        """Fill the list; `current` is the draft that is open."""
        self._drafts = {draft.id: draft for draft in drafts}
        blocker = QSignalBlocker(self._list)
        self._list.clear()
        for draft in drafts:
            item = QListWidgetItem(draft.title or "Untitled")
            item.setData(_ID, draft.id)
            item.setToolTip(f"{draft.title}\n{language_name(draft.language)} · version {draft.version}")
            self._list.addItem(item)
            if draft.id == current:
                self._list.setCurrentItem(item)
        blocker.unblock()

    def mark(self, draft_id: int) -> None:
        """Show which draft is open, without choosing it anew."""
        blocker = QSignalBlocker(self._list)
        for place in range(self._list.count()):
            if self._list.item(place).data(_ID) == draft_id:
                self._list.setCurrentRow(place)
        blocker.unblock()

    def retitle(self, draft: Draft) -> None:
        """Show a new title without moving anything."""
        self._drafts[draft.id] = draft
        for place in range(self._list.count()):
            if self._list.item(place).data(_ID) == draft.id:
                self._list.item(place).setText(draft.title or "Untitled")

    def show_templates(self, templates: list[DraftTemplate]) -> None:
        """The menu of "New draft"."""
        self._menu.clear()
        self._offer("Empty text", self._begin_empty).setData("markdown")
        self._offer("Empty code", self._begin_empty).setData("python")
        self._menu.addSeparator()
        for template in templates:
            self._offer(template.name.replace("&", "&&"), self._begin_from).setData(template)
        self._menu.addSeparator()
        self._menu.addAction("Manage templates…").triggered.connect(self.templates_requested)

    @property
    def menu(self) -> QMenu:
        return self._menu

    def _offer(self, text: str, slot: object) -> QAction:
        action = self._menu.addAction(text)
        action.triggered.connect(slot)
        return action

    @Slot()
    def _begin_empty(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.empty_requested.emit(str(sender.data()))

    @Slot()
    def _begin_from(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.template_requested.emit(sender.data())

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(int(item.data(_ID)))

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self._list.itemAt(place) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Delete…").triggered.connect(self._ask_deletion)
        menu.popup(self._list.viewport().mapToGlobal(place))

    @Slot()
    def _ask_deletion(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self.deletion_requested.emit(self._drafts[int(item.data(_ID))])
