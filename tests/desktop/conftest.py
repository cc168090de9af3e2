"""What the tests of the window share: no display is needed, lanes end with the test."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication  # the platform must be set before

from desktop.jobs import Lanes
from desktop.theme import Theme
from tests.fakes.desktop import FakeAssistant
from tests.fakes.reports_page import FakeReports


@pytest.fixture(scope="package", autouse=True)
def no_collection_in_worker_threads() -> Iterator[None]:
    """As in the program (desktop.collector): widgets of earlier tests must not be freed by a lane's thread."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module", autouse=True)
def collection_after_each_module(no_collection_in_worker_threads: None) -> Iterator[None]:
    gc.freeze()  # a test of the collector has thawed what was there: half a second for each module after it
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def still_no_collection(no_collection_in_worker_threads: None) -> Iterator[None]:
    """A collection in the middle of an event frees windows of earlier tests under Qt's feet, and Qt crashes."""
    yield
    assert not gc.isenabled(), "this test left Python's collection switched on"


@pytest.fixture
def lanes(qapp: QApplication) -> Iterator[Lanes]:
    made = Lanes()
    yield made
    made.close()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme(qapp, "light")
    yield made
    made.deleteLater()


@pytest.fixture
def fake_assistant(tmp_path: Path) -> FakeAssistant:
    made = FakeAssistant(tmp_path)
    made.reports = FakeReports()
    return made
