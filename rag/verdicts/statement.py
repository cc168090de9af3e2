"""A sentence as the checks read it: one spelling of quotes and digits, tokens with their stems, content words.

Every check compares two statements and knows nothing of the other checks. Languages written without spaces become
pairs of characters, as in rag.support.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rag.support import content_words, stem

_TOKEN = re.compile(
    r"(?P<word>(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.,:]\d+)*(?:'[^\W\d_]+)?|[%‰€$£¥₹§°])|(?P<stop>[.;:,!?()\[\]\"“”–—])",
    re.UNICODE,
)
_MARKUP = re.compile(r"[*_`#>]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a mark. `folded` is in lower case without dots and possessives; `start` counts in the statement's text.

    `stem` is empty for marks.
    """

    text: str
    folded: str
    stem: str
    start: int
    end: int

    @property
    def is_mark(self) -> bool:
        return not self.stem


@dataclass(frozen=True, slots=True)
class Statement:
    """`text` is normalised (NFKC, straight apostrophes, no Markdown); `words` are the stems of its content words."""

    text: str
    tokens: tuple[Token, ...]
    words: frozenset[str]

    @property
    def stems(self) -> frozenset[str]:
        """Of all words, stop words too."""
        return frozenset(token.stem for token in self.tokens if token.stem)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found against a claim, in plain words. `hard`: the source says otherwise; else it does not say."""

    reason: str
    hard: bool = True


@lru_cache(maxsize=4096)
def read(text: str) -> Statement:
    """Linear in the length of the text."""
    text = _MARKUP.sub(" ", unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'"))
    tokens = []
    for match in _TOKEN.finditer(text):
        word = match["word"]
        folded = fold(word) if word else match["stop"]
        tokens.append(Token(match.group(), folded, stem(folded) if word else "", *match.span()))
    return Statement(text, tuple(tokens), content_words(text))


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Lower case, without accents, dots of an abbreviation and the possessive."""
    word = word.casefold().removesuffix("'s").removesuffix("'")
    if word.isascii():
        return word.replace(".", "") if not any(letter.isdigit() for letter in word) else word
    plain = "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    return plain.replace(".", "")
