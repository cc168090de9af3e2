"""The pages over the real service: real files, real children, a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.drafting.page import DraftingPage
from desktop.jobs import Lanes
from desktop.library.page import LibraryPage
from desktop.models.page import ModelsPage
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.types import DocumentState

PATIENCE_MS = 120_000
"""The first embedding loads its model in a child; on two busy cores that takes a while."""

pytestmark = pytest.mark.real


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    assistant = open_assistant(tmp_path / "data")
    yield assistant
    assistant.close()


def test_a_dropped_folder_is_read_embedded_listed_and_its_broken_file_named(
    qtbot: QtBot, assistant: Assistant, lanes: Lanes, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.md").write_text("# Lease\n\nThe notice period is three months.\n", encoding="utf-8")
    (folder / "empty.pdf").write_bytes(b"")
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)
    page.show()
    page.add_paths([folder])
    qtbot.waitUntil(page._notice.isVisible, timeout=PATIENCE_MS)
    assert page._notice._sentence.text() == "1 document added, 1 could not be read."
    assert "empty.pdf" in page._notice._list.toPlainText()
    qtbot.waitUntil(lambda: any(d.state is DocumentState.COMPLETE for d in page._table.documents()), timeout=5000)
    assert [collection.name for collection in assistant.collections()] == ["papers"]


def test_known_documents_go_into_a_hand_picked_collection(
    qtbot: QtBot, assistant: Assistant, lanes: Lanes, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("Tides follow the moon.\n", encoding="utf-8")
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)
    page.show()
    page.add_paths([tmp_path / "a.txt"])
    qtbot.waitUntil(page._notice.isVisible, timeout=PATIENCE_MS)
    page.collect(assistant.documents(), "Tides")
    qtbot.waitUntil(lambda: "in “Tides” now" in page._notice._sentence.text(), timeout=PATIENCE_MS)
    assert [(each.name, each.root, each.documents) for each in assistant.collections()] == [("Tides", None, 1)]


def test_a_draft_keeps_its_versions_and_language_and_the_small_reader_says_it_can_t_write(
    qtbot: QtBot, assistant: Assistant, lanes: Lanes
) -> None:
    assistant.new_draft(title="Letter", content="Dear Ms Berger,\n")
    page = DraftingPage(assistant, lanes)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: page._current is not None)
    qtbot.keyClicks(page.editor, "Hello ")
    page._saving.save_now()
    page._use_language("python")
    qtbot.waitUntil(lambda: assistant.drafts()[0].version == 2 and assistant.drafts()[0].language == "python")
    page._actions._continue.click()
    qtbot.waitUntil(page._suggestion._models.isVisible, timeout=PATIENCE_MS)


def test_the_model_in_the_box_is_listed(qtbot: QtBot, assistant: Assistant, lanes: Lanes) -> None:
    page = ModelsPage(assistant, lanes)
    qtbot.addWidget(page)
    qtbot.waitUntil(lambda: page._table.rowCount() > 0)
    assert page._table.file(0).bundled
