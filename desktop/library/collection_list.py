"""Collections at the left: everything, each folder, each hand-picked set; one is chosen at a time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QWidget

from desktop.controls import column, label
from desktop.library.model import folder_text
from desktop.theme import current_colours
from desktop.tokens import XS, S
from rag.types import Collection

_ID = int(Qt.ItemDataRole.UserRole)
EVERYTHING = 0
"""Stands for "all documents"; ids of the store begin at 1."""


class CollectionList(QFrame):
    """`chosen` brings the id (EVERYTHING for all); the others a Collection: to forget, to look at again, to say what of
    its folder is left out.
    """

    chosen = Signal(int)
    removal_asked = Signal(object)
    look_asked = Signal(object)
    rules_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._collections: dict[int, Collection] = {}
        self._away: tuple[Path, ...] = ()
        self._shown: tuple[list[Collection], int, tuple[Path, ...]] = ([], 0, ())
        self._list = QListWidget()
        self._list.setAccessibleName("Collections")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        stack = column(self, gap=XS)
        stack.setContentsMargins(0, 0, S, 0)
        stack.addWidget(label("Collections", "small"))
        stack.addWidget(self._list)
        self._list.currentItemChanged.connect(self._choose)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._fill([], 0)

    def current(self) -> int:
        item = self._list.currentItem()
        return int(item.data(_ID)) if item is not None else EVERYTHING

    def current_collection(self) -> Collection | None:
        """None when everything is shown."""
        return self._collections.get(self.current())

    def picked_by_hand(self) -> list[Collection]:
        return [collection for collection in self._collections.values() if collection.root is None]

    def show_away(self, folders: tuple[Path, ...]) -> None:
        """These folders, or parts of folders, can't be reached now."""
        self._away = folders
        collections, documents, _ = self._shown
        self.show_collections(collections, documents)

    def show_collections(self, collections: list[Collection], documents: int) -> None:
        """Fill the list anew; what was chosen stays chosen if it is still there."""
        if self._shown == (collections, documents, self._away):
            return
        self._shown = (collections, documents, self._away)
        kept = self.current()
        blocker = QSignalBlocker(self._list)
        self._fill(collections, documents)
        blocker.unblock()
        for row in range(self._list.count()):
            if self._list.item(row).data(_ID) == kept:
                self._list.setCurrentRow(row)

    def _fill(self, collections: list[Collection], documents: int) -> None:
        self._collections = {collection.id: collection for collection in collections}
        self._list.clear()
        self._add(EVERYTHING, "All documents", documents, "Every document in the library")
        for collection in sorted(collections, key=lambda each: each.name.casefold()):
            self._add(collection.id, collection.name, collection.documents, *self._about(collection))
        self._list.setCurrentRow(0)

    def _about(self, collection: Collection) -> tuple[str, str]:
        """The tooltip, and what is wrong with the folder now."""
        if collection.root is None:
            return "Picked by hand", ""
        where = f"Folder {folder_text(collection.root / '_')}"
        if collection.root in self._away:
            return f"{where}\nNot reachable now. What was read from there can still be asked.", "not reachable now"
        parts = [folder_text(each / "_") for each in self._away if each.is_relative_to(collection.root)]
        if parts:
            return f"{where}\nNot reachable now: {', '.join(parts)}", "partly not reachable now"
        return where, ""

    def _add(self, collection_id: int, name: str, documents: int, tip: str, trouble: str = "") -> None:
        counted = f"{name}  ({documents:,})" if documents else name
        item = QListWidgetItem(f"{counted}\n{trouble}" if trouble else counted)
        item.setData(_ID, collection_id)
        item.setToolTip(f"{name}\n{tip}")
        if trouble:
            item.setForeground(QColor(current_colours().muted))
        self._list.addItem(item)

    @Slot(QListWidgetItem)
    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(int(item.data(_ID)))

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if self.current_collection() is None or self._list.itemAt(place) is None:
            return
        menu = QMenu(self)
        collection = self.current_collection()
        if collection is not None and collection.root is not None:
            menu.addAction("Check this folder").triggered.connect(self._ask_look)
            menu.addAction("What is left out…").triggered.connect(self._ask_rules)
            menu.addSeparator()
        menu.addAction("Forget this collection…").triggered.connect(self._ask_removal)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._list.viewport().mapToGlobal(place))

    @Slot()
    def _ask_look(self) -> None:
        self.look_asked.emit(self.current_collection())

    @Slot()
    def _ask_rules(self) -> None:
        self.rules_asked.emit(self.current_collection())

    @Slot()
    def _ask_removal(self) -> None:
        collection = self.current_collection()
        if collection is not None:
            self.removal_asked.emit(collection)
