"""The prompt only grows, and what does not fit is left out by rule."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from local_models.prompt_format import Hint
from local_models.types import Role
from rag.errors import ContextTooSmall
from rag.prompting import Prompt, lay_out
from rag.types import Mode, Place, Source, Span
from rag.user_types import Turn


def count(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def source(number: int, words: int = 20) -> Source:
    text = " ".join([f"word{number}"] * words)
    return Source(number, number, 1, "doc", Path("/doc.txt"), "", Place(), text, Span(0, len(text)))


def turn(number: int, words: int = 20) -> Turn:
    return Turn(f"question {number}?", f"answer {number} [{number}].", (source(number, words),))


def grounded(question: str, found: Sequence[Source], history: Sequence[Turn], n_ctx: int = 2000) -> Prompt:
    return lay_out(question, found, history, mode=Mode.GROUNDED, count=count, n_ctx=n_ctx, max_tokens=100)


def test_each_turn_starts_with_the_whole_prompt_of_the_turn_before() -> None:
    first = grounded("question 1?", [source(1)], [])
    second = grounded("question 2?", [source(2)], [turn(1)])
    third = grounded("question 3?", [source(3)], [turn(1), turn(2)])
    assert second.messages[: len(first.messages)] == first.messages
    assert third.messages[: len(second.messages)] == second.messages


def test_a_source_that_stands_in_the_prompt_is_not_given_again() -> None:
    prompt = grounded("and?", [source(1), source(2)], [turn(1)])
    assert [s.number for s in prompt.given] == [2]
    assert [s.number for s in prompt.sources] == [1, 2]


def test_sources_stand_before_the_question() -> None:
    text = grounded("where?", [source(1)], []).messages[-1].content
    assert text.index("word1") < text.index("where?")


def test_the_oldest_turns_are_left_out_and_counted() -> None:
    history = [turn(n, words=150) for n in range(1, 9)]
    prompt = grounded("now?", [source(9)], history)
    assert prompt.turns_left_out > 0
    assert prompt.messages[-2].content == "answer 8 [8]."


def test_after_an_overflow_the_prompt_grows_again_from_the_same_cut() -> None:
    history = [turn(n, words=150) for n in range(1, 9)]
    before = grounded("q9?", [source(9)], history)
    after = grounded("q10?", [source(10)], [*history, Turn("q9?", "a9", before.given)])
    assert after.messages[: len(before.messages)] == before.messages


def test_a_source_of_a_turn_that_was_left_out_is_given_again() -> None:
    history = [turn(n, words=150) for n in range(1, 9)]
    assert 1 in [s.number for s in grounded("back to one?", [source(1)], history).given]


def test_sources_that_do_not_fit_are_counted() -> None:
    prompt = grounded("q?", [source(n, words=200) for n in range(1, 5)], [], n_ctx=600)
    assert 0 < len(prompt.given) < 4
    assert prompt.sources_left_out == 4 - len(prompt.given)


def test_a_context_without_room_for_one_source_is_refused_in_words() -> None:
    with pytest.raises(ContextTooSmall, match="300 tokens"):
        grounded("q?", [source(1, words=1000)], [], n_ctx=300)


def test_free_mode_carries_no_sources() -> None:
    prompt = lay_out("write", [], [], mode=Mode.FREE, count=count, n_ctx=1000, max_tokens=100)
    assert [m.role for m in prompt.messages] == [Role.SYSTEM, Role.USER]
    assert prompt.messages[-1].content == "write"


def test_the_answer_gets_the_room_that_is_left() -> None:
    assert lay_out("q", [], [], mode=Mode.FREE, count=count, n_ctx=1000, max_tokens=600).max_tokens == 600
    assert lay_out("q", [], [], mode=Mode.FREE, count=count, n_ctx=500, max_tokens=600).max_tokens < 500


def test_a_hint_stands_behind_the_question() -> None:
    hint = Hint(1, "word1 word1")
    first = lay_out("q1?", [source(1)], [], mode=Mode.GROUNDED, count=count, n_ctx=2000, max_tokens=100, hint=hint)
    assert first.messages[-1].content.endswith("Question: q1?\nFound: [1] word1 word1")


def test_a_hint_takes_its_room_from_the_sources() -> None:
    found = [source(n, words=100) for n in range(1, 5)]
    long = Hint(1, "word1 " * 150)
    without = grounded("q?", found, [], n_ctx=600)
    beside = lay_out("q?", found, [], mode=Mode.GROUNDED, count=count, n_ctx=600, max_tokens=100, hint=long)
    assert len(beside.given) < len(without.given)


def test_a_hint_to_a_source_that_did_not_fit_is_left_out() -> None:
    found = [source(n, words=200) for n in range(1, 5)]
    prompt = lay_out("q?", found, [], mode=Mode.GROUNDED, count=count, n_ctx=600, max_tokens=100, hint=Hint(4, "word4"))
    assert prompt.hint is None
    assert prompt.messages[-1].content.endswith("Question: q?")


def test_free_mode_carries_no_hint() -> None:
    prompt = lay_out("write", [], [], mode=Mode.FREE, count=count, n_ctx=1000, max_tokens=100, hint=Hint(1, "x"))
    assert prompt.messages[-1].content == "write"
