"""Reports in memory, for the window's tests: one is made of rows that were set beforehand."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from local_models.cancel import CancelToken
from rag.errors import Cancelled, FootnoteError
from rag.events import Progress, ReportEvent, ReportFinished, ReportStarted, RowsAdded
from rag.report_types import Report, ReportCell, ReportHead, ReportKind, ReportRequest, ReportRow, RowKind
from rag.types import Citation, CitationOrigin, MessageStatus, Place, Source, Span

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def cited(text: str, number: int = 1, *, marks: tuple[tuple[int, int], ...] = ()) -> ReportCell:
    """A cell quoted from a passage of its own."""
    source = Source(number, None, None, "Lease", Path("/docs/Lease.pdf"), "Rent", Place(page=number), text, Span(0, 9))
    citation = Citation(source, 0, len(text), text, Span(0, len(text), number), 1.0, CitationOrigin.MATCHED)
    return ReportCell(text, (citation,), marks)


def point(text: str, number: int = 1, section: str = "Rent") -> ReportRow:
    return ReportRow(RowKind.POINT, (cited(text, number),), section)


class FakeReports:
    """Keeps what is asked. `hold` is waited for between two rows."""

    def __init__(self) -> None:
        self.kept: dict[int, Report] = {}
        self.rows: list[ReportRow] = [point("The rent is 950 euros."), point("Pets need consent.", 2, "Pets")]
        self.requests: list[ReportRequest] = []
        self.headings: list[str] = ["Rent", "Pets"]
        self.hold: threading.Event | None = None
        self.fail_with: FootnoteError | None = None

    def put(self, kind: ReportKind, rows: Sequence[ReportRow], columns: tuple[str, ...] = ("Sentence",)) -> Report:
        number = len(self.kept) + 1
        request = ReportRequest(kind, (1,))
        report = Report(number, f"Report {number}", request, MessageStatus.COMPLETE, NOW, columns, tuple(rows))
        self.kept[number] = report
        return report

    def make(self, request: ReportRequest, cancel: CancelToken) -> Iterator[ReportEvent]:
        self.requests.append(request)
        report = replace(self.put(request.kind, ()), request=request, status=MessageStatus.STREAMING)
        yield ReportStarted(report)
        done: list[ReportRow] = []
        status = MessageStatus.COMPLETE
        try:
            for row in self.rows:
                yield Progress(len(done), len(self.rows), "Lease")
                yield RowsAdded((row,))
                done.append(row)
                if self.hold is not None:
                    cancel.on_cancel(self.hold.set)
                    self.hold.wait(10)
                if self.fail_with is not None:
                    raise self.fail_with
                cancel.check()
        except Cancelled:
            status = MessageStatus.STOPPED
        finished = replace(report, rows=tuple(done), status=status)
        self.kept[report.id] = finished
        yield ReportFinished(finished, stopped=status is MessageStatus.STOPPED)

    def all(self) -> list[ReportHead]:
        heads = [ReportHead(r.id, r.title, r.kind, r.status, r.created_at, len(r.rows)) for r in self.kept.values()]
        return heads[::-1]

    def report(self, report_id: int) -> Report:
        return self.kept[report_id]

    def delete(self, report_id: int) -> None:
        self.kept.pop(report_id)

    def chapters(self, document_ids: Sequence[int]) -> list[str]:
        return list(self.headings)
