"""By which names texts speak of documents: "as agreed in the Norsby lease" names the document “Norsby lease”.

A name is kept as a key, its words folded and joined; the keys of all short runs of words in a text are looked up among
those of the documents. Nothing hangs on capitals, so it works in scripts without them. Knows no passages, no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from rag.index.terms import SPACELESS

LONGEST = 8
"""Words of a name. Longer titles are those of papers, which nobody writes out in a sentence."""

LEAST_LETTERS = 4
"""Of a name; shorter ones are words of any text. A letter of a script without spaces counts for two."""

_WORD = re.compile(rf"(?P<letter>[{SPACELESS}])|[^\W_{SPACELESS}]+")
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


def names_of(title: str, path: Path) -> frozenset[str]:
    """The keys of a document's names: its title, that without brackets at its end, and its file's name."""
    names = (title, _IN_BRACKETS.sub("", title), path.stem)
    return frozenset(key for words in map(_words, names) if (key := _key(words)))


def names_in(text: str) -> frozenset[str]:
    """The keys of all that could be a name in the text: 1,400 of a passage of 200 words."""
    return frozenset(_runs(_words(text)))


def _key(words: list[tuple[str, int]]) -> str:
    """Of all the words together; empty when they are no name."""
    if len(words) > LONGEST or sum(letters for _, letters in words) < LEAST_LETTERS:
        return ""
    return "".join(word for word, _ in words).strip()


def _runs(words: list[tuple[str, int]]) -> Iterator[str]:
    for start in range(len(words)):
        key, enough = "", 0
        for word, letters in words[start : start + LONGEST]:
            key += word
            enough += letters
            if enough >= LEAST_LETTERS:
                yield key.strip()


def _words(text: str) -> list[tuple[str, int]]:
    """Each word and its letters; a space stands before it unless its script has none."""
    found = _WORD.finditer(unicodedata.normalize("NFKC", text).casefold())
    return [(word[0], 2) if word["letter"] else (f" {word[0]}", sum(map(str.isalpha, word[0]))) for word in found]
