"""Comparisons: equal runs, changes with what differs, moved sentences, what stands in one only."""

from __future__ import annotations

import numpy as np
import pytest

from rag.errors import UsageError
from rag.report_types import ReportKind, ReportRequest, RowKind
from rag.reports.alignment import pairs_alike
from rag.reports.difference import difference
from tests.fakes.reports import ReportRoom

OLD = (
    "The monthly rent of the flat is 950 euros. Pets are allowed in all rooms of the flat. "
    "The tenant paints the walls of the rooms every ten years. The lease begins on 1 March 2026. "
    "The balcony may be used for drying clothes."
)
NEW = (
    "The monthly rent of the flat is 1,020 euros. Pets are not allowed in all rooms of the flat. "
    "The lease begins on 1 May 2026. The balcony may be used for drying clothes. "
    "Bicycles stand in the cellar and nowhere else."
)


def compare(room: ReportRoom, old: str, new: str) -> dict[RowKind, list[tuple[str, ...]]]:
    first, second = room.add("Old", [old]), room.add("New", [new])
    report = room.make(ReportRequest(ReportKind.COMPARISON, (first.id, second.id)))
    found: dict[RowKind, list[tuple[str, ...]]] = {}
    for row in report.rows:
        found.setdefault(row.kind, []).append((*(cell.text for cell in row.cells), row.note))
    return found


def test_changed_figures_dates_and_senses_are_told(room: ReportRoom) -> None:
    notes = [note for *_, note in compare(room, OLD, NEW)[RowKind.CHANGED]]
    assert notes == ["number: 950 → 1,020", "negated", "date: 1 March 2026 → 1 May 2026"]


def test_what_stands_in_one_only_is_told_apart(room: ReportRoom) -> None:
    found = compare(room, OLD, NEW)
    assert found[RowKind.ONLY_FIRST] == [("The tenant paints the walls of the rooms every ten years.", "", "")]
    assert found[RowKind.ONLY_SECOND] == [("", "Bicycles stand in the cellar and nowhere else.", "")]


def test_equal_sentences_are_one_row_and_are_not_embedded(room: ReportRoom) -> None:
    found = compare(room, OLD, OLD)
    assert list(found) == [RowKind.SAME]
    report = room.reports.report(1)
    assert report.rows[0].count == 5
    assert "No difference" in report.notices[0]
    assert not any("rent" in text for texts in room.embedder.asked[2:] for text in texts)


def test_case_space_and_punctuation_make_no_difference(room: ReportRoom) -> None:
    assert list(compare(room, "The rent is due  today.", "the RENT is\ndue today!")) == [RowKind.SAME]


def test_a_sentence_that_stands_elsewhere_was_moved(room: ReportRoom) -> None:
    clauses = ["Alpha beta gamma delta begins.", "The cat sleeps on the warm oven.", "Nine dogs bark at night."]
    moved = [clauses[1], clauses[2], clauses[0]]
    found = compare(room, " ".join(clauses), " ".join(moved))
    assert found[RowKind.MOVED] == [(clauses[0], clauses[0], "moved")]


def test_what_differs_is_marked_in_both_texts() -> None:
    old, new = "The rent is 950 euros a month.", "The rent is 1,020 euros a month."
    found = difference(old, new)
    assert [old[start:end] for start, end in found.first] == ["950"]
    assert [new[start:end] for start, end in found.second] == ["1,020"]


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("Mr Smith signs the letter.", "Mr Jones signs the letter.", "name: Smith → Jones"),
        ("The interest is 12.4 % a year.", "The interest is 14.2 % a year.", "number: 12.4 % → 14.2 %"),
        ("A deposit is required here.", "A deposit is not required here.", "negated"),
        ("The meeting is pleasant.", "The meeting is delightful.", "wording"),
    ],
)
def test_the_kind_of_a_difference_is_named(old: str, new: str, note: str) -> None:
    assert difference(old, new).note == note


def test_pairs_do_not_cross_and_take_the_best_sum() -> None:
    likeness = np.array([[0.9, 0.1, 0.8], [0.1, 0.2, 0.1], [0.1, 0.7, 0.9]])
    assert pairs_alike(likeness) == [(0, 0), (2, 2)]


def test_one_document_is_no_comparison(room: ReportRoom) -> None:
    document = room.add("Old", [OLD])
    with pytest.raises(UsageError, match="two documents"):
        list(room.events(ReportRequest(ReportKind.COMPARISON, (document.id, document.id))))
