"""From the start of the process to the first paint: our window against a bare one of PySide6, in turns."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure

RUNS = 7

_PAINTED = """
import os, sys, time
from PySide6.QtCore import QEvent, QObject
class Eye(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            sys.stdout.write(repr(time.time()))
            sys.stdout.flush()
            os._exit(0)
        return False
"""

_BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
eye = Eye()
window.installEventFilter(eye)
window.resize(1200, 800)
window.show()
application.exec()
"""

_OURS = """
from functools import partial
from pathlib import Path
from PySide6.QtWidgets import QApplication
from desktop.app import Footnote, open_library
from local_models.offline import refuse_network
application = QApplication([])
opener = partial(open_library, gate=refuse_network())
footnote = Footnote(application, Path(sys.argv[1]), [], opener)
eye = Eye()
footnote.window.installEventFilter(eye)
footnote.start()
application.exec()
"""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        bare, ours = [], []
        for run in range(RUNS):
            bare.append(_seconds(_BARE, scratch))
            ours.append(_seconds(_OURS, str(Path(scratch, f"data{run}"))))
        return [
            Figure(
                "window visible",
                statistics.median(ours),
                "s",
                statistics.median(bare),
                "bare PySide6 window",
                "<= 2.5x",
            )
        ]


def _seconds(script: str, argument: str) -> float:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    started = time.time()
    done = subprocess.run(
        [sys.executable, "-c", _PAINTED + script, argument],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )
    return float(done.stdout) - started
