"""Which labelled sets lie below a folder, told by the files that are there and the keys of their first lines.

It opens no document and follows no link. How a set is read and measured is the business of its kind.
"""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from rag.errors import UsageError


class SetKind(StrEnum):
    """What can be measured on a set; in the order in which they are measured, quick ones first."""

    CLAIMS = "claims"
    DOCUMENTS = "documents"
    SPANS = "spans"
    RETRIEVAL = "retrieval"
    INJECTION = "injection"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class FoundSet:
    kind: SetKind
    folder: Path


def find_sets(folder: Path) -> tuple[list[FoundSet], list[Path]]:
    """The sets by kind, then by path; and the folders with JSON lines of a layout that is not known.

    A folder may hold sets of two kinds: documents with planted instructions are both. Raises UsageError if there is no
    such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder “{folder}”.", "Give the folder that holds the labelled sets.")
    found: list[FoundSet] = []
    unknown: list[Path] = []
    for place, below, names in os.walk(folder):
        kinds = kinds_of(Path(place))
        found += (FoundSet(kind, Path(place)) for kind in kinds)
        if kinds:
            below.clear()  # what lies in a set belongs to it
        elif any(name.endswith(".jsonl") for name in names):
            unknown.append(Path(place))
    return sorted(found, key=lambda one: (list(SetKind).index(one.kind), one.folder)), sorted(unknown)


def kinds_of(folder: Path) -> list[SetKind]:
    """What a folder is a set for; empty for none. Raises nothing: what can't be read is no set."""
    names = {path.name for path in folder.iterdir()}
    kinds: list[SetKind] = []
    if {"corpus.jsonl", "queries.jsonl", "qrels.tsv"} <= names:
        kinds.append(SetKind.RETRIEVAL)
    if "MANIFEST.csv" in names:
        kinds += _of_manifest(folder / "MANIFEST.csv")
    if {"docs", "questions.jsonl"} <= names and "spans" in _keys(folder / "questions.jsonl"):
        kinds.append(SetKind.SPANS)
    elif "questions.jsonl" in names and names & {"files", "passages.jsonl"}:
        kinds.append(SetKind.ANSWERS)
    if "injected_documents.jsonl" in names:
        kinds.append(SetKind.INJECTION)
    elif not kinds:
        kinds += _of_lines(folder, names)
    return kinds


def _of_lines(folder: Path, names: set[str]) -> list[SetKind]:
    """The layouts that differ in their keys alone."""
    for name in sorted(name for name in names if name.endswith(".jsonl")):
        keys = _keys(folder / name)
        if name == "data.jsonl" and {"claim", "label"} <= keys:
            return [SetKind.CLAIMS]
        if name == "data.jsonl" and "markers" in keys:
            return [SetKind.INJECTION]
        if name == "data.jsonl" and {"question", "passage"} <= keys and keys & {"answers", "answer"}:
            return [SetKind.ANSWERS]
        if {"poison_passages", "attacker_answer"} <= keys:
            return [SetKind.INJECTION]
        if len(Path(name).stem) == 2 and {"question", "answers", "passage_id"} <= keys:
            return [SetKind.ANSWERS]
    return []


def _of_manifest(path: Path) -> list[SetKind]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            columns = set(next(csv.reader(lines), []))
    except (OSError, ValueError, csv.Error):
        return []
    planted = [SetKind.INJECTION] if {"file", "canary"} <= columns else []
    listed = [SetKind.DOCUMENTS] if "file" in columns and columns & {"kind", "category"} else []
    return [*listed, *planted]


def _keys(path: Path) -> set[str]:
    """The keys of the first line; empty where it is no JSON object."""
    try:
        with path.open(encoding="utf-8") as lines:
            row = json.loads(next((line for line in lines if line.strip()), "{}"))
    except (OSError, ValueError):
        return set()
    return set(row) if isinstance(row, dict) else set()
