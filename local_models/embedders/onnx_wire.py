"""Writes an ONNX graph as bytes: nodes and the names, types and shapes of what goes in. Knows no model.

The `onnx` package does this too, but takes 0.3 s to import in a child that is to be ready in half a second, and 18 MB
in every installation. Only the few fields that are needed are here.
Format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

FLOAT, INT64 = 1, 7
"""TensorProto.DataType."""

IR_VERSION, OPSET = 10, 20
"""The first with Gelu."""

_VARINT, _BYTES, _FIXED32 = 0, 2, 5
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_INTS = 1, 2, 7
_EXTERNAL = 1

Attribute = int | float | Sequence[int]
"""Whole numbers are not negative."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation with its single output."""

    operation: str
    inputs: Sequence[str]
    output: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


def model_bytes(
    nodes: Sequence[Node],
    *,
    inputs: Mapping[str, tuple[int, int]],
    weights: Mapping[str, Sequence[int]],
    output: str,
) -> bytes:
    """A ModelProto. `inputs`: type and number of dimensions of each; `weights`: shapes of float tensors, which are
    given to onnxruntime by name (SessionOptions.add_external_initializers) instead of standing in the bytes.
    """
    graph = b"".join(
        (
            *(_field(1, _node(node)) for node in nodes),
            _field(2, b"graph"),
            *(_field(5, _weight(name, shape)) for name, shape in weights.items()),
            *(_field(11, _value(name, kind, rank)) for name, (kind, rank) in inputs.items()),
            _field(12, _value(output, FLOAT, 2)),
        )
    )
    return _field(1, IR_VERSION) + _field(7, graph) + _field(8, _field(2, OPSET))


def _node(node: Node) -> bytes:
    named = b"".join(_field(1, name.encode()) for name in node.inputs)
    attributes = b"".join(_field(5, _attribute(name, value)) for name, value in node.attributes.items())
    return named + _field(2, node.output.encode()) + _field(4, node.operation.encode()) + attributes


def _attribute(name: str, value: Attribute) -> bytes:
    named = _field(1, name.encode())
    if isinstance(value, float):
        return named + _key(2, _FIXED32) + struct.pack("<f", value) + _field(20, _ATTRIBUTE_FLOAT)
    if isinstance(value, int):
        return named + _field(3, value) + _field(20, _ATTRIBUTE_INT)
    return named + b"".join(_field(8, each) for each in value) + _field(20, _ATTRIBUTE_INTS)


def _weight(name: str, shape: Sequence[int]) -> bytes:
    place = _field(1, b"location") + _field(2, b"given")
    sizes = b"".join(_field(1, size) for size in shape)
    return sizes + _field(2, FLOAT) + _field(8, name.encode()) + _field(13, place) + _field(14, _EXTERNAL)


def _value(name: str, kind: int, rank: int) -> bytes:
    shape = b"".join(_field(1, _field(2, f"{name} {axis}".encode())) for axis in range(rank))
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, kind) + _field(2, shape)))


def _field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return _key(number, _BYTES) + _varint(len(value)) + value
    return _key(number, _VARINT) + _varint(value)


def _key(number: int, kind: int) -> bytes:
    return _varint(number << 3 | kind)


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
