"""Sentences out of questions and found words: right where a rule speaks, nothing where none is sure."""

from __future__ import annotations

import pytest

from local_models.training.phrasing import sentence_of


@pytest.mark.parametrize(
    ("question", "found", "sentence"),
    [
        ("Who wrote the Carrow chronicle?", "Jane Smith", "Jane Smith wrote the Carrow chronicle"),
        ("When was the mill built?", "1889", "The mill was built in 1889"),
        ("When did the rope walk close?", "4 May 1931", "The rope walk closed on 4 May 1931"),
        ("In what year did Jane Smith become the mayor?", "1902", "Jane Smith became the mayor in 1902"),
        ("Where is the Wend museum located?", "Hollin", "The Wend museum is located in Hollin"),
        ("Where did they meet?", "at the old market", "They met at the old market"),
        ("What is the capital of Peru?", "Lima", "The capital of Peru is Lima"),
        ("What is a wherry?", "A flat boat", "A wherry is a flat boat"),
        ("What was the old harbour called?", "Saltgate", "The old harbour was called Saltgate"),
        ("What company built the bridge?", "Hollin Iron", "Hollin Iron built the bridge"),
        ("What does the town make?", "bells", "The town makes bells"),
        ("What did the abbot carry to the river?", "a lantern", "The abbot carried a lantern to the river"),
        ("What is the church made of?", "oak", ""),
        ("What river is Carrow associated with?", "the Wend", "Carrow is associated with the Wend"),
        ("How many people live in Carrow?", "about 640", "About 640 people live in Carrow"),
        ("How many bells does the tower have?", "seven bells", "The tower has seven bells"),
        ("How many guilds were there in 1500?", "12", "There were 12 guilds in 1500"),
        ("How old is the oldest house?", "410 years", "The oldest house is 410 years"),
    ],
)
def test_a_question_and_what_was_found_become_a_sentence(question: str, found: str, sentence: str) -> None:
    assert sentence_of(question, found) == sentence


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Why did the mill close?", "there was no more flax"),
        ("When was the mill built?", "as soon as flax came"),  # no time that takes a sure preposition
        ("Who came first?", "their neighbour, who lived; near by"),
        ("Who wrote it?", "somebody"),  # would begin with a small letter
        ("Where does it come from?", "Hollin"),
        ("According to Smith, who built the mill?", "monks"),
        ("", "1889"),
        ("When was the mill built?", ""),
    ],
)
def test_where_no_rule_is_sure_there_is_no_sentence(question: str, found: str) -> None:
    assert sentence_of(question, found) == ""
