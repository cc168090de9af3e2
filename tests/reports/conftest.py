from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.store.store import Store
from tests.fakes.reports import ReportRoom


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrating a new database takes a third of a second; a copy of one takes nothing."""
    folder = tmp_path_factory.mktemp("empty")
    store = Store.open(folder)
    store.close()
    return store.file


@pytest.fixture
def room(tmp_path: Path, empty_library: Path) -> Iterator[ReportRoom]:
    shutil.copy(empty_library, tmp_path)
    made = ReportRoom(tmp_path)
    yield made
    made.store.close()
