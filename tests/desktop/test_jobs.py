"""Lanes run jobs beside the window and bring their events back in order, once, and without flooding it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, QTimer, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.jobs import Job, Lanes, UnexpectedError, describe_bug
from desktop.joining import joined
from local_models.cancel import CancelToken
from rag.errors import DocumentEmpty, FootnoteError
from rag.events import Delta, Notice, Progress


class Ear(QObject):
    """Keeps what a job says."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.errors: list[FootnoteError] = []
        self.ends: list[str] = []
        self.threads: set[bool] = set()
        job.reported.connect(self._hear)
        job.completed.connect(self._complete)
        job.stopped.connect(self._stop)
        job.failed.connect(self._fail)

    def _hear(self, event: object) -> None:
        self.heard.append(event)
        self.threads.add(QThread.currentThread() is self.thread())

    def _complete(self) -> None:
        self.ends.append("completed")

    def _stop(self) -> None:
        self.ends.append("stopped")

    def _fail(self, error: FootnoteError) -> None:
        self.ends.append("failed")
        self.errors.append(error)


def three_notices(_cancel: CancelToken) -> Iterator[object]:
    for text in "abc":
        yield Notice(text)


def test_events_come_in_order_in_the_gui_thread_and_completed_comes_last(lanes: Lanes, qtbot: QtBot) -> None:
    job = lanes.read.start(three_notices)
    ear = Ear(job)
    with qtbot.waitSignal(job.completed):
        pass
    assert ear.heard == [Notice("a"), Notice("b"), Notice("c")]
    assert ear.threads == {True}
    assert ear.ends == ["completed"]


def test_a_quick_call_reports_its_result_even_when_it_is_none(lanes: Lanes, qtbot: QtBot) -> None:
    job = lanes.read.call(lambda: None)
    ear = Ear(job)
    with qtbot.waitSignal(job.completed):
        pass
    assert ear.heard == [None]


def test_a_cancelled_job_says_stopped_and_nothing_else(lanes: Lanes, qtbot: QtBot) -> None:
    begun = threading.Event()

    def work(cancel: CancelToken) -> Iterator[object]:
        begun.set()
        cancel.wait(30)
        cancel.check()
        yield Notice("never")

    job = lanes.ask.start(work)
    ear = Ear(job)
    assert begun.wait(10)
    with qtbot.waitSignal(job.stopped):
        job.cancel()
    assert (ear.heard, ear.ends) == ([], ["stopped"])


def test_a_job_that_is_cancelled_before_its_turn_never_begins(lanes: Lanes, qtbot: QtBot) -> None:
    gate = threading.Event()
    ran: list[str] = []

    def hold(_cancel: CancelToken) -> Iterator[object]:
        gate.wait(10)
        yield None

    def second(_cancel: CancelToken) -> Iterator[object]:
        ran.append("second")
        yield None

    lanes.write.start(hold)
    job = lanes.write.start(second)
    assert lanes.write.waiting
    with qtbot.waitSignal(job.stopped):
        job.cancel()
        gate.set()
    assert not ran
    assert not lanes.write.waiting


def test_an_error_for_the_user_arrives_as_it_was_raised(lanes: Lanes, qtbot: QtBot) -> None:
    def fail() -> object:
        raise DocumentEmpty("“a.pdf” has no text in it.", "It may be a scan.")

    job = lanes.read.call(fail)
    ear = Ear(job)
    with qtbot.waitSignal(job.failed):
        pass
    assert str(ear.errors[0]) == "“a.pdf” has no text in it. It may be a scan."


def test_a_bug_is_told_honestly_and_its_details_hold_no_text_of_a_document(lanes: Lanes, qtbot: QtBot) -> None:
    def fail() -> object:
        raise ValueError("the secret sentence of a document")

    job = lanes.read.call(fail)
    ear = Ear(job)
    with qtbot.waitSignal(job.failed):
        pass
    error = ear.errors[0]
    assert isinstance(error, UnexpectedError)
    assert "builtins.ValueError" in error.details
    assert "in fail" in error.details
    assert "secret" not in error.details + str(error)


def test_the_cause_of_a_bug_is_part_of_its_details() -> None:
    try:
        try:
            raise KeyError("text")
        except KeyError as cause:
            raise RuntimeError("text") from cause
    except RuntimeError as error:
        details = describe_bug(error).details
    assert details.index("builtins.RuntimeError") < details.index("builtins.KeyError")


def test_ten_thousand_events_arrive_in_order_while_a_timer_keeps_ticking(lanes: Lanes, qtbot: QtBot) -> None:
    def work(_cancel: CancelToken) -> Iterator[object]:
        for number in range(10_000):
            yield Notice(str(number))

    ticks: list[int] = []
    timer = QTimer(interval=1)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start()
    job = lanes.read.start(work)
    ear = Ear(job)
    with qtbot.waitSignal(job.completed, timeout=20_000):
        pass
    assert [event.text for event in ear.heard if isinstance(event, Notice)] == [str(n) for n in range(10_000)]
    assert len(ticks) > 5


def test_a_busy_job_does_not_keep_a_quiet_one_waiting(lanes: Lanes, qtbot: QtBot) -> None:
    def chatter(cancel: CancelToken) -> Iterator[object]:
        while not cancel.cancelled:
            yield Notice("x")

    busy = lanes.write.start(chatter)
    quiet = lanes.read.call(lambda: "here")
    with qtbot.waitSignal(quiet.completed, timeout=10_000):
        pass
    with qtbot.waitSignal(busy.completed, timeout=10_000):
        busy.cancel()


def test_a_flood_of_pieces_arrives_as_few_events_with_the_whole_text(lanes: Lanes, qtbot: QtBot) -> None:
    lanes.join_with(joined)

    def work(_cancel: CancelToken) -> Iterator[object]:
        for number in range(5000):
            yield Delta(f"{number} ")

    job = lanes.ask.start(work)
    ear = Ear(job)
    with qtbot.waitSignal(job.completed):
        pass
    text = "".join(event.text for event in ear.heard if isinstance(event, Delta))
    assert text.split() == [str(number) for number in range(5000)]
    assert len(ear.heard) < 2500


def test_pieces_of_text_are_joined_and_of_progress_only_the_newest_is_kept() -> None:
    assert joined(Delta("a"), Delta("b")) == Delta("ab")
    assert joined(Progress(1, 9, "x"), Progress(2, 9, "y")) == Progress(2, 9, "y")
    assert joined(Notice("a"), Notice("b")) is None
    assert joined(Delta("a"), Progress(1, 2, "")) is None


def test_closing_stops_running_jobs_and_joins_the_threads(qapp: QApplication) -> None:
    lanes = Lanes()
    begun, ended = threading.Event(), threading.Event()

    def work(cancel: CancelToken) -> Iterator[object]:
        begun.set()
        cancel.wait(30)
        ended.set()
        yield Notice("late")

    ear = Ear(lanes.ask.start(work))
    assert begun.wait(10)
    lanes.close()
    qapp.processEvents()
    assert ended.is_set()
    assert not ear.heard
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("footnote-")]
    lanes.close()


def test_work_that_comes_after_the_end_is_left_undone(qapp: QApplication) -> None:
    lanes = Lanes()
    lanes.close()
    ear = Ear(lanes.read.call(lambda: "late"))
    qapp.processEvents()
    assert (ear.heard, ear.ends) == ([], [])


def test_threads_are_no_daemons(lanes: Lanes, qtbot: QtBot) -> None:
    job = lanes.read.call(lambda: threading.current_thread().daemon)
    ear = Ear(job)
    with qtbot.waitSignal(job.completed):
        pass
    assert ear.heard == [False]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="True is immortal from Python 3.12 on")
def test_emitting_a_signal_does_not_lose_references_to_true(qapp: QApplication) -> None:
    class Bell(QObject):
        rung = Signal()

    bell = Bell()
    before = sys.getrefcount(True)
    for _ in range(1000):
        bell.rung.emit()
    assert sys.getrefcount(True) > before - 100


class Witness(QObject):
    """Notes in which thread it was let go."""

    def __init__(self, ends: list[str]) -> None:
        super().__init__()
        self._ends = ends

    def __del__(self) -> None:
        self._ends.append(threading.current_thread().name)

    def look(self) -> str:
        return "seen"


@pytest.mark.real
def test_what_a_function_holds_is_let_go_in_the_gui_thread(lanes: Lanes, qtbot: QtBot) -> None:
    ends: list[str] = []
    for _ in range(200):
        job = lanes.read.call(Witness(ends).look)
        with qtbot.waitSignal(job.completed):
            pass
    assert set(ends) == {threading.main_thread().name}
