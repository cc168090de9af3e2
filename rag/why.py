"""Why passages were found: which words of the question each holds, how rare these are, and both scores on one scale.

    question -> telling words -> in how many passages each stands -> each hit: rare ones, others, scores of 0 to 1

It explains a ranking after the fact, from the same terms and the same formula (rag.index.fusion), and changes nothing
in it. Knows nothing of answers or of sentences for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.index.fusion import highest_words_score
from rag.index.languages import guess_language
from rag.index.terms import QueryTerm, asked_words, forms_of, occurrences, passage_terms, query_terms
from rag.types import Hit

RARE_SHARE = 0.05
"""A word that at most this share of all passages holds is rare: its inverse document frequency is 3 or more."""

FEW = 2
"""In a small library: a word is rare that stands in no more than so many passages."""

_RUN = re.compile(r"[^\W_]+")

Frequencies = Callable[[Sequence[str]], Mapping[str, int]]
"""In how many passages each form of a word stands; forms that stand in none may be left out."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """Of one hit. Words as the question has them; neighbours that are neighbours in the passage too stand together.

    `named_in` is the title of the document in which a better hit names this one's (rag.following).
    """

    rare: tuple[str, ...]
    common: tuple[str, ...]
    by_words: float
    by_meaning: float
    named_in: str = ""


def grounds(
    question: str, hits: Sequence[Hit], frequencies: Frequencies, total: int, unrelated: float
) -> tuple[Grounds, ...]:
    """One for each hit. `total` passages are in the library; `unrelated` is the embedder's cosine of nothing alike."""
    terms = asked_words(query_terms(question))
    having = occurrences(terms, frequencies(forms_of(terms)))
    highest = highest_words_score(having, total)
    rare = frozenset(term for term, many in zip(terms, having, strict=True) if many <= max(FEW, RARE_SHARE * total))
    beginnings = tuple({form[:2] for term in terms for form in term.forms})
    titles = {hit.passage.id: hit.document.title for hit in hits}
    found = (_of(hit, question, terms, rare, beginnings, highest, unrelated) for hit in hits)
    naming = (titles.get(hit.scores.named_by, "") if hit.scores.named_by is not None else "" for hit in hits)
    return tuple(replace(each, named_in=title) for each, title in zip(found, naming, strict=True))


def _of(
    hit: Hit,
    question: str,
    terms: Sequence[QueryTerm],
    rare: frozenset[QueryTerm],
    beginnings: tuple[str, ...],
    highest: float,
    unrelated: float,
) -> Grounds:
    runs = _shared(terms, _words_of(hit, beginnings))
    cosine = hit.scores.vectors
    return Grounds(
        rare=tuple(_as_asked(run, question) for run in runs if any(term in rare for term in run)),
        common=tuple(_as_asked(run, question) for run in runs if not any(term in rare for term in run)),
        by_words=round(min((hit.scores.words or 0.0) / highest, 1.0), 3),
        by_meaning=round(max(cosine - unrelated, 0.0) / (1.0 - unrelated), 3) if cosine is not None else 0.0,
    )


def _words_of(hit: Hit, beginnings: tuple[str, ...]) -> list[str]:
    """Title, heading and text as the word index holds them, in reading order.

    Finding a stem costs most, and a stem begins as its word does: words that begin otherwise become a nought.
    """

    def kept(found: re.Match[str]) -> str:
        word = found[0]
        plain = word.isascii() and (word.islower() or word.istitle() or word.isupper())
        return "0" if plain and not word.casefold().startswith(beginnings) else word

    title = hit.document.title or hit.document.path.stem
    title, heading, text = (_RUN.sub(kept, text) for text in (title, hit.passage.heading, hit.passage.text))
    fields = passage_terms(title, heading, text, guess_language(hit.passage.text))
    return f"{fields.title} {fields.heading} {fields.body}".split()


def _shared(terms: Sequence[QueryTerm], words: Sequence[str]) -> list[list[QueryTerm]]:
    """The terms that the passage holds, in the question's order, in runs of those that follow each other in both."""
    held = set(words)
    pairs = set(pairwise(words))
    runs: list[list[QueryTerm]] = []
    before: QueryTerm | None = None
    for term in terms:
        if not held.intersection(term.forms):
            before = None
            continue
        follows = before is not None and any((a, b) in pairs for a in before.forms for b in term.forms)
        if follows:
            runs[-1].append(term)
        else:
            runs.append([term])
        before = term
    return runs


def _as_asked(run: Sequence[QueryTerm], question: str) -> str:
    """The words as they were typed, with their capitals."""
    between = r"[^\w\n]{1,3}"
    whole = re.search(between.join(re.escape(term.word) for term in run), question, re.IGNORECASE)
    return whole.group() if whole else " ".join(term.word for term in run)
