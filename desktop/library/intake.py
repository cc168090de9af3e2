"""Takes files and folders in, one request after the other: read first, so that words are searchable, then embed.

It turns the service's events into a status a person can read and an outcome at the end. It knows no widgets, and the
write lane makes sure that nothing else writes meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, Lane, Lanes
from desktop.library.pace import Pace, rate_words, time_left_words
from local_models.cancel import CancelToken
from rag.errors import FootnoteError
from rag.events import AddFinished, DocumentAdded, DocumentFailed, DocumentUnchanged, Progress

if TYPE_CHECKING:
    from rag.assistant import Assistant


class Phase(Enum):
    """Reading makes words searchable; embedding follows."""

    READING = "Reading"
    EMBEDDING = "Learning the meaning of"


@dataclass(frozen=True, slots=True)
class Request:
    """What to take in. Without paths: look at the known folders again, or only embed what an earlier run left.

    `collecting`: the documents are known, and only put in the collection. `again`: they are known, and those that
    were left out are tried again.
    """

    paths: tuple[Path, ...] = ()
    collection: str | None = None
    rescan: bool = False
    collecting: bool = False
    again: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class IntakeStatus:
    """For a progress bar: `total` 0 means it is not known yet; `waiting` counts the requests behind this one."""

    sentence: str
    detail: str
    done: int
    total: int
    waiting: int


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """What one request came to. `error` ended it early; what was read until then stays.

    `collection` is set when known documents were put in it; `quiet` when the user did not ask for anything.
    """

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    failed: tuple[DocumentFailed, ...] = ()
    stopped: bool = False
    quiet: bool = False
    collection: str = ""
    error: FootnoteError | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MadeWay:
    """Embedding ended early because other work waits in the lane; it goes on behind that."""


class Intake(QObject):
    """`progressed` brings an IntakeStatus, `document_changed` a Document, `ended` an IntakeOutcome.

    Embedding is polite: when something else waits in the write lane (a removal), it ends after the batch at hand,
    lets that pass and goes on. Pausing is the same with a longer wait; the store remembers what is done.
    """

    progressed = Signal(object)
    document_changed = Signal(object)
    paused = Signal()
    ended = Signal(object)

    def __init__(self, assistant: Assistant, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._assistant = assistant
        self._lane = lanes.write
        self._waiting: deque[Request] = deque()
        self._request = Request()
        self._job: Job | None = None
        self._pausing = False
        self._is_paused = False
        self._made_way = False
        self._phase = Phase.READING
        self._pace = Pace()
        self._before = IntakeOutcome()
        self._outcome = IntakeOutcome()

    @property
    def busy(self) -> bool:
        return self._job is not None or self._is_paused

    @property
    def is_paused(self) -> bool:
        return self._is_paused

    def start(self, request: Request) -> None:
        """Begin at once, or after what is running; what was paused goes on first."""
        self._waiting.append(request)
        if self._is_paused:
            self.resume()
        elif not self.busy:
            self._next()

    def pause(self) -> None:
        """Stop after the file or batch at hand; nothing that is done is lost. `paused` follows."""
        if self._job is not None:
            self._pausing = True
            self._job.cancel()

    def resume(self) -> None:
        """Go on with what was paused."""
        if self._is_paused:
            self._is_paused = False
            self._before = self._merged()
            self._run(self._request)

    def cancel(self) -> None:
        """Stop what is running or paused and forget what waits; documents that were read stay."""
        self._waiting.clear()
        self._pausing = False
        if self._job is not None:
            self._job.cancel()
        elif self._is_paused:
            self._is_paused = False
            self._finish(replace(self._merged(), stopped=True))

    def _next(self) -> None:
        if self._waiting:
            self._request = self._waiting.popleft()
            request = self._request
            collection = request.collection or "" if request.collecting else ""
            quiet = not (request.paths or request.again or request.rescan)
            self._before = IntakeOutcome(quiet=quiet, collection=collection)
            self._run(self._request)

    def _run(self, request: Request) -> None:
        self._phase, self._pace = Phase.READING, Pace()
        self._outcome = IntakeOutcome()
        self._job = self._lane.start(partial(take_in, self._assistant, request, self._lane))
        self._job.reported.connect(self._take)
        self._job.completed.connect(self._complete)
        self._job.failed.connect(self._fail)
        self._job.stopped.connect(self._stop)

    @Slot(object)
    def _take(self, event: object) -> None:
        match event:
            case Phase():
                self._phase, self._pace = event, Pace()
            case Progress():
                self._pace.note(event.done, event.total)
                self.progressed.emit(self._status(event))
            case DocumentAdded(document, replaced):
                self._count(added=int(not replaced), replaced=int(replaced))
                self.document_changed.emit(document)
            case DocumentUnchanged():
                self._count(unchanged=1)
            case DocumentFailed(known=False):
                self._outcome = replace(self._outcome, failed=(*self._outcome.failed, event))
            case AddFinished(unchanged=unchanged, failed=failed):
                news = tuple(failure for failure in failed if not failure.known)
                self._outcome = replace(self._outcome, unchanged=unchanged, failed=news)
            case MadeWay():
                self._made_way = True

    def _count(self, *, added: int = 0, replaced: int = 0, unchanged: int = 0) -> None:
        so_far = self._outcome
        self._outcome = replace(
            so_far,
            added=so_far.added + added,
            replaced=so_far.replaced + replaced,
            unchanged=so_far.unchanged + unchanged,
        )

    def _status(self, progress: Progress) -> IntakeStatus:
        reading = self._phase is Phase.READING
        noun = "files" if reading else "passages"
        known = f"{progress.done:,} of {progress.total:,} {noun}" if progress.total else f"{progress.done:,} {noun}"
        speed = rate_words(self._pace.per_second(), noun)
        left = time_left_words(self._pace.seconds_left())
        label = Path(progress.label).name if reading and progress.label else ""
        return IntakeStatus(
            sentence=f"{self._phase.value} {label or noun}",
            detail=" · ".join(part for part in (known, speed, left) if part),
            done=progress.done,
            total=progress.total,
            waiting=len(self._waiting),
        )

    @Slot()
    def _complete(self) -> None:
        if self._made_way:
            self._made_way = False
            self._before = self._merged()
            self._request = Request()
            self._run(self._request)
        else:
            self._finish(self._merged())

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._finish(replace(self._merged(), error=error))

    @Slot()
    def _stop(self) -> None:
        if self._pausing:
            self._pausing, self._job, self._is_paused = False, None, True
            self.paused.emit()
        else:
            self._finish(replace(self._merged(), stopped=True))

    def _merged(self) -> IntakeOutcome:
        """What all runs of a request came to: files of an earlier run are unchanged in a later one."""
        before, now = self._before, self._outcome
        seen = before.added + before.replaced
        return replace(
            now,
            added=before.added + now.added,
            replaced=before.replaced + now.replaced,
            unchanged=max(before.unchanged, now.unchanged - seen),
            failed=now.failed or before.failed,
            quiet=before.quiet,
            collection=before.collection,
        )

    def _finish(self, outcome: IntakeOutcome) -> None:
        self._job = None
        self.ended.emit(outcome)
        if not self.busy:
            self._next()


def take_in(assistant: Assistant, request: Request, lane: Lane, cancel: CancelToken) -> Iterator[object]:
    """Phase, then the events of Assistant.add or refresh; Phase, then those of embed_pending, maybe MadeWay."""
    yield Phase.READING
    if request.again:
        yield from assistant.retry(request.again, cancel)
    elif request.paths:
        yield from assistant.add(request.paths, cancel, collection=request.collection)
    elif request.rescan:
        yield from assistant.refresh(cancel)
    yield Phase.EMBEDDING
    for progress in assistant.embed_pending(cancel):
        yield progress
        if lane.waiting:
            yield MadeWay()
            return


def outcome_sentence(outcome: IntakeOutcome) -> str:
    """One sentence: what came in, what was there already, what was left out."""
    if outcome.collection and not outcome.stopped and not outcome.failed:
        number = outcome.added + outcome.replaced + outcome.unchanged
        return f"{number:,} {'document is' if number == 1 else 'documents are'} in “{outcome.collection}” now."
    parts = [
        _counted(outcome.added, "document added", "documents added"),
        _counted(outcome.replaced, "document read anew", "documents read anew"),
        _counted(outcome.unchanged, "was here already", "were here already"),
        _counted(len(outcome.failed), "left out", "left out"),
    ]
    said = [part for part in parts if part]
    text = ", ".join(said) if said else "Nothing new was found"
    return f"Stopped. {text}." if outcome.stopped else f"{text}."


def left_out_text(failed: tuple[DocumentFailed, ...]) -> str:
    """Each file and why, to read or copy."""
    return "\n".join(f"{failure.path}\n    {failure.reason}" for failure in failed)


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""
