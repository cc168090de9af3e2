"""The sources panel of a real library, opened at pages one after the other, with a 10 ms timer in its event loop:
`python -m tests.benchmarks.opening DATA FOLDER KNOWN WAIT PAGE…` adds FOLDER and prints one JSON list.

WAIT is how many seconds before the first is opened something was known: KNOWN is "nothing", "found" (passages of the
file were found, and the sources are shown half a second later) or "shown" (the sources were shown).
"""

from __future__ import annotations

import gc
import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import prepare_interpreter
from desktop.jobs import Lanes
from desktop.theme import Theme
from desktop.viewer.panel import SourcesPanel
from desktop.viewer.reference import Reference
from local_models.cancel import never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import DocumentFailed
from rag.types import Source, Span

AFTER_S, PATIENCE_S = 0.3, 20.0

READ_S = 0.5
"""From the search to the quotes: the span reader reads six passages."""


class Watch(QObject):
    """Ends its event loop when the quote is on screen; keeps the worst gap of a 10 ms timer."""

    def __init__(self, panel: SourcesPanel) -> None:
        super().__init__()
        self._panel = panel
        self._loop = QEventLoop()
        self._beat = QTimer(self, interval=10, timerType=Qt.TimerType.PreciseTimer)
        self._beat.timeout.connect(self._note)
        self._look = QTimer(self, interval=2, timerType=Qt.TimerType.PreciseTimer)
        self._look.timeout.connect(self._see)
        self._page = 0
        self._last = self._gap = self._quote = 0.0

    def open(self, references: list[Reference], place: int) -> dict[str, float]:
        span = references[place].span
        page = span.page or 1 if span else 1
        self._page, self._gap, self._quote = page, 0.0, 0.0
        begun = self._last = time.perf_counter()
        self._beat.start()
        self._panel.open_references(references, place)
        self._look.start()
        QTimer.singleShot(round(PATIENCE_S * 1000), self._loop.quit)
        self._loop.exec()
        self.wait(AFTER_S)
        self._beat.stop()
        return {"page": page, "quote": self._quote - begun, "gap": self._gap}

    def wait(self, seconds: float) -> None:
        QTimer.singleShot(round(seconds * 1000), self._loop.quit)
        self._loop.exec()

    def _note(self) -> None:
        now = time.perf_counter()
        self._gap, self._last = max(self._gap, now - self._last), now

    def _see(self) -> None:
        view = self._panel.opened.page_view
        there = view.number == self._page and view.marks_on(self._page - 1)
        if there and view.kept.picture(self._page - 1) is not None:
            self._quote = time.perf_counter()
            self._look.stop()
            self._loop.quit()


def references(assistant: Assistant, folder: Path, pages: list[int]) -> list[Reference]:
    if not assistant.documents():
        for event in assistant.add([folder], never()):
            assert not isinstance(event, DocumentFailed), event.reason
    (document,) = assistant.documents()
    passages = assistant.store.library.document_passages(document.id, 0, document.passages)
    made = []
    for number, page in enumerate(pages, start=1):
        passage = next(each for each in passages if f"house {page} repairs" in each.text)
        span, text, words = passage.span, passage.text, f"house {page} repairs the boiler"
        start = span.start + text.index(words)
        source = Source(
            number, passage.id, document.id, document.path.name, document.path, "", passage.place, text, span
        )
        made.append(Reference(source, words, Span(start, start + len(words), page)))
    return made


def main() -> int:
    data, folder, known, wait, *pages = sys.argv[1:]
    application = QApplication(sys.argv[:1])
    prepare_interpreter()
    theme, lanes = Theme(application, "light"), Lanes()
    assistant = open_assistant(Path(data))
    shown = references(assistant, Path(folder), [int(page) for page in pages])
    panel = SourcesPanel(assistant, lanes)
    panel.resize(420, 800)
    panel.show()
    watch = Watch(panel)
    gc.collect()
    gc.disable()  # as in the program (desktop.collector)
    watch.wait(1.0)
    if known == "found":
        panel.expect([reference.source.path for reference in shown])
        watch.wait(READ_S)
        panel.show_sources([reference.source for reference in shown])
    elif known == "shown":
        panel.show_sources([reference.source for reference in shown])
    if known != "nothing":
        watch.wait(max(0.0, float(wait) - (READ_S if known == "found" else 0.0)))
    seen = [watch.open(shown, place) for place in range(len(shown))]
    sys.stdout.write(json.dumps(seen))
    panel.finish()
    lanes.close()
    assistant.close()
    theme.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main())
