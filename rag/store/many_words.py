"""SQL of word search where many passages match: the rarest words propose passages, and only those are scored.

FTS5's own ranking scores every match, 4 microseconds each: a question of six words, one of them in a third of a million
passages, takes over a second. Here the passages that hold rare words are put in a first order by these alone, then the
best of them are scored by all words from their stored terms, with FTS5's own formula. What is lost are passages that
hold only common words of the question, and those are never among its best unless all its words are common.

Knows terms, not words: what the terms of a text are is decided in rag.index.terms.
"""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from rag.index.found import Ids, are_among
from rag.index.fusion import inverse_document_frequency
from rag.store.columns import storable

PROPOSED = 15_000
"""Occurrences of rare words that are looked at: 5 ms. Always those of the rarest, unless it is more common still."""

PROPOSED_IN_PART = 100_000
"""The same when only some documents are asked and hold too few of them."""

SCORED = 300
"""Passages scored by all words, 25 microseconds each. The first 10 agree with FTS5's to the share that
docs/measurements.md tells."""

TELLING = 1.0
"""Inverse document frequency of a word in 27 of 100 passages: rarer ones also take part in the first order."""

ALSO = 2
"""So many of those at most, up to 5 ms each."""

SPREAD = 5_000
"""Passages of a common word that are looked at, from windows spread evenly over what is asked: 2 ms. To look at every
passage of a word that stands in 440,000 takes 29 ms."""

WINDOWS = 8
"""Finding the beginning of each in the word index takes 0.2 ms."""

APART = 20
"""Times as far as it would have to, a window reaches where what is asked lies scattered."""

LISTED = 20_000
"""Passages of a word that are listed, in 2 ms; of one in more, only those that hold a rare one too: 3 to 5 ms."""

COUNTED_ANEW = 0.01
"""A word's count is kept while the library has not changed its size by this share."""

KEPT_FROM = 2_000
"""Rarer words are counted for each question: that takes 0.1 ms."""

_K1, _B = 1.2, 0.75
"""FTS5's constants."""

_FREQUENCY = text("SELECT term, doc FROM passage_vocabulary WHERE term IN :terms").bindparams(
    bindparam("terms", expanding=True)
)
_AT_ONCE = 500
_OCCURRENCES = text("SELECT group_concat(doc) FROM temp.passage_occurrences WHERE term = :term")
_HOLDING = text("SELECT group_concat(rowid) FROM passage_words WHERE passage_words MATCH :match")
_HOLDING_BETWEEN = text("""
    SELECT group_concat(rowid) FROM passage_words
    WHERE passage_words MATCH :match AND rowid >= :first AND rowid <= :last
""")
_ENDS = text("SELECT (SELECT min(id) FROM passage_words_content), (SELECT max(id) FROM passage_words_content)")
_TERMS = text("""
    SELECT group_concat(id), group_concat(c0 || char(31) || c1 || char(31) || c2, char(30))
    FROM passage_words_content WHERE id IN (SELECT value FROM json_each(:ids))
""")
"""In one row: the driver hands the interpreter over and takes it back for each. No term has a control character."""
_TOTALS = text("SELECT block FROM passage_words_data WHERE id = 1")
"""FTS5's totals, as varints: passages, then the terms in each column (fts5_storage.c, fts5StorageLoadTotals)."""


Totals = tuple[int, float]


def totals(session: Session) -> Totals:
    """Passages in the word index, and their mean length in terms. No passage is looked at."""
    block: bytes | None = session.scalar(_TOTALS)
    numbers = _varints(block or b"")
    count = numbers[0] if numbers else 0
    return count, sum(numbers[1:]) / max(count, 1)


class WordCounts:
    """In how many passages words stand. Common ones are counted once and kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, int]] = {}
        self._last: tuple[Totals, dict[str, int]] = ((0, 0.0), {})

    def frequencies(self, session: Session, terms: Sequence[str]) -> dict[str, int]:
        """Of each term; those that occur nowhere are left out. A common one's may be off by COUNTED_ANEW."""
        now = totals(session)
        wanted = [storable(term) for term in dict.fromkeys(terms)]
        with self._lock:
            known = {term: self._kept[term] for term in wanted if term in self._kept}
            state, last = self._last
        found = {term: count for term, (count, of) in known.items() if abs(now[0] - of) <= COUNTED_ANEW * of}
        if state == now:  # a question's words are asked for twice: to find passages, and to tell what a word is worth
            found |= {term: last[term] for term in wanted if term in last}
        counted = dict.fromkeys((term for term in wanted if term not in found), 0)
        counted |= _counted(session, list(counted))
        with self._lock:
            self._kept.update((term, (count, now[0])) for term, count in counted.items() if count >= KEPT_FROM)
            self._last = now, found | counted
        return {term: count for term, count in (found | counted).items() if count}


def _counted(session: Session, terms: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(terms), _AT_ONCE):
        counted = session.execute(_FREQUENCY, {"terms": terms[start : start + _AT_ONCE]})
        found.update((term, count) for term, count in counted)
    return found


def _ends(session: Session) -> tuple[int, int]:
    """The first and the last id of the word index; there are some."""
    first, last = session.execute(_ENDS).one()
    return int(first), int(last)


def _windows(first: int, last: int, length: int) -> list[tuple[int, int]]:
    """WINDOWS of so many ids, evenly from the first id to the last: the first and last of each."""
    starts = np.linspace(first, last - length + 1, WINDOWS).astype(np.int64).tolist()
    return [(start, start + length - 1) for start in starts]


def search(
    session: Session,
    having: Mapping[str, int],
    *,
    weights: tuple[float, float, float],
    within: Ids | None,
    limit: int,
) -> list[tuple[int, float]]:
    """The best passages by BM25 and their scores, best first. `having`: in how many passages each term stands."""
    total, mean_length = totals(session)
    rarity = {term: inverse_document_frequency(total, many) for term, many in having.items()}
    scored = max(SCORED, 2 * limit)
    if within is not None and len(within) <= scored:
        candidates = within
    else:
        candidates = _most_promising(_proposed(session, having, rarity, within, limit), scored)
    ids, texts = session.execute(_TERMS, {"ids": json.dumps(candidates.tolist())}).one()
    passages = zip(_listed(ids).tolist(), (texts or "").split("\x1e"), strict=False)
    scores = [(id_, _score(text.split("\x1f"), rarity, weights, mean_length)) for id_, text in passages]
    scores.sort(key=lambda entry: (-entry[1], entry[0]))
    return [entry for entry in scores[:limit] if entry[1] > 0]


def _proposed(
    session: Session, having: Mapping[str, int], rarity: Mapping[str, float], within: Ids | None, limit: int
) -> list[tuple[Ids, NDArray[np.float64]]]:
    """Passages that hold some of the words, and what these words promise."""
    terms = sorted(having, key=lambda term: having[term])
    found: list[tuple[Ids, NDArray[np.float64]]] = []
    looked_at = used = enough = 0
    for term in terms:
        affordable = PROPOSED if within is None or enough >= limit else PROPOSED_IN_PART
        if looked_at + having[term] > affordable:
            break
        ids, times = np.unique(_listed(session.scalar(_OCCURRENCES, {"term": term})), return_counts=True)
        ids, gains = _inside(ids, rarity[term] * times * (_K1 + 1) / (times + _K1), within)
        found.append((ids, gains))
        looked_at += having[term]
        used += 1
        enough += len(ids)
    rare, common = terms[:used], terms[used:]
    if enough < limit:
        found += _of_common(session, common, having, rarity, within)
    if rare:
        also = [term for term in common[:ALSO] if rarity[term] >= TELLING]
        any_rare = " OR ".join(map(_quoted, rare))
        for term in also:
            alone = _quoted(term)
            match = alone if having[term] <= LISTED else f"({any_rare}) AND {alone}"
            ids = _listed(session.scalar(_HOLDING, {"match": match}))
            found.append(_inside(ids, np.full(len(ids), rarity[term]), within))
    return found


def _of_common(
    session: Session,
    terms: Sequence[str],
    having: Mapping[str, int],
    rarity: Mapping[str, float],
    within: Ids | None,
) -> list[tuple[Ids, NDArray[np.float64]]]:
    """When no word is rare: passages from everywhere with two of the three rarest, and some with the rarest."""
    total = totals(session)[0]
    found = []
    for a, b in ((a, b) for at, a in enumerate(terms[:3]) for b in terms[at + 1 : 3]):
        together = having[a] * having[b] / total
        ids = _spread(session, f"{_quoted(a)} AND {_quoted(b)}", SPREAD // 3 * total / max(together, 1), within)
        found.append(_inside(ids, np.full(len(ids), (rarity[a] + rarity[b]) / 2), within))
    if terms:
        ids = _spread(session, _quoted(terms[0]), SPREAD * total / having[terms[0]], within)
        found.append(_inside(ids, np.full(len(ids), rarity[terms[0]]), within))
    return found


def _spread(session: Session, match: str, enough: float, within: Ids | None) -> Ids:
    """Those that match among so many of the passages asked of, evenly from everywhere; a few may lie outside."""
    length = math.ceil(enough / WINDOWS)
    first, last = _ends(session) if within is None else (int(within[0]), int(within[-1]))
    if length * WINDOWS >= (last - first + 1 if within is None else len(within)):
        windows = [(first, last)]
    elif within is None:
        windows = _windows(first, last, length)
    else:
        places = np.array(_windows(0, len(within) - 1, length))
        starts, ends = within[places[:, 0]], within[places[:, 1]]
        windows = list(zip(starts.tolist(), np.minimum(ends, starts + APART * length).tolist(), strict=True))
    match_in = [{"match": match, "first": begin, "last": end} for begin, end in windows]
    return np.concatenate([_listed(session.scalar(_HOLDING_BETWEEN, values)) for values in match_in])


def _most_promising(found: Sequence[tuple[Ids, NDArray[np.float64]]], count: int) -> Ids:
    """The ids with the largest sums."""
    if not found:
        return np.empty(0, np.int64)
    ids, places = np.unique(np.concatenate([part for part, _ in found]), return_inverse=True)
    sums = np.bincount(places, np.concatenate([part for _, part in found]), len(ids))
    best: Ids = ids[np.argpartition(-sums, count)[:count]] if len(ids) > count else ids
    return best


def _inside(ids: Ids, numbers: NDArray[np.float64], within: Ids | None) -> tuple[Ids, NDArray[np.float64]]:
    if within is None:
        return ids, numbers
    inside = are_among(ids, within)
    return ids[inside], numbers[inside]


def _score(
    columns: Sequence[str], rarity: Mapping[str, float], weights: tuple[float, float, float], mean_length: float
) -> float:
    """BM25 as FTS5's bm25() has it: the weighted count of a term in all columns, the length of all columns."""
    length, counts = 0, dict[str, float]()
    for weight, column in zip(weights, columns, strict=True):
        terms = column.split(" ") if column else []
        length += len(terms)
        for term in terms:
            if term in rarity:
                counts[term] = counts.get(term, 0.0) + weight
    norm = _K1 * (1 - _B + _B * length / mean_length)
    return sum(rarity[term] * count * (_K1 + 1) / (count + norm) for term, count in counts.items())


def _listed(written: str | None) -> Ids:
    return np.fromstring(written, dtype=np.int64, sep=",") if written else np.empty(0, np.int64)


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _varints(block: bytes) -> list[int]:
    """SQLite's: seven bits a byte, the highest first, a set top bit says that more follow. Lengths need no ninth."""
    numbers, number = [], 0
    for byte in block:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            numbers.append(number)
            number = 0
    return numbers
