"""Words found in a row or behind a key are an answer alone only where the question names what they are said of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rag.enough import are_enough
from rag.types import Quote, Span
from tests.rag.test_quoting import source


def quote(text: str, found: str, name: str = "a.md") -> Quote:
    start = 40 + text.index(found)
    cited = replace(source(text), path=Path(name))
    return Quote(cited, text, Span(40, 40 + len(text)), 0.9, Span(start, start + len(found)), 0.8)


@pytest.mark.parametrize(
    ("question", "found", "enough"),
    [
        ("How deep is the harbour of Northhaven?", "7.5 metres", True),
        ("How deep is the harbour?", "7.5 metres", False),
        ("Which harbour has 120 berths?", "Northhaven", True),
    ],
)
def test_a_cell_is_enough_where_another_of_its_row_is_named(question: str, found: str, *, enough: bool) -> None:
    assert are_enough([quote("Northhaven | 7.5 metres | 120", found)], question) is enough


@pytest.mark.parametrize(("question", "enough"), [("What is the timeout?", False), ("Which port is it?", True)])
def test_a_value_is_enough_where_its_key_is_named(question: str, *, enough: bool) -> None:
    text, found = ("port: 8443", "8443") if "port" in question else ("timeout_seconds: 45", "45")
    assert are_enough([quote(text, found, "a.yaml")], question) is enough


def test_words_of_prose_are_enough() -> None:
    assert are_enough([quote("The rent is 950 euros.", "950 euros")], "How much is it?")
