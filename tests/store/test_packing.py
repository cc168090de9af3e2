"""What is packed comes out as it was, to the hundredth of a point."""

from __future__ import annotations

from rag.store.packing import pack_boxes, unpack_boxes
from rag.types import TextBox


def test_boxes_come_out_to_the_hundredth_of_a_point() -> None:
    boxes = (TextBox(0, 4, 72.004, 100.0, 90.25, 110.5), TextBox(5, 9, -3.0, 0.0, 2.0, 1.0))
    assert unpack_boxes(pack_boxes(boxes)) == (TextBox(0, 4, 72.0, 100.0, 90.25, 110.5), boxes[1])


def test_a_letter_that_is_nowhere_or_too_far_away_harms_nothing() -> None:
    (box,) = unpack_boxes(pack_boxes([TextBox(0, 1, float("nan"), float("-inf"), 1e12, 10.0)]))
    assert (box.left, box.bottom) == (0.0, 10.0)
    assert box.top < -1e6 < 1e6 < box.right
