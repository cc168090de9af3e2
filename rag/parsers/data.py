"""Reads data that people write and read as text: JSON, JSON Lines, YAML, TOML, INI files and XML.

The page's text is the file's text, so line numbers are those an editor shows, and a passage is headed by the keys it
stands in: "services › web › ports". Nothing is evaluated: no alias is followed, no tag, no reference, no include.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from rag.parsers.data_json import json_parts
from rag.parsers.data_tables import table_parts
from rag.parsers.data_xml import xml_parts
from rag.parsers.data_yaml import yaml_parts
from rag.parsers.decoding import read_text
from rag.parsers.formats import DATA, media_type_by_name
from rag.parsers.outline import Part, blocks_of
from rag.parsers.text import text_page
from rag.types import Block, Counting, Page, PageSkipped, Title

_PARTS: Mapping[str, Callable[[str], Iterable[Part]]] = {
    "text/x-json": json_parts,
    "text/x-jsonl": json_parts,
    "text/x-yaml": yaml_parts,
    "text/x-toml": table_parts,
    "text/x-ini": table_parts,
    "text/xml": xml_parts,
}


class DataParser:
    """Data files with keys."""

    media_types: tuple[str, ...] = tuple(_PARTS)
    suffixes = frozenset(DATA)
    counting = Counting.LINES

    def recognises(self, head: bytes) -> bool:
        """Nothing: braces begin many kinds of text."""
        del head
        return False

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped]:
        """Yield the whole file as one page. Raises DocumentEmpty, DocumentTooLarge, DocumentUnsupported."""
        media_type = media_type_by_name(path) or "text/x-json"
        yield text_page(path, read_text(path), partial(find_blocks, media_type=media_type))


def find_blocks(text: str, media_type: str) -> Iterator[Block]:
    """The blocks of a data file, each with the keys it stands in. Raises KeyError for another media type."""
    return blocks_of(text, _PARTS[media_type](text))
