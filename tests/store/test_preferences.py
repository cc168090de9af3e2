"""What the user has set survives, and what can't be used does no harm."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from local_models.types import Sampling
from rag.store.store import Store
from rag.user_types import Preferences

CHOSEN = Preferences(
    model="big.gguf",
    embedder="/models/other",
    sampling=Sampling(temperature=0.7, seed=-1),
    n_ctx=4096,
    n_gpu_layers=-1,
    threads=2,
    theme="dark",
    certainty=True,
    extra={"splitter": "0.4"},
)


def put(store: Store, name: str, value: str) -> None:
    with store._database.write() as session:
        session.execute(
            text("INSERT OR REPLACE INTO preferences VALUES (:name, :value)"), {"name": name, "value": value}
        )


def test_a_new_store_has_the_defaults(store: Store) -> None:
    assert store.preferences.load() == Preferences()


def test_what_was_saved_is_loaded(store: Store) -> None:
    store.preferences.save(Preferences(theme="light", extra={"gone": "1"}))
    store.preferences.save(CHOSEN)
    assert store.preferences.load() == CHOSEN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "no json"),
        ("theme", "3"),
        ("n_ctx", '"many"'),
        ("threads", "true"),
        ("sampling", "[]"),
        ("extra", "1"),
    ],
)
def test_a_value_that_can_not_be_used_gives_way_to_the_default(store: Store, name: str, value: str) -> None:
    put(store, name, value)
    assert store.preferences.load() == Preferences()


def test_a_whole_number_does_for_a_fraction(store: Store) -> None:
    put(store, "sampling", '{"temperature": 1, "seed": 1.5, "unknown": 2}')
    assert store.preferences.load().sampling == Sampling(temperature=1.0)


def test_a_name_of_another_version_is_left_alone(store: Store) -> None:
    put(store, "from_the_future", '"kept"')
    store.preferences.save(store.preferences.load())
    with store._database.read() as session:
        found = session.scalar(text("SELECT value FROM preferences WHERE name = 'from_the_future'"))
    assert found == '"kept"'
