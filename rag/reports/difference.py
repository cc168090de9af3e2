"""What differs between two sentences that say nearly the same: which words, and whether it is a number, a date, a
name or the sense.

The words are compared by difflib, the kinds by rag.support. Knows nothing of documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from rag.support import analyse

_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[%€$£¥§+−<>=]|-(?=\d)")
_DATE = re.compile(
    r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
    r"|\b(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+)?(?:Jan|Feb|Mar|Mär|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])[a-zä]*\.?"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?)?(?:,?\s+\d{4})\b"
)
_NUMBER = re.compile(r"\d")
SHOWN = 3
"""Changed numbers or names that a note spells out; more are counted."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`first` and `second` are the code points that differ in each text; `note` says in words what does."""

    first: tuple[tuple[int, int], ...]
    second: tuple[tuple[int, int], ...]
    note: str


def key(text: str) -> str:
    """Equal for two texts that differ in case, white space and punctuation only."""
    return " ".join(token.casefold() for token in _TOKEN.findall(_straight(text))) or " ".join(text.split())


def masked_words(text: str) -> frozenset[str]:
    """The words without numbers, so that a changed figure does not make two clauses strangers."""
    return frozenset("#" if _NUMBER.match(token) else token.casefold() for token in _TOKEN.findall(text))


def difference(first: str, second: str) -> Difference:
    """How `second` differs from `first`; no marks when only case, white space or punctuation do."""
    old, new = (list(_TOKEN.finditer(_straight(text))) for text in (first, second))
    words = SequenceMatcher(None, [t[0].casefold() for t in old], [t[0].casefold() for t in new], autojunk=False)
    marks_old, marks_new = [], []
    for kind, from_old, to_old, from_new, to_new in words.get_opcodes():
        if kind == "equal":
            continue
        if to_old > from_old:
            marks_old.append((old[from_old].start(), old[to_old - 1].end()))
        if to_new > from_new:
            marks_new.append((new[from_new].start(), new[to_new - 1].end()))
    return Difference(tuple(marks_old), tuple(marks_new), "; ".join(_notes(first, second)) or "wording")


def _notes(first: str, second: str) -> Iterator[str]:
    old, new = analyse(first), analyse(second)
    old_dates, new_dates = (frozenset(_DATE.findall(text)) for text in (first, second))
    dated = " ".join(old_dates | new_dates)
    if old_dates != new_dates:
        yield _changed("date", old_dates - new_dates, new_dates - old_dates)
    numbers = [frozenset(_figures(text)) for text in (_DATE.sub(" ", first), _DATE.sub(" ", second))]
    if numbers[0] != numbers[1]:
        yield _changed("number", numbers[0] - numbers[1], numbers[1] - numbers[0])
    in_dates = dated.casefold()
    gone, come = ({name for name in names if name.casefold() not in in_dates} for names in _names_apart(first, second))
    if gone and come:
        yield _changed("name", frozenset(gone), frozenset(come))
    if old.negated != new.negated:
        yield "negated" if new.negated else "no longer negated"


def _figures(text: str) -> Iterator[str]:
    for found in re.finditer(r"\d+(?:[.,:]\d+)*(?:\s?[%€$£])?", text):
        yield " ".join(found[0].split())


def _names_apart(first: str, second: str) -> tuple[set[str], set[str]]:
    """Capitalised words that stand inside one sentence only, as they are written there."""
    old, new = (_straight(text) for text in (first, second))
    return set(_names(old)) - _spelled(old, new), set(_names(new)) - _spelled(new, old)


def _names(text: str) -> Iterator[str]:
    for found in re.finditer(r"(?<=[^.!?:\s]\s)[A-ZÀ-Þ][\w'-]+", text):
        yield found[0]


def _spelled(text: str, other: str) -> set[str]:
    """The names of `text` that stand in `other`, too, in whatever case."""
    words = set(re.findall(r"[\w'-]+", other.casefold()))
    return {name for name in _names(text) if name.casefold() in words}


def _straight(text: str) -> str:
    """One kind of apostrophe."""
    return text.replace("’", "'")


def _changed(kind: str, gone: frozenset[str], come: frozenset[str]) -> str:
    before, after = (", ".join(sorted(texts)[:SHOWN]) for texts in (gone, come))
    if before and after:
        return f"{kind}: {before} → {after}"
    return f"{kind} added: {after}" if after else f"{kind} removed: {before}"
