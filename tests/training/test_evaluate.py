"""The figures of a reader, on answers written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from local_models.prompt_format import ABSTENTION, Hint, NumberedSource
from local_models.training.evaluate import Judged, auroc, f1_of, figures_of, with_intervals
from local_models.training.examples import Turn
from local_models.training.held_back import Hints, held_back_turns, with_hints
from tests.fakes.training import write_data

SOURCE = NumberedSource(2, "a.pdf", "The crane was built in 1846. It was large.")


def judged(answer: str, said: str, probability: float = 0.0) -> Judged:
    words = "" if answer == ABSTENTION else answer.removesuffix(" [2].")
    return Judged(Turn((SOURCE,), "When?", answer, words=words), said, probability)


def test_f1_counts_shared_words_whatever_their_case_and_articles() -> None:
    assert f1_of("The old Crane.", "old crane") == 1.0
    assert f1_of("crane of 1846", "1846") == pytest.approx(0.5)
    assert f1_of("", "1846") == 0.0


def test_auroc_is_the_chance_that_an_unanswerable_question_scores_higher() -> None:
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([], [0.5]) == 0.5


def test_a_right_answer_with_a_wrong_number_counts_for_f1_and_not_for_citation() -> None:
    figures = figures_of([judged("1846 [2].", "1846 [1].")])
    assert (figures.f1, figures.exact, figures.citation) == (1.0, 1.0, 0.0)


def test_a_sentence_holds_the_answer_whole_though_it_says_more() -> None:
    figures = figures_of([judged("1846 [2].", "The crane was built in 1846 [2].")])
    assert (figures.holds, figures.exact) == (1.0, 0.0)
    assert 0 < figures.f1 < 1
    assert not judged("1846 [2].", "In 18467 [2].").holds


def test_hints_are_the_right_words_or_what_a_span_reader_might_find() -> None:
    turns = [Turn((SOURCE,), "When was the crane built?", "The crane was built in 1846 [2].", words="1846")] * 200
    assert with_hints(turns, Hints.NONE, 0) == turns
    assert {turn.hint for turn in with_hints(turns, Hints.RIGHT, 0)} == {Hint(2, "1846")}
    found = [turn for turn in with_hints(turns, Hints.FOUND, 0) if turn.hint]
    assert len(found) == len(turns)
    assert 0.6 < sum(turn.hint == Hint(2, "1846") for turn in found) / len(found) < 0.95
    assert all(turn.hint and turn.hint.text in SOURCE.text for turn in found)


def test_an_abstention_counts_as_wrong_where_the_sources_hold_the_answer() -> None:
    figures = figures_of([judged("1846 [2].", ABSTENTION, 0.9), judged(ABSTENTION, f" {ABSTENTION}", 0.8)])
    assert (figures.f1, figures.wrong_abstentions, figures.right_abstentions) == (0.0, 1.0, 1.0)


def test_each_figure_stands_between_the_ends_of_its_interval() -> None:
    asked = [judged("1846 [2].", "1846 [2]." if number % 3 else "1847 [1].") for number in range(30)]
    lines = {line.split()[0]: line.split()[1:] for line in with_intervals(asked, seed=0)}
    value, low, _, high = lines["exact"]
    assert float(value) == pytest.approx(2 / 3, abs=0.001)
    assert 0.4 < float(low) < float(value) < float(high) < 0.9


def test_held_back_questions_are_questions_with_people_s_words_or_open_ones(tmp_path: Path) -> None:
    turns = held_back_turns(write_data(tmp_path, passages=400), 60, seed=0)
    assert len(turns) == 60
    assert all(bool(turn.words) != (turn.answer == ABSTENTION) for turn in turns)
