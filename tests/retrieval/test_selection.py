from rag.relevance import is_relevant, relevance_floor
from rag.selection import side_by_side, without_duplicates
from tests.fakes.retrieval import hit

LEASE = "The tenant pays a rent of 950 euros on the third working day of each month to the landlord's account."


def test_the_same_text_in_two_files_is_one_hit_in_the_better_one() -> None:
    hits = [hit(LEASE, document=1), hit("Pets are allowed.", document=1, ordinal=1), hit(LEASE, document=2)]
    assert without_duplicates(hits, 9) == hits[:2]


def test_no_more_hits_than_asked_for_are_kept() -> None:
    hits = [hit("one"), hit("two", document=2), hit("three", document=3)]
    assert without_duplicates(hits, 2) == hits[:2]


def test_spacing_and_case_do_not_make_a_text_another() -> None:
    hits = [hit(LEASE), hit(LEASE.upper().replace(" ", "\n"), document=2)]
    assert without_duplicates(hits, 9) == hits[:1]


def test_two_versions_that_differ_in_a_number_are_both_kept() -> None:
    hits = [hit(LEASE), hit(LEASE.replace("950", "980"), document=2)]
    assert without_duplicates(hits, 9) == hits


def test_short_texts_that_differ_are_both_kept() -> None:
    hits = [hit("No pets."), hit("No smoking.", document=2)]
    assert without_duplicates(hits, 9) == hits


def test_neighbours_stand_in_reading_order_where_the_best_of_them_stood() -> None:
    second, other, first, third = (
        hit("b", ordinal=5),
        hit("x", document=2, ordinal=5),
        hit("a", ordinal=4),
        hit("d", ordinal=9),
    )
    assert side_by_side([second, other, first, third]) == [first, second, other, third]


def test_nothing_found_is_not_relevant() -> None:
    assert not is_relevant([], 10)


def test_the_best_hit_decides_whether_anything_is_relevant() -> None:
    assert is_relevant([hit("a", fused=0.3)], 40)
    assert not is_relevant([hit("a", fused=0.05)], 40)


def test_the_more_passages_were_searched_the_more_the_best_must_score() -> None:
    floors = [relevance_floor(passages, with_vectors=True) for passages in (1, 40, 1000, 50_000)]
    assert floors[0] == floors[1] < floors[2] < floors[3] < 0.25


def test_words_alone_must_agree_more_than_words_and_vectors() -> None:
    assert relevance_floor(1000, with_vectors=False) > relevance_floor(1000, with_vectors=True)
