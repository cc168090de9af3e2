"""Sentences that two encyclopedias wrote about the same thing: what one says, and whether the other says it too.

Simple English Wikipedia tells in its own words what Wikipedia tells, and more, and less. Nobody labelled which is
which; but a sentence of which every name, every number and most words stand together in two neighbouring sentences of
the other is most likely told there, and one with a name or number that the whole other text lacks is surely not. What
lies between is left out.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.training.data import rows_of
from local_models.training.sentence_changes import NUMBER, names_of

SIMPLE, FULL = "simplewiki", ("enwiki2015", "enwiki2021")
PLAIN = frozenset({SIMPLE, *FULL, "openstax", "factbook", "guides18f", "owasp"})
"""Prose that states facts, by its sources: no novels, no manual pages."""

TOLD, UNTOLD = 0.72, 0.85
"""Share of the words: from TOLD on, and with all names and numbers, a sentence is told; above UNTOLD one that lacks a
name or number is too near to be sure that it is not another spelling."""

LIKE = 0.3
"""Below this share the other text speaks of something else: too easy."""

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(])|\n+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_STOP = frozenset(
    "the and was were are has had have for from with that this these those its his her their been into also they which "
    "who one two not but there about after before over under than then".split()
)
FEWEST, MOST = 25, 300
"""Characters of a sentence worth learning from."""


@dataclass(frozen=True, slots=True)
class Article:
    """`sentences` in the order of the text; `source` is the collection it is from."""

    title: str
    sentences: tuple[str, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Parallel:
    """`place`: the sentence of `other` from which two tell it, -1 where none does."""

    sentence: str
    other: Article
    place: int


def split(text: str) -> tuple[str, ...]:
    """The sentences; a line break ends one."""
    return tuple(part.strip() for part in SENTENCE_END.split(text) if part.strip())


def read_articles(folder: Path) -> list[Article]:
    """All running prose of the training data, each piece apart. None where the folder has none."""
    found = []
    for path in sorted(folder.glob("prose-*.jsonl.xz")):
        rows = (row for row in rows_of(path) if row["s"] in PLAIN)
        found += [Article(row["t"] or "", split(row["x"]), row["s"]) for row in rows]
    return found


def find_parallels(articles: Sequence[Article], rng: random.Random) -> list[Parallel]:
    """All that is told and about as much that is not."""
    pieces: dict[str, dict[str, list[Article]]] = defaultdict(lambda: defaultdict(list))
    for article in articles:
        if article.source in (SIMPLE, *FULL) and article.title:
            pieces[article.title][article.source].append(article)
    found: list[Parallel] = []
    for title, sources in pieces.items():
        full = [piece for name in FULL for piece in sources.get(name, [])]
        if full and SIMPLE in sources:
            other = Article(title, tuple(sentence for piece in full for sentence in piece.sentences))
            for piece in sources[SIMPLE]:
                found += _compared(piece.sentences, other)
    told = [one for one in found if one.place >= 0]
    untold = [one for one in found if one.place < 0]
    rng.shuffle(untold)
    return [*told, *untold[: len(told)]]


def _compared(sentences: Sequence[str], other: Article) -> Iterator[Parallel]:
    windows = [" ".join(other.sentences[place : place + 2]) for place in range(len(other.sentences))]
    words = [_words(window) for window in windows]
    whole = " ".join(other.sentences)
    for sentence in sentences:
        mine = _words(sentence)
        if not FEWEST <= len(sentence) <= MOST or len(mine) < 4 or sentence in whole:
            continue
        shares = [len(mine & its) / len(mine) for its in words]
        best = max(range(len(shares)), key=shares.__getitem__)
        if shares[best] >= TOLD and _has_all(sentence, f"{other.title} {windows[best]}"):
            yield Parallel(sentence, other, best)
        elif LIKE <= shares[best] < UNTOLD and _lacks(sentence, f"{other.title} {whole}"):
            yield Parallel(sentence, other, -1)


def _words(text: str) -> frozenset[str]:
    """The first five letters stand for a word: "building" and "built" part, "builds" and "building" do not."""
    return frozenset(word[:5] for word in map(str.lower, _WORD.findall(text)) if word not in _STOP)


def _has_all(sentence: str, text: str) -> bool:
    low = text.lower()
    return all(name.lower() in low for name in names_of(sentence)) and all(
        number in text for number in NUMBER.findall(sentence)
    )


def _lacks(sentence: str, text: str) -> bool:
    """A number or a whole name, in any of its words, that is nowhere."""
    low = text.lower()
    if any(number not in text for number in NUMBER.findall(sentence)):
        return True
    return any(all(part.lower()[:5] not in low for part in name.split()) for name in names_of(sentence[1:]))
