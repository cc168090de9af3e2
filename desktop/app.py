"""`footnote-desktop [--data DIR] [PATH…]`: starts the window, opens the library behind it, and ends both in order.

The frame of the window is on screen before anything heavy is imported; pages, store and models follow in a lane.
What runs a model lives in child processes: this process never imports torch, sentence_transformers or llama_cpp.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from desktop.collector import Collector
from desktop.jobs import Lanes, describe_bug
from desktop.main_window import MainWindow
from desktop.theme import PREFERENCES, Theme
from local_models.offline import NetworkGate, refuse_network
from rag.errors import FootnoteError
from rag.settings import data_dir

if TYPE_CHECKING:
    from desktop.workspace import Workspace
    from rag.assistant import Assistant

OpenAssistant = Callable[[Path], "Assistant"]

FIRST_PAINT_MS = 20
"""A frame and a little: imports in a lane would compete with the first painting for the interpreter."""

SWITCH_S = 0.0001
"""A lane that computes gives the interpreter back this soon. Qt lets it go and takes it back at every call between
Python and C++, so a redraw waits for it many times. Python's own 5 ms gave 26 and 26 gaps over 50 ms in the benchmark
`responsiveness`, 0.5 ms 21 and 16, 0.1 ms 12 and 10, 0.02 ms 12 (four busy cores, in turn)."""

logger = logging.getLogger("footnote.app")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 after the window was closed, 1 without a display, 2 for a wrong argument."""
    chosen = _read_arguments(sys.argv[1:] if arguments is None else arguments)
    if reason := missing_display(sys.platform, os.environ):
        sys.stderr.write(reason + "\n")
        return 1
    prepare_interpreter()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Footnote")
    application.setDesktopFileName("footnote")
    opener = partial(open_library, gate=refuse_network())
    footnote = Footnote(application, data_dir(chosen.data), chosen.paths, opener)
    footnote.start()
    return application.exec()


def prepare_interpreter() -> None:
    """Before the first thread: let the window have the interpreter soon when a lane computes."""
    sys.setswitchinterval(SWITCH_S)


def missing_display(platform: str, environment: Mapping[str, str]) -> str:
    """Why no window can be shown, empty if one can. A platform plug-in that needs no display may be set."""
    if platform in ("darwin", "win32") or environment.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal", "vnc"):
        return ""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "Footnote's window needs a display, and this session has none (DISPLAY and WAYLAND_DISPLAY are not set).\n"
        "Use the terminal instead: footnote --help"
    )


class Footnote(QObject):
    """The running program: its lanes, its window and, once it is open, its library."""

    def __init__(
        self, application: QApplication, folder: Path, paths: Sequence[Path], open_assistant: OpenAssistant
    ) -> None:
        super().__init__(application)
        self._application = application
        self._folder = folder
        self._paths = list(paths)
        self._open_assistant = open_assistant
        self._assistants: list[Assistant] = []
        self._ended = False
        self._building: Iterator[Workspace | None] = iter(())
        self._workspace: Workspace | None = None
        self._settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        theme = str(self._settings.value("theme", "system"))
        self._theme = Theme(application, theme if theme in PREFERENCES else "system")
        self._collector = Collector(self)
        self._lanes = Lanes(self)
        self.window = MainWindow(self._settings)
        self.window.retry_requested.connect(self._open)
        self.window.dropped.connect(self._add)
        self.window.closing.connect(self._end)

    def start(self) -> None:
        """Show the window and begin to open the library."""
        sys.excepthook = self._tell_bug
        threading.excepthook = _log_thread_bug
        self.window.show_opening()
        self.window.show()
        QTimer.singleShot(FIRST_PAINT_MS, self._open)

    def _open(self) -> None:
        self.window.show_opening()
        job = self._lanes.read.call(self._open_in_lane)
        job.reported.connect(self._show_opened)
        job.failed.connect(self.window.show_error)

    def _open_in_lane(self) -> Assistant:
        """Kept in a list as well, so that a window closed meanwhile still closes what was opened."""
        assistant = self._open_assistant(self._folder)
        self._assistants.append(assistant)
        _import_workspace()
        return assistant

    def _show_opened(self, assistant: Assistant) -> None:
        self._building = _import_workspace()(assistant, self._lanes, self._theme, self._settings)
        self._build_next()

    def _build_next(self) -> None:
        """One part a turn of the event loop, so that the window answers in between."""
        workspace = next(self._building, None)
        if self._ended:
            return
        if workspace is None:
            QTimer.singleShot(0, self._build_next)
            return
        workspace.told.connect(self.window.notices.tell)
        workspace.failed.connect(self.window.notices.tell_error)
        self._workspace = workspace
        self.window.show_workspace(workspace)
        QTimer.singleShot(0, self._begin)

    def _begin(self) -> None:
        """In a turn of its own, when the workspace has been painted."""
        if self._workspace is None or self._ended:
            return
        self._collector.settle()
        self._workspace.begin()
        self._add(self._paths)

    def _add(self, paths: Sequence[Path]) -> None:
        if self._workspace is not None:
            self._workspace.add(paths)

    def _end(self) -> None:
        """In this order: what could still be undone, the jobs, the lanes, the library with its children, Qt."""
        self._ended = True
        sys.excepthook = sys.__excepthook__
        if self._workspace is not None:
            self._workspace.save_state()
        self._settings.setValue("theme", self._theme.preference)
        self._settings.sync()
        self.window.hide()
        self._lanes.close()
        if self._workspace is not None:
            self._workspace.finish()
        for assistant in self._assistants:
            assistant.close()
        self._collector.stop()
        self._application.quit()

    def _tell_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.window.close()
            return
        del trace
        shown = error if isinstance(error, FootnoteError) else describe_bug(error)
        self.window.notices.tell_error(shown)


def open_library(folder: Path, gate: NetworkGate) -> Assistant:
    """The real service; `gate` lets a download through. Raises LibraryError, ModelError."""
    from rag.bootstrap import open_assistant  # noqa: PLC0415  # SQLAlchemy and FAISS, after the window stands

    return open_assistant(folder, gate=gate)


def _import_workspace() -> Callable[[Assistant, Lanes, Theme, QSettings], Iterator[Workspace | None]]:
    from desktop.workspace import build_workspace  # noqa: PLC0415  # all pages, after the window stands

    return build_workspace


def _log_thread_bug(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        describe_bug(arguments.exc_value)


def _read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="footnote-desktop", description="Ask your own documents, and check every answer in one click."
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="where Footnote keeps its library")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files and folders to add")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
