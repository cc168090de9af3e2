"""Which documents a report is about: a list to tick, with a filter above it. Knows no reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop.controls import ElidedLabel, IconButton, button, column, label, row
from desktop.tokens import XS, S
from rag.reports.export import names_of
from rag.types import Document

_ID = int(Qt.ItemDataRole.UserRole)


class DocumentPicker(QWidget):
    """`changed` when another choice was made."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._documents: dict[int, Document] = {}
        self._chosen: list[int] = []
        self._most = 0
        self._filter = QLineEdit(clearButtonEnabled=True)
        self._filter.setPlaceholderText("Filter by name or folder")
        self._filter.setAccessibleName("Filter documents by name or folder")
        self._all = button("Choose all", "quiet")
        self._none = button("Choose none", "quiet")
        self._list = QListWidget()
        self._list.setAccessibleName("Documents of the report")
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._count = label("", "small")
        self._order = ElidedLabel()
        self._order.setProperty("role", "small")
        self._swap = IconButton("retry", "Swap older and newer")
        self._lay_out()
        self._filter.textChanged.connect(self._apply_filter)
        self._all.clicked.connect(self._choose_shown)
        self._none.clicked.connect(self._choose_none)
        self._list.itemChanged.connect(self._note)
        self._swap.clicked.connect(self._swap_both)

    @property
    def chosen(self) -> tuple[int, ...]:
        """Ids, in the order they were ticked."""
        return tuple(self._chosen)

    def show_documents(self, documents: Sequence[Document], chosen: Iterable[int], *, most: int = 0) -> None:
        """Fill the list; `most` is how many may be ticked, 0 for any number."""
        self._documents = {document.id: document for document in documents}
        self._most = most
        wanted = [id_ for id_ in chosen if id_ in self._documents]
        self._chosen = wanted[:most] if most else wanted
        blocker = QSignalBlocker(self._list)
        self._list.clear()
        for document, name in zip(documents, names_of(documents), strict=True):
            item = QListWidgetItem(name or document.path.name)
            item.setData(_ID, document.id)
            item.setToolTip(str(document.path))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(_state(document.id in self._chosen))
            self._list.addItem(item)
        blocker.unblock()
        for each in (self._all, self._none):
            each.setVisible(not most)
        self._filter.clear()
        self._tell()

    def _lay_out(self) -> None:
        top = row(gap=S)
        top.addWidget(self._filter, 1)
        top.addWidget(self._all)
        top.addWidget(self._none)
        bottom = row(gap=S)
        bottom.addWidget(self._count)
        bottom.addWidget(self._order, 1)
        bottom.addWidget(self._swap)
        stack = column(self, gap=XS)
        stack.addLayout(top)
        stack.addWidget(self._list, 1)
        stack.addLayout(bottom)
        self.setFocusProxy(self._filter)

    @Slot(str)
    def _apply_filter(self, text: str) -> None:
        wanted = text.casefold().split()
        for item in self._items():
            path = str(self._documents[item.data(_ID)].path).casefold()
            item.setHidden(not all(word in path or word in item.text().casefold() for word in wanted))

    @Slot(QListWidgetItem)
    def _note(self, item: QListWidgetItem) -> None:
        """With a limit the oldest choice gives way to a new one."""
        ticked, id_ = item.checkState() is Qt.CheckState.Checked, int(item.data(_ID))
        if ticked == (id_ in self._chosen):
            return
        if ticked:
            self._chosen.append(id_)
        else:
            self._chosen.remove(id_)
        if self._most and len(self._chosen) > self._most:
            self._chosen.pop(0)
        self._show_ticks()

    @Slot()
    def _choose_shown(self) -> None:
        shown = [int(item.data(_ID)) for item in self._items() if not item.isHidden()]
        self._chosen += [id_ for id_ in shown if id_ not in self._chosen]
        self._show_ticks()

    @Slot()
    def _choose_none(self) -> None:
        self._chosen = []
        self._show_ticks()

    @Slot()
    def _swap_both(self) -> None:
        self._chosen.reverse()
        self._show_ticks()

    def _show_ticks(self) -> None:
        blocker = QSignalBlocker(self._list)
        chosen = set(self._chosen)
        for item in self._items():
            item.setCheckState(_state(int(item.data(_ID)) in chosen))
        blocker.unblock()
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        names = names_of([self._documents[id_] for id_ in self._chosen])
        ordered = self._most == 2 and len(names) == 2
        self._count.setVisible(not ordered)
        self._order.setVisible(ordered)
        self._swap.setVisible(ordered)
        if ordered:
            self._order.setText(f"Older: {names[0]}  →  newer: {names[1]}")
        many = f"of {self._most} chosen" if self._most else f"of {len(self._documents):,} documents chosen"
        self._count.setText(f"{len(names):,} {many}")

    def _items(self) -> list[QListWidgetItem]:
        return [self._list.item(place) for place in range(self._list.count())]


def _state(ticked: bool) -> Qt.CheckState:  # noqa: FBT001 - Qt's two states are a boolean
    return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
