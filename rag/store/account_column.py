"""The column that keeps how an answer was made (rag.account) as JSON.

What can't be read, or was written by another version with other keys, gives way to the defaults: an account explains
an answer, and must never keep one from opening.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from rag.account import Account, Certainty, ModelAccount, SourceAccount
from rag.store.columns import storable

_Noted = TypeVar("_Noted", Account, SourceAccount, ModelAccount, Certainty)


class AccountJson(TypeDecorator[Account]):
    """An account as a JSON object of its fields."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Account | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(json.dumps(asdict(value), ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Account | None:  # noqa: ARG002
        return None if value is None else read_account(value)


def read_account(text: str) -> Account | None:
    """The account written as JSON; None if it can't be read."""
    try:
        noted = json.loads(text)
        return _account(noted)
    except (ValueError, TypeError, AttributeError):
        return None


def _account(noted: Mapping[str, Any]) -> Account:
    parts = {
        "scope": tuple(noted.get("scope") or ()),
        "sources": tuple(_source(source) for source in noted.get("sources") or ()),
        "certainties": tuple(_made(Certainty, each) for each in noted.get("certainties") or ()),
        "model": _made(ModelAccount, noted["model"]) if noted.get("model") else None,
    }
    return _made(Account, {**noted, **parts})


def _source(noted: Mapping[str, Any]) -> SourceAccount:
    words = {name: tuple(noted.get(name) or ()) for name in ("rare", "common")}
    return _made(SourceAccount, {**noted, **words})


def _made(kind: type[_Noted], noted: Mapping[str, Any]) -> _Noted:
    known = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in noted.items() if name in known})
