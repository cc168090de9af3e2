"""Column types: how the values of rag.types are written in SQLite.

Knows nothing of tables. Text is cleaned of lone surrogates here because SQLite refuses them and they do occur:
in text taken from broken PDFs and in what a window hands over. One code point replaces one, so offsets hold.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from rag.types import Place

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The same text, of the same length, with lone surrogates replaced by U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


class CleanText(TypeDecorator[str]):
    """Text that SQLite accepts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else storable(value)


class PathText(TypeDecorator[Path]):
    """A path. A name that is not valid UTF-8 (possible on Linux) is kept as the bytes the file system has."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Path | None, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        if value is None:
            return None
        text = str(value)
        return text if storable(text) == text else os.fsencode(text)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Path | None:  # noqa: ANN401, ARG002
        return None if value is None else Path(os.fsdecode(value))


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC without its zone because SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short list of texts as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps([storable(text) for text in value], ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:  # noqa: ARG002
        return None if value is None else tuple(json.loads(value))


class IdSet(TypeDecorator[frozenset[int]]):
    """A set of ids as sorted JSON. It may name rows that are gone: a scope must never widen because one vanished."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[int] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[int] | None:  # noqa: ARG002
        return None if value is None else frozenset(json.loads(value))


class IdList(TypeDecorator[tuple[int, ...]]):
    """A short list of numbers as JSON, in its own order."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[int, ...] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else json.dumps(list(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...] | None:  # noqa: ARG002
        return None if value is None else tuple(json.loads(value))


class PlaceJson(TypeDecorator[Place]):
    """A place as JSON of the fields that are set."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Place | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else _place_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Place | None:  # noqa: ARG002
        return None if value is None else _place(json.loads(value))


def _place_json(place: Place) -> str:
    return json.dumps(_fields(place), ensure_ascii=False)


def _fields(place: Place) -> dict[str, object]:
    fields = {
        "page": place.page,
        "last_page": place.last_page,
        "lines": place.lines,
        "cells": None if place.cells is None else storable(place.cells),
        "slide": place.slide,
        "chapter": None if place.chapter is None else storable(place.chapter),
        "keys": None if place.keys is None else storable(place.keys),
        "parts": [(start, _fields(part)) for start, part in place.parts] or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _place(fields: Mapping[str, Any]) -> Place:
    lines = fields.get("lines")
    parts = tuple((start, _place(part)) for start, part in fields.get("parts", ()))
    return Place(**{**fields, "lines": None if lines is None else (lines[0], lines[1]), "parts": parts})
