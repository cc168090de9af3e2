import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_models.pieces import PieceCutter
from local_models.types import Piece


def cut(tokens: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[Piece], bool]:
    cutter, pieces = PieceCutter(stop), []
    for token in tokens:
        pieces.append(cutter.add(token, -1.0))
        if cutter.stopped:
            break
    pieces.append(cutter.finish())
    return [piece for piece in pieces if piece], cutter.stopped


def test_a_character_is_never_cut() -> None:
    pieces, _ = cut(["é".encode()[:1], "é".encode()[1:], b"!"])
    assert pieces == [Piece("é", 2, -2.0), Piece("!", 1, -1.0)]


def test_bytes_that_never_become_a_character_are_replaced() -> None:
    assert cut([b"a", b"\xe4\xbd"])[0] == [Piece("a", 1, -1.0), Piece("�", 1, -1.0)]


@pytest.mark.parametrize("tokens", [[b"yes\nQuestion", b": more"], [b"yes", b"\n", b"Ques", b"tion:"]])
def test_a_stop_string_is_never_shown(tokens: list[bytes]) -> None:
    pieces, stopped = cut(tokens, ("\nQuestion:",))
    assert "".join(piece.text for piece in pieces) == "yes"
    assert stopped


def test_what_only_began_like_a_stop_string_is_shown() -> None:
    pieces, stopped = cut([b"yes", b"\nQues", b"t"], ("\nQuestion:",))
    assert "".join(piece.text for piece in pieces) == "yes\nQuest"
    assert not stopped


@given(st.text(), st.lists(st.integers(1, 4)), st.lists(st.text(min_size=1), max_size=2))
def test_pieces_are_the_text_up_to_the_first_stop(text: str, sizes: list[int], stop: list[str]) -> None:
    text = text.encode("utf-8", "replace").decode()
    data, tokens = text.encode(), []
    for size in sizes:
        tokens.append(data[:size])
        data = data[size:]
    pieces, stopped = cut([*tokens, data], tuple(stop))
    shown = "".join(piece.text for piece in pieces)
    assert text.startswith(shown)
    assert stopped == any(mark in text for mark in stop)
    if not stopped:
        assert shown == text
        assert sum(piece.tokens for piece in pieces) <= len(tokens) + 1
    assert not any(mark in shown for mark in stop)
