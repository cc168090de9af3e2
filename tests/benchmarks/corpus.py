"""A seeded folder of made-up pages: sentences from a small grammar, so that lengths and repetitions are lifelike."""

from __future__ import annotations

import random
from pathlib import Path

WORDS_A_PAGE = 420
"""A typed A4 page."""

_SUBJECTS = "tenant landlord committee workshop museum editor engineer clinic library council supplier curator".split()
_VERBS = "repairs inspects records returns approves replaces measures delivers publishes signs cancels renews".split()
_OBJECTS = "boiler lease archive bicycle catalogue bridge invoice garden telescope manuscript harbour contract".split()
_PLACES = "Lindholm Ostra Verrio Calder Tamsin Brackley Oriel Penhale Mirova Dunmere Halvard Quillon".split()
_TAILS = (
    "within {n} days of the notice",
    "at a cost of {n} euros",
    "before the {n}th meeting of the year",
    "on page {n} of the register",
    "after {n} complaints from the neighbours",
    "although only {n} copies were kept",
)


def write_folder(folder: Path, *, pages: int, pages_a_document: int = 10, seed: int = 7) -> list[str]:
    """Write `pages` pages as Markdown files with a heading each page; returns one question for each document."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    questions = []
    for number in range(pages // pages_a_document):
        place, thing = rng.choice(_PLACES), rng.choice(_OBJECTS)
        text = "\n\n".join(_page(rng, number, page) for page in range(pages_a_document))
        (folder / f"{place} {thing} {number:03}.md").write_text(f"# {place} {thing} {number}\n\n{text}\n", "utf-8")
        questions.append(f"Who in {place} repairs the {thing}?")
    return questions


def _page(rng: random.Random, document: int, page: int) -> str:
    sentences: list[str] = []
    words = 0
    while words < WORDS_A_PAGE:
        sentence = _sentence(rng)
        words += len(sentence.split())
        sentences.append(sentence)
    paragraphs = [" ".join(sentences[start : start + 6]) for start in range(0, len(sentences), 6)]
    return f"## Part {page + 1} of record {document}\n\n" + "\n\n".join(paragraphs)


def _sentence(rng: random.Random) -> str:
    tail = rng.choice(_TAILS).format(n=rng.randint(2, 900))
    return (
        f"The {rng.choice(_SUBJECTS)} of {rng.choice(_PLACES)} {rng.choice(_VERBS)} the {rng.choice(_OBJECTS)} "
        f"of {rng.choice(_PLACES)} {tail}."
    )
