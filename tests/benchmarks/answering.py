"""How long a question takes, part by part and warm: search, quotes, first word; and what it costs to hold an answer
to its sources."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from local_models.bundled import bundled_models
from local_models.cancel import never
from local_models.client import WorkerClient, worker_command
from local_models.generator import LlamaGenerator
from local_models.prompt_format import ABSTENTION
from local_models.types import Generated, GenerationRequest, ModelSettings, Sampling
from rag.assistant import Assistant
from rag.bootstrap import open_assistant, open_embed_child
from rag.constraint import Strength, for_sources
from rag.events import Finished, Quoted, Retrieved
from rag.prompting import lay_out
from rag.types import Answer, Mode, Place, Source, Span
from rag.verdicts.statement import read
from rag.verifying import Verifier
from tests.benchmarks.corpus import write_folder
from tests.benchmarks.figures import Figure

WORDS_A_SOURCE, SOURCES = 150, 6
"""As many words as six passages have, about 1,500 of the bundled reader's tokens."""


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
            return [*_quotes(assistant, questions), *_grounded(assistant, questions), *_held(folder, questions)]
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
    with open_embed_child(assistant.data_dir) as (_, entailment):
        entailment.probabilities([("ready", "ready")], never())
        checked = [_check_s(answer, Verifier(entailment)) / answer.timings.total_s for answer in written]
    return [
        Figure(
            "grounded, question to first word, warm", statistics.median(a.timings.first_token_s for a in written), "s"
        ),
        Figure(
            "grounded, share of an answer's time that citing and its check take",
            statistics.median(checked),
            "",
            asked="at most 0.15",
        ),
        Figure("grounded, prompt length", statistics.median(a.prompt_tokens for a in written), "tokens"),
    ]


def _check_s(answer: Answer, verifier: Verifier) -> float:
    """Seconds to cite what the model wrote, with nothing of it read before."""
    read.cache_clear()
    started = time.monotonic()
    verifier.check(answer.raw, answer.sources, never())
    return time.monotonic() - started


def _held(folder: Path, questions: list[str]) -> list[Figure]:
    """The bundled reader's answers to the same prompts, free and held, one after another."""
    words = " ".join(file.read_text("utf-8") for file in sorted(folder.glob("*.md"))).split()
    sources = [_source(number, words) for number in range(1, SOURCES + 1)]
    with WorkerClient("llm", worker_command("llm")) as client:
        generator = LlamaGenerator(client, ModelSettings(bundled_models()[0], threads=2))
        _answer(generator, questions[0], sources, Strength.OFF)
        runs = {
            strength: [_answer(generator, question, sources, strength) for question in questions]
            for strength in Strength
        }
    a_token = {strength: _a_token([end for end, _ in ends]) for strength, ends in runs.items()}
    before = {strength: statistics.median(rest for _, rest in ends) for strength, ends in runs.items()}
    held = [strength for strength in Strength if strength is not Strength.OFF]
    return [
        *(
            Figure(f"a token of an answer, {strength}", a_token[strength], "s", a_token[Strength.OFF], "free", "1.3x")
            for strength in held
        ),
        *(
            Figure(f"before an answer, {strength}", before[strength], "s", before[Strength.OFF], "free")
            for strength in held
        ),
    ]


def _source(number: int, words: list[str]) -> Source:
    text = " ".join(words[(number - 1) * WORDS_A_SOURCE : number * WORDS_A_SOURCE])
    return Source(number, None, None, "papers.md", Path("papers.md"), "", Place(), text, Span(0, len(text)))


def _answer(
    generator: LlamaGenerator, question: str, sources: list[Source], strength: Strength
) -> tuple[Generated, float]:
    """How the answer ended, and the seconds that neither reading nor writing took."""
    prompt = lay_out(
        question, sources, [], mode=Mode.GROUNDED, count=generator.count, n_ctx=generator.info().n_ctx, max_tokens=64
    )
    started = time.perf_counter()
    constraint = for_sources(prompt.sources, question, strength)
    asked = "" if strength is Strength.OFF else ABSTENTION
    request = GenerationRequest(prompt.messages, Sampling(max_tokens=64), constraint=constraint, abstention=asked)
    *_, end = generator.generate(request, never())
    assert isinstance(end, Generated)
    return end, time.perf_counter() - started - end.prefill_s - end.decode_s


def _a_token(ends: list[Generated]) -> float:
    return sum(end.decode_s for end in ends) / sum(end.completion_tokens + 1 for end in ends)  # and the end's token


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
