"""What the word index holds of a passage, and what it is asked for: text becomes terms that FTS5 takes as they are.

Words are folded (NFKC, case, accents) and reduced to their stem by Snowball; scripts written without spaces become
pairs of characters, because no dictionary is shipped; identifiers and compounds are kept whole and in parts. It does
not know the database, weights or ranking. The store's tokenizer (unicode61) must find nothing left to change, so
characters it would split at travel in Unicode's private use area, which it takes for letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from rag.index.languages import ENGLISH, guess_language, is_stop_word, language_of_script
from rag.types import PassageTerms

_PRIVATE = 0xE000
"""The private use area's first code point; characters below U+1900 are moved there, U+E000 to U+F8FF."""
_DROPPED_MARKS_END = 0x0900
"""Below it stand accents and vowel points that are left out; above, vowel signs without which a word is another."""
_DECIMAL_POINT = chr(_PRIVATE + ord("."))
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "nl": "dutch", "no": "norwegian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
_LONGEST_WORD = 64
"""Longer runs are data (base64, hashes): found whole, but no stemmer needs to see them."""

_MARKS = "".join(chr(code) for code in range(0x0300, 0x1900) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7af"  # Hangul: words have spaces, but particles are glued to them and no stemmer knows them
)
"""Letters of scripts that are written without spaces, for a class of a regular expression."""
_PART = rf"(?:[^\W_{SPACELESS}]|[{_MARKS}])+"
_TOKEN = re.compile(
    rf"(?P<spaceless>[{SPACELESS}{_MARKS}]*[{SPACELESS}][{SPACELESS}{_MARKS}]*)"
    r"|(?P<number>\d+(?:[.,'’]\d+)+)(?!\w)"
    rf"|(?P<word>{_PART}(?:(?:_+|\.|-|::|->){_PART})*)"
)
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_JOINTS = re.compile(r"_+|\.|-|::|->")
_GROUPED = re.compile(r"\d{1,3}(?:[.,'’]\d{3})+")
_SPACELESS_LETTER = re.compile(rf"[{SPACELESS}]")


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A word of the question. Any of its `forms` in the index means the word stands there.

    There are several when the language is not certain. `stop`: a function word, which says nothing of the topic.
    """

    word: str
    forms: tuple[str, ...]
    stop: bool = False


@dataclass(frozen=True, slots=True)
class PlacedTerm:
    """A word of a text at code points [start, end); `forms` are its terms, that of a compound's whole last."""

    start: int
    end: int
    forms: tuple[str, ...]


def passage_terms(title: str, heading: str, text: str, language: str = "") -> PassageTerms:
    """The terms of one passage, each field in reading order, separated by spaces.

    `language` is an ISO 639-1 code for the document; when empty it is guessed from the passage.
    """
    language = language or guess_language(text) or guess_language(f"{title} {heading}") or ENGLISH
    return PassageTerms(
        title=" ".join(_terms(title, language)),
        heading=" ".join(_terms(heading, language)),
        body=" ".join(_terms(text, language)),
    )


def query_terms(question: str) -> tuple[QueryTerm, ...]:
    """The question's words, each once, in order. Latin words have their English form too, beside the guessed one."""
    languages = tuple(dict.fromkeys((guess_language(question) or ENGLISH, ENGLISH)))
    found: dict[str, QueryTerm] = {}
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", question)):
        for word in _words(token.lastgroup, token.group(), spelled=True):
            forms = tuple(dict.fromkeys(form for language in languages if (form := _form(word, language))))
            if forms and forms[0] not in found:
                found[forms[0]] = QueryTerm(word, forms, is_stop_word(word, (*languages, language_of_script(word))))
    return tuple(found.values())


def match_query(terms: Iterable[QueryTerm | str]) -> str:
    """An FTS5 expression that matches any of the terms; "" when there are none.

    Each form is a quoted string, so nothing the user typed is read as an operator.
    """
    forms = dict.fromkeys(form for term in terms for form in ((term,) if isinstance(term, str) else term.forms) if form)
    return " OR ".join('"' + form.replace('"', '""') + '"' for form in forms)


def placed_terms(text: str, language: str = "") -> Iterator[PlacedTerm]:
    """The words of `text` in order, with the terms that `passage_terms` has for them in that language."""
    language = language or guess_language(text) or ENGLISH
    for token in _TOKEN.finditer(text):
        forms = tuple(dict.fromkeys(_terms(token.group(), language)))
        if forms:
            yield PlacedTerm(token.start(), token.end(), forms)


def every_form(word: str) -> tuple[str, ...]:
    """The terms that a word may have in the index, whatever language its passage was taken to be in."""
    return tuple(dict.fromkeys(form for language in ("", *_STEMMERS) for form in _terms(word, language)))


def is_spaceless(text: str) -> bool:
    """True when a letter of a script without spaces stands in it: its words are found by characters."""
    return _SPACELESS_LETTER.search(text) is not None


def asked_words(terms: Sequence[QueryTerm]) -> tuple[QueryTerm, ...]:
    """The terms worth looking up: without function words, unless the question has nothing else."""
    telling = tuple(term for term in terms if not term.stop)
    return telling or tuple(terms)


def forms_of(terms: Iterable[QueryTerm]) -> list[str]:
    """All forms of the terms, each once."""
    return list(dict.fromkeys(form for term in terms for form in term.forms))


def occurrences(terms: Iterable[QueryTerm], frequencies: Mapping[str, int]) -> list[int]:
    """In how many passages each term stands, by its most common form; `frequencies`: the same of forms."""
    return [max((frequencies.get(form, 0) for form in term.forms), default=0) for term in terms]


def _terms(text: str, language: str) -> Iterator[str]:
    for token in _TOKEN.finditer(unicodedata.normalize("NFKC", text)):
        kind, written = token.lastgroup, token.group()
        if kind == "spaceless" or len(written) > _LONGEST_WORD:
            yield from _token_terms.__wrapped__(kind, written, language)
        else:
            yield from _token_terms(kind, written, language)


@lru_cache(maxsize=100_000)  # a text says most of its words again: its terms take half the time
def _token_terms(kind: str | None, written: str, language: str) -> tuple[str, ...]:
    words = _words(kind, written, spelled=False)
    return tuple(form for word in words if (form := _form(word, language)))


def _words(kind: str | None, text: str, *, spelled: bool) -> Iterator[str]:
    """Case-folded words of one token. `spelled`: a run without spaces is asked for by pairs only, not by characters."""
    if kind == "spaceless":
        yield from _pairs(text.casefold(), spelled=spelled)
    elif kind == "number":
        yield from _number_words(text)
    else:
        yield from _identifier_words(text)


def _pairs(run: str, *, spelled: bool) -> Iterator[str]:
    """Pairs of neighbouring characters; single ones too in passages, so that a question of one character finds them."""
    if len(run) == 1:
        yield run
        return
    yield from (run[i : i + 2] for i in range(len(run) - 1))
    if not spelled:
        yield from (letter for letter in run if _SPACELESS_LETTER.match(letter))


def _number_words(text: str) -> Iterator[str]:
    """1,000 is 1000; 3,5 is 3.5; dates and versions are kept whole and in parts."""
    if _GROUPED.fullmatch(text):
        yield re.sub(r"\D", "", text)
        return
    parts = re.split(r"\D", text)
    yield _DECIMAL_POINT.join(parts)
    if len(parts) > 2:
        yield from parts


def _identifier_words(text: str) -> Iterator[str]:
    """snake_case, camelCase, dotted and hyphenated: the parts, and the whole without its joints."""
    joined = [part for part in _JOINTS.split(text) if part]
    parts = [hump for part in joined for hump in (_HUMPS.split(part) if part.isascii() else [part])]
    yield from (part.casefold() for part in parts)
    if len(parts) > 1:
        yield "".join(joined).casefold()


@lru_cache(maxsize=200_000)  # a stem costs 90 microseconds in Python; 200,000 words are 25 MB and several books
def _form(word: str, language: str) -> str:
    language = language_of_script(word) or language
    if word.isdigit() or len(word) > _LONGEST_WORD or _SPACELESS_LETTER.match(word) or language not in _STEMMERS:
        return _fold(word)
    if language == ENGLISH:
        word = _fold(word)  # English writes accents or leaves them out as it likes: résumé, resume
    # A stemmer keeps its word in itself, so each thread needs its own; making one costs less than using it.
    return _fold(snowballstemmer.stemmer(_STEMMERS[language]).stemWord(word)) or _fold(word)


def _fold(word: str) -> str:
    if word.isascii():
        return word
    bare = (char for char in unicodedata.normalize("NFKD", word) if not _is_dropped(char))
    return "".join(_kept(char) for char in unicodedata.normalize("NFC", "".join(bare)))


def _is_dropped(char: str) -> bool:
    return ord(char) < _DROPPED_MARKS_END and unicodedata.category(char) in ("Mn", "Mc")


def _kept(char: str) -> str:
    kind = unicodedata.category(char)
    if kind[0] in "LN" or kind == "Co":
        return char
    return chr(_PRIVATE + ord(char)) if ord(char) < 0x1900 else ""
