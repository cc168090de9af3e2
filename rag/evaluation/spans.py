"""Do the passages found hold the place of the answer? Documents, questions and exact spans through the real pipeline.

    docs/ (files)   questions.jsonl (question, spans: doc, start, end, text; offsets in the file's own text)

A span counts as found when the best passages of its document hold at least half of its characters: enough to quote
it. This measures parsing, chunking, titles and ranking together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.errors import UsageError
from rag.events import Progress
from rag.types import PAGE_BREAK, Hit, Scope

CUTS = (1, 5, 10)
FOUND = 0.5
"""Share of a span's characters that must lie in the passages."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters [start, end) of the file `document`; `text` is what stands there."""

    document: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and where its answer stands."""

    question: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class SpanReport:
    """Means over the questions. `spans`: share of the spans found; `characters`: share of their characters, by cut.

    `displaced` spans are not at their place in the document's text as it was read, so they can't be found.
    """

    spans: Mapping[str, float]
    characters: Mapping[str, float]
    questions: int
    passages: int
    displaced: int

    def as_json(self) -> dict[str, object]:
        """The stable JSON of `footnote eval spans`."""
        return asdict(self)


def load_spans(folder: Path) -> tuple[Asked, ...]:
    """The questions that have a place. Raises UsageError if the file is missing or not as it should be."""
    path = folder / "questions.jsonl"
    try:
        with path.open(encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines if line.strip()]
        asked = [
            Asked(row["question"], tuple(Place(s["doc"], s["start"], s["end"], s["text"]) for s in row["spans"]))
            for row in rows
        ]
    except OSError as error:
        raise UsageError(f"“{path}” can't be read.", "Give a folder with docs/ and questions.jsonl.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(
            f"“{path}” is not as expected: {error}.", "Each line needs question and spans (doc, start, end, text)."
        ) from error
    return tuple(question for question in asked if question.places)


def evaluate(
    assistant: Assistant, asked: Sequence[Asked], documents: Path, cancel: CancelToken
) -> Iterator[Progress | SpanReport]:
    """Add the folder `documents`, ask every question of all of them, end with the report."""
    for event in assistant.add([documents], cancel):
        if isinstance(event, Progress):
            yield event
    yield from assistant.embed_pending(cancel)
    held = _Held(assistant)
    spans: list[list[float]] = []
    characters: list[list[float]] = []
    for number, question in enumerate(asked):
        yield Progress(number, len(asked), "Asking")
        hits = assistant.retriever.retrieve(question.question, scope=Scope(), limit=max(CUTS), cancel=cancel).hits
        shares = [[held.share(place, hits[:cut]) for place in question.places] for cut in CUTS]
        spans.append([fmean(share >= FOUND for share in at_cut) for at_cut in shares])
        characters.append([fmean(at_cut) for at_cut in shares])
    yield SpanReport(
        spans=_by_cut(spans),
        characters=_by_cut(characters),
        questions=len(asked),
        passages=assistant.store.library.passage_count(),
        displaced=sum(held.start(place) < 0 for question in asked for place in question.places),
    )


class _Held:
    """Where spans of the files are in the documents as they were read."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._ids = {document.path.name: document.id for document in assistant.documents()}
        self._texts: dict[str, str] = {}

    def start(self, place: Place) -> int:
        """Where the span starts in the document's text, -1 if it is not in it."""
        text = self._text(place.document)
        if text.startswith(place.text, place.start):
            return place.start
        return text.find(place.text)

    def share(self, place: Place, hits: Sequence[Hit]) -> float:
        """The share of the span's characters that lie in those of the hits that are of its document."""
        start = self.start(place)
        if start < 0:
            return 0.0
        end = start + len(place.text)
        spans = [hit.passage.span for hit in hits if hit.document.path.name == place.document]
        inside = sum(max(0, min(end, span.end) - max(start, span.start)) for span in spans)
        return min(1.0, inside / max(1, end - start))

    def _text(self, name: str) -> str:
        if name not in self._texts:
            id_ = self._ids.get(name)
            pages = self._assistant.pages(id_) if id_ is not None else []
            self._texts[name] = PAGE_BREAK.join(page.text for page in pages)
        return self._texts[name]


def _by_cut(rows: Sequence[Sequence[float]]) -> dict[str, float]:
    columns = list(zip(*rows, strict=True)) or [()] * len(CUTS)
    return {f"recall@{cut}": fmean(column or (0.0,)) for cut, column in zip(CUTS, columns, strict=True)}
