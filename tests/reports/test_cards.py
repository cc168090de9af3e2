"""Cards: questions made by rule, kept only when the span reader finds the same words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from local_models.cancel import CancelToken
from local_models.types import FoundSpan
from rag.errors import UsageError
from rag.report_types import ReportKind, ReportRequest, RowKind
from rag.reports.questions import questions_from
from tests.fakes.reports import ReportRoom


class Pointing:
    """Finds the words it was told to find."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def find(self, question: str, passages: Sequence[str], cancel: CancelToken) -> list[tuple[FoundSpan, ...]]:
        return [
            tuple(
                FoundSpan(passage.index(word), passage.index(word) + len(word), 0.8)
                for word in self._words
                if word in passage
            )[:1]
            for passage in passages
        ]


def made(sentence: str) -> list[tuple[str, str]]:
    return [(one.text, one.answer) for one in questions_from(sentence)]


def test_a_definition_becomes_a_question() -> None:
    assert made("A lock is a device that lifts boats from one level of a canal to another.")[0] == (
        "What is a lock?",
        "a device that lifts boats from one level of a canal to another",
    )
    assert made("Spring tide means a tide that is higher than usual.")[0][0] == "What does spring tide mean?"


def test_a_year_a_figure_and_a_name_are_left_blank() -> None:
    found = dict(made("The bridge over the river was opened by Queen Victoria in 1859 after 7 years of work."))
    assert set(found.values()) == {"1859", "7 years", "Queen Victoria"}
    assert "The bridge over the river was opened by _____ in 1859 after 7 years of work." in found


def test_the_reader_is_asked_in_words_not_with_a_blank() -> None:
    asked = [one.asked for one in questions_from("The bridge over the long river was opened in 1859.")]
    assert asked == ["The bridge over the long river was opened in what year?"]


@pytest.mark.parametrize(
    "sentence",
    [
        "This was opened in 1859 by the old Queen.",
        "However, they were 12 metres long and old.",
        "See Figure 3 for all of the parts.",
        "It is a long way to the old harbour.",
    ],
)
def test_a_sentence_that_points_elsewhere_or_counts_figures_gives_nothing(sentence: str) -> None:
    assert made(sentence) == []


def test_a_part_of_a_name_is_never_left_blank() -> None:
    answers = {answer for _, answer in made("Contoso Electronics sells parts to many old airlines today.")}
    assert "Electronics" not in answers


BRIDGE = "The bridge over the long river was opened in 1859 by the mayor. Trains cross it very slowly every day."


def test_a_card_is_kept_when_the_reader_finds_its_answer(room: ReportRoom) -> None:
    object.__setattr__(room.desk, "spans", Pointing("1859"))
    document = room.add("Bridge", [BRIDGE])
    report = room.make(ReportRequest(ReportKind.CARDS, (document.id,)))
    (row,) = report.rows
    assert row.kind is RowKind.BLANK
    assert [cell.text for cell in row.cells] == [
        "The bridge over the long river was opened in _____ by the mayor.",
        "1859",
    ]
    (citation,) = row.citations()
    assert BRIDGE[citation.quote_span.start : citation.quote_span.end] == "1859"


def test_a_card_is_dropped_when_the_reader_finds_other_words(room: ReportRoom) -> None:
    object.__setattr__(room.desk, "spans", Pointing("slowly every day"))
    document = room.add("Bridge", [BRIDGE])
    assert room.make(ReportRequest(ReportKind.CARDS, (document.id,))).rows == ()


def test_an_answer_on_a_second_line_has_its_exact_place(room: ReportRoom) -> None:
    object.__setattr__(room.desk, "spans", Pointing("1859"))
    text = "The bridge over the long\n   river was opened in 1859 by the mayor."
    document = room.add("Bridge", [text])
    (citation,) = room.make(ReportRequest(ReportKind.CARDS, (document.id,))).citations()
    assert text[citation.quote_span.start : citation.quote_span.end] == "1859"


def test_cards_keep_to_their_chapter(room: ReportRoom) -> None:
    object.__setattr__(room.desk, "spans", Pointing("1859", "1900"))
    document = room.add("Bridge", [BRIDGE, BRIDGE.replace("1859", "1900")], ["One", "Two"])
    report = room.make(ReportRequest(ReportKind.CARDS, (document.id,), chapter="two"))
    assert [row.cells[1].text for row in report.rows] == ["1900"]
    with pytest.raises(UsageError, match="No heading"):
        room.make(ReportRequest(ReportKind.CARDS, (document.id,), chapter="three"))
