"""The library page over the real service and real folders: what changes on the disk changes on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.jobs import Lanes
from desktop.library.page import LibraryPage
from rag.assistant import Assistant
from rag.bootstrap import open_assistant

PATIENCE_MS = 120_000
"""Children are started and a model is loaded; on busy cores that takes a while."""

pytestmark = pytest.mark.real


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    assistant = open_assistant(tmp_path / "data")
    yield assistant
    assistant.close()


def test_a_watched_folder_and_the_page_stay_one(
    qtbot: QtBot, assistant: Assistant, lanes: Lanes, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.txt").write_text("The rent of the flat in Rosenweg is 950 euros.")
    page = LibraryPage(assistant, lanes)
    qtbot.addWidget(page)

    def shown() -> list[str]:
        return sorted(page._table.document(row).path.name for row in range(page._table.rowCount()))

    page.watch(wanted=True)
    page.add_paths([folder])
    qtbot.waitUntil(lambda: shown() == ["lease.txt"] and not page._intake.busy, timeout=PATIENCE_MS)
    lease = page._table.document(0)
    qtbot.waitUntil(lambda: page._watching.text() == "Watching 1 folder for changes", timeout=PATIENCE_MS)

    (folder / "letter.txt").write_text("Dear landlord, the heating is cold.")
    qtbot.waitUntil(lambda: shown() == ["lease.txt", "letter.txt"], timeout=PATIENCE_MS)

    (folder / "lease.txt").rename(folder / "flat.txt")
    qtbot.waitUntil(lambda: shown() == ["flat.txt", "letter.txt"], timeout=PATIENCE_MS)
    assert {page._table.document(row).path.name: page._table.document(row).id for row in range(2)}[
        "flat.txt"
    ] == lease.id

    (folder / "letter.txt").unlink()
    qtbot.waitUntil(lambda: shown() == ["flat.txt"], timeout=PATIENCE_MS)

    away = folder.rename(tmp_path / "pulled out")
    qtbot.waitUntil(lambda: "can't be reached" in page._watching.text(), timeout=PATIENCE_MS)
    assert shown() == ["flat.txt"]
    away.rename(folder)
    qtbot.waitUntil(lambda: "can't be reached" not in page._watching.text(), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not page._intake.busy, timeout=PATIENCE_MS)
    assert page._notice.isHidden() or "added" in page._notice._sentence.text()
