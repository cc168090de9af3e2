"""The window as a user has it, with a 10 ms timer in its event loop: `python -m tests.benchmarks.pulse DATA FOLDER N`.

Adds FOLDER, asks N of the questions on standard input meanwhile, and prints one JSON object. A gap is wall time
between two beats; beside it stands the processor time the GUI thread itself used in that gap: a long gap with little
of it means that the thread was not let run (by the interpreter's lock, or by a busy computer).
With PULSE_TRACE=MS every gap longer than that writes what all threads do to standard error.
"""

from __future__ import annotations

import faulthandler
import json
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from desktop.app import Footnote, open_library, prepare_interpreter
from local_models.offline import refuse_network

BEAT_MS = 10
QUIET_S = 3.0
"""How long the idle window is watched first."""

TRACE_S = int(os.environ.get("PULSE_TRACE", "0")) / 1000


class Pulse(QObject):
    """Gaps of a timer, as pairs of wall seconds and processor seconds of this thread."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.gaps: list[tuple[float, float]] = []
        self._last = (time.perf_counter(), time.thread_time())
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def take(self) -> dict[str, float]:
        """The gaps since the last call, in seconds; `cpu` is the most processor time in one gap."""
        gaps, self.gaps = sorted(self.gaps), []
        return {
            "worst": gaps[-1][0],
            "p99": gaps[int(len(gaps) * 0.99)][0],
            "cpu": max(cpu for _, cpu in gaps),
            "over": float(sum(wall > 0.05 for wall, _ in gaps)),
            "beats": float(len(gaps)),
        }

    def _beat(self) -> None:
        now = (time.perf_counter(), time.thread_time())
        self.gaps.append((now[0] - self._last[0], now[1] - self._last[1]))
        if TRACE_S:
            if self.gaps[-1][0] > TRACE_S:
                sys.stderr.write(f"^^^ gap {self.gaps[-1][0] * 1000:.0f} ms, cpu {self.gaps[-1][1] * 1000:.0f} ms\n")
            faulthandler.dump_traceback_later(TRACE_S)
        self._last = now


class Journey(QObject):
    """Goes through its steps, a wait for each, inside the program's own event loop."""

    def __init__(self, footnote: Footnote, folder: Path, questions: list[str]) -> None:
        super().__init__(footnote)
        self._footnote, self._folder, self._questions = footnote, folder, questions
        self._seen: dict[str, dict[str, float]] = {}
        self._pulse = Pulse(self)
        self._steps = self._walk()
        self._timer = QTimer(self, interval=50)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        if next(self._steps, None) is None:
            self._timer.stop()
            faulthandler.cancel_dump_traceback_later()
            sys.stdout.write(json.dumps(self._seen))
            sys.stdout.flush()
            self._footnote.window.close()

    def _walk(self) -> Iterator[bool]:
        while self._footnote._workspace is None:
            yield True
        yield from _wait(QUIET_S)
        self._seen["opening"] = self._pulse.take()
        yield from _wait(QUIET_S)
        self._seen["idle"] = self._pulse.take()
        chat, intake = self._footnote._workspace._chat, self._footnote._workspace._library._intake
        self._footnote._workspace.add([self._folder])
        yield from _wait(1)
        for question in self._questions:
            chat.ask(question)
            while chat.running:
                yield True
        self._seen["busy"] = self._pulse.take()
        self._seen["busy"]["indexing"] = float(intake.busy)


def _wait(seconds: float) -> Iterator[bool]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield True


def main() -> int:
    prepare_interpreter()
    application = QApplication(sys.argv[:1])
    footnote = Footnote(application, Path(sys.argv[1]), [], partial(open_library, gate=refuse_network()))
    footnote.start()
    Journey(footnote, Path(sys.argv[2]), json.load(sys.stdin)[: int(sys.argv[3])])
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
