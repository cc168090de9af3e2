"""What parent and child say to each other: one JSON object per line, over pipes.

    parent -> child   {"id": 7, "op": "embed", "params": {...}}      {"id": 7, "cancel": true}
    child -> parent   {"id": 7, "event": {...}} any number of times, then one of
                      {"id": 7, "done": true}   {"id": 7, "error": {"code", "message", "advice"}}

JSON rather than pickle: a line can be read by a person and can't carry code. Arrays travel as base64, which takes
6 ms for 512 x 384 float32 where JSON numbers take 182 ms. This module knows nothing of processes or of what is said.
"""

from __future__ import annotations

import base64
import json
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from local_models.errors import Cancelled, FootnoteError, WorkerDied

CANCELLED = "cancelled"
BUG = "bug"
ARRAY_TYPES = ("float32", "float16")


class WorkerBug(Exception):
    """A handler in a child raised something it should not have: a bug. `frames` is where, without any user's text."""

    def __init__(self, kind: str, frames: str) -> None:
        super().__init__(f"{kind} in a child process\n{frames}")
        self.kind = kind
        self.frames = frames


def encode_line(message: Mapping[str, object]) -> bytes:
    """One message as a line of ASCII JSON, with its newline. NaN is refused with ValueError."""
    return json.dumps(message, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """The message on a line. Raises ValueError if it isn't a JSON object."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a message is a JSON object")
    return message


def encode_array(array: NDArray[Any]) -> dict[str, object]:
    """A float32 or float16 array of any shape, little-endian, as base64."""
    if array.dtype.name not in ARRAY_TYPES:
        raise ValueError(f"arrays travel as {' or '.join(ARRAY_TYPES)}, not {array.dtype}")
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    data = base64.b64encode(little.tobytes()).decode("ascii")
    return {"dtype": array.dtype.name, "shape": list(array.shape), "data": data}


def decode_array(encoded: Mapping[str, Any]) -> NDArray[Any]:
    """The array that `encode_array` wrote. Raises ValueError when type, shape and data do not agree."""
    if encoded["dtype"] not in ARRAY_TYPES:
        raise ValueError(f"not an array type: {encoded['dtype']}")
    data = base64.b64decode(encoded["data"], validate=True)
    kind = np.dtype(encoded["dtype"])
    return np.frombuffer(data, kind.newbyteorder("<")).astype(kind).reshape(encoded["shape"])


def encode_error(error: BaseException) -> dict[str, object]:
    """An error for the wire. A FootnoteError goes by its code; a bug goes as its type and frames, never its message."""
    if isinstance(error, Cancelled):
        return {"code": CANCELLED, "message": "", "advice": ""}
    if isinstance(error, FootnoteError):
        return {"code": error.code, "message": error.message, "advice": error.advice}
    frames = "".join(traceback.format_tb(error.__traceback__))
    return {"code": BUG, "message": type(error).__name__, "advice": frames}


def decode_error(encoded: Mapping[str, Any]) -> Exception:
    """The error to raise in the parent: the FootnoteError class of that code, Cancelled, or WorkerBug."""
    code, message, advice = (str(encoded.get(key, "")) for key in ("code", "message", "advice"))
    if code == CANCELLED:
        return Cancelled()
    if code == BUG:
        return WorkerBug(message, advice)
    for kind in _kinds_of(FootnoteError):
        if kind.code == code and not issubclass(kind, WorkerDied):
            return kind(message, advice)
    return FootnoteError(message, advice)


def _kinds_of(kind: type[FootnoteError]) -> Iterator[type[FootnoteError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _kinds_of(child)
