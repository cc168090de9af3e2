"""The list of a report's rows, as rich text of any height.

A tree view that scrolls by item measures only the rows on screen, so thousands of them are there at once; a list view
measures all of them first.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QCursor,
    QGuiApplication,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QTextDocument,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from desktop.reports.row_text import entry_html
from desktop.reports.rows_model import Entry, RowsModel
from desktop.theme import current_colours, reading_font
from desktop.tokens import SIZE_BODY, SIZE_HEADING, XS, M, S
from rag.reports.export import where_quoted

KEPT = 500
"""Heights remembered: what a person scrolls through in a minute."""

Index = QModelIndex | QPersistentModelIndex


class RowsView(QTreeView):
    """`opened` brings the place of a reference among the model's."""

    opened = Signal(int)

    def __init__(self, model: RowsModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = model
        self._delegate = RowDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Rows of the report")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(False)
        self.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setMouseTracking(True)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        copy = QAction("Copy", self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self._copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._delegate.forget()
            self.scheduleDelayedItemsLayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Heights follow from the width."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Without the branches and the ground that a tree draws below its delegate."""
        option.rect.setWidth(self.viewport().width())
        option.state |= self._state(index)
        self._delegate.paint(painter, option, index)

    def _state(self, index: Index) -> QStyle.StateFlag:
        state = QStyle.StateFlag.State_None
        if isinstance(index, QModelIndex) and self.selectionModel().isSelected(index):
            state |= QStyle.StateFlag.State_Selected
        if self.viewport().underMouse() and self.indexAt(self.viewport().mapFromGlobal(QCursor.pos())) == index:
            state |= QStyle.StateFlag.State_MouseOver
        return state

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.viewport().update()

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        reference = self._rows.entry(index).reference
        if reference >= 0:
            self.opened.emit(reference)

    @Slot()
    def _copy(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(copied(self._rows.entry(index)))


class RowDelegate(QStyledItemDelegate):
    """Draws a line as rich text. Heights are remembered by line and width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._heights: dict[tuple[int, int], int] = {}
        self._kept: list[Entry] = []

    def forget(self) -> None:
        self._heights.clear()
        self._kept.clear()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        view = self.parent()
        width = view.viewport().width() if isinstance(view, QTreeView) else option.rect.width()
        entry: Entry = index.model().entry(index)  # type: ignore[attr-defined]
        key = (id(entry), width)
        if key not in self._heights:
            if len(self._kept) >= KEPT:
                self.forget()
            self._kept.append(entry)  # so that its id stays its own
            self._heights[key] = _above(entry) + int(_document(entry, width).size().height()) + S
        return QSize(width, self._heights[key])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.model().entry(index)  # type: ignore[attr-defined]
        colours = current_colours()
        rect = QRectF(option.rect)
        painter.save()
        ground = _ground(option.state)
        if entry.row is not None and ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(getattr(colours, ground)))
            painter.drawRoundedRect(rect.adjusted(0, 1, -XS, -1), XS, XS)
        painter.translate(rect.left() + M, rect.top() + _above(entry) + XS)
        _document(entry, option.rect.width()).drawContents(painter)
        painter.restore()


def copied(entry: Entry) -> str:
    """A row for the clipboard: its cells, and below them where each stands."""
    if entry.row is None:
        return entry.heading
    texts = [cell.text for cell in entry.row.cells if cell.text]
    places = dict.fromkeys(f"[{one.source.number}] {where_quoted(one)}" for one in entry.row.citations())
    return "\n".join([*texts, *places])


def _above(entry: Entry) -> int:
    """A heading stands off from what is above it."""
    return M if entry.row is None else 0


def _ground(state: QStyle.StateFlag) -> str:
    if state & QStyle.StateFlag.State_Selected:
        return "selection"
    return "sunken" if state & QStyle.StateFlag.State_MouseOver else ""


def _document(entry: Entry, width: int) -> QTextDocument:
    colours = current_colours()
    document = QTextDocument()
    document.setDocumentMargin(0)
    document.setDefaultFont(reading_font(SIZE_HEADING if entry.row is None else SIZE_BODY))
    document.setDefaultStyleSheet(f"* {{ color: {colours.text}; }} p {{ margin: 0; }}")
    document.setHtml(f'<body style="color:{colours.text};">{entry_html(entry, colours)}</body>')
    document.setTextWidth(max(width - 2 * M, 40))
    return document
