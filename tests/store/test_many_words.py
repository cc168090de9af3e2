"""Words that stand in very many passages: what is proposed and scored must be what FTS5 would have found."""

from __future__ import annotations

import random

import numpy as np
import pytest

from rag.store import many_words, words
from rag.store.library import Library
from rag.types import Scope
from tests.fakes.store import add_document

pytestmark = pytest.mark.real  # half a second for each library of many passages

WEIGHTS = (2.0, 1.0, 1.0)
VOCABULARY = [f"w{number}" for number in range(400)]


@pytest.fixture
def large(library: Library) -> Library:
    """600 passages in 12 documents; w0 stands in nearly all, w399 in few."""
    rng = random.Random(3)
    shares = [1 / (rank + 2) for rank in range(len(VOCABULARY))]
    for number in range(12):
        texts = [" ".join(rng.choices(VOCABULARY, shares, k=rng.randint(20, 60))) for _ in range(50)]
        add_document(library, f"/{number:02}.txt", texts, title=f"W{number}")
    return library


def asked(*terms: str) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def search(library: Library, match: str, scope: Scope | None = None, limit: int = 10) -> list[tuple[int, float]]:
    return library.search_words(match, weights=WEIGHTS, scope=scope or Scope(), limit=limit)


QUESTIONS = [
    asked("w300", "w50", "w2"),
    asked("w200", "w201", "w202", "w1", "w3", "w9"),
    asked("w5", "w40", "w399"),
    asked("w380"),
]


@pytest.mark.parametrize("match", QUESTIONS)
@pytest.mark.parametrize("documents", [(), (2, 3, 5, 7, 11), (4,)])
def test_the_same_passages_with_the_same_scores_as_by_fts5(
    large: Library, monkeypatch: pytest.MonkeyPatch, match: str, documents: tuple[int, ...]
) -> None:
    scope = Scope(documents=frozenset(documents))
    expected = search(large, match, scope)
    monkeypatch.setattr(words, "EXACT", 0)
    found = search(large, match, scope)
    assert dict(found) == pytest.approx(dict(expected))
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


@pytest.mark.parametrize("match", [asked("w0"), asked("w0", "w1"), asked("w0", "w1", "w2", "w3")])
def test_a_question_of_common_words_alone_finds_good_passages(
    large: Library, monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    best = search(large, match)[0][1]
    monkeypatch.setattr(words, "EXACT", 0)
    monkeypatch.setattr(many_words, "PROPOSED", 60)
    monkeypatch.setattr(many_words, "SPREAD", 100)
    found = search(large, match)
    assert len(found) == 10
    assert found[0][1] > 0.6 * best


def test_few_passages_are_scored_and_still_the_best_are_found(large: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [id_ for id_, _ in search(large, QUESTIONS[0])]
    monkeypatch.setattr(words, "EXACT", 0)
    monkeypatch.setattr(many_words, "SCORED", 40)
    found = [id_ for id_, _ in search(large, QUESTIONS[0])]
    assert found[:3] == expected[:3]
    assert len(set(found) & set(expected)) >= 8


def test_terms_of_any_characters_are_asked_as_they_are(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "EXACT", 0)
    add_document(library, "/a.txt", ['say "hi" c++', "北 京 北京", "nothing of it", "more", "and more"])
    assert [id_ for id_, _ in search(library, '"""hi""" OR "c++"')] == [1]
    assert [id_ for id_, _ in search(library, asked("北京"))] == [2]


def test_removed_passages_are_not_found(large: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "EXACT", 0)
    gone = set(large.passage_ids(Scope(documents=frozenset({3}))).tolist())
    large.remove([3])
    assert not gone & {id_ for id_, _ in search(large, asked("w0", "w1"), limit=600)}
    assert large.passage_count() == 550


def test_who_asks_for_all_passages_gets_them_all(large: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "EXACT", 0)
    monkeypatch.setattr(many_words, "SCORED", 10)
    assert len(search(large, asked("w0"), limit=100_000)) == large.word_document_frequency(["w0"])["w0"]


def test_an_expression_of_another_kind_is_left_to_fts5(large: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "EXACT", 0)
    both = {id_ for id_, _ in search(large, '"w0" AND "w50"', limit=600)}
    assert both < {id_ for id_, _ in search(large, asked("w50"), limit=600)}


def test_counts_of_common_words_are_kept_until_the_library_has_changed(
    large: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_words, "KEPT_FROM", 100)
    before = large.word_document_frequency(["w0", "w399"])
    large.remove([1])
    after = large.word_document_frequency(["w0", "w399"])
    assert before["w0"] - 50 <= after["w0"] < before["w0"]


def test_the_totals_are_those_of_the_word_index(library: Library) -> None:
    assert library.passage_count() == 0
    add_document(library, "/a.txt", ["one two three", "four"], title="Title")
    with library._database.read() as session:
        assert many_words.totals(session) == (2, 4.0)


@pytest.mark.parametrize("documents", [(), (1, 2, 3, 4, 5, 6), (2, 5, 8, 11), (12,)])
def test_windows_over_a_common_word_lie_everywhere_in_what_is_asked(
    large: Library, monkeypatch: pytest.MonkeyPatch, documents: tuple[int, ...]
) -> None:
    monkeypatch.setattr(words, "EXACT", 0)
    for name, value in (("PROPOSED", 10), ("PROPOSED_IN_PART", 10), ("SPREAD", 40), ("SCORED", 10), ("WINDOWS", 4)):
        monkeypatch.setattr(many_words, name, value)
    scope = Scope(documents=frozenset(documents))
    asked_of = large.passage_ids(scope)
    found = [id_ for id_, _ in search(large, asked("w0"), scope, limit=20)]
    assert set(found) <= set(asked_of.tolist())
    assert len(found) >= 8
    if len(asked_of) > 50:
        assert max(found) - min(found) > len(asked_of) / 3


def test_a_few_matches_in_a_part_are_scored_as_fts5_does(large: Library) -> None:
    inside = Scope(documents=frozenset({2, 9}))
    ids = set(large.passage_ids(inside).tolist())
    everywhere = search(large, asked("w300", "w350"), limit=600)
    assert search(large, asked("w300", "w350"), inside, limit=600) == [hit for hit in everywhere if hit[0] in ids]


def test_a_word_of_every_passage_is_scored_after_a_few_were_removed(library: Library) -> None:
    for number in range(4):
        add_document(library, f"/{number}.txt", ["common words"] * (many_words.KEPT_FROM // 4))
    few = add_document(library, "/few.txt", ["common"] * 9)
    assert library.word_document_frequency(["common"])["common"] > many_words.KEPT_FROM
    library.remove([few.id])
    scored = library.score_words(["common"], WEIGHTS, np.array([1, 2], np.int64))
    assert set(scored) == {1, 2}
