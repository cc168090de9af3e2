"""The table of language models: what each is, whether it loads, and which one answers.

It knows nothing of files on disk or of the service.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from local_models.types import ModelFile

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
FILE_ROLE = int(Qt.ItemDataRole.UserRole)
"""The ModelFile of the row."""


class Column(IntEnum):
    """Left to right."""

    NAME = 0
    STATE = 1
    PARAMETERS = 2
    QUANTIZATION = 3
    CONTEXT = 4
    SIZE = 5


HEADINGS = {
    Column.NAME: "Name",
    Column.STATE: "State",
    Column.PARAMETERS: "Parameters",
    Column.QUANTIZATION: "Quantization",
    Column.CONTEXT: "Context",
    Column.SIZE: "Size",
}

HEADING_TIPS = {
    Column.PARAMETERS: "How many numbers the model is made of: more is wiser and slower",
    Column.QUANTIZATION: "How finely the numbers are kept: Q8 is nearly exact, Q4 half the size and a little weaker",
    Column.CONTEXT: "How many tokens it can read at once; a page is about 500",
    Column.SIZE: "On disk; about as much memory is needed while it answers",
}
_NUMBERS = frozenset({Column.PARAMETERS, Column.CONTEXT, Column.SIZE})


class ModelTable(QAbstractTableModel):
    """Models in rows; the one that answers stands out."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: list[ModelFile] = []
        self._chosen = ""

    def replace(self, files: list[ModelFile], chosen: str) -> None:
        """Show these files; `chosen` is the name of the one that answers."""
        self.beginResetModel()
        self._files, self._chosen = files, chosen
        self.endResetModel()

    def file(self, row: int) -> ModelFile:
        return self._files[row]

    def row_of(self, name: str) -> int:
        """The row of a model; -1 if it is not there."""
        return next((row for row, file in enumerate(self._files) if file.name == name), -1)

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return HEADING_TIPS.get(column)
        return HEADINGS[column] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        file, column = self._files[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(file, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return file.problem or str(file.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{HEADINGS[column]}: {self._text(file, column)}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole and file.name == self._chosen:
            font = QFont()
            font.setBold(True)
            return font
        return file if role == FILE_ROLE else None

    def _text(self, file: ModelFile, column: Column) -> str:
        match column:
            case Column.NAME:
                return f"{file.name}  (in the box)" if file.bundled else file.name
            case Column.STATE:
                return state_words(file, answers=file.name == self._chosen)
            case Column.PARAMETERS:
                return count_words(file.parameters)
            case Column.QUANTIZATION:
                return file.quantization
            case Column.CONTEXT:
                return f"{file.context_length:,}" if file.context_length else ""
            case Column.SIZE:
                return size_words(file.size)


def state_words(file: ModelFile, *, answers: bool) -> str:
    """A problem says itself; otherwise whether this is the model that answers."""
    return file.problem or ("Answers now" if answers else "Ready")


def count_words(parameters: int) -> str:
    """ "1.2 billion", "135 million", "80 thousand"; nothing for 0."""
    for unit, word in ((10**9, "billion"), (10**6, "million"), (10**3, "thousand")):
        if parameters >= unit:
            number = parameters / unit
            return f"{number:.1f} {word}" if number < 10 else f"{number:.0f} {word}"
    return str(parameters) if parameters else ""


def size_words(size: int) -> str:
    """Bytes as a person reads them, in units of 1000, like the file managers of macOS and Linux."""
    for unit, word in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            number = size / unit
            return f"{number:.1f} {word}" if number < 10 else f"{number:.0f} {word}"
    return f"{size} bytes"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
