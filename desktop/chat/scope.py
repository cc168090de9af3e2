"""Which documents are asked: a button that says it, and a list with a search field and check boxes behind it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QPushButton, QWidget

from desktop.controls import button, column, label, row
from desktop.tokens import M, S
from rag.parsers.cleaning import shown_name
from rag.types import Collection, Document, Scope

_ID = Qt.ItemDataRole.UserRole
_IS_COLLECTION = Qt.ItemDataRole.UserRole + 1

WIDTH, HEIGHT = 340, 380


class ScopeChooser(QPushButton):
    """`opened` asks for fresh lists (`show_library`); `chosen` carries the new Scope."""

    opened = Signal()
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "quiet")
        self.scope = Scope()
        self._names: dict[tuple[bool, int], str] = {}
        self._list = _ScopeList(self)
        self._list.changed.connect(self._take)
        self.clicked.connect(self._open)
        self._show_state()

    def show_scope(self, scope: Scope) -> None:
        self.scope = scope
        self._show_state()

    def show_library(self, collections: Sequence[Collection], documents: Sequence[Document]) -> None:
        self._names = {(True, collection.id): collection.name for collection in collections}
        self._names |= {(False, document.id): shown_name(document.path) for document in documents}
        self._list.fill(collections, documents, self.scope)
        self._show_state()

    def _open(self) -> None:
        self.opened.emit()
        corner = self.mapToGlobal(QPoint(0, 0))
        self._list.move(corner.x(), max(0, corner.y() - HEIGHT - S))
        self._list.show()
        self._list.focus()

    def _take(self, scope: Scope) -> None:
        self.show_scope(scope)
        self.chosen.emit(scope)

    def _show_state(self) -> None:
        text = self._in_words()
        self.setText(f"{text}  ▾")
        self.setAccessibleName(f"Documents asked: {text}")
        self.setToolTip("Choose which documents are asked")

    def _in_words(self) -> str:
        if self.scope.everything:
            return "All documents"
        chosen = [(True, number) for number in sorted(self.scope.collections)]
        chosen += [(False, number) for number in sorted(self.scope.documents)]
        if len(chosen) == 1:
            name = self._names.get(chosen[0], "1 chosen")
            return name if len(name) <= 28 else name[:27] + "…"
        return f"{len(chosen)} chosen"


class _ScopeList(QFrame):
    """The popover. Nothing ticked means everything."""

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("popover")
        self.setFixedSize(WIDTH, HEIGHT)
        self._filling = False
        self._model = QStandardItemModel(self)
        self._model.itemChanged.connect(self._tell)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self._model)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._search = QLineEdit()
        self._search.setPlaceholderText("Find a document or collection")
        self._search.setAccessibleName("Find a document or collection")
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter.setFilterFixedString)
        self._view = QListView()
        self._view.setAccessibleName("Documents and collections")
        self._view.setModel(self._filter)
        self._view.setUniformItemSizes(True)
        self._view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._all = button("Ask all documents", "link")
        self._all.clicked.connect(self._clear)
        self._lay_out()

    def _lay_out(self) -> None:
        foot = row(gap=S)
        foot.addWidget(label("Nothing ticked: all are asked.", "small"))
        foot.addStretch()
        foot.addWidget(self._all)
        stack = column(self, margin=M, gap=S)
        stack.addWidget(self._search)
        stack.addWidget(self._view, 1)
        stack.addLayout(foot)

    def focus(self) -> None:
        self._search.setFocus()

    def fill(self, collections: Sequence[Collection], documents: Sequence[Document], scope: Scope) -> None:
        self._filling = True
        self._model.clear()
        for collection in collections:
            name = f"{collection.name}  ({collection.documents})"
            self._add(name, collection.id, is_collection=True, ticked=collection.id in scope.collections)
        for document in documents:
            self._add(
                shown_name(document.path), document.id, is_collection=False, ticked=document.id in scope.documents
            )
        self._filling = False

    def _add(self, name: str, number: int, *, is_collection: bool, ticked: bool) -> None:
        item = QStandardItem(name)
        item.setToolTip(name)
        item.setEditable(False)
        item.setCheckable(True)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        item.setData(number, _ID)
        item.setData(is_collection, _IS_COLLECTION)
        if is_collection:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        self._model.appendRow(item)

    def _items(self) -> list[QStandardItem]:
        return [self._model.item(place) for place in range(self._model.rowCount())]

    def _clear(self) -> None:
        self._filling = True
        for item in self._items():
            item.setCheckState(Qt.CheckState.Unchecked)
        self._filling = False
        self._tell()

    def _tell(self) -> None:
        if self._filling:
            return
        ticked = [item for item in self._items() if item.checkState() is Qt.CheckState.Checked]
        self.changed.emit(
            Scope(
                collections=frozenset(int(item.data(_ID)) for item in ticked if item.data(_IS_COLLECTION)),
                documents=frozenset(int(item.data(_ID)) for item in ticked if not item.data(_IS_COLLECTION)),
            )
        )
