"""Which tokens begin where in a text."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from local_models.vocabulary import NONE, Vocabulary
from tests.fakes.byte_vocabulary import byte_vocabulary


def starting(vocabulary: Vocabulary, text: bytes, stops: list[int] | None = None) -> dict[tuple[int, int], int]:
    data = np.frombuffer(text, np.uint8)
    table = vocabulary.starting(data, np.array(stops or [len(text)] * len(text), np.int64))
    return {(int(at), int(row) + 1): int(table[row, at]) for row, at in np.argwhere(table != NONE)}


@given(st.lists(st.binary(min_size=1, max_size=5), max_size=30), st.binary(min_size=1, max_size=40), st.integers())
def test_every_token_is_found_wherever_it_stands_and_nowhere_else(pieces: list[bytes], text: bytes, seed: int) -> None:
    chance = random.Random(seed)
    pieces += [text[start : start + 3] for start in chance.choices(range(len(text)), k=3)]
    first = {piece: token for token, piece in reversed(list(enumerate(pieces, 1)))}
    expected = {
        (at, len(piece)): token
        for piece, token in first.items()
        for at in range(len(text))
        if text.startswith(piece, at)
    }
    assert starting(Vocabulary([b"", *pieces], [0]), text) == expected


def test_a_token_never_ends_behind_its_stop() -> None:
    vocabulary = Vocabulary([b"", b"a", b"ab", b"abc", b"c"], [0])
    assert starting(vocabulary, b"abc", [2, 2, 3]) == {(0, 1): 1, (0, 2): 2, (2, 1): 4}


def test_a_token_that_ends_the_answer_is_no_text() -> None:
    assert starting(Vocabulary([b"a", b"b"], [0]), b"ab") == {(1, 1): 1}


def test_what_a_vocabulary_can_write() -> None:
    lacking = byte_vocabulary(["é".encode()], lacking="é€".encode())
    assert byte_vocabulary().has_all_bytes
    assert not lacking.has_all_bytes
    assert [lacking.spells(character) for character in "aé€"] == [True, True, False]
