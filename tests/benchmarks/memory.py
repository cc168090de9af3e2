"""Resident memory of the window's process and of each child, idle and after an answer."""

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
import psutil
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop.app import Footnote, open_library
from local_models.cancel import never
from local_models.offline import refuse_network
application = QApplication([])
opened = []
gate = refuse_network()
def open_and_keep(folder):
    assistant = open_library(folder, gate=gate)
    opened.append(assistant)
    return assistant
footnote = Footnote(application, Path(sys.argv[1]), [], open_and_keep)
footnote.start()
def run_until(condition):
    end = time.monotonic() + 120
    while not condition() and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
def weigh():
    return {"window": psutil.Process().memory_info().rss, **opened[0].memory()}
run_until(lambda: opened)
ready = time.monotonic() + 8
run_until(lambda: time.monotonic() > ready)
idle = weigh()
assistant = opened[0]
for _ in assistant.add([Path(sys.argv[2])], never()):
    pass
for _ in assistant.embed_pending(never()):
    pass
for _ in assistant.ask(sys.argv[3], never()):
    pass
sys.stdout.write(json.dumps({"idle": idle, "after indexing 50 pages and an answer": weigh()}))
sys.stdout.flush()
QTimer.singleShot(0, footnote.window.close)
application.exec()
"""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        question = write_folder(folder, pages=50)[0]
        environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(Path(scratch, "data")), str(folder), question],
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
        )
        weighed = json.loads(done.stdout)
    return [
        Figure(f"memory, {when}: {role}", size / 1e6, "MB")
        for when, sizes in weighed.items()
        for role, size in sizes.items()
    ]
