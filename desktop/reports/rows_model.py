"""A report's rows as a list: headings of sections, and rows below them, filtered; with what each of them cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop.viewer.reference import Reference, of_citation
from rag.report_types import ReportKind, ReportRow, RowKind
from rag.reports.export import KINDS, in_reading_order

ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_IN_ORDER = frozenset({ReportKind.COMPARISON, ReportKind.FACTS})

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list: a section's heading, or a row. `reference` is the place of the row's first citation."""

    heading: str = ""
    row: ReportRow | None = None
    reference: int = -1


class RowsModel(QAbstractListModel):
    """Grows while a report is being made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kind = ReportKind.SUMMARY
        self._rows: list[ReportRow] = []
        self._entries: list[Entry] = []
        self._words: list[str] = []
        self._hides_same = True
        self.references: list[Reference] = []

    @property
    def kind(self) -> ReportKind:
        return self._kind

    @property
    def rows(self) -> Sequence[ReportRow]:
        """All of them, in the order they were made."""
        return self._rows

    def replace(self, kind: ReportKind, rows: Sequence[ReportRow]) -> None:
        self._kind = kind
        self._rows = list(rows)
        self._refill()

    def append(self, rows: Sequence[ReportRow]) -> None:
        """More rows. Those of a known section move up to it, so the list is filled anew then; else it grows."""
        self._rows += rows
        entries, references = self._entries_of(rows, len(self.references))
        known = {row.section for row in self._rows[: -len(rows)]}
        last = self._rows[-len(rows) - 1].section if len(self._rows) > len(rows) else None
        moves = any(row.section in known - {last} for row in rows) and self._kind not in _IN_ORDER
        if moves or any(row.kind is RowKind.OVERVIEW for row in rows):
            self._refill()
            return
        if entries and last == rows[0].section and entries[0].row is None:
            entries = entries[1:]
        if entries:
            first = len(self._entries)
            self.beginInsertRows(QModelIndex(), first, first + len(entries) - 1)
            self._entries += entries
            self.references += references
            self.endInsertRows()

    def show(self, words: str, *, hides_same: bool) -> None:
        """Only rows that hold all the words; `hides_same` leaves equal sentences of a comparison out."""
        self._words, self._hides_same = words.casefold().split(), hides_same
        self._refill()

    def entry(self, index: Index) -> Entry:
        return self._entries[index.row()]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self._entries[index.row()]
        if role == ENTRY_ROLE:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(entry)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self._entries[index.row()].row is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _refill(self) -> None:
        self.beginResetModel()
        rows = self._rows if self._kind in _IN_ORDER else in_reading_order(self._rows)
        self._entries, self.references = self._entries_of(rows, 0)
        self.endResetModel()

    def _entries_of(self, rows: Sequence[ReportRow], known: int) -> tuple[list[Entry], list[Reference]]:
        entries: list[Entry] = []
        references: list[Reference] = []
        heading = ""
        for row in rows:
            if not self._shown(row):
                continue
            above = KINDS[RowKind.OVERVIEW] if row.kind is RowKind.OVERVIEW else row.section.replace("\n", " ")
            if above != heading and above:
                entries.append(Entry(above))
            heading = above
            cited = [of_citation(citation) for citation in row.citations()]
            entries.append(Entry(row=row, reference=known + len(references) if cited else -1))
            references += cited
        return entries, references

    def _shown(self, row: ReportRow) -> bool:
        if row.kind is RowKind.SAME and self._hides_same:
            return False
        text = " ".join([row.section, row.note, *(cell.text for cell in row.cells)]).casefold()
        return all(word in text for word in self._words)


def spoken(entry: Entry) -> str:
    """The line for a screen reader."""
    if entry.row is None:
        return entry.heading
    kind = ": ".join(part for part in (KINDS[entry.row.kind], entry.row.note) if part)
    return ". ".join(part for part in (kind, *(cell.text for cell in entry.row.cells)) if part)
