"""What stands behind a question, and what is to be written of it."""

from __future__ import annotations

import random

from local_models.training.hints import hint_to, reply_to

TEXT = "The mill was built in the year 1889 by the monks of Hollin, who sold it soon."


def test_a_hint_is_cut_out_of_its_source_and_mostly_as_people_would_cut_it() -> None:
    rng = random.Random(0)
    hints = [hint_to("the monks of Hollin", 3, TEXT, rng) for _ in range(300)]
    assert all(hint.text in TEXT and hint.number == 3 for hint in hints)
    exact = sum(hint.text == "the monks of Hollin" for hint in hints) / len(hints)
    assert 0.7 < exact < 0.9
    assert any(len(hint.text) < len("the monks of Hollin") for hint in hints)
    assert any(len(hint.text) > len("the monks of Hollin") for hint in hints)


def test_a_hint_never_cuts_a_word_in_two() -> None:
    rng = random.Random(1)
    words = set(TEXT.replace(".", "").replace(",", "").split())
    for _ in range(200):
        assert set(hint_to("1889", 1, TEXT, rng).text.replace(",", "").split()) <= words


def test_the_reply_is_a_sentence_or_the_found_words_with_the_number() -> None:
    assert reply_to("When was the mill built?", "1889", 2) == "The mill was built in 1889 [2]."
    assert reply_to("Why?", " for the flax. ", 1) == "for the flax [1]."
