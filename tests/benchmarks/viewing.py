"""From the click on a citation to its quote, boxed on the drawn page of a PDF of 3,000 pages, and the worst gap."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.figures import Figure
from tests.fakes.viewer import write_register

PAGES = 3000
LINES = 8
"""More on each page, about 700 characters in all."""

OPENED = (1500, 1501, 2718, 12, 2999, 777, 1234, 88)
"""Numbers of the pages that are opened one after the other."""

READING_S = 1.5
"""From the search to the first click at the soonest: the quotes are read, and a footnote is found with the mouse."""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "register")
        folder.mkdir()
        write_register(folder / "register.pdf", PAGES, more=LINES)
        cold = _seen(scratch, folder, "nothing", 0.0)
        soon = _seen(scratch, folder, "found", READING_S)
        warm = _seen(scratch, folder, "shown", 3.0)
    times = [opening["quote"] for opening in warm[1:]]
    what = f"click to quote, {PAGES} pages"
    return [
        Figure(f"{what}, the very first, nothing started", cold[0]["quote"] * 1000, "ms", asked="< 300 ms when warm"),
        Figure(f"{what}, {READING_S:g} s after the search", soon[0]["quote"] * 1000, "ms", asked="< 300 ms"),
        Figure(f"{what}, the first in a conversation", warm[0]["quote"] * 1000, "ms", asked="< 300 ms"),
        Figure(f"{what}, others, median", statistics.median(times) * 1000, "ms", asked="< 300 ms"),
        Figure(f"{what}, others, worst", max(times) * 1000, "ms", asked="< 300 ms"),
        Figure("worst gap of a 10 ms timer meanwhile", max(o["gap"] for o in warm) * 1000, "ms", asked="< 50 ms"),
    ]


def _seen(scratch: str, folder: Path, known: str, wait: float) -> list[dict[str, float]]:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    order = [str(Path(scratch, "data")), str(folder), known, str(wait), *map(str, OPENED)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.opening", *order],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=600,
        env=environment,
    )
    return list(json.loads(done.stdout))
