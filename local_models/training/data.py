"""Reads the training data: lines of JSON, packed with xz, in a folder that the user names.

Two kinds of file: `prose-*.jsonl.xz`, running text to learn a language from, and reading comprehension
(`reading.jsonl.xz`: passages with questions and answers; `retrieved.jsonl.xz`: questions with the passages
that a search found). It knows their fields and nothing of tokens, prompts or models.

A passage belongs to the training part or to the held-back part by a hash of its article, so that no article
is in both, and the split is the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from local_models.errors import UsageError

HELD_BACK_SHARE = 0.02
"""Enough for about 3,500 questions: a 95 % interval of 2 points on F1."""


class Part(StrEnum):
    """What is learned from, and what is measured on."""

    TRAINING = "training"
    HELD_BACK = "held-back"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a passage. `answers` may be empty: the passage does not say. The first one is trained on."""

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadingPassage:
    """A passage and what people asked about it. `source` is the data set; `title` may be empty."""

    source: str
    title: str
    text: str
    questions: tuple[Question, ...]

    @property
    def article(self) -> str:
        """What counts as one document: the title, or the passage itself where there is none."""
        return f"{self.source}/{self.title or self.text[:80]}"


@dataclass(frozen=True, slots=True)
class RetrievedQuestion:
    """A question with titled passages found by a search; the first one holds the answer."""

    question: str
    answer: str
    passages: tuple[tuple[str, str], ...]


def read_passages(folder: Path, part: Part, without: frozenset[str] = frozenset()) -> list[ReadingPassage]:
    """The reading comprehension of one part, less the passages and questions with a digest in `without`.

    Raises UsageError if the folder has none.
    """
    passages = (_passage(row, without) for row in rows_of(_existing(folder / "reading.jsonl.xz")))
    kept = (passage for passage in passages if digest_of(passage.text) not in without)
    return [passage for passage in kept if part_of(passage.article) is part]


def read_retrieved(folder: Path, part: Part, without: frozenset[str] = frozenset()) -> list[RetrievedQuestion]:
    """Questions whose first passage holds the answer, less those in `without`; none if the folder has no such file."""
    path = folder / "retrieved.jsonl.xz"
    if not path.exists():
        return []
    rows = (row for row in rows_of(path) if row["k"] == "span" and digest_of(row["q"]) not in without)
    found = [row for row in rows if part_of(row["q"]) is part]
    return [RetrievedQuestion(row["q"], row["a"], tuple((title, text) for title, text in row["p"])) for row in found]


def read_prose(folder: Path) -> Iterator[str]:
    """Running text, each piece led by its title. Raises UsageError if the folder has none."""
    files = sorted(folder.glob("prose-*.jsonl.xz"))
    if not files:
        raise UsageError(f"There is no prose-*.jsonl.xz in {folder}.", "Give the folder of the training data.")
    for path in files:
        for row in rows_of(path):
            yield f"{row['t']}\n{row['x']}" if row["t"] else row["x"]


def read_digests(path: Path | None) -> frozenset[str]:
    """The digests that `leakage` wrote; none without a file."""
    return frozenset(json.loads(path.read_text())) if path is not None else frozenset()


def digest_of(text: str) -> str:
    """What stands for a text in a list of texts to leave out."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def part_of(article: str) -> Part:
    """Which part an article belongs to: the same answer everywhere, always."""
    digest = hashlib.sha256(article.encode()).digest()
    share = int.from_bytes(digest[:4], "big") / 2**32
    return Part.HELD_BACK if share < HELD_BACK_SHARE else Part.TRAINING


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of one packed file."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _passage(row: dict[str, Any], without: frozenset[str]) -> ReadingPassage:
    asked = ((text, answers) for text, answers, _ in row["qa"] if not without or digest_of(text) not in without)
    questions = tuple(Question(text, tuple(answers)) for text, answers in asked)
    return ReadingPassage(row["s"], row["t"] or "", row["c"], questions)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"{path} does not exist.", "Give the folder of the training data.")
    return path
