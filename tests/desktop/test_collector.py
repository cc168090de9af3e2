"""Cycles are freed in the GUI thread only."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import collector
from desktop.collector import Collector


class Cycle:
    def __init__(self, ends: list[str]) -> None:
        self.me = self
        self.ends = ends

    def __del__(self) -> None:
        self.ends.append(threading.current_thread().name)


@pytest.fixture
def owner(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> QObject:
    monkeypatch.setattr(collector, "PERIOD_MS", 5)
    return QObject()


def test_cycles_made_in_a_worker_thread_die_in_the_gui_thread(owner: QObject, qtbot: QtBot) -> None:
    ends: list[str] = []
    made = Collector(owner)

    def work() -> None:
        for _ in range(5000):
            Cycle(ends)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    qtbot.waitUntil(lambda: len(ends) == 5000)
    assert set(ends) == {threading.main_thread().name}
    made.stop()


@pytest.mark.parametrize("enabled", [True, False])
def test_python_collects_as_before_after_the_end(owner: QObject, enabled: bool) -> None:
    if enabled:
        gc.enable()
    made = Collector(owner)
    assert not gc.isenabled()
    made.settle()
    made.stop()
    found = gc.isenabled()
    gc.disable()
    assert found is enabled
