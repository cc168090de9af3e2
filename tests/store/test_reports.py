"""Reports in the store: kept row by row, outliving their documents, settled after a crash."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import NotFound
from rag.report_types import ReportCell, ReportEnding, ReportKind, ReportRequest, ReportRow, RowKind
from rag.store.store import Store
from rag.types import Citation, CitationOrigin, MessageStatus, Source, Span
from tests.fakes.store import add_document, hits_of, new_store

REQUEST = ReportRequest(ReportKind.FACTS, (3, 1), ("Tenant", "Rent"), length=4, chapter="One", phrased=True)


def row_citing(store: Store, path: str = "/a.txt") -> tuple[ReportRow, int]:
    document = add_document(store.library, path, ["it rains", "it snows"])
    hit = hits_of(store.library, document)[1]
    passage = hit.passage
    source = Source(
        1, passage.id, document.id, document.title, document.path, passage.heading, passage.place, passage.text,
        passage.span,
    )  # fmt: skip
    citation = Citation(source, 0, 5, "snows", Span(13, 18, 2), 0.9, CitationOrigin.MATCHED)
    cells = (ReportCell("A"), ReportCell("snows", (citation,), ((0, 5),), 0.75))
    return ReportRow(RowKind.FACTS, cells, "A", "a note", 3), document.id


def test_a_report_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    row, _ = row_citing(store)
    begun = store.reports.begin(REQUEST, title="Table", columns=("Document", "Tenant"))
    store.reports.add_rows(begun.id, [row])
    store.reports.add_rows(begun.id, [row, row])
    kept = store.reports.finish(begun.id, ReportEnding(MessageStatus.COMPLETE, ("a notice",), "a-model"))
    store.close()
    again = Store.open(tmp_path)
    assert again.reports.report(begun.id) == kept
    assert (kept.rows, kept.request, kept.columns) == ((row, row, row), REQUEST, ("Document", "Tenant"))
    (head,) = again.reports.reports()
    assert (head.title, head.rows, head.status) == ("Table", 3, MessageStatus.COMPLETE)
    again.close()


def test_a_report_outlives_its_documents(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    row, document = row_citing(store)
    begun = store.reports.begin(REQUEST, title="Table", columns=())
    store.reports.add_rows(begun.id, [row])
    store.library.remove([document])
    (citation,) = store.reports.report(begun.id).citations()
    assert (citation.quote, citation.source.text) == ("snows", "it snows")
    assert (citation.source.passage_id, citation.source.document_id) == (None, None)
    store.close()


def test_a_report_that_a_crash_cut_short_is_stopped_with_its_rows(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    row, _ = row_citing(store)
    begun = store.reports.begin(REQUEST, title="Table", columns=())
    store.reports.add_rows(begun.id, [row])
    store.close()
    again = Store.open(tmp_path)
    assert again.reports.report(begun.id).status is MessageStatus.STOPPED
    assert len(again.reports.report(begun.id).rows) == 1
    again.close()


def test_a_deleted_report_leaves_nothing_behind(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    row, _ = row_citing(store)
    begun = store.reports.begin(REQUEST, title="Table", columns=())
    store.reports.add_rows(begun.id, [row])
    store.reports.delete(begun.id)
    with pytest.raises(NotFound):
        store.reports.report(begun.id)
    store.close()
    with closing(sqlite3.connect(store.file)) as opened:
        for table in ("reports", "report_rows", "report_sources"):
            assert opened.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_report_is_renamed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    begun = store.reports.begin(REQUEST, title="Table", columns=())
    store.reports.rename(begun.id, "Leases of 2026")
    assert store.reports.report(begun.id).title == "Leases of 2026"
    store.close()
