import math

import numpy as np
import pytest

from local_models.cancel import CancelToken
from rag.index.calibration import unrelated_cosine
from rag.index.code import code_share, is_code
from rag.index.fusion import (
    BM25_SATURATION,
    CODE_VECTORS_SHARE,
    FOREIGN_VECTORS_SHARE,
    LEAST_TOTAL,
    VECTORS_SHARE,
    Scale,
    as_in_a_larger_library,
    fuse,
    highest_words_score,
    inverse_document_frequency,
    vectors_share,
)
from rag.index.languages import foreign_share
from tests.fakes.core import WordEmbedder
from tests.fakes.retrieval import TableEmbedder


def order(words: dict[int, float], cosines: dict[int, float], highest: float = 10.0, cut_at: int = 100) -> list[int]:
    return [id_ for id_, _ in fuse(words, cosines, Scale(highest), cut_at=cut_at)]


def test_agreement_of_both_legs_comes_first() -> None:
    assert order({1: 8.0, 2: 8.0, 3: 1.0}, {1: 0.8, 2: 0.3, 3: 0.8})[0] == 1


def test_scores_are_the_mean_of_word_share_and_squared_cosine() -> None:
    [(_, scores)] = fuse({1: 4.0}, {1: 0.6}, Scale(10.0), cut_at=100)
    assert scores.fused == pytest.approx(0.5 * 0.4 + 0.5 * 0.36)
    assert (scores.words, scores.vectors) == (4.0, 0.6)


def test_a_passage_without_a_vector_is_judged_by_its_words_alone() -> None:
    ranked = dict(fuse({1: 6.0, 2: 6.0}, {2: 0.5}, Scale(10.0), cut_at=100))
    assert ranked[1].fused == pytest.approx(0.6)
    assert ranked[1].vectors is None


def test_a_passage_that_missed_a_full_list_is_taken_to_score_just_below_its_last() -> None:
    ranked = dict(fuse({1: 6.0, 2: 4.0}, {3: 0.0}, Scale(10.0), cut_at=2))
    assert ranked[3].fused == pytest.approx(0.5 * 0.9 * 0.4)
    assert ranked[3].words is None


def test_a_passage_that_missed_a_short_list_has_none_of_the_words() -> None:
    ranked = dict(fuse({1: 6.0}, {3: 0.0}, Scale(10.0), cut_at=2))
    assert ranked[3].fused == 0.0


def test_fused_scores_stay_between_0_and_1() -> None:
    ranked = fuse({1: 1e9, 2: 0.0}, {1: 1.0, 2: -1.0}, Scale(1.0), cut_at=100)
    assert [scores.fused for _, scores in ranked] == [1.0, 0.0]


def test_nothing_found_is_an_empty_ranking() -> None:
    assert fuse({}, {}, Scale(1.0), cut_at=100) == []


def test_the_highest_score_counts_what_occurs_nowhere() -> None:
    known = highest_words_score([10], 1000)
    assert highest_words_score([10, 0], 1000) > known
    assert known == pytest.approx(BM25_SATURATION * math.log(990.5 / 10.5))


def test_words_in_every_passage_never_look_like_full_agreement() -> None:
    assert inverse_document_frequency(10, 10) == 1e-6
    assert highest_words_score([40], 40) == pytest.approx(BM25_SATURATION * 0.3)


def test_in_a_small_library_a_word_counts_as_it_would_in_a_larger_one() -> None:
    everywhere, once = inverse_document_frequency(3, 3), inverse_document_frequency(3, 1)
    found = {"pay": {1: everywhere, 2: everywhere, 3: everywhere}, "euros": {2: once}}
    scores = as_in_a_larger_library(found, {"pay": 3, "euros": 1}, 3)
    assert scores[1] == pytest.approx(inverse_document_frequency(LEAST_TOTAL, 3))
    assert scores[2] == pytest.approx(scores[1] + inverse_document_frequency(LEAST_TOTAL, 1))


def test_the_vectors_of_an_embedder_that_finds_everything_alike_count_from_its_own_zero() -> None:
    plain = fuse({}, {1: 0.5, 2: 0.0}, Scale(1.0), cut_at=100)
    narrow = fuse({}, {1: 0.85, 2: 0.7}, Scale(1.0, unrelated=0.7), cut_at=100)
    assert [s.fused for _, s in narrow] == pytest.approx([s.fused for _, s in plain])


def test_unrelated_texts_show_where_an_embedders_zero_is() -> None:
    alike = TableEmbedder(lambda text: np.array([3.0, len(text) % 7, hash(text) % 2]))
    assert unrelated_cosine(alike, CancelToken()) > unrelated_cosine(WordEmbedder(512), CancelToken())


def test_vectors_count_less_in_a_language_the_embedder_was_not_trained_for() -> None:
    assert vectors_share() == VECTORS_SHARE
    assert vectors_share(foreign=1.0, code=0.5) == pytest.approx(FOREIGN_VECTORS_SHARE)


def test_vectors_count_more_among_code() -> None:
    assert VECTORS_SHARE < vectors_share(code=0.5) < vectors_share(code=1.0) == pytest.approx(CODE_VECTORS_SHARE)


@pytest.mark.parametrize(
    "text",
    [
        "def mean(values):\n    return sum(values) / len(values)\n",
        "public static int max(int a, int b) {\n  return a > b ? a : b;\n}",
        "SELECT id, name FROM users WHERE (age >= 18) AND active = 1;",
    ],
)
def test_code_is_told_from_its_signs(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text",
    [
        "The tenant (below: the party of the first part) pays the rent on the third working day of each month.",
        "租客须在每月第三个工作日支付租金九百五十欧元（含税）。",
        "- Wash the lentils\n- Add carrots\n- Simmer for forty minutes",
        "",
    ],
)
def test_prose_is_not_code(text: str) -> None:
    assert not is_code(text)


def test_the_share_of_code_is_that_of_the_texts() -> None:
    assert code_share(["x = f(1);", "Some prose."]) == 0.5
    assert code_share([]) == 0.0


@pytest.mark.parametrize(
    ("question", "known", "share"),
    [
        ("When does the lease end?", ("en",), 0.0),
        ("Wann endet der Mietvertrag für die Wohnung?", ("en",), 1.0),
        ("Wann endet der Mietvertrag?", ("en", "de"), 0.0),
        ("合同什么时候结束？", ("en",), 1.0),
        ("合同什么时候结束？", ("en", "zh"), 0.0),
        ("Когда истекает договор?", ("en",), 1.0),
        ("tungsten", ("en",), 0.0),
        ("合同什么时候结束？", (), 0.0),
        ("1234?", ("en",), 0.0),
    ],
)
def test_letters_and_function_words_tell_what_is_foreign(question: str, known: tuple[str, ...], share: float) -> None:
    assert foreign_share(question, known) == pytest.approx(share)
