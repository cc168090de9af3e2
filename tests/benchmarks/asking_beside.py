"""How much longer a question takes while a folder is being indexed. Both are measured in turns, in one run."""

from __future__ import annotations

import statistics
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.cancel import CancelToken, never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.errors import Cancelled
from rag.events import Finished, Retrieved
from rag.types import Mode, Scope
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

PAGES, PAGES_BESIDE = 100, 400
TURNS, QUESTIONS = 3, 4
THOUGHT_S = 0.3
"""Between two questions, so that indexing gets into its stride."""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=PAGES)
        assistant = open_assistant(Path(scratch, "data"))
        try:
            for _ in assistant.add([folder], never()):
                pass
            for _ in assistant.embed_pending(never()):
                pass
            return _measure(assistant, Scope(collections=frozenset({1})), questions, Path(scratch))
        finally:
            assistant.close()


def _measure(assistant: Assistant, scope: Scope, questions: list[str], scratch: Path) -> list[Figure]:
    figures = []
    for mode in (Mode.QUOTES, Mode.GROUNDED):
        _ask(assistant, scope, questions[:2], mode)
        idle: list[float] = []
        reading: list[float] = []
        embedding: list[float] = []
        for turn in range(TURNS):
            asked = questions[turn * QUESTIONS % len(questions) :][:QUESTIONS]
            idle += _ask(assistant, scope, asked, mode)
            reading += _beside(assistant, scope, asked, mode, scratch / f"{mode}{turn}")
            embedding += _beside(assistant, scope, asked, mode, None)
        figures += [
            _figure(f"{mode.value}: question while files are read", reading, idle),
            _figure(f"{mode.value}: question while passages are embedded", embedding, idle),
        ]
    return figures


def _figure(name: str, beside: list[float], idle: list[float]) -> Figure:
    return Figure(name, statistics.median(beside), "s", statistics.median(idle), "idle", "<= 1.3x")


def _beside(assistant: Assistant, scope: Scope, questions: list[str], mode: Mode, folder: Path | None) -> list[float]:
    """Ask while a thread adds the folder; without one, while it embeds what was read by then."""
    cancel = CancelToken()
    if folder is not None:
        write_folder(folder, pages=PAGES_BESIDE, seed=len(str(folder)))

    def index() -> None:
        with suppress(Cancelled):
            for _ in assistant.add([folder], cancel) if folder is not None else assistant.embed_pending(cancel):
                pass

    thread = threading.Thread(target=index)
    thread.start()
    time.sleep(1.0)
    taken = _ask(assistant, scope, questions, mode)
    assert thread.is_alive(), "there was too little to index"
    cancel.cancel()
    thread.join()
    return taken


def _ask(assistant: Assistant, scope: Scope, questions: list[str], mode: Mode) -> list[float]:
    taken = []
    for question in questions:
        time.sleep(THOUGHT_S)
        started = time.perf_counter()
        events = list(assistant.ask(question, never(), mode=mode, scope=scope))
        taken.append(time.perf_counter() - started)
        assert isinstance(events[-1], Finished)
        assert any(isinstance(event, Retrieved) for event in events)
    return taken
