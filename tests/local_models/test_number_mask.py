"""Text is free, but no number can be cited that no source has."""

import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_models.number_mask import NumberMask
from local_models.types import LimitedNumbers
from local_models.vocabulary import Vocabulary
from tests.fakes.byte_vocabulary import byte_vocabulary, cut_anywhere, possible

GIVEN = (1, 3, 12)
SAMPLES = [
    "Paris [1]. Ely [9], [1, 3] [12][13] [ 9 ] [1–9]", "a[10] = b[i] [x] [[9]] [1999]",
    "`a[10]` ``b[9]`` ```\nc[9] [9]\n```",
    "[９] [٩] [1\u00a0, 9] [\u30009]", "[1st] [9th] [12] [12, 3]; [3;1] [] [ ]", "猫 [9] 🎉[9] é[9]", "\n[9]\t[1\n9]",
]  # fmt: skip
MORE = [b"[9]", b" [9", b"[1", b"]", b"9]", b", 9]", b"[1]", b"```", b"``", b"`[", b"[[", b"][", b"12]", b" [12]", b"2"]


def vocabulary_of(chance: random.Random) -> Vocabulary:
    return byte_vocabulary([*MORE, *cut_anywhere(SAMPLES, chance, 120)])


def cited(answer: str) -> set[int]:
    """What rag.citing takes for the numbers of sources, but for indexes in inline code."""
    plain = re.sub(r"```.*?(?:```|\Z)", "|\n", answer, flags=re.DOTALL)
    plain = re.sub(r"`[^\n]*", lambda code: re.sub(r"(?<=[\w)\]'\"])\[", "(", code[0]), plain)
    marks = re.findall(r"\[\s*(\d{1,4}(?:\s*[,;]\s*\d{1,4})*)\s*\]", plain)
    return {int(number) for mark in marks for number in re.findall(r"\d+", mark)}


def can_write(text: str, numbers: tuple[int, ...] = GIVEN, vocabulary: Vocabulary | None = None) -> bool:
    """Byte by byte."""
    vocabulary = vocabulary or byte_vocabulary()
    mask = NumberMask(LimitedNumbers(numbers), vocabulary)
    for byte in text.encode():
        token = vocabulary.pieces.index(bytes([byte]))
        if token not in possible(mask.restrict, vocabulary):
            return False
        mask.accept(token)
    return True


@settings(max_examples=60, deadline=None)
@given(st.integers())
def test_whatever_is_written_cites_only_given_numbers(seed: int) -> None:
    chance = random.Random(seed)
    vocabulary = vocabulary_of(chance)
    mask = NumberMask(LimitedNumbers(GIVEN), vocabulary)
    likely = [
        token for token, piece in enumerate(vocabulary.pieces) if len(piece) > 1 or piece in b"[]0123456789,; `\n"
    ]
    written = b""
    for _ in range(60):
        allowed = set(possible(mask.restrict, vocabulary))
        fitting = [token for token in likely if token in allowed]
        token = chance.choice(fitting or sorted(allowed))
        written += vocabulary.pieces[token]
        mask.accept(token)
    assert cited(written.decode("utf-8", "replace")) <= set(GIVEN), written


@pytest.mark.parametrize(
    "text",
    [
        "Paris [1].", "Paris[12]", "[1, 3]", "[ 3 ; 12 ]", "[1][3]", "[1–3]", "[x]", "[]", "a[i]", "[the] 9", "[1st]",
        "9 [1] 9", "```\na[9] = [9]\n```", "`a[10]`", "`f(x)[9]`", "```py\nx\n``` [1]", "猫[1]。", "[注]", "[é]",
    ],
)  # fmt: skip
def test_free_text_and_given_numbers_can_be_written(text: str) -> None:
    assert can_write(text)


@pytest.mark.parametrize(
    "text",
    [
        "[9]", "Paris [9].", "Paris[9]", "[ 9 ]", "[1, 9]", "[1–9]", "[1\n9]", "[13]", "[01]", "[123]", "[[9]]", "[９]",
        "[٩]", "[1999]", "```x``` [9]", "`[9]`", "`x` [9]", "`a\n[9]", "a[10]", "```a``` ``` b ``` [9]",
    ],
)  # fmt: skip
def test_other_numbers_can_not(text: str) -> None:
    assert not can_write(text)


def test_half_a_number_is_no_number() -> None:
    assert can_write("[12]", (12,))
    for text in ("[1]", "[1, 12]", "[1 ]", "[2]"):
        assert not can_write(text, (12,))
    assert can_write("[1 of us", (1,))


def test_tokens_that_hold_more_than_a_number_are_seen_through() -> None:
    vocabulary = byte_vocabulary([b" see [9] and", b" see [1] and", b"9], [", b"3], [", b"[1]\n\n[9", b" [12]"])
    mask = NumberMask(LimitedNumbers(GIVEN), vocabulary)
    refused = {vocabulary.pieces[token] for token in mask.refused()}
    assert refused == {b" see [9] and", b"[1]\n\n[9"}
    mask.accept(vocabulary.pieces.index(b"["))
    refused = {vocabulary.pieces[token] for token in mask.refused()}
    assert {b"9], [", b"9", b"0"} <= refused
    assert not {b"3], [", b"1", b"a", b" ", b"]"} & refused


def test_without_sources_nothing_can_be_cited() -> None:
    assert not can_write("[1]", ())
    assert can_write("plain [text]", ())


def test_all_else_keeps_its_probability() -> None:
    vocabulary = byte_vocabulary()
    mask = NumberMask(LimitedNumbers(GIVEN), vocabulary)
    logits = np.arange(len(vocabulary.pieces), dtype=np.float32)
    mask.restrict(logits)
    assert (logits == np.arange(len(vocabulary.pieces))).all()
