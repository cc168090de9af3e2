"""How answers are scored, on outcomes whose score can be worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation import answer_metrics as metrics
from rag.evaluation.answers import Outcome, Question, load, summarise
from rag.types import Answer, Mode
from tests.fakes.cli import ANSWER

DOG = Question("May I keep a dog?", ("written consent",), "lease#1")
NOTHING = Question("Who is the dentist?", (), "lease#1")
GOOD = replace(ANSWER, text="Written consent [3].", confidence=0.9)
ABSTAINED = Answer("Your documents do not say.", Mode.GROUNDED, abstained=True, confidence=0.1)


def number(value: object) -> float:
    assert isinstance(value, float | int)
    return float(value)


def test_a_right_answer_with_the_right_citation_scores_one_throughout() -> None:
    report = summarise([Outcome(DOG, GOOD, frozenset({"lease#1"})), Outcome(NOTHING, ABSTAINED, frozenset())])
    assert (report["f1"], report["em"]) == (1.0, 1.0)
    assert (report["citation_precision"], report["citation_recall"]) == (1.0, 1.0)
    assert report["abstention"] == {"precision": 1.0, "recall": 1.0, "auroc": 1.0}
    assert report["quotes"] == {"first": 1.0, "first_three": 1.0}
    assert (report["n"], report["n_answerable"]) == (2, 1)


def test_answering_what_has_no_answer_scores_nothing_and_lowers_the_recall_of_abstaining() -> None:
    report = summarise([Outcome(NOTHING, GOOD, frozenset({"lease#1"}))])
    assert report["f1"] == 0.0
    assert report["citation_precision"] is None
    assert report["abstention"] == {"precision": None, "recall": 0.0, "auroc": None}


def test_abstaining_from_what_has_an_answer_is_a_miss_and_not_a_citation() -> None:
    report = summarise([Outcome(DOG, ABSTAINED, frozenset())])
    assert (report["f1"], report["citation_precision"], report["citation_recall"]) == (0.0, None, 0.0)
    assert report["abstention"] == {"precision": 0.0, "recall": None, "auroc": None}


def test_a_citation_of_another_passage_lowers_recall_but_its_quote_may_still_hold_the_answer() -> None:
    report = summarise([Outcome(DOG, GOOD, frozenset({"other#2"}))])
    assert (report["citation_precision"], report["citation_recall"]) == (1.0, 0.0)


def test_tokens_per_second_count_from_the_second_token_on() -> None:
    report = summarise([Outcome(DOG, GOOD, frozenset())])
    assert number(report["tokens_per_second"]) == pytest.approx(8 / 0.5)
    assert report["first_token_s"] == 0.5


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    assert metrics.interval(values) == metrics.interval(values)
    low, high = metrics.interval(values) or (1.0, 0.0)
    assert 0.38 < low < 0.5 < high < 0.62


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


def test_a_set_is_read_and_a_sample_of_it_is_always_the_same(tmp_path: Path) -> None:
    rows = [{"question": f"q{n}", "answers": ["a"], "passage_id": "p", "is_impossible": n % 2 == 0} for n in range(20)]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "passages.jsonl").write_text('{"id": "p", "title": "T", "text": "x"}\n', encoding="utf-8")
    whole = load(tmp_path)
    assert len(whole.questions) == 20
    assert whole.questions[0].gold == ()
    assert load(tmp_path, limit=5).questions == load(tmp_path, limit=5).questions
    assert len(load(tmp_path, limit=5).questions) == 5


def test_a_folder_without_a_set_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"passages\.jsonl"):
        load(tmp_path)
