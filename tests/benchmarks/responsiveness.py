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

ANSWERS = 8


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=200)
        environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.pulse", str(Path(scratch, "data")), str(folder), str(ANSWERS)],
            check=True,
            input=json.dumps(questions),
            stdout=subprocess.PIPE,
            text=True,
            timeout=900,
            env=environment,
        )
        seen = json.loads(done.stdout)
    busy, idle, opening = seen["busy"], seen["idle"], seen["opening"]
    what = f"indexing 200 pages and {ANSWERS} answers"
    return [
        _figure(f"worst gap of a 10 ms timer, {what}", busy["worst"], idle["worst"], "< 50 ms"),
        _figure("the same, 99th percentile", busy["p99"], idle["p99"]),
        _figure("most processor time of the GUI thread in one gap", busy["cpu"], idle["cpu"], "< 50 ms"),
        _figure("worst gap while the library opens", opening["worst"], idle["worst"]),
    ]


def _figure(name: str, seconds: float, idle: float, asked: str = "") -> Figure:
    return Figure(name, seconds * 1000, "ms", idle * 1000, "idle", asked)
