"""What the user has set, one row for each name, as JSON.

A name this version does not know is left alone, and a value it can't use gives way to the default, so that one
database serves an older and a newer Footnote and a bad value never keeps the program from starting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from local_models.types import Sampling
from rag.store.database import Database
from rag.store.schema import PreferenceRow
from rag.user_types import Preferences


class PreferencesStore:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self) -> Preferences:
        with self._database.read() as session:
            stored = {row.name: row.value for row in session.scalars(select(PreferenceRow))}
        return _preferences({name: _parsed(value) for name, value in stored.items()})

    def save(self, preferences: Preferences) -> None:
        with self._database.write() as session:
            for field in fields(preferences):
                value = getattr(preferences, field.name)
                put(session, field.name, asdict(value) if isinstance(value, Sampling) else value)


def put(session: Session, name: str, value: object) -> None:
    """In place of the value there was."""
    plain = dict(value) if isinstance(value, Mapping) else value
    session.merge(PreferenceRow(name=name, value=json.dumps(plain, ensure_ascii=False)))


def _parsed(value: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(value)
    except ValueError:
        return None


def _preferences(stored: Mapping[str, Any]) -> Preferences:
    found = Preferences()
    plain = {name: value for name, value in stored.items() if name not in ("sampling", "extra")}
    found = replace(found, **_fitting(found, plain), sampling=_sampling(stored.get("sampling")))
    extra = stored.get("extra")
    if not isinstance(extra, dict):
        return found
    return replace(found, extra={str(name): str(value) for name, value in extra.items()})


def _sampling(stored: object) -> Sampling:
    return replace(Sampling(), **_fitting(Sampling(), stored)) if isinstance(stored, dict) else Sampling()


def _fitting(defaults: Preferences | Sampling, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values that are of their default's type; a whole number does for a fraction."""
    found: dict[str, Any] = {}
    for field in fields(defaults):
        default, value = getattr(defaults, field.name), stored.get(field.name)
        if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is type(default):
            found[field.name] = value
    return found
