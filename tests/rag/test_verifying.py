"""What was written is checked with a model of entailment, or without one where it can't be used."""

from __future__ import annotations

import pytest

from local_models.cancel import CancelToken, never
from rag.errors import Cancelled, ModelBroken
from rag.types import SentenceVerdict
from rag.verifying import Verifier
from tests.fakes.core import SetEntailment
from tests.rag.test_citing import LEASE, source

ANSWER = "The monthly rent is 950 euros."


def test_an_answer_is_checked_with_what_the_model_says_of_it() -> None:
    entailment = SetEntailment(otherwise=0.99)
    verified = Verifier(entailment).check(ANSWER, [source(1, LEASE)], never())
    assert verified.cited.sentences[0].verdict is SentenceVerdict.SUPPORTED
    assert not verified.problem
    assert {claim for claim, _ in entailment.asked} == {ANSWER}


def test_no_pair_is_read_twice() -> None:
    entailment = SetEntailment(otherwise=0.99)
    verified = Verifier(entailment).check(f"{ANSWER[:-1]} [1]. {ANSWER}", [source(1, LEASE)], never())
    assert [sentence.verdict for sentence in verified.cited.sentences] == [SentenceVerdict.SUPPORTED] * 2
    assert len(entailment.asked) == len(set(entailment.asked))


def test_without_a_model_the_rules_stand_alone_and_nothing_is_told() -> None:
    verified = Verifier().check(ANSWER, [source(1, LEASE)], never())
    assert verified.cited.sentences[0].verdict is SentenceVerdict.SUPPORTED
    assert not verified.problem


def test_a_model_that_can_not_be_used_is_told_and_the_rules_stand_alone() -> None:
    entailment = SetEntailment()
    entailment.fail_with = ModelBroken("The entailment model is damaged.", "Install Footnote again.")
    verified = Verifier(entailment).check(ANSWER, [source(1, LEASE)], never())
    assert verified.cited.sentences[0].verdict is SentenceVerdict.SUPPORTED
    assert "damaged" in verified.problem


def test_a_cancel_ends_the_check() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        Verifier(SetEntailment()).check(ANSWER, [source(1, LEASE)], cancel)
