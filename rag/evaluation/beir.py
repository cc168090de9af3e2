"""Reads a labelled collection in the layout of BEIR, and lays its texts down as files that Footnote can be given.

    corpus.jsonl (_id, title, text), queries.jsonl (_id, text), qrels.tsv (query-id, corpus-id, score; a header line)

Knows nothing of search.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A text of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelledCollection:
    """`grades` are by question id, then by entry id; questions without one are left out."""

    entries: tuple[Entry, ...]
    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]


def load_beir(folder: Path) -> LabelledCollection:
    """Raises UsageError if a file is missing or not as it should be."""
    try:
        entries = tuple(
            Entry(str(row["_id"]), str(row.get("title") or ""), str(row["text"]))
            for row in _rows(folder / "corpus.jsonl")
        )
        grades = _grades(folder / "qrels.tsv")
        questions = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl")}
    except OSError as error:
        raise UsageError(
            f"“{error.filename}” can't be read.", "Give a folder with corpus.jsonl, queries.jsonl and qrels.tsv."
        ) from error
    except (KeyError, ValueError) as error:
        raise UsageError(
            f"A file in “{folder}” is not in BEIR's layout: {error}.",
            "Each line of corpus.jsonl and queries.jsonl needs _id and text; qrels.tsv has three columns.",
        ) from error
    return LabelledCollection(entries, {id_: text for id_, text in questions.items() if id_ in grades}, grades)


def write_entries(entries: tuple[Entry, ...], folder: Path) -> dict[Path, str]:
    """A file for each entry, in a folder of its own, and the entry's id by file.

    With a title it is HTML, because that carries one; the file is named by a word of the title, so that its name adds
    no word to what is searched. A file that is there already is left as it is.
    """
    ids = {}
    for number, entry in enumerate(entries):
        words = _WORD.findall(entry.title)
        name = f"{words[0]}.html" if words else "_.txt"
        path = folder / f"{number:06d}" / name
        content = _page(entry) if words else entry.text
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8", newline="")
        ids[path] = entry.id
    return ids


def _page(entry: Entry) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in entry.text.splitlines() if line.strip())
    return f"<!doctype html><meta charset=utf-8><title>{html.escape(entry.title)}</title>\n<body>{paragraphs}"


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _grades(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8") as lines:
        next(lines, None)
        for line in lines:
            if line.strip():
                question, entry, grade = line.rstrip("\n").split("\t")
                grades.setdefault(question, {})[entry] = int(grade)
    return grades
