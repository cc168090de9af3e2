"""Checks that nothing a model is measured on was among what it learned from.

    python -m local_models.training.leakage --data FOLDER --evaluation FOLDER [--write leaked.json]

Every text of the evaluation folder (the strings in its JSON and JSON-lines files, its text files' paragraphs) and
every training passage and question is brought to one form, lower-case words, and hashed. A passage counts as leaked
if one hash is in both; so do its windows of `WINDOW` words, which find a passage inside a longer text. Questions
are compared as a whole, from `LEAST_WORDS` words on: "What is it?" is nobody's property.

It prints where something is found. `--write` keeps the digests of what is, and training leaves them out
(`--without leaked.json`); without it, finding anything is an error (exit code 1).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from local_models.training.data import Part, ReadingPassage, digest_of, read_passages, read_retrieved
from local_models.training.progress import say

WINDOW = 25
"""Words in a row that two texts hardly share by chance; quotations of laws and lists may."""

LEAST_WORDS = 7

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Leak:
    """A training text that is also in the evaluation. `kind` is "passage" or "question"."""

    kind: str
    source: str
    text: str


def leaks(passages: Iterable[ReadingPassage], questions: Iterable[tuple[str, str]], evaluation: Path) -> list[Leak]:
    """Every training passage and (source, question) that is in the evaluation folder too."""
    windows: set[bytes] = set()
    wholes: set[bytes] = set()
    for text in texts_under(evaluation):
        words = words_of(text)
        windows.update(window_hashes(words, step=1))
        if len(words) >= LEAST_WORDS:
            wholes.add(hash_of(words))
    found = [
        Leak("passage", passage.source, passage.text)
        for passage in passages
        if any(digest in windows for digest in window_hashes(words_of(passage.text), step=WINDOW))
    ]
    asked = ((source, question, words_of(question)) for source, question in questions)
    return found + [
        Leak("question", source, question)
        for source, question, words in asked
        if len(words) >= LEAST_WORDS and hash_of(words) in wholes
    ]


def texts_under(folder: Path) -> Iterator[str]:
    """Every text of a folder: strings in JSON, columns of tables, paragraphs of text files."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if path.suffix in {".json", ".jsonl"}:
            yield from _json_texts(path)
        elif path.suffix in {".txt", ".md", ".tsv", ".csv"}:
            yield from re.split(r"\n\s*\n|\t", path.read_text("utf-8", "replace"))


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def hash_of(words: list[str]) -> bytes:
    """Eight bytes: among 10^8 windows two unlike ones meet with a chance of 3 in 10,000."""
    return hashlib.blake2b(" ".join(words).encode(), digest_size=8).digest()


def window_hashes(words: list[str], step: int) -> Iterator[bytes]:
    """Hashes of `WINDOW` words from every `step`-th on."""
    for start in range(0, len(words) - WINDOW + 1, step):
        yield hash_of(words[start : start + WINDOW])


def _json_texts(path: Path) -> Iterator[str]:
    text = path.read_text("utf-8", "replace")
    for line in text.splitlines() if path.suffix == ".jsonl" else [text]:
        try:
            yield from _strings(json.loads(line))
        except json.JSONDecodeError:
            yield line


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)


def main() -> None:
    parser = argparse.ArgumentParser(description="Look for texts of an evaluation in the training data.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--evaluation", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument("--write", type=Path, help="keep the digests of what was found in this file")
    options = parser.parse_args()
    passages = read_passages(options.data, Part.TRAINING)
    questions = [(passage.source, question.text) for passage in passages for question in passage.questions]
    questions += [("retrieved", row.question) for row in read_retrieved(options.data, Part.TRAINING)]
    found = leaks(passages, questions, options.evaluation)
    for leak in found[:20]:
        say(f"{leak.kind} of {leak.source}: {leak.text[:120]}")
    say(f"{len(found)} of {len(passages)} passages and {len(questions)} questions are in the evaluation")
    if options.write is not None:
        options.write.write_text(json.dumps(sorted(digest_of(leak.text) for leak in found), indent=0) + "\n")
    elif found:
        sys.exit(1)


if __name__ == "__main__":
    main()
