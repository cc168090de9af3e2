"""The reports at the left, newest first, and how to begin one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QMenu, QWidget

from desktop.controls import button, column, label, row
from desktop.reports.kinds import WORDING
from desktop.tokens import M, S
from rag.report_types import ReportHead, ReportKind
from rag.types import MessageStatus

_ID = int(Qt.ItemDataRole.UserRole)
_STATES = {MessageStatus.STREAMING: "being made", MessageStatus.STOPPED: "stopped", MessageStatus.FAILED: "failed"}


class ReportList(QFrame):
    """`chosen` brings a report's id, `new_requested` a ReportKind, `deletion_requested` a ReportHead."""

    chosen = Signal(int)
    new_requested = Signal(object)
    deletion_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "side")
        self._heads: dict[int, ReportHead] = {}
        self._list = QListWidget()
        self._list.setAccessibleName("Reports")
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._new = button("New report", "primary")
        self.menu = QMenu(self._new)
        for kind, wording in WORDING.items():
            action = self.menu.addAction(wording.action)
            action.setData(kind)
            action.triggered.connect(self._begin)
        self._new.setMenu(self.menu)
        top = row(gap=S)
        top.addWidget(label("Reports", "title"))
        top.addStretch()
        stack = column(self, gap=S)
        stack.setContentsMargins(0, 0, S, 0)
        stack.addLayout(top)
        stack.addWidget(self._new)
        stack.addWidget(self._list, 1)
        self._connect()

    def show_reports(self, heads: list[ReportHead], current: int | None) -> None:
        """Fill the list; `current` is the report on screen."""
        self._heads = {head.id: head for head in heads}
        blocker = QSignalBlocker(self._list)
        self._list.clear()
        for head in heads:
            item = QListWidgetItem(head.title)
            item.setData(_ID, head.id)
            item.setSizeHint(QSize(0, 2 * self._list.fontMetrics().lineSpacing() + M))
            item.setToolTip(f"{head.title}\n{described(head)}")
            self._list.addItem(item)
            if head.id == current:
                self._list.setCurrentItem(item)
        blocker.unblock()

    def mark(self, report_id: int | None) -> None:
        """Show which report is on screen, without choosing it anew."""
        blocker = QSignalBlocker(self._list)
        places = [at for at in range(self._list.count()) if self._list.item(at).data(_ID) == report_id]
        self._list.setCurrentRow(places[0] if places else -1)
        blocker.unblock()

    def _connect(self) -> None:
        self._list.currentItemChanged.connect(self._choose)
        self._list.itemClicked.connect(self._choose)
        self._list.customContextMenuRequested.connect(self._show_menu)
        delete = QAction("Delete…", self._list)
        delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._ask_deletion)
        self._list.addAction(delete)

    @Slot()
    def _begin(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.new_requested.emit(ReportKind(sender.data()))

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
            self.deletion_requested.emit(self._heads[int(item.data(_ID))])


def described(head: ReportHead) -> str:
    """Kind, day and state in one line."""
    day = f"{head.created_at.astimezone():%d %B %Y, %H:%M}".lstrip("0")
    state = _STATES.get(head.status, "")
    return " · ".join(part for part in (WORDING[head.kind].name, day, state) if part)
