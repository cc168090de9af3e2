"""The word index finds what was put, and only that."""

from __future__ import annotations

import pytest

from rag.store.library import Library
from rag.types import Scope
from tests.fakes.store import add_document

EVEN = (1.0, 1.0, 1.0)


def found(library: Library, match: str, weights: tuple[float, float, float] = EVEN) -> list[int]:
    return [id_ for id_, _ in library.search_words(match, weights=weights, scope=Scope(), limit=10)]


def test_scores_are_positive_and_the_best_comes_first(library: Library) -> None:
    add_document(library, "/a.txt", ["rain", "sun", "rain rain rain", "wind", "snow", "fog"])
    scored = library.search_words("rain", weights=EVEN, scope=Scope(), limit=10)
    assert [id_ for id_, _ in scored] == [3, 1]
    assert scored[0][1] > scored[1][1] > 0


def test_the_weights_decide_between_title_and_body(library: Library) -> None:
    add_document(library, "/a.txt", ["nothing here"], title="Rain")
    add_document(library, "/b.txt", ["rain here"], title="Weather")
    for name in "cdefgh":
        add_document(library, f"/{name}.txt", ["other"], title="Other")
    assert found(library, "rain", (9.0, 1.0, 1.0)) == [1, 2]
    assert found(library, "rain", (1.0, 1.0, 9.0)) == [2, 1]


def test_the_limit_is_kept(library: Library) -> None:
    add_document(library, "/a.txt", ["rain"] * 5)
    assert len(library.search_words("rain", weights=EVEN, scope=Scope(), limit=2)) == 2


@pytest.mark.parametrize("term", ["c++", "node.js", "snake_case", "ที่", "हिन्दी", "北京", "naïve", "🙂"])
def test_a_term_is_kept_whole_whatever_it_is_made_of(library: Library, term: str) -> None:
    add_document(library, "/a.txt", [f"before {term} after", "before after"])
    assert found(library, f'"{term}"') == [1]
    assert library.word_document_frequency([term]) == {term: 1}


def test_a_term_that_occurs_nowhere_has_no_frequency(library: Library) -> None:
    add_document(library, "/a.txt", ["rain sun", "rain"])
    assert library.word_document_frequency(["rain", "sun", "fog"]) == {"rain": 2, "sun": 1}
    assert library.passage_count() == 2


def test_more_terms_than_one_statement_takes_are_all_counted(library: Library) -> None:
    terms = [f"term{number}" for number in range(1200)]
    add_document(library, "/a.txt", [" ".join(terms)])
    assert library.word_document_frequency(terms) == dict.fromkeys(terms, 1)
