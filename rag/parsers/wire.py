"""How a page or a passage travels from the parsing child: as JSON objects with short keys.

Boxes and cells are most of the bytes, so they go as flat lists of numbers. Both sides use this module and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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

Item = Opened | Title | Page | PageSkipped | HiddenText | Passage | PassageTerms


def encode(item: Item) -> dict[str, object]:
    """The item as a JSON object."""
    match item:
        case Opened(media_type):
            return {"kind": "opened", "media_type": media_type}
        case Title(text):
            return {"kind": "title", "text": text}
        case PageSkipped(number, reason, label):
            return {"kind": "skipped", "number": number, "reason": reason, "label": label}
        case HiddenText(passages):
            return {"kind": "hidden", "passages": passages}
        case Page():
            return _encode_page(item)
        case Passage():
            return _encode_passage(item)
        case PassageTerms(title, heading, body):
            return {"kind": "terms", "title": title, "heading": heading, "body": body}


def decode(message: Mapping[str, Any]) -> Item:
    """The item that `encode` wrote. Raises KeyError or ValueError for anything else."""
    match message["kind"]:
        case "opened":
            return Opened(message["media_type"])
        case "title":
            return Title(message["text"])
        case "skipped":
            return PageSkipped(message["number"], message["reason"], message["label"])
        case "hidden":
            return HiddenText(message["passages"])
        case "page":
            return _decode_page(message)
        case "passage":
            return _decode_passage(message)
        case "terms":
            return PassageTerms(message["title"], message["heading"], message["body"])
        case other:
            raise ValueError(f"no such item: {other}")


def _encode_page(page: Page) -> dict[str, object]:
    return {
        "kind": "page",
        "number": page.number,
        "text": page.text,
        "blocks": [[block.start, block.end, block.kind.value, block.level] for block in page.blocks],
        "boxes": [
            value for box in page.boxes for value in (box.start, box.end, box.left, box.top, box.right, box.bottom)
        ],
        "size": [page.width, page.height],
        "label": page.label,
        "cells": [value for cell in page.cells for value in (cell.start, cell.end, cell.row, cell.column)],
        "recognised": page.recognised,
    }


def _decode_page(message: Mapping[str, Any]) -> Page:
    flat = message["boxes"]
    boxes = tuple(TextBox(*flat[at : at + 6]) for at in range(0, len(flat), 6))
    blocks = tuple(Block(start, end, BlockKind(kind), level) for start, end, kind, level in message["blocks"])
    width, height = message["size"]
    numbers = message["cells"]
    cells = tuple(Cell(*numbers[at : at + 4]) for at in range(0, len(numbers), 4))
    recognised = message["recognised"]
    return Page(message["number"], message["text"], blocks, boxes, width, height, message["label"], cells, recognised)


def _encode_passage(passage: Passage) -> dict[str, object]:
    return {
        "kind": "passage",
        "ordinal": passage.ordinal,
        "text": passage.text,
        "span": [passage.span.start, passage.span.end, passage.span.page],
        "heading": passage.heading,
        "place": _encode_place(passage.place),
    }


def _encode_place(place: Place) -> list[object]:
    parts = [[start, _encode_place(part)] for start, part in place.parts]
    return [place.page, place.last_page, place.lines, place.cells, place.slide, place.chapter, place.keys, parts]


def _decode_passage(message: Mapping[str, Any]) -> Passage:
    place = _decode_place(message["place"])
    return Passage(0, 0, message["ordinal"], message["text"], Span(*message["span"]), message["heading"], place)


def _decode_place(place: Sequence[Any]) -> Place:
    page, last_page, lines, cells, slide, chapter, keys, parts = place
    nearer = tuple((start, _decode_place(part)) for start, part in parts)
    return Place(page, last_page, tuple(lines) if lines else None, cells, slide, chapter, keys, nearer)
