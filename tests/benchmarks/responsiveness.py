"""The worst gap of a 10 ms timer in the window while 200 pages are indexed and answers stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

_SCRIPT = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from desktop.app import Footnote, open_library
application = QApplication([])
opened = []
def open_and_keep(folder):
    opened.append(open_library(folder))
    return opened[0]
footnote = Footnote(application, Path(sys.argv[1]), [], open_and_keep)
footnote.start()

class Pulse(QObject):
    def __init__(self):
        super().__init__()
        self.last, self.gaps = time.perf_counter(), []
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.beat)
        self.timer.start(10)
    def beat(self):
        now = time.perf_counter()
        self.gaps.append(now - self.last)
        self.last = now

def run_until(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        application.processEvents()
        time.sleep(0.0005)
        if time.monotonic() > end:
            raise SystemExit("waited in vain")

run_until(lambda: footnote._workspace is not None)
workspace, assistant = footnote._workspace, opened[0]
chat = workspace._chat
pulse = Pulse()
start = time.monotonic()
run_until(lambda: time.monotonic() > start + 2)
idle = max(pulse.gaps[20:])
questions = json.loads(sys.argv[3])
workspace.add([Path(sys.argv[2])])
run_until(lambda: len(assistant.documents()) > 2)
pulse.gaps.clear()
asked = 0
for question in questions:
    chat.ask(question)
    run_until(lambda: chat.running, 30)
    run_until(lambda: not chat.running)
    asked += 1
    if asked >= 8 and not assistant.store.library.pending_count(assistant.model_room.embedder.identity.digest):
        break
gaps = sorted(pulse.gaps)
sys.stdout.write(json.dumps({
    "idle": idle, "worst": gaps[-1], "p99": gaps[int(len(gaps) * 0.99)], "asked": asked, "beats": len(gaps),
}))
sys.stdout.flush()
footnote.window.close()
application.exec()
"""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=200)
        environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(Path(scratch, "data")), str(folder), json.dumps(questions)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            timeout=900,
            env=environment,
        )
        seen = json.loads(done.stdout)
    return [
        Figure(
            f"worst gap of a 10 ms timer, indexing 200 pages and {seen['asked']} answers",
            seen["worst"] * 1000,
            "ms",
            seen["idle"] * 1000,
            "idle",
            "< 50 ms",
        ),
        Figure("the same, 99th percentile", seen["p99"] * 1000, "ms"),
    ]
