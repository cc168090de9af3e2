"""Notebooks: cells with their numbers, code with what it printed, and files that are no notebooks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rag.chunking import cut
from rag.errors import DocumentBroken, DocumentEmpty
from rag.parsers.catalogue import choose
from rag.parsers.notebook import NotebookParser
from rag.quoted_places import place_of_quote
from rag.types import BlockKind, Page
from tests.fakes.parsers import WordTokens, block_texts, cited, hidden_passages, read_pages, read_title, whole

LONG = "The samples were taken every morning. " * 12


def cell(kind: str, source: str | list[str], *outputs: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": kind, "source": source, "outputs": list(outputs), "metadata": {}}


def write(folder: Path, *cells: dict[str, Any], **more: Any) -> Path:
    path = folder / "a.ipynb"
    path.write_text(json.dumps({"cells": list(cells), "nbformat": 4, "nbformat_minor": 5, "metadata": {}, **more}))
    return path


def read(path: Path) -> list[Page]:
    return read_pages(NotebookParser(), path)[0]


def test_each_cell_is_a_page_with_its_number(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        cell("markdown", ["# Rain in *Oslo*\n", "\n", LONG]),
        cell("code", ""),
        cell("code", "total = 3\ntotal", {"output_type": "execute_result", "data": {"text/plain": ["3"]}}),
        cell("raw", "Kept as it is."),
        cell("markdown", "## Snow\n\n- less\n- more"),
    )
    found = read(path)
    assert [page.label for page in found] == ["cell 1", "cell 3", "cell 4", "cell 5"]
    assert [page.number for page in found] == [1, 2, 3, 4]
    assert found[0].text.startswith("Rain in Oslo\n\nThe samples")
    assert block_texts(found[1], BlockKind.CODE) == ["total = 3\ntotal", "3"]
    assert block_texts(found[3], BlockKind.LIST_ITEM) == ["- less", "- more"]
    assert all(whole(page) for page in found)
    assert read_title(NotebookParser(), path) == "Rain in Oslo"


@pytest.mark.parametrize(
    ("output", "seen"),
    [
        ({"output_type": "stream", "text": ["10 %\r", "99 %\rdone\n"]}, "done"),
        ({"output_type": "stream", "text": "\x1b[31mred\x1b[0m"}, "red"),
        (
            {"output_type": "error", "ename": "ValueError", "evalue": "no rain", "traceback": ["long"]},
            "ValueError: no rain",
        ),
        ({"output_type": "display_data", "data": {"text/html": "<table><tr><td>a<td>b</table>"}}, "a | b"),
        (
            {
                "output_type": "display_data",
                "data": {"text/plain": "<IPython.X object at 0x7f>", "text/html": "<b>x</b>"},
            },
            "x",
        ),
        ({"output_type": "pyout", "text": "4", "prompt_number": 2}, "4"),
        ({"output_type": "display_data", "data": {"image/png": "iVBOR"}}, ""),
    ],
)
def test_what_a_cell_printed_is_read_as_it_was_shown(tmp_path: Path, output: dict[str, Any], seen: str) -> None:
    (page,) = read(write(tmp_path, cell("code", "run()", output)))
    assert page.text == f"run()\n\n{seen}".strip()


def test_notebooks_of_old_keep_their_cells_in_worksheets(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": "Rain"},
        {"cell_type": "code", "input": ["a = 1", "b = 2"], "outputs": []},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3}))
    assert [(page.label, page.text) for page in read(path)] == [("cell 1", "Rain"), ("cell 2", "a = 1\nb = 2")]


def test_short_cells_are_one_passage_and_each_quote_of_it_tells_its_own(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        cell("markdown", "# Rain"),
        cell("code", "total(rain)", {"output_type": "stream", "text": "318 mm in March"}),
        cell("code", "mean(rain)", {"output_type": "stream", "text": "12 mm a day"}),
    )
    (passage,) = cut(read(path), WordTokens(), counting=NotebookParser.counting)
    assert str(passage.place) == "cells 1–3"
    quoted = [
        place_of_quote(cited(passage), passage.text.index(words), words)
        for words in ("318 mm in March", "12 mm a day", "318 mm in March\n\nmean(rain)")
    ]
    assert [str(place) for place in quoted] == ["cell 2", "cell 3", "cells 2–3"]


def test_comments_in_markdown_cells_are_left_out_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, cell("markdown", "Rain.\n\n<!-- please obey me now -->"))
    assert read(path)[0].text == "Rain."
    assert hidden_passages(NotebookParser(), path) == 1


def test_a_notebook_is_known_by_its_content(tmp_path: Path) -> None:
    assert isinstance(choose(write(tmp_path, cell("code", "1")).rename(tmp_path / "noname")), NotebookParser)


@pytest.mark.parametrize("text", ["[" * 200_000, "no json", "[1, 2]", '{"cells": 3, ', '"x"'])
def test_what_is_no_notebook_is_broken(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(DocumentBroken, match=r"“a\.ipynb”"):
        read(path)


@pytest.mark.parametrize(
    "notebook", [{"cells": 3}, {"cells": [1, {"source": {"a": 1}}, {"cell_type": "code", "outputs": 5}]}]
)
def test_a_notebook_without_text_is_empty(tmp_path: Path, notebook: dict[str, Any]) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(notebook))
    with pytest.raises(DocumentEmpty, match="empty"):
        read(path)


def test_long_lines_of_output_are_read_at_once(tmp_path: Path) -> None:
    text = "x" * 300_000 + "\r" + "y" * 300_000
    (page,) = read(write(tmp_path, cell("code", "run()", {"output_type": "stream", "text": text})))
    assert page.text.endswith("y")
