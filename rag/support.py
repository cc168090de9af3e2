"""The words of a text that count: content words in their stems, and how many of one text stand in another.

Sharing words is not yet support: what speaks against a claim is looked for in rag.verdicts.
This module knows nothing of sources, answers or models; languages written without spaces are compared by
pairs of characters.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[.,:]\d+)*(?:['’][^\W_]+)?", re.UNICODE)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
STOP_WORDS = frozenset(
    """a about all also an and any are as at be been being but by can could did do does doing done for from had has have
    having he her hers him his how i if in into is it its itself just may me might more most must my of on or our out
    over own shall she should so some such than that the their them then there these they this those through to too
    under until up upon very was we were what when where which while who whom whose why will with would you your yours
    according document documents source sources says states stated""".split()
)
_NEGATION = frozenset(
    "not no never none neither nor nothing nobody nowhere without cannot n't kein keine keinen nicht nie non ne pas"
    " jamais ningún sin nunca".split()
)
_SPELLED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20", "thirty": "30", "hundred": "100",
}  # fmt: skip
_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Claim:
    """Content words (stemmed), and whether anything in the sentence is negated."""

    words: frozenset[str]
    negated: bool


@lru_cache(maxsize=4096)
def analyse(text: str) -> Claim:
    """Take a sentence apart. Linear in its length."""
    tokens = (token.casefold() for token in _WORD.findall(unicodedata.normalize("NFKC", text).replace("’", "'")))
    return Claim(content_words(text), any(word in _NEGATION or word.endswith("n't") for word in tokens))


@lru_cache(maxsize=4096)
def content_words(text: str) -> frozenset[str]:
    """The stems of all words but stop words, numbers in one spelling. Linear in the length of the text."""
    text = unicodedata.normalize("NFKC", text).replace("’", "'")
    folded = [token.casefold() for token in _WORD.findall(text)]
    words = {stem(word) for word in folded if word not in STOP_WORDS and not _UNSPACED.fullmatch(word)}
    for run in _UNSPACED.findall(text):
        words.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return frozenset(words)


def rare_words_shared(question: str, texts: Sequence[str]) -> list[float]:
    """For each text the share of the question's content words it holds, 0 to 1, each weighed by its rarity in `texts`.

    What stands in all of them tells nothing apart; a word that stands in none lowers every share. The weight is the
    inverse document frequency (Spärck Jones, 1972) among the texts themselves. No contradiction is looked for.
    """
    asked = content_words(question)
    held = [asked & content_words(text) for text in texts]
    having = Counter(word for words in held for word in words)
    weights = {word: math.log((len(texts) + 1) / (having[word] + 0.5)) for word in asked}
    total = sum(weights.values())
    return [sum(weights[word] for word in words) / total if total else 0.0 for words in held]


def is_claim(sentence: str) -> bool:
    """False for questions, greetings and fragments: what has fewer than two content words, or asks."""
    sentence = sentence.strip()
    return not sentence.endswith(("?", "？", ":")) and len(content_words(sentence)) >= 2


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Of a word in lower case; a number in digits, whatever its spelling."""
    if word in _SPELLED or _NUMBER.fullmatch(word):
        return _SPELLED.get(word) or _plain_number(word)
    found: str = _STEMMER.stemWord(word)
    return found


def _plain_number(number: str) -> str:
    """One spelling for 1,000 and 1000, for 3.50 and 3.5; what is ambiguous (1,5) keeps its point."""
    number = re.sub(r",(?=\d{3}(?:\D|$))", "", number).replace(",", ".")
    return number.rstrip("0").rstrip(".") if "." in number and ":" not in number else number.lstrip("0") or "0"
