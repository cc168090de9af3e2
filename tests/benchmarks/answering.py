"""How long a question takes, part by part and warm: search, quotes, first word."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.cancel import never
from rag.assistant import Assistant
from rag.bootstrap import open_assistant
from rag.events import Finished, Quoted, Retrieved
from rag.types import Mode
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure


def measure() -> list[Figure]:
    with TemporaryDirectory() as scratch:
        folder = Path(scratch, "papers")
        questions = write_folder(folder, pages=200)
        assistant = open_assistant(Path(scratch, "data"))
        try:
            for _ in assistant.add([folder], never()):
                pass
            for _ in assistant.embed_pending(never()):
                pass
            return [*_quotes(assistant, questions), *_grounded(assistant, questions)]
        finally:
            assistant.close()


def _quotes(assistant: Assistant, questions: list[str]) -> list[Figure]:
    _ask(assistant, questions[0], Mode.QUOTES)
    retrieved, total = zip(*(_ask(assistant, question, Mode.QUOTES)[:2] for question in questions[1:]), strict=True)
    return [
        Figure(
            "question to hits, 200 pages, warm (embedding of the question included)", statistics.median(retrieved), "s"
        ),
        Figure("quotes mode, question to answer, warm", statistics.median(total), "s", asked="well under 1 s"),
    ]


def _grounded(assistant: Assistant, questions: list[str]) -> list[Figure]:
    _ask(assistant, questions[0], Mode.GROUNDED)
    answers = [_ask(assistant, question, Mode.GROUNDED)[2].answer for question in questions[1:8]]
    written = [answer for answer in answers if answer.completion_tokens]
    return [
        Figure(
            "grounded, question to first word, warm", statistics.median(a.timings.first_token_s for a in written), "s"
        ),
        Figure("grounded, prompt length", statistics.median(a.prompt_tokens for a in written), "tokens"),
    ]


def _ask(assistant: Assistant, question: str, mode: Mode) -> tuple[float, float, Finished]:
    started = time.perf_counter()
    retrieved = 0.0
    for event in assistant.ask(question, never(), mode=mode):
        match event:
            case Retrieved():
                retrieved = time.perf_counter() - started
            case Quoted() | Finished():
                last = event
    assert isinstance(last, Finished)
    return retrieved, time.perf_counter() - started, last
