from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.reports import ReportRoom


@pytest.fixture
def room(tmp_path: Path) -> Iterator[ReportRoom]:
    made = ReportRoom(tmp_path)
    yield made
    made.store.close()
