"""How an answer was made is told in plain words."""

from __future__ import annotations

from rag.account import Account, Certainty, ModelAccount, SourceAccount
from rag.account_words import account_lines, scores_of, why_source
from rag.types import Answer, Mode, Timings

MODEL = ModelAccount("reader", "/m/reader.gguf", 12_000_000, 2048, "cpu", max_tokens=512, strength="verbatim")
ACCOUNT = Account(
    searched=True, documents=2, passages=1200, scope=("Flat",), read=12, given=5, left_out=1, model=MODEL,
    abstain_probability=0.031, certainties=(Certainty(0, 5, 0.5), Certainty(6, 9, 0.93)),
)  # fmt: skip


def told(answer: Answer) -> dict[str, str]:
    return {line.label: line.text for line in account_lines(answer)}


def test_each_step_has_its_line() -> None:
    answer = Answer(
        "x", Mode.GROUNDED, confidence=0.83, account=ACCOUNT, timings=Timings(0.12, 0.8, 3.4),
        prompt_tokens=1020, completion_tokens=34, searched_for="rent in 2021",
    )  # fmt: skip
    lines = told(answer)
    assert lines["Searched"] == "Only “Flat”: 2 documents, 1,200 passages."
    assert lines["Searched for"] == "“rent in 2021”"
    assert lines["Read"] == "The nearest 12 passages for words that answer; 5 stood before the model."
    assert lines["Left out"] == "1 passage, for want of space in the model's context."
    assert lines["Answerable"] == "The passages hold an answer with a probability of 83\N{NO-BREAK SPACE}%."
    assert lines["Model"] == "reader, 12 million parameters, on the CPU."
    assert lines["File"] == "/m/reader.gguf"
    assert lines["Settings"].startswith("Word for word from the sources; temperature 0 (always the likeliest word)")
    assert lines["Certainty"].startswith("50\N{NO-BREAK SPACE}% to 93\N{NO-BREAK SPACE}% by sentence: how expected")
    assert "It may only copy here" in lines["Certainty"]
    assert "3\N{NO-BREAK SPACE}%" in lines["Certainty"]
    assert lines["Time"] == ("0.12 s to search, 0.8 s to the first word, 3.4 s in all. 1,020 tokens read, 34 written.")


def test_one_question_left_out_is_told_without_a_number() -> None:
    account = Account(searched=True, model=MODEL, turns_left_out=1)
    assert told(Answer("x", Mode.GROUNDED, account=account))["Left out"].startswith("The oldest question of this")


def test_an_older_answer_has_nothing_to_tell() -> None:
    assert account_lines(Answer("x", Mode.GROUNDED)) == []


def test_without_documents_nothing_was_searched() -> None:
    lines = told(Answer("x", Mode.FREE, account=Account(model=MODEL)))
    assert lines["Searched"] == "Nothing: it was answered without your documents."
    assert "Read" not in lines


def test_nothing_relevant_is_said() -> None:
    answer = Answer("x", Mode.QUOTES, abstained=True, account=Account(searched=True, relevant=False, read=3))
    lines = told(answer)
    assert lines["Answerable"] == "Nothing that was found speaks to the question."
    assert lines["Model"] == "None was asked."


def test_a_source_says_what_it_shares_and_holds() -> None:
    source = SourceAccount(
        1, words=8.0, vectors=0.5, fused=0.55, by_words=0.62, by_meaning=0.45, rare=("break clause",),
        common=("tenant", "end"), found="3 months", probability=0.82,
    )  # fmt: skip
    assert why_source(source) == (
        "Shares the rare words “break clause”, and “tenant” and “end”; close in meaning; holds the likely answer "
        "“3 months” (82\N{NO-BREAK SPACE}%)."
    )
    assert scores_of(source) == "words 62 % · meaning 45 % · together 55 %".replace(" %", "\N{NO-BREAK SPACE}%")


def test_a_source_that_shares_nothing_says_so() -> None:
    assert why_source(SourceAccount(1, vectors=0.05, by_meaning=0.02)).startswith("Among the nearest")


def test_many_words_are_not_all_named() -> None:
    assert "and 2 more" in why_source(SourceAccount(1, common=("a", "b", "c", "d", "e", "f")))


def test_a_passage_that_waits_for_its_vector_says_so() -> None:
    assert "no vector yet" in scores_of(SourceAccount(1, words=1.0, by_words=0.4))


def test_a_source_that_another_names_says_so_first() -> None:
    told = why_source(SourceAccount(2, vectors=0.3, by_meaning=0.3, named_in="Report"))
    assert told.startswith("Its document is named in “Report”, which speaks to the question; ")
