"""What reading examples are made of."""

from __future__ import annotations

import random
import re
from itertools import islice
from pathlib import Path

import pytest

from local_models.prompt_format import ABSTENTION
from local_models.training.data import Part, RetrievedQuestion, part_of, read_passages
from local_models.training.distractors import Distractors, holds
from local_models.training.examples import DRILL_WORDS, Mixture, ReadingExamples, Turn, joined, swapped
from tests.fakes.training import write_data

NUMBER = re.compile(r"\[(\d+)\]")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def conversations(data: Path, mixture: Mixture, count: int = 60, seed: int = 0) -> list[list[Turn]]:
    examples = ReadingExamples(read_passages(data, Part.TRAINING), [], random.Random(seed), mixture)
    return list(islice(examples.conversations(), count))


def test_the_words_of_every_answer_stand_in_the_source_it_cites(data: Path) -> None:
    for turns in conversations(data, Mixture(orders=0.0, cloze=0.0, two_sources=0.0, hinted=0.0)):
        shown: dict[str, str] = {}
        for turn in turns:
            shown |= {str(source.number): source.text for source in turn.sources}
            if turn.answer != ABSTENTION:
                (number,) = NUMBER.findall(turn.answer)
                assert turn.words in shown[number]
                assert turn.words in turn.answer


def test_a_hint_names_a_source_that_was_given_and_the_answer_follows_it(data: Path) -> None:
    for turns in conversations(data, Mixture(hinted=1.0, misled=0.0, cloze=0.0, two_sources=0.0, most_sources=4)):
        shown: dict[int, str] = {}
        for turn in turns:
            shown |= {source.number: source.text for source in turn.sources}
            assert (turn.hint is None) == (not turn.words)
            if turn.hint is not None:
                assert turn.hint.text in shown[turn.hint.number]
                assert turn.answer.endswith(f"[{turn.hint.number}].")


def test_some_open_questions_have_a_hint_all_the_same_and_stay_open(data: Path) -> None:
    turns = [turn for turns in conversations(data, Mixture(misled=1.0, absent=0.5)) for turn in turns]
    misled = [turn for turn in turns if turn.hint is not None and turn.answer == ABSTENTION]
    assert misled
    assert not any(turn.words for turn in misled)


def test_a_drill_spends_few_words_on_sources_and_has_all_its_turns(data: Path) -> None:
    mixture = Mixture(drills=1.0, most_sources=3, most_turns=9, absent=0.3)
    for turns in conversations(data, mixture, 20):
        assert len(turns) == 9
        assert all(len(source.text.split()) <= DRILL_WORDS for source in turns[0].sources)
        numbers = {source.number for source in turns[0].sources}
        assert {turn.hint.number for turn in turns if turn.hint} <= numbers


def test_about_a_third_of_the_questions_have_no_answer_in_the_sources(data: Path) -> None:
    turns = [turn for turns in conversations(data, Mixture(cloze=0.0), 200) for turn in turns]
    share = sum(turn.answer == ABSTENTION for turn in turns) / len(turns)
    assert 0.2 < share < 0.5


def test_sources_are_numbered_in_the_order_in_which_they_are_given(data: Path) -> None:
    for turns in conversations(data, Mixture(most_sources=6)):
        numbers = [source.number for turn in turns for source in turn.sources]
        assert numbers == list(range(1, len(numbers) + 1))


def test_some_sources_arrive_only_with_a_later_question_that_cites_them(data: Path) -> None:
    late = [turn for turns in conversations(data, Mixture(most_sources=4), 100) for turn in turns[1:] if turn.sources]
    assert late
    assert all(f"[{turn.sources[0].number}]" in turn.answer for turn in late)


def test_some_answers_are_put_together_from_two_sources(data: Path) -> None:
    turns = [
        turn for turns in conversations(data, Mixture(most_sources=4, two_sources=0.3, hinted=0.0)) for turn in turns
    ]
    assert any(len(set(NUMBER.findall(turn.answer))) == 2 for turn in turns)


def test_an_order_inside_a_source_changes_no_answer(data: Path) -> None:
    plain = conversations(data, Mixture(orders=1.0, cloze=0.0), 30)
    ordered = [source for turns in plain for source in turns[0].sources]
    assert any("instruction" in source.text.lower() or "SYSTEM" in source.text for source in ordered)
    said = " ".join(turn.answer for turns in plain for turn in turns)
    assert "HACKED" not in said


def test_the_same_seed_gives_the_same_examples(data: Path) -> None:
    assert conversations(data, Mixture(), seed=3) == conversations(data, Mixture(), seed=3)
    assert conversations(data, Mixture(), seed=3) != conversations(data, Mixture(), seed=4)


def test_a_distractor_never_holds_the_answer(data: Path) -> None:
    passages = read_passages(data, Part.TRAINING)
    finder = Distractors(passages, random.Random(0))
    for passage in passages[:20]:
        question = passage.questions[0]
        drawn = finder.draw(passage, question, 4)
        assert len(drawn) == 4
        assert not any(holds(other.text, question.answers) for other in drawn)


def test_a_question_is_held_back_or_trained_on_but_never_both(data: Path) -> None:
    training = {passage.article for passage in read_passages(data, Part.TRAINING)}
    held_back = {passage.article for passage in read_passages(data, Part.HELD_BACK)}
    assert training.isdisjoint(held_back)
    assert len(training) + len(held_back) == 120
    assert part_of("towns/Carrow 2") is part_of("towns/Carrow 2")


def test_a_searched_question_is_answered_from_the_passage_that_holds_the_answer(data: Path) -> None:
    row = RetrievedQuestion(
        "What is made of cheese?", "The Moon", (("Moon", "They say the moon is cheese."), ("Sun", "Hot."))
    )
    mixture = Mixture(retrieved=1.0, absent=0.0, hinted=0.0)
    examples = ReadingExamples(read_passages(data, Part.TRAINING), [row], random.Random(0), mixture)
    (turn,) = next(examples.conversations())
    number = next(source.number for source in turn.sources if source.title == "Moon")
    assert turn.answer == f"The moon is made of cheese [{number}]."
    assert turn.words == "the moon"


def test_two_questions_become_one_sentence() -> None:
    assert joined("When was it built?", "Who built it?") == "When was it built, and who built it?"
    assert (
        joined("When was it built?", "UNESCO lists it since when?")
        == "When was it built, and UNESCO lists it since when?"
    )


def test_a_swapped_year_is_one_that_the_source_does_not_name() -> None:
    other = swapped("What happened in 1846?", "In 1846 it rained.", random.Random(0))
    assert other.startswith("What happened in 1")
    assert "1846" not in other
