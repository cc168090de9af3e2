"""Tells data with keys, and the cells of notebooks, in words for a reader that has only seen prose.

    servers:              ->   servers eu port: 8443.
      eu:
        port: 8443

In a notebook the lines that call something are left out: what they print stands below them, and a reader that looks
for a number must not take the line that asks for it. Knows nothing of models and of passages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rag.keyed import key_words, pairs, whole_path
from rag.sentences import is_code
from rag.told_rows import ToldRows, Value, Writer

_CALL = re.compile(r"[\w\])]\(")


def told_keys(text: str, above: Sequence[str]) -> ToldRows | None:
    """The values of a data file behind their keys; `above` are those that the text stands in. None without pairs."""
    writer = Writer(text)
    found = pairs(text)
    for row, pair in enumerate(found):
        path = whole_path(pair.path, above)
        writer.name(f"{key_words(path)}: ", row, pair.value_start, pair.value_end)
        within = key_words(path[-2:-1])
        value = Value(key_words(path[:-1]), key_words(path[-1:]), pair.value_start, pair.value_end, within)
        writer.value(row, value)
        writer.write(".\n")
    return writer.made() if found else None


def is_notebook(path: Path) -> bool:
    """Whether files of that name are notebooks."""
    return path.suffix.lower() == ".ipynb"


def told_cells(text: str) -> ToldRows | None:
    """A notebook's text without the lines of code that call something; None if there are none."""
    writer = Writer(text)
    left_out = False
    for line in re.finditer(r"[^\n]+", text):
        if is_code(text, *line.span()) and _CALL.search(line[0]):
            left_out = True
        else:
            writer.copy(*line.span())
        writer.write("\n")
    return writer.made() if left_out else None
