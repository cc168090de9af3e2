"""Which questions ask for sentences."""

from __future__ import annotations

import pytest

from rag.asking import asks_for_sentences


@pytest.mark.parametrize(
    "question",
    [
        "Why did the harbour close?",
        "How do I give notice?",
        "And how is the deposit paid back?",
        "Can you explain the break clause?",
        "What are the steps to appeal?",
        "What are the key exceptions to the rule?",
        "What should I do if the boiler fails?",
        "What is the difference between the two leases?",
        "What does the policy cover abroad?",
        "Who signed the lease and when does it end?",
        "Describe the lighthouse.",
    ],
)
def test_a_question_for_reasons_ways_or_lists_asks_for_sentences(question: str) -> None:
    assert asks_for_sentences(question)


@pytest.mark.parametrize(
    "question",
    [
        "How long is the notice period?",
        "How many people live in Norsby?",
        "How much is the rent?",
        "When was the lighthouse built?",
        "Who wrote the report?",
        "What is the monthly rent?",
        "Which river flows through the town?",
        "What was the name of the two ships and of the captain?",
        "Wie lange läuft der Vertrag?",
        "",
    ],
)
def test_a_question_for_a_name_a_number_or_a_place_does_not(question: str) -> None:
    assert not asks_for_sentences(question)
