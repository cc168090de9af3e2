"""What leaves the parsing child arrives as it was."""

from __future__ import annotations

import json

import pytest

from rag.parsers.wire import Item, decode, encode
from rag.types import (
    Block,
    BlockKind,
    Cell,
    HiddenText,
    Opened,
    Page,
    PageSkipped,
    Passage,
    PassageTerms,
    Place,
    Span,
    TextBox,
    Title,
)

ITEMS: list[Item] = [
    Opened("text/plain"),
    Title("Lease “A”"),
    PageSkipped(3, "a scan"),
    PageSkipped(4, "it is encrypted", "attachment a.pdf"),
    HiddenText(2),
    Page(1, "Rent\n\nDue. 😀", (Block(0, 4, BlockKind.HEADING, 2),), (TextBox(0, 4, 1.5, 2, 30, 12.5),), 595, 842),
    Page(1, "bare"),
    Page(2, "a | b", label="Prices", cells=(Cell(0, 1, 4, 2), Cell(4, 5, 4, 3))),
    Passage(
        0,
        0,
        7,
        "Due.",
        Span(6, 10, 1),
        "House › Rent",
        Place(page=1, last_page=2, parts=((0, Place(page=1)), (3, Place(page=2)))),
    ),
    Passage(0, 0, 8, "Due.", Span(6, 10), "", Place(lines=(3, 9))),
    PassageTerms("lease", "rent", "due"),
    Passage(0, 0, 8, "a | b", Span(6, 11, 2), "Prices", Place(cells="Prices!B4:C4")),
    Passage(0, 0, 9, "Due.", Span(6, 10), "", Place(chapter="Rent")),
]


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_survives_the_journey(item: Item) -> None:
    assert decode(json.loads(json.dumps(encode(item)))) == item


def test_other_messages_are_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        decode({"kind": "nonsense"})
