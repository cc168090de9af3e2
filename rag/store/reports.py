"""Reports over whole documents, kept row by row as they are made. Each method is one transaction.

A stop or a crash loses nothing that was found until then. Knows nothing of how a report is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from rag.errors import NotFound
from rag.report_types import Report, ReportEnding, ReportHead, ReportKind, ReportRequest, ReportRow, RowKind
from rag.store import schema
from rag.store.database import Database
from rag.store.report_cells import pack_cells, unpack_cells
from rag.store.sources import columns_of, source_of
from rag.types import MessageStatus, Source


class ReportShelf:
    """Every report the user has had made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def settle_interrupted(self) -> None:
        """To be called once after opening: reports that a crash left STREAMING become STOPPED, with their rows."""
        with self._database.write() as session:
            session.execute(
                update(schema.ReportRow)
                .where(schema.ReportRow.status == MessageStatus.STREAMING)
                .values(status=MessageStatus.STOPPED)
            )

    def begin(self, request: ReportRequest, *, title: str, columns: Sequence[str]) -> Report:
        """An empty report in state STREAMING."""
        with self._database.write() as session:
            row = schema.ReportRow(
                title=title,
                kind=request.kind,
                documents=request.documents,
                topics=request.topics,
                length=request.length,
                chapter=request.chapter,
                phrased=request.phrased,
                columns=tuple(columns),
                notices=(),
                model="",
                status=MessageStatus.STREAMING,
                created_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return _report(session, row)

    def add_rows(self, report_id: int, rows: Sequence[ReportRow]) -> None:
        """Behind those that are there, with the sources they cite."""
        with self._database.write() as session:
            _row(session, report_id)
            _keep_sources(session, report_id, (c.source for row in rows for c in row.citations()))
            first = _count(session, report_id)
            session.add_all(
                schema.ReportLineRow(
                    report_id=report_id,
                    position=first + place,
                    kind=row.kind,
                    section=row.section,
                    note=row.note,
                    count=row.count,
                    cells=pack_cells(row.cells),
                )
                for place, row in enumerate(rows)
            )

    def finish(self, report_id: int, ending: ReportEnding) -> Report:
        with self._database.write() as session:
            row = _row(session, report_id)
            row.status, row.notices, row.model = ending.status, ending.notices, ending.model
            return _report(session, row)

    def report(self, report_id: int) -> Report:
        with self._database.read() as session:
            return _report(session, _row(session, report_id))

    def reports(self) -> list[ReportHead]:
        """Newest first."""
        counted = select(schema.ReportLineRow.report_id, func.count().label("rows")).group_by(
            schema.ReportLineRow.report_id
        )
        counts = counted.subquery()
        with self._database.read() as session:
            found = session.execute(
                select(schema.ReportRow, func.coalesce(counts.c.rows, 0))
                .outerjoin(counts, counts.c.report_id == schema.ReportRow.id)
                .order_by(schema.ReportRow.id.desc())
            )
            return [
                ReportHead(row.id, row.title, ReportKind(row.kind), MessageStatus(row.status), row.created_at, rows)
                for row, rows in found
            ]

    def rename(self, report_id: int, title: str) -> None:
        with self._database.write() as session:
            _row(session, report_id).title = title

    def delete(self, report_id: int) -> None:
        """With its rows and sources, for good."""
        with self._database.write() as session:
            session.delete(_row(session, report_id))


def _keep_sources(session: Session, report_id: int, sources: Iterable[Source]) -> None:
    chosen = select(schema.ReportSourceRow.number).where(schema.ReportSourceRow.report_id == report_id)
    known = set(session.scalars(chosen))
    for source in sources:
        if source.number not in known:
            known.add(source.number)
            session.add(schema.ReportSourceRow(report_id=report_id, **columns_of(session, source)))


def _count(session: Session, report_id: int) -> int:
    counted = select(func.count()).where(schema.ReportLineRow.report_id == report_id)
    return session.scalar(counted) or 0


def _row(session: Session, report_id: int) -> schema.ReportRow:
    row = session.get(schema.ReportRow, report_id)
    if row is None:
        raise NotFound(f"There is no report {report_id}.", "It may have been deleted; look again.")
    return row


def _report(session: Session, row: schema.ReportRow) -> Report:
    sources = _sources(session, row.id)
    lines = select(schema.ReportLineRow).where(schema.ReportLineRow.report_id == row.id)
    request = ReportRequest(
        ReportKind(row.kind), row.documents, row.topics, row.length, row.chapter, phrased=row.phrased
    )
    return Report(
        id=row.id,
        title=row.title,
        request=request,
        status=MessageStatus(row.status),
        created_at=row.created_at,
        columns=row.columns,
        rows=tuple(
            ReportRow(RowKind(line.kind), unpack_cells(line.cells, sources), line.section, line.note, line.count)
            for line in session.scalars(lines.order_by(schema.ReportLineRow.position))
        ),
        notices=row.notices,
        model=row.model,
    )


def _sources(session: Session, report_id: int) -> dict[int, Source]:
    rows = session.scalars(select(schema.ReportSourceRow).where(schema.ReportSourceRow.report_id == report_id))
    return {row.number: source_of(row) for row in rows}
