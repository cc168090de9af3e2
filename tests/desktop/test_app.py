"""The window opens at once, says calmly what is wrong, wires its pages, and ends in order."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from desktop.app import Footnote, missing_display
from desktop.main_window import dropped_paths
from desktop.workspace import CHAT, LIBRARY, PAGES, Workspace
from rag.assistant import Assistant
from rag.errors import FootnoteError, LibraryLocked
from tests.fakes.desktop import FakeAssistant

pytestmark = pytest.mark.real  # the whole window, a second for each


class Opener:
    """Opens the fake, or fails as often as there are errors."""

    def __init__(self, assistant: FakeAssistant) -> None:
        self.assistant = assistant
        self.errors: list[FootnoteError] = []
        self.opened = 0

    def __call__(self, _folder: Path) -> Assistant:
        self.opened += 1
        if self.errors:
            raise self.errors.pop()
        return cast("Assistant", self.assistant)


@pytest.fixture
def opener(fake_assistant: FakeAssistant) -> Opener:
    return Opener(fake_assistant)


@pytest.fixture
def footnote(qapp: QApplication, tmp_path: Path, opener: Opener, monkeypatch: pytest.MonkeyPatch) -> Iterator[Footnote]:
    monkeypatch.setattr(qapp, "quit", lambda: None)
    made = Footnote(qapp, tmp_path, [], opener)
    yield made
    made.window.close()
    delete(made.window)
    delete(made)
    gc.collect()


def start(footnote: Footnote, qtbot: QtBot) -> Workspace:
    footnote.start()
    qtbot.waitUntil(lambda: footnote._workspace is not None, timeout=20_000)
    workspace = footnote._workspace
    assert workspace is not None
    qtbot.waitUntil(lambda: workspace._pages.count() == len(PAGES), timeout=20_000)
    return workspace


def test_without_a_display_the_reason_and_the_way_out_are_named() -> None:
    assert "footnote --help" in missing_display("linux", {})
    assert missing_display("linux", {"DISPLAY": ":0"}) == ""
    assert missing_display("linux", {"WAYLAND_DISPLAY": "wayland-0"}) == ""
    assert missing_display("linux", {"QT_QPA_PLATFORM": "offscreen"}) == ""
    assert missing_display("darwin", {}) == ""


def test_the_window_is_shown_before_the_library_is_open(footnote: Footnote, opener: Opener) -> None:
    footnote.start()
    assert footnote.window.isVisible()
    assert footnote._workspace is None


def test_all_pages_are_made_and_reached_by_the_rail(footnote: Footnote, qtbot: QtBot) -> None:
    workspace = start(footnote, qtbot)
    for place in range(len(PAGES)):
        workspace._rail._group.button(place).click()
        assert workspace._pages.currentIndex() == place
    assert workspace._conversations.isHidden()
    workspace.show_page(CHAT)
    assert not workspace._conversations.isHidden()


def test_a_locked_library_is_a_calm_page_and_can_be_tried_again(
    footnote: Footnote, opener: Opener, qtbot: QtBot
) -> None:
    opener.errors = [LibraryLocked("Another Footnote uses this library.", "Close it and try again.")]
    footnote.start()
    message = footnote.window._message
    qtbot.waitUntil(lambda: message._title.text() == "Another Footnote uses this library.")
    assert message._advice.text() == "Close it and try again."
    message.retried.emit()
    qtbot.waitUntil(lambda: footnote._workspace is not None)
    assert opener.opened == 2


def test_closing_ends_the_lanes_and_then_closes_the_library(
    footnote: Footnote, qtbot: QtBot, fake_assistant: FakeAssistant
) -> None:
    start(footnote, qtbot)
    footnote.window.close()
    assert fake_assistant.closed
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("footnote-")]


def test_closing_while_the_library_opens_still_closes_it(
    footnote: Footnote, fake_assistant: FakeAssistant, qtbot: QtBot
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def open_slowly(_folder: Path) -> Assistant:
        begun.set()
        go_on.wait(10)
        return cast("Assistant", fake_assistant)

    footnote._open_assistant = open_slowly
    footnote.start()
    qtbot.waitUntil(begun.is_set)
    go_on.set()
    footnote.window.close()
    assert fake_assistant.closed


def test_dropped_files_go_into_the_library_and_are_told(
    footnote: Footnote, qtbot: QtBot, tmp_path: Path, fake_assistant: FakeAssistant
) -> None:
    workspace = start(footnote, qtbot)
    path = tmp_path / "dropped.md"
    path.write_text("Some words.")
    before = len(fake_assistant.documents())
    footnote.window.dropped.emit([path])
    qtbot.waitUntil(lambda: len(fake_assistant.documents()) == before + 1)
    qtbot.waitUntil(lambda: not workspace._library._intake.busy)
    assert workspace._pages.currentIndex() == CHAT


def test_addresses_of_the_web_are_no_drop() -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.pdf"), QUrl.fromLocalFile("/tmp/a.pdf")])
    assert dropped_paths(data) == [Path("/tmp/a.pdf")]


def test_an_error_nobody_caught_becomes_a_notice(footnote: Footnote, qtbot: QtBot) -> None:
    start(footnote, qtbot)
    try:
        raise ValueError("secret text")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert "a mistake in the program" in footnote.window.notices.texts[0]
    assert "secret" not in footnote.window.notices.texts[0]


def test_the_window_keeps_at_most_three_notices(footnote: Footnote) -> None:
    for number in range(5):
        footnote.window.notices.tell(str(number))
    assert footnote.window.notices.texts == ["2", "3", "4"]


def test_an_answer_fills_the_sources_and_a_citation_opens_one(footnote: Footnote, qtbot: QtBot) -> None:
    workspace = start(footnote, qtbot)
    workspace._chat.ask("How long is the notice period?")
    qtbot.waitUntil(lambda: not workspace._chat.running)
    assert workspace._sources._list.count() == 3
    answer = workspace._chat._answer
    assert answer is not None
    answer._open_mark(1)
    assert workspace._sources.opened._name.text().startswith("2 ")
    qtbot.waitUntil(lambda: workspace._conversations._model.rowCount() == 2)


def test_closed_sources_come_back_when_a_citation_is_clicked(footnote: Footnote, qtbot: QtBot) -> None:
    workspace = start(footnote, qtbot)
    workspace._chat.ask("How long is the notice period?")
    qtbot.waitUntil(lambda: not workspace._chat.running)
    workspace._sources.closed.emit()
    assert workspace._sources.isHidden()
    assert workspace._chat._answer is not None
    workspace._chat._answer._open_mark(0)
    assert not workspace._sources.isHidden()


def test_every_control_has_a_name_for_screen_readers(footnote: Footnote, qtbot: QtBot) -> None:
    workspace = start(footnote, qtbot)
    workspace._chat.ask("How long is the notice period?")
    qtbot.waitUntil(lambda: not workspace._chat.running)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit)
    own = [widget for kind in kinds for widget in workspace.findChildren(kind)]
    nameless = [widget for widget in own if not _is_named(widget)]
    assert not [(widget.metaObject().className(), _owners(widget)) for widget in nameless]


def _is_named(widget: QWidget) -> bool:
    """Qt's own parts of a control (a field's clear button) are named by the control."""
    if widget.objectName().startswith("qt_") or isinstance(widget.parent(), QLineEdit | QAbstractSpinBox | QTabBar):
        return True
    return bool(widget.accessibleName() or widget.property("text") or widget.property("placeholderText"))


def _owners(widget: QWidget) -> list[str]:
    owners: list[str] = []
    owner = widget.parentWidget()
    while owner is not None and len(owners) < 4:
        owners.append(type(owner).__name__)
        owner = owner.parentWidget()
    return owners


def test_the_size_of_the_window_is_kept_in_the_data_folder(footnote: Footnote, qtbot: QtBot, tmp_path: Path) -> None:
    start(footnote, qtbot)
    footnote.window.resize(1001, 700)
    footnote.window.close()
    assert (tmp_path / "window.ini").is_file()


@pytest.mark.real
def test_the_process_of_the_window_never_imports_what_runs_models(tmp_path: Path) -> None:
    """The real service, opened behind a real (offscreen) window in a process of its own."""
    program = """
import json, os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from functools import partial
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.app import Footnote, open_library
from local_models.offline import refuse_network
application = QApplication([])
footnote = Footnote(application, Path(sys.argv[1]), [], partial(open_library, gate=refuse_network()))
footnote.start()
def look():
    if footnote._workspace is not None and footnote._workspace._pages.count() == 6:
        heavy = ("torch", "sentence_transformers", "transformers", "llama_cpp", "onnxruntime")
        print(json.dumps([name for name in heavy if name in sys.modules]))
        footnote.window.close()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
QTimer.singleShot(60_000, application.quit)
sys.exit(application.exec())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.real
def test_without_a_display_the_command_ends_with_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop.app", "--data", str(tmp_path)],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "needs a display" in done.stderr


def test_the_library_page_is_the_second() -> None:
    assert PAGES[LIBRARY][1] == "Library"


def test_a_source_takes_the_whole_window_and_gives_it_back(footnote: Footnote, qtbot: QtBot) -> None:
    workspace = start(footnote, qtbot)
    workspace._chat.ask("How long is the notice period?")
    qtbot.waitUntil(lambda: not workspace._chat.running)
    workspace._sources.show_next()
    before = workspace._split.sizes()
    workspace._sources.change_size()
    assert workspace._pages.isHidden()
    assert workspace._conversations.isHidden()
    workspace._step_back()
    assert not workspace._pages.isHidden()
    assert workspace._split.sizes() == before
    workspace.save_state()
    assert footnote._settings.value("sources_large") == "true"


def test_the_conversation_on_screen_is_exported_by_key_wherever_the_keyboard_is(
    footnote: Footnote, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "talk.md"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    workspace = start(footnote, qtbot)
    footnote.window.activateWindow()
    workspace._chat.ask("How long is the notice period?")
    qtbot.waitUntil(lambda: not workspace._chat.running, timeout=20_000)
    box = workspace._chat._composer._box
    box.setFocus()
    box.setPlainText("Half a question")
    with qtbot.waitSignal(workspace.told):
        QTest.keyClick(box, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "notice period" in file.read_text(encoding="utf-8")
    workspace.show_page(LIBRARY)
    assert not workspace._export_key.isEnabled()
