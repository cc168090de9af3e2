"""Takes files and folders in, one request after the other: read first, so that words are searchable, then embed.

It turns the service's events into a status a person can read and an outcome at the end. It knows no widgets, and the
write lane makes sure that nothing else writes meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from desktop.jobs import Job, Lanes
from desktop.library.outcome import IntakeOutcome
from desktop.library.pace import Pace, rate_words, time_left_words
from local_models.cancel import CancelToken
from rag.errors import FootnoteError
from rag.events import (
    AddEvent,
    AddFinished,
    DocumentAdded,
    DocumentFailed,
    DocumentMoved,
    DocumentUnchanged,
    FilesWaiting,
    IndexChanged,
    Progress,
)

if TYPE_CHECKING:
    from rag.assistant import Assistant


class Phase(Enum):
    """Reading makes words searchable; embedding follows."""

    READING = "Reading"
    EMBEDDING = "Learning the meaning of"
    CHANGING = "Making the new index:"


@dataclass(frozen=True, slots=True)
class Request:
    """What to take in. Without anything: read what an earlier run left unread, and embed.

    `collecting`: the documents are known, and only put in the collection. `again`: they are known, and those that
    were left out are tried again. `rescan`: look at all known folders. `changed`: paths that were told to have changed.
    """

    paths: tuple[Path, ...] = ()
    collection: str | None = None
    rescan: bool = False
    collecting: bool = False
    again: tuple[int, ...] = ()
    changed: tuple[Path, ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nobody asked for it."""
        return not (self.paths or self.again or self.rescan)


@dataclass(frozen=True, slots=True)
class IntakeStatus:
    """For a progress bar: `total` 0 means it is not known yet; `waiting` counts the requests behind this one."""

    sentence: str
    detail: str
    done: int
    total: int
    waiting: int


@dataclass(frozen=True, slots=True)
class MadeWay:
    """Embedding ended early because other work waits in the lane; it goes on behind that."""


class Intake(QObject):
    """`progressed` brings an IntakeStatus, `document_changed` a Document, `ended` an IntakeOutcome.

    Embedding is polite: when something else waits in the write lane (a removal) or here (more files: their words come
    first), it ends after the batch at hand, lets that pass and goes on. Pausing is the same with a longer wait; the
    store remembers what is done. `listed` comes when files are known as waiting.
    """

    progressed = Signal(object)
    document_changed = Signal(object)
    listed = Signal()
    paused = Signal()
    index_changed = Signal()
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
        self._is_cancelled = False
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
        """Begin at once, or after what is running; what was paused goes on first, if the user asks for this."""
        self._wait(request)
        if self._is_paused and not request.is_quiet:
            self.resume()
        elif not self.busy:
            self._next()

    def _wait(self, request: Request) -> None:
        """Changes that come one after the other are looked at together."""
        if request.changed and self._waiting and self._waiting[-1].changed:
            earlier = self._waiting.pop()
            request = replace(request, changed=tuple(dict.fromkeys((*earlier.changed, *request.changed))))
        self._waiting.append(request)

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
        self._is_cancelled = True
        if self._job is not None:
            self._job.cancel()
        elif self._is_paused:
            self._is_paused = False
            self._let_go()

    def _next(self) -> None:
        if self._waiting:
            self._request = self._waiting.popleft()
            request = self._request
            collection = request.collection or "" if request.collecting else ""
            self._before = IntakeOutcome(quiet=request.is_quiet, collection=collection)
            self._run(self._request)

    def _run(self, request: Request) -> None:
        self._phase, self._pace = Phase.READING, Pace()
        self._outcome = IntakeOutcome()
        self._is_cancelled = False
        self._job = self._lane.start(partial(take_in, self._assistant, request, self._others_wait))
        self._job.reported.connect(self._take)
        self._job.completed.connect(self._complete)
        self._job.failed.connect(self._fail)
        self._job.stopped.connect(self._stop)

    def _others_wait(self) -> bool:
        """Asked from the lane's thread."""
        return self._lane.waiting or bool(self._waiting)

    @Slot(object)
    def _take(self, event: object) -> None:
        match event:
            case Phase():
                self._phase, self._pace = event, Pace()
            case Progress():
                self._pace.note(event.done, event.total, event.share)
                self.progressed.emit(self._status(event))
            case DocumentAdded(document, replaced):
                self._count(added=int(not replaced), replaced=int(replaced))
                self.document_changed.emit(document)
            case DocumentMoved(document, _):
                self._count(moved=1)
                self.document_changed.emit(document)
            case FilesWaiting():
                self.listed.emit()
            case DocumentUnchanged():
                self._count(unchanged=1)
            case DocumentFailed(known=False):
                self._outcome = replace(self._outcome, failed=(*self._outcome.failed, event))
            case AddFinished():
                news = tuple(failure for failure in event.failed if not failure.known)
                self._outcome = replace(
                    self._outcome,
                    unchanged=event.unchanged,
                    failed=news,
                    removed=event.removed,
                    left_out=event.left_out,
                    away=event.away,
                )
            case MadeWay() | IndexChanged():
                self._note(event)

    def _note(self, event: MadeWay | IndexChanged) -> None:
        if isinstance(event, MadeWay):
            self._made_way = True
        else:
            self.index_changed.emit()

    def _count(self, *, added: int = 0, replaced: int = 0, unchanged: int = 0, moved: int = 0) -> None:
        so_far = self._outcome
        self._outcome = replace(
            so_far,
            added=so_far.added + added,
            replaced=so_far.replaced + replaced,
            unchanged=so_far.unchanged + unchanged,
            moved=so_far.moved + moved,
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
        if self._made_way and not self._waiting:
            self._made_way = False
            self._before = self._merged()
            self._request = Request()
            self._run(self._request)
        else:
            self._made_way = False
            self._finish(self._merged())

    @Slot(object)
    def _fail(self, error: FootnoteError) -> None:
        self._finish(replace(self._merged(), error=error))

    @Slot()
    def _stop(self) -> None:
        if self._pausing:
            self._pausing, self._job, self._is_paused = False, None, True
            self.paused.emit()
        elif self._is_cancelled:
            self._let_go()
        else:
            self._finish(replace(self._merged(), stopped=True))

    def _let_go(self) -> None:
        """Files that still wait are forgotten: nobody wants them read at the next start."""
        self._job = self._lane.call(self._assistant.folders.forget_waiting)
        self._job.completed.connect(self._finish_stopped)
        self._job.failed.connect(self._fail)

    @Slot()
    def _finish_stopped(self) -> None:
        self._finish(replace(self._merged(), stopped=True))

    def _merged(self) -> IntakeOutcome:
        """What all runs of a request came to: files of an earlier run are unchanged in a later one."""
        before, now = self._before, self._outcome
        seen = before.added + before.replaced
        return replace(
            now,
            added=before.added + now.added,
            replaced=before.replaced + now.replaced,
            moved=before.moved + now.moved,
            removed=before.removed + now.removed,
            left_out=now.left_out or before.left_out,
            away=now.away or before.away,
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


def take_in(
    assistant: Assistant, request: Request, others_wait: Callable[[], bool], cancel: CancelToken
) -> Iterator[object]:
    """Phase, then the events of reading; the same of embed_pending, then of a change of the index; maybe MadeWay."""
    yield Phase.READING
    yield from _read(assistant, request, cancel)
    yield Phase.EMBEDDING
    for progress in assistant.embed_pending(cancel):
        yield progress
        if others_wait():
            yield MadeWay()
            return
    yield Phase.CHANGING
    for step in assistant.restaging.go_on(cancel):
        yield step
        if others_wait():
            yield MadeWay()
            return


def _read(assistant: Assistant, request: Request, cancel: CancelToken) -> Iterator[AddEvent]:
    if request.again:
        return assistant.retry(request.again, cancel)
    if request.paths:
        return assistant.add(request.paths, cancel, collection=request.collection)
    if request.rescan:
        return assistant.refresh(cancel)
    if request.changed:
        return assistant.folders.follow(request.changed, cancel)
    return assistant.folders.resume(cancel)
