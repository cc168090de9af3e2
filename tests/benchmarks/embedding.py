"""Embedding through the child against SentenceTransformer.encode: same passages, same run, same cores, turn by turn.

Both compute with as many threads as the process may use cores (`taskset` limits them). The passages are a folder's,
cut and headed as they are for embedding. The child's start is its own figure.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.cancel import never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.child import ChildEmbedder
from local_models.embedders.folder import default_folder
from local_models.embedders.tokens import EmbedderTokens
from rag.chunking import cut
from rag.right_of_way import PatientEmbedder, RightOfWay
from rag.types import Page
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

PASSAGES = 64
"""Enough for both to make full batches of like lengths."""

ROUNDS = 5
WARM_S = 60.0
"""At most; the faster encoder is fetched and tried while the first one computes."""


def measure() -> list[Figure]:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    texts = _passages()
    with TemporaryDirectory() as scratch, WorkerClient("embed", worker_command("embed")) as client:
        embedder = ChildEmbedder(client, default_folder(), digests=Path(scratch, "embedders.json"), threads=cores)
        ready = _seconds(lambda: embedder.embed(["ready?"], never()))
        patient = PatientEmbedder(embedder, RightOfWay())
        _warm(embedder, texts, Path(scratch, "encoders.json"))
        library = _library(cores)
        rounds = [
            (_seconds(lambda: patient.embed(texts, never())), _seconds(lambda: library(texts))) for _ in range(ROUNDS)
        ]
    ours, theirs = (len(texts) / statistics.median(times) for times in zip(*rounds, strict=True))
    return [
        Figure("embed child ready, from nothing to the first vector", ready, "s", asked="< 1.5 s"),
        Figure(f"embedding, {cores} threads", ours, "passages/s", theirs, "SentenceTransformer.encode", ">= 3x"),
    ]


def _passages() -> list[str]:
    tokens = EmbedderTokens(default_folder() / "tokenizer.json")
    with TemporaryDirectory() as scratch:
        write_folder(Path(scratch, "papers"), pages=60)
        texts = [
            f"{file.stem}\n{passage.heading}\n{passage.text}"
            for file in sorted(Path(scratch, "papers").iterdir())
            for passage in cut([Page(1, file.read_text("utf-8"))], tokens)
        ]
    return texts[:PASSAGES]


def _warm(embedder: ChildEmbedder, texts: list[str], tried: Path) -> None:
    """Until the trial of the faster encoder is noted, where there is one."""
    started = time.perf_counter()
    while not tried.exists() and time.perf_counter() - started < WARM_S:
        embedder.embed(texts[:32], never())
    embedder.embed(texts, never())


def _library(threads: int) -> Callable[[list[str]], object]:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(default_folder()), device="cpu")
    model.encode(["ready?"], show_progress_bar=False)
    return lambda texts: model.encode(texts, show_progress_bar=False)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
