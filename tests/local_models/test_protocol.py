import math

import numpy as np
import pytest

from local_models.errors import Cancelled, ContextTooSmall, FootnoteError, WorkerDied
from local_models.protocol import (
    WorkerBug,
    decode_array,
    decode_error,
    decode_line,
    encode_array,
    encode_error,
    encode_line,
)


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_an_array_arrives_as_it_was_sent(kind: type) -> None:
    array = np.arange(12, dtype=kind).reshape(3, 4)
    arrived = decode_array(decode_line(encode_line(encode_array(array))))
    assert arrived.dtype == array.dtype
    assert np.array_equal(arrived, array)
    arrived[0, 0] = 7


def test_an_empty_array_keeps_its_shape() -> None:
    assert decode_array(encode_array(np.zeros((0, 384), np.float32))).shape == (0, 384)


def test_only_float_arrays_travel() -> None:
    with pytest.raises(ValueError, match="int64"):
        encode_array(np.arange(3))
    with pytest.raises(ValueError, match="object"):
        decode_array({"dtype": "object", "shape": [1], "data": ""})


def test_a_message_is_one_line_of_ascii() -> None:
    line = encode_line({"text": "zwei\nZeilen — 你好"})
    assert line.count(b"\n") == 1
    assert line.isascii()
    assert decode_line(line) == {"text": "zwei\nZeilen — 你好"}


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_line({"score": math.nan})
    with pytest.raises(ValueError, match="object"):
        decode_line(b"[1]\n")


def test_an_error_for_the_user_arrives_as_the_same_class() -> None:
    arrived = decode_error(encode_error(ContextTooSmall("Too long.", "Ask less.")))
    assert type(arrived) is ContextTooSmall
    assert (arrived.message, arrived.advice) == ("Too long.", "Ask less.")


def test_a_cancel_arrives_as_a_cancel() -> None:
    assert type(decode_error(encode_error(Cancelled()))) is Cancelled


def test_an_error_of_an_unknown_code_is_still_told_to_the_user() -> None:
    arrived = decode_error({"code": "of_the_future", "message": "Something.", "advice": ""})
    assert type(arrived) is FootnoteError


def test_a_death_told_by_a_child_does_not_need_an_exit_code() -> None:
    death = WorkerDied("Gone.", role="llm", exit_code=3)
    assert isinstance(decode_error(encode_error(death)), FootnoteError)


def test_a_bug_travels_with_its_frames_but_without_its_message() -> None:
    try:
        raise KeyError("secret text of a document")
    except KeyError as error:
        arrived = decode_error(encode_error(error))
    assert isinstance(arrived, WorkerBug)
    assert arrived.kind == "KeyError"
    assert "test_protocol.py" in arrived.frames
    assert "secret text" not in str(arrived).replace('raise KeyError("secret text of a document")', "")
