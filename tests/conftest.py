"""What every test shares: an empty library, and a fast part that stays fast.

The fast part (`make check`) is what people run while they work. Its time is counted in seconds of the processor, which
a busy machine does not lengthen as it does the clock's.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from rag.store.store import Store
from tests.fakes.store import new_store

MOST_PROCESSOR_S = 10.0
"""For a test that isn't marked `real`: the slowest take one here, and a busy machine makes five of it."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported stays to the end: Python need not look through it for garbage, now or after any test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    before = _processor_s()
    result = yield
    used = _processor_s() - before
    if used > MOST_PROCESSOR_S and item.get_closest_marker("real") is None:
        pytest.fail(f"This test took {used:.1f} s of the processor: make it cheaper, or mark it real.", pytrace=False)
    return result


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty library in the folder `data`."""
    opened = new_store(tmp_path / "data")
    yield opened
    opened.close()


def _processor_s() -> float:
    """Of this process and of the children that have ended."""
    return sum(os.times()[:4])
