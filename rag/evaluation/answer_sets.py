"""Reads a labelled set of questions and answers, in whichever of four layouts it lies on disk.

    passages.jsonl + questions.jsonl   passages (id, title, text); question, answers, passage_id, is_impossible
    files/ + questions.jsonl           documents as they are; question, answer, citations (file, page), is_impossible;
                                       dontknow.jsonl, if there, holds more questions that the files do not answer
    LANGUAGE.jsonl                     question, answers, passage_id, title, passage (null where it was given before)
    data.jsonl                         question, answers, title, passage, is_impossible; with `supporting` (sentences)
                                       the answers are long ones

The layout is recognised by the files that are there. Knows nothing of how questions are asked or answers scored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import UsageError
from rag.evaluation.beir import Entry
from rag.evaluation.sampling import picked

LAYOUTS = (
    "An answer set is a folder with passages.jsonl and questions.jsonl, files/ and questions.jsonl, LANGUAGE.jsonl, "
    "or data.jsonl (docs/user-guide.md)."
)

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Question:
    """`gold` is empty for a question that the set does not answer.

    `places` are where the answer stands: ids of passages, or pages as `page_place` names them. `word_for_word`: a
    gold answer is a stretch of its passage; otherwise it is a longer text in words of its own.
    """

    text: str
    gold: tuple[str, ...]
    places: frozenset[str]
    word_for_word: bool = True


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Passages, or a folder of documents as they are, and the questions about them."""

    name: str
    questions: tuple[Question, ...]
    passages: tuple[Entry, ...] = ()
    files: Path | None = None


def load(folder: Path, *, limit: int | None = None, language: str = "en") -> AnswerSet:
    """Read the set in `folder`. Raises UsageError if it has no known layout, or a line is not as it should be.

    `limit` picks that many questions evenly at random, always the same ones. `language` chooses among LANGUAGE.jsonl.
    """
    reader = _reader(folder, language)
    try:
        whole = reader(folder)
    except KeyError as error:
        raise UsageError(f"A line of a file in “{folder}” lacks “{error.args[0]}”.", LAYOUTS) from error
    except (OSError, TypeError, ValueError) as error:
        raise UsageError(f"A file in “{folder}” is not as expected: {error}.", LAYOUTS) from error
    if not whole.questions:
        raise UsageError(f"“{folder}” holds no question.", LAYOUTS)
    return replace(whole, questions=picked(whole.questions, limit))


def page_place(file: str, page: int) -> str:
    """The name of a page among a question's places."""
    return f"{file}#{page}"


def _reader(folder: Path, language: str) -> Callable[[Path], AnswerSet]:
    folder = folder.absolute()
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if {"passages.jsonl", "questions.jsonl"} <= there:
        return _passages_apart
    if {"files", "questions.jsonl"} <= there:
        return _documents
    if "data.jsonl" in there:
        return _a_passage_each
    if f"{language}.jsonl" in there:
        return lambda folder: _one_language(folder, language)
    others = sorted(name.removesuffix(".jsonl") for name in there if name.endswith(".jsonl"))
    if others and all(len(name) == 2 for name in others):
        raise UsageError(f"“{folder}” has no {language}.jsonl.", f"Choose with --language: {', '.join(others)}.")
    raise UsageError(f"“{folder}” is not an answer set.", LAYOUTS)


def _passages_apart(folder: Path) -> AnswerSet:
    passages = tuple(
        Entry(str(row["id"]), str(row.get("title") or ""), str(row["text"])) for row in _rows(folder / "passages.jsonl")
    )
    questions = tuple(
        Question(str(row["question"]), _gold(row), frozenset({str(row["passage_id"])}))
        for row in _rows(folder / "questions.jsonl")
    )
    return AnswerSet(folder.absolute().name, questions, passages)


def _one_language(folder: Path, language: str) -> AnswerSet:
    rows = _rows(folder / f"{language}.jsonl")
    passages = tuple(
        Entry(str(row["passage_id"]), str(row.get("title") or ""), str(row["passage"]))
        for row in rows
        if row["passage"] is not None
    )
    questions = tuple(Question(str(row["question"]), _gold(row), frozenset({str(row["passage_id"])})) for row in rows)
    return AnswerSet(f"{folder.absolute().name}-{language}", questions, passages)


def _a_passage_each(folder: Path) -> AnswerSet:
    """A passage that several questions share is one, under the id of the first."""
    passages: dict[str, Entry] = {}
    questions: list[Question] = []
    for number, row in enumerate(_rows(folder / "data.jsonl")):
        text = str(row["passage"]).strip()
        entry = passages.setdefault(text, Entry(str(number), str(row.get("title") or ""), text))
        questions.append(
            Question(str(row["question"]), _gold(row), frozenset({entry.id}), word_for_word="supporting" not in row)
        )
    return AnswerSet(folder.absolute().name, tuple(questions), tuple(passages.values()))


def _documents(folder: Path) -> AnswerSet:
    rows = _rows(folder / "questions.jsonl")
    unanswered = folder / "dontknow.jsonl"
    rows += _rows(unanswered) if unanswered.is_file() else []
    questions = tuple(
        Question(str(row["question"]), _gold(row), _cited_pages(row), word_for_word=False) for row in rows
    )
    return AnswerSet(folder.absolute().name, questions, files=folder / "files")


def _gold(row: Row) -> tuple[str, ...]:
    if row.get("is_impossible"):
        return ()
    answers = row["answers"] if "answers" in row else row["answer"]
    return tuple(map(str, answers)) if isinstance(answers, list) else (str(answers),)


def _cited_pages(row: Row) -> frozenset[str]:
    citations = row.get("citations", ())
    if not isinstance(citations, Sequence):
        raise TypeError("citations is not a list")
    return frozenset(page_place(str(cited["file"]), int(cited["page"])) for cited in citations)


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
