"""Summaries: quoted from their exact place, part by part, kept when stopped; phrased ones are checked."""

from __future__ import annotations

import numpy as np
import pytest

from local_models.cancel import CancelToken
from rag.errors import UsageError
from rag.events import Notice, ReportFinished, RowsAdded
from rag.report_types import ReportKind, ReportRequest, RowKind
from rag.reports.centrality import centrality, choose, shares
from rag.types import MessageStatus
from tests.fakes.reports import PAGE_BREAK, ReportRoom, cited_text

RENT = " ".join(f"The rent of the flat is paid to the landlord in month number {n} of the year." for n in range(15))
HEATING = " ".join(f"The boiler of the house heats the water for the winter of season {n} again." for n in range(15))


def summary(*documents: int, **options: object) -> ReportRequest:
    return ReportRequest(ReportKind.SUMMARY, documents, **options)  # type: ignore[arg-type]


def test_every_sentence_is_quoted_from_its_exact_place(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT, HEATING], ["Rent", "Heating"])
    report = room.make(summary(document.id, length=6))
    points = [row for row in report.rows if row.kind is RowKind.POINT]
    assert [row.section for row in points] == ["Rent"] * 3 + ["Heating"] * 3
    assert cited_text(report, PAGE_BREAK.join([RENT, HEATING])) == [row.cells[0].text for row in report.rows]
    assert report.status is MessageStatus.COMPLETE
    assert report.model == ""


def test_what_sums_all_up_is_made_of_several_parts(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT, HEATING], ["Rent", "Heating"])
    report = room.make(summary(document.id, length=10))
    overview = [row for row in report.rows if row.kind is RowKind.OVERVIEW]
    assert {next(row.citations()).source.heading for row in overview} == {"Rent", "Heating"}


def test_a_document_without_sentences_is_named(room: ReportRoom) -> None:
    table = room.add("Prices", ["bread 3\nmilk 2\neggs 4"])
    report = room.make(summary(table.id))
    assert report.rows == ()
    assert "Prices" in report.notices[0]


def test_what_is_said_twice_is_told_once(room: ReportRoom) -> None:
    document = room.add("Lease", ["The rent of the flat is paid to the landlord. " * 30, RENT], ["A", "B"])
    told = [row.cells[0].text for row in room.make(summary(document.id, length=10)).rows if row.section]
    assert len(told) == len(set(told)) == 10


def test_a_stop_keeps_the_parts_that_are_done(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT, HEATING], ["Rent", "Heating"])
    cancel = CancelToken()
    events = []
    for event in room.events(summary(document.id, length=6), cancel):
        events.append(event)
        if isinstance(event, RowsAdded):
            cancel.cancel()
    last = events[-1]
    assert isinstance(last, ReportFinished)
    assert last.stopped
    assert last.report.status is MessageStatus.STOPPED
    assert [row.section for row in room.reports.report(last.report.id).rows] == ["Rent"] * 3


def test_closing_the_job_keeps_the_parts_that_are_done(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT, HEATING], ["Rent", "Heating"])
    job = room.events(summary(document.id, length=6))
    while not isinstance(next(job), RowsAdded):
        pass
    job.close()  # type: ignore[attr-defined]
    (head,) = room.reports.all()
    assert (head.status, head.rows) == (MessageStatus.STOPPED, 3)


def test_several_documents_are_told_apart(room: ReportRoom) -> None:
    one, two = room.add("Lease", [RENT]), room.add("Manual", [HEATING])
    report = room.make(summary(one.id, two.id, length=4))
    assert {row.section for row in report.rows if row.kind is RowKind.POINT} == {"Lease", "Manual"}


def test_a_model_writes_and_what_the_sources_do_not_say_is_left_out(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT])
    room.say = "The rent of the flat is paid to the landlord. [1] The landlord lives on the Moon with seven cats."
    report = room.make(summary(document.id, phrased=True))
    assert [row.cells[0].text for row in report.rows] == ["The rent of the flat is paid to the landlord."]
    assert next(report.citations()).quote in RENT
    assert report.model == "scripted"
    assert any("could not be found" in notice for notice in report.notices)


def test_a_long_document_is_given_to_the_model_in_parts_that_fit(room: ReportRoom) -> None:
    pages = [RENT, HEATING, RENT.replace("rent", "fee"), HEATING.replace("boiler", "stove")]
    document = room.add("Lease", pages, ["A", "B", "C", "D"])
    room.generator.n_ctx = 700
    room.say = "The rent of the flat is paid to the landlord. [1]"
    list(room.events(summary(document.id, phrased=True)))
    sizes = [sum(room.generator.count([message.content for message in r.messages])) for r in room.generator.requests]
    assert len(sizes) >= 4
    assert max(sizes) < 700


def test_the_bundled_reader_is_not_asked_to_write(room: ReportRoom) -> None:
    document = room.add("Lease", [RENT])
    room.generator.name = "footnote-reader-1"
    events = list(room.events(summary(document.id, phrased=True, length=2)))
    assert room.generator.requests == []
    assert any(isinstance(event, Notice) and "can't write" in event.text for event in events)
    assert len(room.reports.report(1).rows) == 2


def test_a_summary_of_nothing_is_refused(room: ReportRoom) -> None:
    with pytest.raises(UsageError, match="No document"):
        list(room.events(summary()))
    assert room.reports.all() == []


def test_the_sentence_alike_to_most_is_the_most_central() -> None:
    vectors = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 1, 0], [0, 0, 1]], np.float32)
    assert int(centrality(vectors).argmax()) == 1


def test_what_is_chosen_already_is_not_chosen_again_in_other_words() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert choose(np.array([1.0, 0.99, 0.6]), vectors, 2) == [0, 2]


def test_shares_follow_the_sizes_and_add_up() -> None:
    assert shares([50, 30, 20], 10) == [5, 3, 2]
    assert shares([1, 100], 5) == [0, 5]
    assert sum(shares([3, 3, 3], 7)) == 7
    assert shares([2, 1], 10) == [2, 1]
