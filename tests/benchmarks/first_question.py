"""A new folder of 1,000 pages: when its words can be searched, and when the first question about it is answered."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from local_models.cancel import never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import DocumentAdded, Finished
from rag.types import Mode
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

PAGES = 1000


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=PAGES)
        assistant = open_assistant(Path(scratch, "data"))
        try:
            return _measure(assistant, folder, questions[-1])
        finally:
            assistant.close()


def _measure(assistant: Assistant, folder: Path, question: str) -> list[Figure]:
    """The children are cold: their start is part of it, as it is for a user who has just opened the program."""
    busy_before = _processor_seconds()
    started = time.perf_counter()
    first = 0.0
    for event in assistant.add([folder], never()):
        if isinstance(event, DocumentAdded) and not first:
            first = time.perf_counter() - started
    words = time.perf_counter() - started
    busy = _processor_seconds() - busy_before
    *_, answered = assistant.ask(question, never(), mode=Mode.QUOTES)
    assert isinstance(answered, Finished)
    assert answered.answer.quotes
    return [
        Figure(f"add {PAGES:,} pages: first file searchable", first, "s"),
        Figure(f"add {PAGES:,} pages: all words searchable", words, "s"),
        Figure("processor time of this and its children for it", busy, "s"),
        Figure("files read at once", assistant.ingest.at_once, ""),
        Figure(
            f"add {PAGES:,} pages: first question about all of them answered",
            time.perf_counter() - started,
            "s",
            asked="< 10 s",
        ),
    ]


def _processor_seconds() -> float:
    """Of this process and its children, those that run."""
    here = psutil.Process()
    times = [each.cpu_times() for each in (here, *here.children(recursive=True))]
    return sum(each.user + each.system for each in times)
