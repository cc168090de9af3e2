"""Why a passage was found: the question's words that it holds, and both scores on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.types import Document, DocumentState, Hit, Passage, Scores, Span
from rag.why import Grounds, grounds


def hit(text: str, *, heading: str = "", words: float | None = 5.0, vectors: float | None = 0.5) -> Hit:
    document = Document(1, Path("/a/note.txt"), "note", "text/plain", "0" * 64, 1, DocumentState.COMPLETE)
    passage = Passage(1, 1, 0, text, Span(0, len(text)), heading)
    return Hit(passage, document, Scores(words, vectors, 0.5))


def common(forms: Sequence[str]) -> Mapping[str, int]:
    """Stems that end in "e" or "leas" are in 50 of 100 passages, all others in none."""
    return {form: 50 for form in forms if form in ("leas", "the", "tenant")}


def why(question: str, text: str, *, heading: str = "", total: int = 100) -> Grounds:
    (found,) = grounds(question, [hit(text, heading=heading)], common, total, 0.0)
    return found


def test_rare_words_are_told_apart_from_common_ones() -> None:
    found = why("Which break clause has the lease?", "The lease may be ended by its break clause.")
    assert found.rare == ("break clause",)
    assert found.common == ("lease",)


def test_words_that_are_no_neighbours_in_the_passage_stand_alone() -> None:
    assert why("Which break clause?", "A break in any clause is noted.").rare == ("break", "clause")


def test_a_word_in_another_form_counts_and_is_told_as_it_was_asked() -> None:
    assert why("Who Repairs boilers?", "He repaired a boiler.").rare == ("Repairs", "boilers")


def test_the_heading_counts_too() -> None:
    assert why("break clause?", "It ends then.", heading="7 Break clause").rare == ("break clause",)


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("what does loadConfig do", "def loadConfig(path): ...", "loadConfig"),
        ("Über Mülltrennung?", "Die Mülltrennung ist Pflicht.", "Mülltrennung"),
        ("租赁合同的押金", "押金是两个月的租金", "押金"),
        ("price of 1,000 litres", "It costs 1000 per year", "1,000"),
    ],
)
def test_words_of_any_script_are_found(question: str, text: str, expected: str) -> None:
    found = why(question, text)
    told = " ".join((*found.rare, *found.common))
    assert expected.casefold() in told.casefold() or expected.replace(",", "") in told


def test_both_scores_are_between_0_and_1() -> None:
    (found,) = grounds("break clause", [hit("break clause", words=900.0, vectors=0.5)], common, 100, 0.2)
    assert found.by_words == 1.0
    assert found.by_meaning == pytest.approx(0.375)


def test_a_leg_that_did_not_find_it_scores_nothing() -> None:
    (found,) = grounds("break clause", [hit("something else", words=None, vectors=None)], common, 100, 0.2)
    assert (found.rare, found.common, found.by_words, found.by_meaning) == ((), (), 0.0, 0.0)


def test_in_a_small_library_a_word_in_two_passages_is_still_rare() -> None:
    few: Mapping[str, int] = {"claus": 2, "break": 3}
    (found,) = grounds("break clause", [hit("a clause to break")], lambda _: few, 6, 0.0)
    assert (found.rare, found.common) == (("clause",), ("break",))


def test_a_hit_whose_document_another_names_tells_which() -> None:
    named = replace(hit("Born in 1964."), scores=Scores(None, 0.2, 0.1, lent=0.15, named_by=1))
    assert [each.named_in for each in grounds("born?", [hit("Otto Brandt"), named], common, 100, 0.0)] == ["", "note"]
