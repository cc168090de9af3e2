"""How answers are scored, on outcomes whose score can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from rag.evaluation import answer_metrics as metrics
from rag.evaluation.answer_report import summarise
from rag.evaluation.answer_sets import Question
from rag.evaluation.answers import Outcome
from rag.types import Answer, Mode, Quote, Span
from tests.fakes.cli import ANSWER, SOURCE

LEASE = frozenset({"lease#1"})
DOG = Question("May I keep a dog?", ("written consent",), LEASE)
NOTHING = Question("Who is the dentist?", (), LEASE)
LONG = Question("What of pets?", ("A dog may be kept once the landlord has agreed.",), LEASE, word_for_word=False)
GOOD = replace(ANSWER, text="Written consent [3].", confidence=0.9)
ABSTAINED = Answer("Your documents do not say.", Mode.GROUNDED, abstained=True, confidence=0.1)


def number(value: object) -> float:
    assert isinstance(value, float | int)
    return float(value)


def ends(interval: tuple[float, float] | None) -> list[float]:
    assert interval is not None
    return list(interval)


def test_a_right_answer_with_the_right_citation_scores_one_throughout() -> None:
    report = summarise([Outcome(DOG, GOOD, (LEASE,)), Outcome(NOTHING, ABSTAINED, ())])
    assert (report["f1"], report["em"]) == (1.0, 1.0)
    assert (report["citation_precision"], report["citation_recall"]) == (1.0, 1.0)
    assert report["abstention"] == {"precision": 1.0, "recall": 1.0, "auroc": 1.0}
    assert report["quotes"] == {"first": 1.0, "first_three": 1.0}
    assert (report["n"], report["n_answerable"]) == (2, 1)


def test_answering_what_has_no_answer_scores_nothing_and_lowers_the_recall_of_abstaining() -> None:
    report = summarise([Outcome(NOTHING, GOOD, (LEASE,))])
    assert report["f1"] == 0.0
    assert report["citation_precision"] is None
    assert report["abstention"] == {"precision": None, "recall": 0.0, "auroc": None}


def test_abstaining_from_what_has_an_answer_is_a_miss_and_not_a_citation() -> None:
    report = summarise([Outcome(DOG, ABSTAINED, ())])
    assert (report["f1"], report["citation_precision"], report["citation_recall"]) == (0.0, None, 0.0)
    assert report["abstention"] == {"precision": 0.0, "recall": None, "auroc": None}


def test_a_citation_of_another_passage_lowers_recall_but_its_quote_may_still_hold_the_answer() -> None:
    report = summarise([Outcome(DOG, GOOD, (frozenset({"other#2"}),))])
    assert (report["citation_precision"], report["citation_recall"]) == (1.0, 0.0)


def test_a_citation_of_a_long_answer_is_right_by_its_place() -> None:
    report = summarise([Outcome(LONG, replace(GOOD, citations=GOOD.citations * 2), (LEASE, frozenset({"other#2"})))])
    assert (report["citation_precision"], report["citation_recall"]) == (0.5, 1.0)


def test_the_recall_of_an_answer_on_two_pages_is_the_share_of_them_that_is_cited() -> None:
    question = replace(LONG, places=frozenset({"a.pdf#1", "a.pdf#2"}))
    report = summarise([Outcome(question, GOOD, (frozenset({"a.pdf#2", "a.pdf#3"}),))])
    assert (report["citation_precision"], report["citation_recall"]) == (1.0, 0.5)


def test_the_first_words_found_count_even_where_the_answer_abstains() -> None:
    right = Quote(SOURCE, SOURCE.text, SOURCE.span, 0.2, found=Span(20, 35), probability=0.6)
    without = replace(right, found=None, score=0.9, probability=0.0)
    report = summarise([Outcome(DOG, replace(ABSTAINED, quotes=(without, right)), ())])
    assert report["found"] == {"f1": 1.0, "em": 1.0}
    assert report["f1"] == 0.0


def test_without_a_span_reader_nothing_is_said_of_what_it_found() -> None:
    report = summarise([Outcome(DOG, GOOD, (LEASE,))])
    assert report["found"] == {"f1": None, "em": None}


def test_every_share_has_an_interval() -> None:
    report = summarise([Outcome(DOG, GOOD, (LEASE,)), Outcome(NOTHING, ABSTAINED, ())])
    intervals = report["intervals"]
    assert isinstance(intervals, Mapping)
    assert set(intervals) == {"f1", "em", "citation_precision", "citation_recall", "abstention", "answerable", "found"}
    assert set(intervals["abstention"]) == {"precision", "recall", "auroc"}


def test_tokens_per_second_count_from_the_second_token_on() -> None:
    report = summarise([Outcome(DOG, GOOD, (frozenset(),))])
    assert number(report["tokens_per_second"]) == pytest.approx(8 / 0.5)
    assert report["first_token_s"] == 0.5


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    assert metrics.interval(values) == metrics.interval(values)
    low, high = metrics.interval(values) or (1.0, 0.0)
    assert 0.38 < low < 0.5 < high < 0.62


def test_values_of_one_question_are_resampled_together() -> None:
    apart = metrics.interval([1.0, 0.0] * 40)
    together = metrics.pooled_interval([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]] * 10)
    low, high = ends(together)
    assert low < ends(apart)[0] < 0.5 < ends(apart)[1] < high


def test_values_that_never_differ_still_leave_a_doubt() -> None:
    assert ends(metrics.interval([1.0] * 10)) == pytest.approx([0.025**0.1, 1.0])
    assert ends(metrics.interval([0.0] * 10)) == pytest.approx([0.0, 1 - 0.025**0.1])


def test_the_interval_of_an_auroc_is_delongs() -> None:
    # placements 1, 1, 0.5 of the positives and 1, 2/3 of the negatives, worked out by hand
    half = 1.96 * ((1 / 12) / 3 + (1 / 18) / 2) ** 0.5
    assert ends(metrics.auroc_interval([0.9, 0.8, 0.4], [0.1, 0.5])) == pytest.approx([5 / 6 - half, 1.0])


def test_a_perfect_separation_has_no_interval() -> None:
    assert metrics.auroc_interval([0.9, 0.8], [0.1, 0.5]) is None


@pytest.mark.parametrize(
    ("said", "gold", "f1", "exact"),
    [
        ("The written consent.", ["written consent"], 1.0, 1.0),
        ("only with written consent", ["written consent"], 2 / 3, 0.0),
        ("昨日雨", ["昨日の雨"], 6 / 7, 0.0),
        ("", ["written consent"], 0.0, 0.0),
        ("", [], 1.0, 1.0),
        ("anything", [], 0.0, 0.0),
    ],
)
def test_overlap_follows_the_published_evaluation(said: str, gold: list[str], f1: float, exact: float) -> None:
    assert metrics.f1(said, gold) == pytest.approx(f1)
    assert metrics.exact(said, gold) == exact


def test_a_quote_holds_an_answer_only_as_whole_words() -> None:
    assert metrics.holds("It rose to 15 % in May.", ["15 %"])
    assert not metrics.holds("In 2015 it rose.", ["15"])


def test_auroc_counts_ties_half() -> None:
    assert metrics.auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)
