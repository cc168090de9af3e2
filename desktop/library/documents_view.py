"""The table of documents, what can be done with the chosen ones, and the filter above it.

It only says what the user wants; the page does it.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QIcon, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop.controls import button, column, label, row
from desktop.library.model import AWAY_ROLE, DOCUMENT_ROLE, STATE_WORDS, Column, DocumentTable
from desktop.reports.kinds import WORDING
from desktop.theme import current_colours
from desktop.tokens import S
from rag.report_types import ReportKind
from rag.types import LEFT_OUT, Document, DocumentState

_DOT = 9
"""Pixels across: the coloured point before a state; the words beside it say the same."""

_WIDTHS = {Column.NAME: 280, Column.STATE: 170, Column.KIND: 104, Column.PAGES: 64, Column.ADDED: 168}


class DocumentsView(QWidget):
    """Signals bring lists of Documents, `opened` a single one, `report_asked` a ReportKind before the list."""

    opened = Signal(object)
    removal_asked = Signal(object)
    rereading_asked = Signal(object)
    reason_asked = Signal(object)
    folder_asked = Signal(object)
    collecting_asked = Signal(object)
    report_asked = Signal(object, object)

    def __init__(self, table: DocumentTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._filter = _filter_field()
        self._states = _state_choice()
        self._count = label("", "small")
        self._view = _table_view(table)
        self._view.setItemDelegateForColumn(Column.STATE, StateDelegate(self._view))
        self._view.setItemDelegateForColumn(Column.FOLDER, FolderDelegate(self._view))
        self._reason = button("Why it failed", "quiet")
        self._reread = button("Read again", "quiet")
        self._remove = button("Remove…", "danger")
        self._more = button("More", "quiet")
        self._report = button("Report", "quiet")
        self._report.setToolTip("Summarise, compare, list or make a table of the documents chosen")
        self._reports = [self._report_action(kind) for kind in ReportKind]
        self._folder = QAction("Show in folder", self)
        self._collect = QAction("Put in collection…", self)
        self._actions = QWidget()
        self._lay_out()
        self._connect()
        self.refresh()

    def selected(self) -> list[Document]:
        rows = self._view.selectionModel().selectedRows()
        return [self._table.document(index.row()) for index in rows]

    def refresh(self) -> None:
        """Call it after the table was filled: counts and buttons follow."""
        chosen = self.selected()
        shown, known = self._table.rowCount(), len(self._table.documents())
        counted = f"{known:,} documents" if shown == known else f"{shown:,} of {known:,} documents"
        self._count.setText(f"{len(chosen):,} of {shown:,} chosen" if chosen else counted)
        self._actions.setVisible(bool(chosen))
        self._reason.setVisible(any(document.state in LEFT_OUT for document in chosen))
        left_out = bool(chosen) and all(document.state in LEFT_OUT for document in chosen)
        self._reread.setText("Try again" if left_out else "Read again")
        self._folder.setEnabled(len(chosen) == 1)
        for action in self._reports:
            action.setEnabled(len(chosen) == 2 or ReportKind(action.data()) is not ReportKind.COMPARISON)

    def keep_selection(self) -> set[int]:
        """Ids to hand to `select` after the table was filled anew."""
        return {document.id for document in self.selected()}

    def select(self, ids: set[int]) -> None:
        flags = self._view.selectionModel().SelectionFlag.Select | self._view.selectionModel().SelectionFlag.Rows
        for number in range(self._table.rowCount() if ids else 0):
            if self._table.document(number).id in ids:
                self._view.selectionModel().select(self._table.index(number, 0), flags)
        self.refresh()

    def focus_filter(self) -> None:
        self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._filter.selectAll()

    def _lay_out(self) -> None:
        top = row(gap=S)
        top.addWidget(self._filter, 1)
        top.addWidget(self._states)
        bottom = row(gap=S)
        bottom.addWidget(self._count)
        bottom.addStretch()
        actions = row(self._actions, gap=0)
        menu = QMenu(self._more)
        menu.addActions([self._folder, self._collect])
        self._more.setMenu(menu)
        reports = QMenu(self._report)
        reports.addActions(self._reports)
        self._report.setMenu(reports)
        for each in (self._reason, self._report, self._reread, self._more, self._remove):
            actions.addWidget(each)
        bottom.addWidget(self._actions)
        stack = column(self, gap=S)
        stack.addLayout(top)
        stack.addWidget(self._view, 1)
        stack.addLayout(bottom)

    def _connect(self) -> None:
        self._filter.textChanged.connect(self._apply_filter)
        self._states.currentIndexChanged.connect(self._apply_filter)
        self._view.selectionModel().selectionChanged.connect(self.refresh)
        self._view.doubleClicked.connect(self._open)
        self._view.activated.connect(self._open)
        self._view.customContextMenuRequested.connect(self._show_menu)
        self._table.rowsInserted.connect(self.refresh)
        self._reason.clicked.connect(self._ask_reason)
        self._reread.clicked.connect(self._ask_rereading)
        self._folder.triggered.connect(self._ask_folder)
        self._collect.triggered.connect(self._ask_collecting)
        self._remove.clicked.connect(self._ask_removal)
        delete = QAction("Remove…", self._view)
        delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._ask_removal)
        self._view.addAction(delete)

    @Slot()
    def _apply_filter(self) -> None:
        chosen = self.keep_selection()
        state = self._states.currentData()
        self._table.show(self._filter.text(), DocumentState(state) if state else None)
        self.select(chosen)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(DOCUMENT_ROLE))

    @Slot(QPoint)
    def _show_menu(self, place: QPoint) -> None:
        if not self.selected():
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not self._reason.isHidden():
            menu.addAction(self._reason.text()).triggered.connect(self._ask_reason)
        menu.addAction(self._reread.text()).triggered.connect(self._ask_rereading)
        menu.addActions([self._folder, self._collect])
        menu.addSeparator()
        menu.addActions(self._reports)
        menu.addSeparator()
        menu.addAction(self._remove.text()).triggered.connect(self._ask_removal)
        menu.popup(self._view.viewport().mapToGlobal(place))

    @Slot()
    def _ask_reason(self) -> None:
        self.reason_asked.emit([each for each in self.selected() if each.state in LEFT_OUT])

    @Slot()
    def _ask_rereading(self) -> None:
        self.rereading_asked.emit(self.selected())

    @Slot()
    def _ask_folder(self) -> None:
        self.folder_asked.emit(self.selected())

    @Slot()
    def _ask_collecting(self) -> None:
        self.collecting_asked.emit(self.selected())

    @Slot()
    def _ask_report(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction) and self.selected():
            self.report_asked.emit(ReportKind(sender.data()), self.selected())

    def _report_action(self, kind: ReportKind) -> QAction:
        action = QAction(WORDING[kind].action, self)
        action.setData(kind)
        action.triggered.connect(self._ask_report)
        return action

    @Slot()
    def _ask_removal(self) -> None:
        if self.selected():
            self.removal_asked.emit(self.selected())


class FolderDelegate(QStyledItemDelegate):
    """Cuts at the left: the end of a folder says the most."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideLeft


class StateDelegate(QStyledItemDelegate):
    """A coloured point before the words of a state."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        document = index.data(DOCUMENT_ROLE)
        option.textElideMode = Qt.TextElideMode.ElideRight
        option.icon = _dot(document.state, away=bool(index.data(AWAY_ROLE)))
        option.decorationSize = QSize(_DOT, _DOT)
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration


def _dot(state: DocumentState, *, away: bool) -> QIcon:
    colours = current_colours()
    colour = (
        colours.faint
        if away
        else {
            DocumentState.WAITING: colours.faint,
            DocumentState.READING: colours.accent,
            DocumentState.READ: colours.warn,
            DocumentState.COMPLETE: colours.good,
            DocumentState.FAILED: colours.bad,
            DocumentState.QUARANTINED: colours.bad,
        }[state]
    )
    picture = QPixmap(2 * _DOT, 2 * _DOT)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(colour))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QRectF(1, 1, 2 * _DOT - 2, 2 * _DOT - 2))
    painter.end()
    return QIcon(picture)


def _filter_field() -> QLineEdit:
    field = QLineEdit(clearButtonEnabled=True)
    field.setPlaceholderText("Filter by name or folder")
    field.setAccessibleName("Filter documents by name or folder")
    return field


def _state_choice() -> QComboBox:
    choice = QComboBox()
    choice.setAccessibleName("Filter documents by state")
    choice.addItem("All states", "")
    for state, words in STATE_WORDS.items():
        choice.addItem(words.removesuffix("…"), state.value)
    return choice


def _table_view(table: DocumentTable) -> QTableView:
    view = QTableView()
    view.setModel(table)
    view.setAccessibleName("Documents")
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setSortingEnabled(True)
    view.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setTabKeyNavigation(False)
    view.setStyleSheet(f"QTableView::item {{ padding: 0 {S}px; }}")
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows, columns = view.verticalHeader(), view.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(view.fontMetrics().lineSpacing() + 2 * S)
    columns.setHighlightSections(False)
    columns.setStretchLastSection(True)
    for place, width in _WIDTHS.items():
        columns.resizeSection(place, width)
    return view
