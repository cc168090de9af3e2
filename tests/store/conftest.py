from __future__ import annotations

import pytest

from rag.store.journal import Journal
from rag.store.library import Library
from rag.store.store import Store


@pytest.fixture
def library(store: Store) -> Library:
    return store.library


@pytest.fixture
def journal(store: Store) -> Journal:
    return store.journal
