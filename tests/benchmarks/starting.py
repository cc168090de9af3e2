"""How long the first question waits: children that start, models that load, and twenty passages read."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.bundled import bundled_span_reader
from local_models.cancel import never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.child import ChildEmbedder
from local_models.embedders.folder import default_folder
from local_models.embedders.span_child import ChildSpanReader
from rag.bootstrap import open_assistant
from rag.events import Delta, Finished
from rag.types import Mode
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

STARTS, READINGS = 3, 10
"""The least of so many is told: what else runs only adds."""

PASSAGES, CHARACTERS = 20, 888
"""888 characters of English are 200 of the embedder's tokens: a passage of the app at its longest."""


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=20)
        return [*_children(Path(scratch), folder, questions[0]), _first_words(Path(scratch), folder, questions[0])]


def _children(scratch: Path, folder: Path, question: str) -> list[Figure]:
    text = " ".join(file.read_text("utf-8") for file in sorted(folder.glob("*.md")))
    passages = [text[start : start + CHARACTERS] for start in range(0, PASSAGES * CHARACTERS, CHARACTERS)]
    runs = [_child(scratch / "embedders.json", question, passages) for _ in range(STARTS)]
    names = (
        ("embedder ready, its child started with it", "under 1.5 s"),
        ("span reader ready, in the same child", ""),
        (f"{PASSAGES} passages of {CHARACTERS} characters read, 2 threads", "under 0.25 s"),
    )
    return [
        Figure(name, min(values), "s", asked=asked)
        for (name, asked), values in zip(names, zip(*runs, strict=True), strict=True)
    ]


def _child(digests: Path, question: str, passages: list[str]) -> tuple[float, float, float]:
    with WorkerClient("embed", worker_command("embed")) as client:
        embedder = ChildEmbedder(client, default_folder(), digests=digests, threads=2)
        spans = ChildSpanReader(client, bundled_span_reader(), threads=2)
        return (
            _seconds(lambda: embedder.warm_up(never())),
            _seconds(lambda: spans.warm_up(never())),
            min(_seconds(lambda: spans.find(question, passages, never())) for _ in range(READINGS)),
        )


def _first_words(scratch: Path, folder: Path, question: str) -> Figure:
    data = scratch / "data"
    assistant = open_assistant(data)
    for _ in assistant.add([folder], never()):
        pass
    for _ in assistant.embed_pending(never()):
        pass
    assistant.close()
    seconds = min(_asked(data, question) for _ in range(STARTS))
    return Figure("library opened to first words of a grounded answer, cold", seconds, "s")


def _asked(data: Path, question: str) -> float:
    """As `footnote ask` does it: the models load beside the search."""
    started = time.perf_counter()
    with ThreadPoolExecutor(1) as beside, closing(open_assistant(data)) as assistant:
        beside.submit(lambda: list(assistant.warm_up(never())))
        for event in assistant.ask(question, never(), mode=Mode.GROUNDED):
            if isinstance(event, Delta | Finished):
                return time.perf_counter() - started
    raise AssertionError("an answer always ends")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
