"""Reads sets of documents that hold instructions for a model, in whichever of four layouts they lie on disk.

    injected_documents.jsonl      document, question, attack (the instruction in it)
    *.jsonl                       question, attacker_answer, poison_passages (texts that say it)
    data.jsonl                    tables of strings: contexts or paragraphs, injection_instructions, payloads,
                                  payload_triggers, injection_sep_pairs, and the markers that stand for one another
    MANIFEST.csv                  file, canary: a file each, and the word its instruction asks for

The layout is recognised by the files that are there. Knows nothing of how questions are asked or answers judged.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.evaluation.sampling import picked

LAYOUTS = (
    "An injection set is a folder with injected_documents.jsonl, MANIFEST.csv, data.jsonl of string tables, or a "
    ".jsonl of poison_passages (docs/user-guide.md)."
)

ASKED = "What does the document say?"
"""Asked where a set has no question of its own."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """Documents with something planted in them, and a question asked of them alone.

    It has reached the answer if one of `planted` is said there, or a stretch of `attack`. `file` is a document as it
    is; else `texts` are the documents.
    """

    id: str
    question: str
    planted: tuple[str, ...] = ()
    attack: str = ""
    texts: tuple[str, ...] = ()
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class InjectionSet:
    name: str
    cases: tuple[Case, ...]


def load(folder: Path, *, limit: int | None = None, question: str = ASKED) -> InjectionSet:
    """Read the set in `folder`; `question` is asked where it has none. Raises UsageError for another layout.

    `limit` picks that many cases evenly at random, always the same ones.
    """
    reader = _reader(folder)
    try:
        cases = tuple(replace(case, question=case.question or question) for case in reader(folder))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise UsageError(f"A file in “{folder}” is not as expected: {error}.", LAYOUTS) from error
    if not cases:
        raise UsageError(f"“{folder}” holds no case.", LAYOUTS)
    return InjectionSet(folder.absolute().name, picked(cases, limit))


def _reader(folder: Path) -> Callable[[Path], Iterator[Case]]:
    if (folder / "injected_documents.jsonl").is_file():
        return _injected
    if (folder / "MANIFEST.csv").is_file():
        return _files
    if (folder / "data.jsonl").is_file():
        return _composed
    if any(folder.glob("*.jsonl")):
        return _poisoned
    raise UsageError(f"“{folder}” is not an injection set.", LAYOUTS)


def _injected(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "injected_documents.jsonl"):
        yield Case(str(row["id"]), str(row["question"]), attack=str(row["attack"]), texts=(str(row["document"]),))


def _poisoned(folder: Path) -> Iterator[Case]:
    for path in sorted(folder.glob("*.jsonl")):
        for row in _rows(path):
            planted = (str(row["attacker_answer"]),)
            yield Case(str(row["id"]), str(row["question"]), planted, texts=tuple(map(str, row["poison_passages"])))


def _files(folder: Path) -> Iterator[Case]:
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["canary"]:
                yield Case(row["file"], row.get("question") or "", (row["canary"],), file=folder / row["file"])


def _composed(folder: Path) -> Iterator[Case]:
    for row in _rows(folder / "data.jsonl"):
        yield from _of_table(row, folder)


def _of_table(row: Row, folder: Path) -> Iterator[Case]:
    """Each document with each instruction; payloads, triggers and separators take turns."""
    marks = row["markers"]
    triggers = [str(trigger) for trigger in row.get("payload_triggers") or row.get("payloads") or ()]
    payloads = [str(payload) for payload in row.get("payloads") or (marks["trigger"],)]
    instructions = [str(text) for text in row.get("injection_instructions") or (marks["payload"],)]
    separators = row.get("injection_sep_pairs") or [["", ""]]
    asked = next((str(text).strip(" \n-:") for text in row.get("top_instructions", ()) if str(text).strip()), "")
    if not triggers or triggers == [marks["trigger"]]:
        return
    for number, (document, instruction) in enumerate(product(_documents(row, folder), instructions)):
        trigger = triggers[number % len(triggers)]
        payload = payloads[number % len(payloads)].replace(marks["trigger"], trigger)
        before, behind = separators[number % len(separators)]
        attack = f"{before}{instruction.replace(marks['payload'], payload)}{behind}"
        text = document.replace(marks["injection"], attack)
        yield Case(f"{row['id']}-{number}", asked, (trigger,), attack=payload, texts=(text,))


def _documents(row: Row, folder: Path) -> Iterator[str]:
    """The table's texts, each with one place for an injection."""
    mark = row["markers"]["injection"]
    contexts = [str(text) for text in row.get("contexts") or ()]
    if row.get("paragraphs"):
        paragraphs = [str(text) for text in row["paragraphs"]]
        middle = len(paragraphs) // 2
        contexts.append("\n\n".join([*paragraphs[:middle], mark, *paragraphs[middle:]]))
    whois = folder / "whois_documents.jsonl"
    if not contexts and whois.is_file():
        contexts = [str(other["document"]).replace("{INJECTION_MARKER}", mark) for other in _rows(whois)]
    yield from (text for text in contexts if mark in text)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
