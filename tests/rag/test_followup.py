"""Follow-up questions: what is completed, from what, and what is left as the user wrote it."""

from __future__ import annotations

import time

import pytest

from rag.followup import CARRIED, EarlierTurn, complete


def after(question: str, followup: str, answer: str = "") -> str:
    return complete(followup, [EarlierTurn(question, answer)])


@pytest.mark.parametrize(
    ("question", "followup", "searched"),
    [
        ("How high was revenue in 2020?", "and in 2021?", "How high was revenue in 2021?"),
        ("How high was revenue?", "and in 2021?", "How high was revenue in 2021?"),
        ("How high was revenue in Q1 2020?", "And Q2?", "How high was revenue in Q2 2020?"),
        ("Which tasks are due in March?", "what about April?", "Which tasks are due in April?"),
        ("When does the museum open on Sundays?", "and on Mondays?", "When does the museum open on Mondays?"),
        ("What does clause 4 say about pets?", "and clause 7?", "What does clause 7 say about pets?"),
        ("Who is the CEO of Apple?", "and of Google?", "Who is the CEO of Google?"),
        ("What did Acme earn in Germany?", "and in France?", "What did Acme earn in France?"),
        ("How many employees does Acme have?", "And Globex?", "How many employees does Globex have?"),
        ("Wie hoch war der Umsatz 2020?", "und 2021?", "Wie hoch war der Umsatz 2021?"),
        ("How much is the monthly rent?", "What about the deposit?", "How much is the deposit?"),
    ],
)
def test_a_follow_up_that_names_another_thing_of_the_same_kind_takes_its_place(
    question: str, followup: str, searched: str
) -> None:
    assert after(question, followup) == searched


def test_where_two_things_could_be_changed_none_is_and_the_topic_is_carried() -> None:
    searched = after("How high was revenue in 2019 and 2020?", "and in 2021?")
    assert searched.startswith("and in 2021? (")
    assert "revenue" in searched
    assert "2019" not in searched and "2020" not in searched


@pytest.mark.parametrize(
    ("question", "followup", "searched"),
    [
        ("What is the deposit?", "who holds it?", "who holds the deposit?"),
        ("What is Red Hat OpenShift?", "What benefits does it offer?", "What benefits does Red Hat OpenShift offer?"),
        ("What is the warranty period?", "does it cover batteries?", "does the warranty period cover batteries?"),
        ("When was the lease signed?", "who signed it?", "who signed it? (lease)"),
        ("How do I generate credentials?", "How do I rotate them?", "How do I rotate them? (generate credentials)"),
        ("Who was Andre Gunder Frank?", "Was he a communist?", "Was Andre Gunder Frank a communist?"),
    ],
)
def test_a_pronoun_gets_what_the_question_before_was_about(question: str, followup: str, searched: str) -> None:
    assert after(question, followup) == searched


def test_a_person_is_named_by_the_answer() -> None:
    answer = "It was signed by Maria Jones."
    assert after("Who signed the lease?", "Where does she live?", answer) == "Where does Maria Jones live?"


def test_to_die_is_a_verb_beside_english_words_and_an_article_elsewhere() -> None:
    assert after("When was Maria Jones born?", "Where did she die?") == "Where did Maria Jones die?"
    assert after("When was Maria Jones born?", "und die?") == "und die? (Maria Jones born)"


@pytest.mark.parametrize("followup", ["why?", "Why not?", "tell me more", "and?", "Can you explain that?"])
def test_a_question_without_a_subject_is_asked_of_the_whole_one_before(followup: str) -> None:
    assert after("When was the lease signed?", followup).endswith("When was the lease signed?")
    assert after("When was the lease signed?", followup).startswith(followup)


@pytest.mark.parametrize(
    "question",
    [
        "How high is the deposit?",
        "Is it possible to keep a dog?",
        "Are there any rules on smoking?",
        "Can the tenant terminate when he moves out?",
        "Does the tenant pay his deposit back?",
        "What does this contract say about pets?",
        "Is it true that heating is included?",
        "How tall is Mount Everest?",
        "What is the rule that applies to dogs?",
        "What do employees do when they are ill?",
        "And who built the Murray Schoolhouse Museum?",
        "What was the other way that the club closed?",
        "What does the council divide itself into?",
        "How many cooks were there in the kitchen?",
        "When has Toyota said it will close the plant?",
        "What is coinsurance and how does it work?",
        "Who scored most this season?",
        "Who lives on the former coast?",
        "smoking in the stairwell",
        "Thank you!",
        "Wer haftet für Schäden am Dach?",
        "押金是多少？",
    ],
)
def test_what_stands_alone_stays_as_it_is(question: str) -> None:
    assert after("How much is the monthly rent of the flat in Oslo?", question, "It is 950 euros.") == question


def test_the_song_is_the_one_the_conversation_named() -> None:
    searched = after(
        "Who wrote Grenade by Bruno Mars?", "When was the song released?", "The song was written by three."
    )
    assert searched == "When was the song released? (wrote Grenade by Bruno Mars)"


def test_without_an_earlier_turn_nothing_is_completed() -> None:
    assert complete("and in 2021?", []) == "and in 2021?"
    assert complete("and in 2021?", [EarlierTurn("Thank you!")]) == "and in 2021?"


def test_thanks_between_two_questions_do_not_end_the_topic() -> None:
    turns = [EarlierTurn("How high was revenue in 2020?"), EarlierTurn("Thanks!")]
    assert complete("and in 2021?", turns) == "How high was revenue in 2021?"


def test_a_chain_of_follow_ups_keeps_its_topic_and_does_not_grow_for_ever() -> None:
    turns = [EarlierTurn("Who wrote the biography of Andrew Carnegie?")]
    for followup in ("How old was he then?", "Where was he buried?", "Did he leave money to museums?", "Who got it?"):
        turns.append(EarlierTurn(complete(followup, turns)))
        carried = turns[-1].question.partition("(")[2]
        assert len(carried.replace(",", "").split()) <= CARRIED + 4  # with the small words between them
        assert "Carnegie" in turns[-1].question


def test_a_very_long_question_is_answered_for_in_no_time() -> None:
    assert complete("it " * 20_000, [EarlierTurn("a lease " * 5_000)])


@pytest.mark.parametrize("blank", [" ", "!", " !", "\n\n"])
def test_a_pasted_question_full_of_blanks_takes_no_time(blank: str) -> None:
    begun = time.process_time()
    assert "dog" in after("What is the deposit" + blank * 1000 + "of the flat, and who holds it?", "and for a dog?")
    assert time.process_time() - begun < 1
