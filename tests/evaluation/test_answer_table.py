"""The table of a model card."""

from __future__ import annotations

from rag.evaluation.answer_report import summarise
from rag.evaluation.answer_sets import Question
from rag.evaluation.answer_table import header, row
from rag.evaluation.answers import Outcome
from tests.fakes.cli import ANSWER

DOG = Question("May I keep a dog?", ("Only with written consent.",), frozenset({"lease#1"}))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_has_a_cell_for_each_title() -> None:
    titles, rule = header().splitlines()
    report = {"set": "flat", "mode": "grounded", **summarise([Outcome(DOG, ANSWER, (DOG.places,))])}
    found = dict(zip(cells(titles), cells(row(report)), strict=True))
    assert len(cells(rule)) == len(found)
    assert (found["set"], found["mode"], found["n (answerable)"]) == ("flat", "grounded", "1 (1)")
    assert found["F1"] == "1.000 (0.03 to 1.00)"
    assert (found["tokens/s"], found["first token"]) == ("16", "0.50 s")


def test_what_could_not_be_worked_out_is_a_dash() -> None:
    report = {"set": "flat", "mode": "quotes", **summarise([Outcome(DOG, ANSWER, (DOG.places,))])}
    found = dict(zip(cells(header().splitlines()[0]), cells(row(report)), strict=True))
    assert (found["found F1"], found["abstention AUROC"]) == ("-", "-")
