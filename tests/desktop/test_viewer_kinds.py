"""Files of every kind that is placed by something else than pages, read by the real parsers and opened at a quote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.viewer.cells_view import CellsView
from desktop.viewer.opened import OpenedSource
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.prose_view import ProseView
from desktop.viewer.reference import Reference
from local_models.cancel import never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.titles import place_and_headings
from rag.types import Place, Source, Span
from tests.fakes.office import shape, sheet_data, write_pptx, write_xlsx
from tests.fakes.viewer import FakePages

ROWS = 300


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("kinds")
    files = folder / "files"
    files.mkdir()
    rows = [("Item", "Price"), *((f"Bolt {number}", f"{number}.50") for number in range(1, ROWS))]
    write_xlsx(files / "prices.xlsx", {"Cover": sheet_data(("Read me",)), "Prices": sheet_data(*rows)})
    lines = "\n".join(f"Screw {number};{number}" for number in range(1, ROWS))
    (files / "stock.csv").write_text(f"Item;Count\n{lines}\n", encoding="utf-8")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "The boiler"
    message.set_content("The boiler is repaired on Friday morning.\n")
    (files / "boiler.eml").write_bytes(bytes(message))
    cells = [{"cell_type": "markdown", "metadata": {}, "source": [f"Step {number} is done."]} for number in range(9)]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (files / "steps.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    write_pptx(files / "talk.pptx", *(shape(f"Point {number} of the talk.") for number in range(1, 5)))
    assistant = open_assistant(folder / "data")
    list(assistant.add([files], never()))
    yield assistant
    assistant.close()


def reference(library: Assistant, name: str, words: str) -> Reference:
    (document,) = (one for one in library.documents() if one.path.name == name)
    passages = library.store.library.document_passages(document.id, 0, document.passages)
    passage = next(one for one in passages if words in one.text)
    start = passage.span.start + passage.text.index(words)
    source = Source(
        1,
        passage.id,
        document.id,
        document.title,
        document.path,
        passage.heading,
        passage.place,
        passage.text,
        passage.span,
    )
    return Reference(source, words, Span(start, start + len(words), passage.span.page))


def opened(library: Assistant, lanes: Lanes, qtbot: QtBot, name: str, words: str) -> OpenedSource:
    panel = SourcesPanel(library, lanes, pages=FakePages())
    qtbot.addWidget(panel)
    panel.resize(460, 700)
    panel.show()
    panel.open_references([reference(library, name, words)], 0)
    qtbot.waitUntil(lambda: not panel.opened.busy, timeout=20_000)
    return panel.opened


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "words", "cells", "at"),
    [
        ("prices.xlsx", "Bolt 222 | 222.50", ["Bolt 222", "222.50"], "A223"),
        ("stock.csv", "Screw 150 | 150", ["Screw 150", "150"], "A151"),
    ],
)
def test_a_row_of_a_sheet_is_marked_in_its_cells(
    library: Assistant, lanes: Lanes, qtbot: QtBot, name: str, words: str, cells: list[str], at: str
) -> None:
    view = opened(library, lanes, qtbot, name, words)
    shown = view.cells_view
    assert isinstance(view._stack.currentWidget(), CellsView)
    assert shown.quoted == cells
    assert shown.line.name == at
    assert shown.columns.header_row == 1


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "words", "band"),
    [
        ("talk.pptx", "Point 3 of the talk.", "Slide 3"),
        ("boiler.eml", "The boiler is repaired on Friday morning.", ""),
        ("steps.ipynb", "Step 4 is done.", "Cell"),
    ],
)
def test_slides_messages_and_notebook_cells_are_marked_below_their_names(
    library: Assistant, lanes: Lanes, qtbot: QtBot, name: str, words: str, band: str
) -> None:
    view = opened(library, lanes, qtbot, name, words)
    shown = view._stack.currentWidget()
    assert isinstance(shown, ProseView)
    assert shown.quoted == [words]
    before = shown.toPlainText().partition(words)[0]
    assert band in before
    assert view._notice.isHidden()


@pytest.mark.parametrize(
    ("place", "heading", "told"),
    [
        (Place(cells="Prices!A2:B9"), "Prices › Item | Price", "Prices!A2:B9"),
        (Place(chapter="cells 3–5"), "Notebook › Code", "cells 3–5 · Notebook › Code"),
        (Place(chapter="Code"), "Notebook › Code", "Notebook › Code"),
        (Place(page=2), "Part › A", "page 2 · Part › A"),
    ],
)
def test_the_line_above_a_source_tells_each_name_once(place: Place, heading: str, told: str) -> None:
    assert place_and_headings(Source(1, 1, 1, "a", Path("/a"), heading, place, "x", Span(0, 1))) == told
