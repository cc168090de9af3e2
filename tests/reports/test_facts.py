"""Tables of facts: labels first, then the span reader; what can't be the value is not told."""

from __future__ import annotations

import pytest

from rag.errors import ModelError
from rag.report_types import ReportKind, ReportRequest
from rag.reports.fields import field_of
from rag.types import MessageStatus
from rag.wording import BUG
from tests.fakes.reports import ReportRoom


def cells(room: ReportRoom, *columns: str, documents: tuple[int, ...]) -> list[tuple[str, ...]]:
    report = room.make(ReportRequest(ReportKind.FACTS, documents, columns))
    return [tuple(cell.text for cell in row.cells) for row in report.rows]


def test_a_value_behind_its_label_is_taken_word_for_word(room: ReportRoom) -> None:
    one = room.add("A", ["Form\n**Monthly rent:** 950 euros\nTenant: Ada Lovelace"])
    two = room.add("B", ["| Monthly rent | 700 euros |\nEnd of the form"])
    found = cells(room, "Monthly Rent", "Tenant", documents=(one.id, two.id))
    assert found == [("A", "950 euros", "Ada Lovelace"), ("B", "700 euros", "")]


def test_rows_and_footnotes_of_documents_of_one_title_name_their_files(room: ReportRoom) -> None:
    old = room.add("Lease", ["Rent: 900 euros"], file="old")
    new = room.add("Lease", ["Rent: 950 euros"], file="new")
    report = room.make(ReportRequest(ReportKind.FACTS, (old.id, new.id), ("Rent",)))
    names = ["Lease (old.pdf)", "Lease (new.pdf)"]
    assert [row.cells[0].text for row in report.rows] == names
    assert [citation.source.document for citation in report.citations()] == names


def test_the_words_found_are_cited_at_their_place(room: ReportRoom) -> None:
    one = room.add("A", ["Nothing here.", "The monthly rent amounts to 950 euros."])
    room.make(ReportRequest(ReportKind.FACTS, (one.id,), ("Monthly rent",)))
    cell = room.reports.report(1).rows[0].cells[1]
    (citation,) = cell.citations
    assert cell.text == citation.quote == "950 euros"
    assert citation.quote_span.page == 2
    assert cell.probability == 0.6667


def test_a_cell_is_empty_when_nothing_says_so(room: ReportRoom) -> None:
    one = room.add("A", ["The garden has three old trees."])
    assert cells(room, "Monthly rent", documents=(one.id,)) == [("A", "")]


def test_words_that_can_not_be_the_value_are_passed_over(room: ReportRoom) -> None:
    one = room.add("A", ["The monthly rent is very high.\nThe monthly rent was raised to 950 euros."])
    assert cells(room, "Monthly rent", documents=(one.id,)) == [("A", "950 euros")]


@pytest.mark.parametrize(
    ("column", "question"),
    [
        ("Tenant", "Who is the tenant?"),
        ("End date", "What is the end date?"),
        ("Monthly rent", "How much is the monthly rent?"),
        ("IBAN", "What is the IBAN?"),
        ("Who may keep pets?", "Who may keep pets?"),
        ("when does it end", "when does it end?"),
    ],
)
def test_the_name_of_a_field_becomes_a_question(column: str, question: str) -> None:
    assert field_of(column).question == question


def test_amounts_dates_and_people_are_told_by_their_words() -> None:
    assert field_of("Monthly rent").fits("950 euros")
    assert not field_of("Monthly rent").fits("too high")
    assert field_of("End date").fits("1 March 2026")
    assert not field_of("End date").fits("10")
    assert field_of("Tenant").fits("Ada Lovelace")
    assert not field_of("Tenant").fits("landlord")
    assert not field_of("Phone number").fits("12")


def test_rows_that_are_done_are_kept_when_the_span_reader_fails(room: ReportRoom) -> None:
    one, two = room.add("A", ["Tenant: Ada"]), room.add("B", ["The garden has trees."])
    room.spans.fail_with = ModelError("The span reader is missing.", "Install it again.")
    with pytest.raises(ModelError):
        room.make(ReportRequest(ReportKind.FACTS, (one.id, two.id), ("Tenant",)))
    report = room.reports.report(1)
    assert report.status is MessageStatus.FAILED
    assert [row.section for row in report.rows] == ["A"]
    assert "missing" in report.notices[0]


def test_a_bug_leaves_a_failed_report_with_its_rows_and_goes_up(room: ReportRoom) -> None:
    one, two = room.add("A", ["Tenant: Ada"]), room.add("B", ["The garden has trees."])
    room.spans.fail_with = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        room.make(ReportRequest(ReportKind.FACTS, (one.id, two.id), ("Tenant",)))
    report = room.reports.report(1)
    assert report.status is MessageStatus.FAILED
    assert [row.section for row in report.rows] == ["A"]
    assert report.notices[-1] == BUG
