"""What the best passages name is looked at too."""

from __future__ import annotations

import pytest

from rag.following import LENT, MOST, documents_named, forms_of_names, is_telling, names_followed, with_lent_scores
from rag.types import Passage, Scores, Span


def passage(id_: int, document: int, text: str) -> Passage:
    return Passage(id_, document, 0, text, Span(0, len(text)))


MILL = passage(1, 10, "The mill was founded by Otto Brandt.")
TOWN = passage(2, 20, "Otto Brandt lived near the Norsby lease.")
OTTO, LEASE = 30, 40


def followed(named: dict[str, list[int]], *, telling: bool = True) -> dict[int, int]:
    passages = (MILL, TOWN)
    naming = names_followed("Who founded the mill?", passages)
    known = {key: ids for key, ids in named.items() if key in naming}
    return documents_named(naming, known, passages, lambda _: telling)


def test_a_document_is_lent_by_the_best_passage_that_names_it() -> None:
    assert followed({"otto brandt": [OTTO], "norsby lease": [LEASE]}) == {OTTO: 1, LEASE: 2}


def test_what_the_question_names_itself_is_not_followed() -> None:
    assert followed({"the mill": [OTTO], "mill": [LEASE]}) == {}


def test_a_passage_does_not_name_its_own_document() -> None:
    assert followed({"otto brandt": [10]}) == {10: 2}
    assert followed({"norsby lease": [20]}) == {}


def test_a_name_of_many_documents_or_of_common_words_names_none() -> None:
    assert followed({"otto brandt": [30, 31, 32, 33]}) == {}
    assert followed({"otto brandt": [30]}, telling=False) == {}


def test_only_so_many_documents_are_followed_the_first_passages_first() -> None:
    long = passage(1, 10, " ".join(f"Annex number{n}" for n in range(2 * MOST)))
    naming = names_followed("?", (TOWN, long))
    named = {f"annex number{n}": [100 + n] for n in range(2 * MOST)} | {"norsby lease": [LEASE]}
    found = documents_named(naming, named, (TOWN, long), lambda _: True)
    assert len(found) == MOST
    assert next(iter(found)) == LEASE


def test_the_best_passage_of_a_named_document_rises_and_its_own_score_stays() -> None:
    fused = {1: 0.6, 5: 0.3, 7: 0.2, 8: 0.1}
    ranked = [(id_, Scores(None, 0.4, score)) for id_, score in fused.items()]
    anew = with_lent_scores(ranked, {7: OTTO, 8: OTTO}, {OTTO: 1})
    assert [id_ for id_, _ in anew] == [1, 7, 5, 8]
    assert anew[1][1] == Scores(None, 0.4, 0.2, lent=pytest.approx(LENT * 0.6), named_by=1)
    assert anew[3][1].named_by is None


def test_a_name_is_telling_when_its_words_seldom_meet() -> None:
    common = dict.fromkeys(forms_of_names(["lease contract heat"]), 200)
    assert is_telling("norsby lease", common, 1000)
    assert is_telling("norsby", common, 1000)
    assert not is_telling("heat", common, 1000)
    assert not is_telling("lease contract", common, 1000)
    assert is_telling("lease contract", common, 100_000)


def test_in_a_small_library_one_word_is_no_name() -> None:
    twice = dict.fromkeys(forms_of_names(["notes Otto Brandt"]), 2)
    assert not is_telling("notes", twice, 30)
    assert is_telling("otto brandt", twice, 30)
