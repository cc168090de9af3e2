"""Answers go first: what is indexed waits, step by step."""

from __future__ import annotations

import threading

import pytest

from local_models.cancel import CancelToken, never
from rag.errors import Cancelled
from rag.right_of_way import PASSAGES_AT_ONCE, PatientEmbedder, RightOfWay
from tests.fakes.core import WordEmbedder

PATIENCE_S = 20.0


def test_nobody_waits_while_nothing_is_answered() -> None:
    RightOfWay().give_way(never())


def test_indexing_waits_for_the_last_of_several_answers() -> None:
    way, went_on = RightOfWay(), threading.Event()

    def index() -> None:
        way.give_way(never())
        went_on.set()

    with way.answering():
        thread = threading.Thread(target=index)
        with way.answering():
            thread.start()
        assert not went_on.is_set()
    assert went_on.wait(PATIENCE_S)
    thread.join()


def test_a_cancel_is_heard_while_waiting() -> None:
    way, cancel = RightOfWay(), CancelToken()
    ended: list[type[BaseException]] = []

    def index() -> None:
        try:
            way.give_way(cancel)
        except Cancelled as error:
            ended.append(type(error))

    with way.answering():
        thread = threading.Thread(target=index)
        thread.start()
        cancel.cancel()
        thread.join(PATIENCE_S)
        assert ended == [Cancelled]


def test_an_answer_that_is_given_up_in_the_middle_leaves_the_way_free() -> None:
    way = RightOfWay()
    events = way.first(iter(["one", "two"]))
    assert next(events) == "one"
    events.close()
    way.give_way(never())


def test_an_answer_that_fails_leaves_the_way_free() -> None:
    way = RightOfWay()
    with pytest.raises(ValueError, match="no"), way.answering():
        raise ValueError("no")
    way.give_way(never())


def test_passages_are_embedded_in_small_steps_and_come_back_in_their_order() -> None:
    inner = WordEmbedder()
    texts = [f"{'word ' * (number % 7)}{number}" for number in range(3 * PASSAGES_AT_ONCE + 1)]
    vectors = PatientEmbedder(inner, RightOfWay()).embed(texts, never())
    assert max(len(asked) for asked in inner.asked) == PASSAGES_AT_ONCE
    assert (vectors == WordEmbedder().embed(texts, never())).all()


def test_a_text_that_comes_twice_is_embedded_once() -> None:
    inner = WordEmbedder()
    texts = ["the same", "another", "the same", "the same"]
    vectors = PatientEmbedder(inner, RightOfWay()).embed(texts, never())
    assert sorted(text for asked in inner.asked for text in asked) == ["another", "the same"]
    assert (vectors == WordEmbedder().embed(texts, never())).all()


def test_between_two_steps_an_answer_goes_first() -> None:
    inner, way = WordEmbedder(), RightOfWay()
    patient = PatientEmbedder(inner, way)
    begun, may_end = threading.Event(), threading.Event()

    def answer() -> None:
        with way.answering():
            begun.set()
            may_end.wait(PATIENCE_S)

    answering = threading.Thread(target=answer)

    def ask_once() -> None:
        if not inner.asked:
            answering.start()
            begun.wait(PATIENCE_S)

    inner.before_embedding = ask_once
    texts = [str(number) for number in range(2 * PASSAGES_AT_ONCE)]
    indexing = threading.Thread(target=lambda: patient.embed(texts, never()))
    indexing.start()
    begun.wait(PATIENCE_S)
    indexing.join(0.05)
    assert len(inner.asked) <= 1
    may_end.set()
    indexing.join(PATIENCE_S)
    answering.join()
    assert len(inner.asked) == 2
