"""The table of documents: what each column says, in which order, and which rows a filter leaves.

It sorts and filters its own list in Python, one key a row. A QSortFilterProxyModel asks Python for both values of
every comparison.
It does not know where documents come from, nor of the collections.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.dates import date_and_time
from rag.parsers.cleaning import shown_name
from rag.types import LEFT_OUT, Document, DocumentState

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()

DOCUMENT_ROLE = int(Qt.ItemDataRole.UserRole)
"""The rag.types.Document of the row."""

AWAY_ROLE = DOCUMENT_ROLE + 1
"""In the column of the states: True where the row's folder can't be reached now."""


class Column(IntEnum):
    """Left to right."""

    NAME = 0
    STATE = 1
    KIND = 2
    PAGES = 3
    ADDED = 4
    FOLDER = 5


HEADINGS = {
    Column.NAME: "Name",
    Column.STATE: "State",
    Column.KIND: "Kind",
    Column.PAGES: "Pages",
    Column.ADDED: "Added",
    Column.FOLDER: "Folder",
}

STATE_WORDS = {
    DocumentState.WAITING: "Waiting",
    DocumentState.READING: "Reading…",
    DocumentState.READ: "Searchable",
    DocumentState.COMPLETE: "Complete",
    DocumentState.FAILED: "Failed",
    DocumentState.QUARANTINED: "Quarantined",
}

AWAY = "Not reachable now"
"""In place of a state, where the folder of a document is not there; what was read can be asked all the same."""

STATE_MEANINGS = {
    DocumentState.WAITING: "It is in the queue and will be read soon.",
    DocumentState.READING: "Its text is being read now.",
    DocumentState.READ: "You can ask it already, by its words; finding by meaning follows.",
    DocumentState.COMPLETE: "You can ask it, by its words and by their meaning.",
    DocumentState.QUARANTINED: "Reading it failed badly; it is tried again when the file has changed, or when you ask.",
}

_KINDS = {
    ".pdf": "PDF",
    ".docx": "Word",
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".htm": "Web page",
    ".html": "Web page",
    ".txt": "Text",
    ".c": "C",
    ".cpp": "C++",
    ".css": "CSS",
    ".go": "Go",
    ".h": "C header",
    ".java": "Java",
    ".js": "JavaScript",
    ".py": "Python",
    ".rs": "Rust",
    ".sh": "Shell",
    ".sql": "SQL",
    ".tex": "LaTeX",
    ".ts": "TypeScript",
}
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class DocumentTable(QAbstractTableModel):
    """Documents in rows; `show` filters, `sort` orders, `put` and `drop` change single rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: dict[int, Document] = {}
        self._shown: list[Document] = []
        self._words: tuple[str, ...] = ()
        self._only: DocumentState | None = None
        self._away: tuple[Path, ...] = ()
        self._column = Column.NAME
        self._order = Qt.SortOrder.AscendingOrder

    def replace(self, documents: Iterable[Document]) -> None:
        """Show these documents instead of all others."""
        self._documents = {document.id: document for document in documents}
        self._rebuild()

    def put(self, document: Document) -> None:
        """Show one document more, or its newer state. A new one goes to the end until the next sort."""
        known = document.id in self._documents
        self._documents[document.id] = document
        row = self.row_of(document.id) if known else None
        if row is not None:
            self._shown[row] = document
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
        elif self._accepts(document):
            last = len(self._shown)
            self.beginInsertRows(QModelIndex(), last, last)
            self._shown.append(document)
            self.endInsertRows()

    def show(self, query: str, only: DocumentState | None = None) -> None:
        """Leave the rows whose name or folder holds every word of `query`, and whose state is `only`."""
        self._words = tuple(query.casefold().split())
        self._only = only
        self._rebuild()

    def show_away(self, folders: tuple[Path, ...]) -> None:
        """Documents below these can't be opened now; it is said in their state."""
        if folders != self._away:
            self._away = folders
            self._rebuild()

    def document(self, row: int) -> Document:
        return self._shown[row]

    def documents(self) -> list[Document]:
        """All of them, filtered out or not."""
        return list(self._documents.values())

    def row_of(self, document_id: int) -> int | None:
        """The row a document stands in, None while it is filtered out."""
        for row, document in enumerate(self._shown):
            if document.id == document_id:
                return row
        return None

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(Column(section))
        return HEADINGS[Column(section)] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        document = self._shown[index.row()]
        column = Column(index.column())
        away = column is Column.STATE and any(document.path.is_relative_to(folder) for folder in self._away)
        if role == Qt.ItemDataRole.DisplayRole:
            return display_text(document, column, away=away)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(document, column, away=away)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column]}: {display_text(document, column, away=away)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == AWAY_ROLE:
            return away
        return document if role == DOCUMENT_ROLE else None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._column, self._order = Column(column), order
        self.layoutAboutToBeChanged.emit()
        before = {document.id: row for row, document in enumerate(self._shown)}
        self._shown = self._sorted(self._shown)
        moved = {before[document.id]: row for row, document in enumerate(self._shown)}
        old = self.persistentIndexList()
        self.changePersistentIndexList(old, [self.index(moved[index.row()], index.column()) for index in old])
        self.layoutChanged.emit()

    def _rebuild(self) -> None:
        self.beginResetModel()
        self._shown = self._sorted([each for each in self._documents.values() if self._accepts(each)])
        self.endResetModel()

    def _accepts(self, document: Document) -> bool:
        if self._only is not None and document.state is not self._only:
            return False
        if not self._words:
            return True
        text = f"{document.path} {document.title}".casefold()
        return all(word in text for word in self._words)

    def _sorted(self, documents: list[Document]) -> list[Document]:
        column, falling = self._column, self._order is Qt.SortOrder.DescendingOrder
        by_name = sorted(documents, key=lambda document: document.path.name.casefold())
        return sorted(by_name, key=lambda document: _sort_key(document, column), reverse=falling)


def display_text(document: Document, column: Column, *, away: bool = False) -> str:
    """What the cell says. `away`: its folder can't be reached now."""
    match column:
        case Column.NAME:
            return shown_name(document.path)
        case Column.FOLDER:
            return folder_text(document.path)
        case Column.KIND:
            return kind_of(document.path)
        case Column.PAGES:
            return str(document.pages) if document.pages else ""
        case Column.STATE:
            return AWAY if away else state_text(document)
        case Column.ADDED:
            return when(document.added_at)


def state_text(document: Document) -> str:
    """The state in words; a failure says why, without the name that stands beside it."""
    words = STATE_WORDS[document.state]
    if document.state not in LEFT_OUT or not document.reason:
        return words
    return f"{words}: {document.reason.replace(f'“{shown_name(document.path)}”', 'it', 1)}"


def tooltip(document: Document, column: Column, *, away: bool = False) -> str:
    """The whole of what a narrow cell cuts off."""
    if column is Column.STATE:
        notes = [document.reason or STATE_MEANINGS.get(document.state, ""), *document.notices]
        if away:
            notes.append("Its folder can't be reached now. What was read of it can still be asked and cited.")
        return "\n".join(note for note in notes if note)
    if column in (Column.NAME, Column.FOLDER):
        title = f"{document.title}\n" if document.title and document.title != document.path.name else ""
        return f"{title}{document.path}"
    return ""


def kind_of(path: Path) -> str:
    """The format in a person's word."""
    suffix = path.suffix.lower()
    return _KINDS.get(suffix) or suffix.removeprefix(".").upper() or "Text"


def folder_text(path: Path) -> str:
    """The folder, with the home folder as ~."""
    folder, home = path.parent, Path.home()
    return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)


def when(moment: datetime | None) -> str:
    """A moment in the user's own time and the system's format."""
    return "" if moment is None else date_and_time(moment)


def _alignment(column: Column) -> Qt.AlignmentFlag:
    return _RIGHT if column is Column.PAGES else _LEFT


def _sort_key(document: Document, column: Column) -> str | float:
    if column is Column.PAGES:
        return document.pages
    if column is Column.ADDED:
        return document.added_at.timestamp() if document.added_at else 0.0
    return display_text(document, column).casefold()
