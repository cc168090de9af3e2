"""Tells which encoding of one byte a letter a text is in, by the letters that its languages are written with.

A text of Spanish in Windows' western encoding is nearly as plausible in three others, one letter apart. Here each
encoding is tried with the alphabets it was made for; the one whose letters are found, in the places where letters
stand, is right. What none explains (Chinese, Japanese, Korean, Thai) is for others to tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ENOUGH = 0.8
"""Of the foreign characters' best possible score. Right encodings reach 0.8 to 1 on texts of eleven languages, and
double-byte text read as one of these stays under 0.5."""

SAMPLE = 16 * 2**10
"""Bytes that are looked at, from where the first foreign character stands."""

_WESTERN = (
    "äöüß",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü",  # Spanish
    "ãõáâàéêíóôúç",  # Portuguese
    "àèéìíòóùî",  # Italian
    "àçèéíïòóúü",  # Catalan
    "éëïóöüèêá",  # Dutch
    "åäöé",  # Swedish, Finnish
    "æøåé",  # Danish, Norwegian
    "áéíóúýþæðö",  # Icelandic
)
_CENTRAL = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "ăâîşţșț",  # Romanian
    "čćđšž",  # Croatian, Slovene
    "äöüß",  # German, as it is written there
)
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")
_TURKISH = ("çğıöşüâîû",)
_VIETNAMESE = ("àáâãèéêìíòóôõùúăđĩũơưý\u0300\u0301\u0303\u0309\u0323",)
_CYRILLIC = ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оеаинтсрвлкмдпуяьгзбчйхжшюцщфіїєґ", "аеионтсврдклмпузбгчъщжяцхшйю")
_GREEK = ("αοιεστνηυρπκμλςωθγδχφβξζψάέήίόύώϊ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_FINAL = "ךםןףץ"
_ARABIC = ("ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءأإآؤئ", "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیةىءأإآؤئ")

ALPHABETS: Mapping[str, tuple[str, ...]] = {
    "cp1252": _WESTERN,
    "iso8859-15": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
    "cp1258": _VIETNAMESE,
    "cp1255": _HEBREW,
    "cp1251": _CYRILLIC,
    "koi8-r": _CYRILLIC,
    "cp866": _CYRILLIC,
    "iso8859-5": _CYRILLIC,
    "cp1253": _GREEK,
    "iso8859-7": _GREEK,
    "cp1256": _ARABIC,
    "iso8859-6": _ARABIC,
    "mac_roman": _WESTERN,
    "mac_cyrillic": _CYRILLIC,
    "mac_latin2": _CENTRAL,
    "cp850": _WESTERN,
    "cp852": _CENTRAL,
}
"""Likeliest first: of those that explain a text equally well, the first is taken."""

_SIGNS = frozenset("–—‘’‚“”„…«»‹›¿¡€£°§©®™·•²³½ºª\u00a0№״׳،؛؟ـ\u200c")


def single_byte_encoding(data: bytes) -> str:
    """The encoding of a text in one byte a letter; empty where none of those known here explains it."""
    sample = _sample(data)
    best, found = ENOUGH, ""
    for encoding, alphabets in ALPHABETS.items():
        try:
            text = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _plausibility(text, alphabets)
        if score > best + 1e-9:
            best, found = score, encoding
    return found


def _sample(data: bytes) -> bytes:
    first = next((at for at, byte in enumerate(data) if byte > 0x7F), 0)
    start = max(0, first - 100)
    return data[start : start + SAMPLE]


def _out_of_place(before: str, letter: str, after: str) -> bool:
    """A capital inside a word, two scripts in one word, three accented Latin letters in a row, a final letter first."""
    if (letter.isupper() and before.islower()) or (letter in _FINAL and after.isalpha()):
        return True
    beside_latin = _is_ascii_letter(before) or _is_ascii_letter(after)
    if letter >= _BEHIND_LATIN:
        return beside_latin
    return not beside_latin and before > "\x7f" and after > "\x7f"


_BEHIND_LATIN = "\u0370"
"""Letters from here on, Greek first, stand in no word with Latin ones; combining accents come before."""


def _is_ascii_letter(letter: str) -> bool:
    return letter <= "\x7f" and letter.isalpha()


@dataclass(slots=True)
class _Counts:
    """Foreign characters, and of them the letters and signs that stand where such do, and those that do not."""

    all: int = 0
    signs: int = 0
    misplaced: int = 0


def _plausibility(text: str, alphabets: Iterable[str]) -> float:
    """1 where all foreign characters are letters of one alphabet in the places of letters, and signs beside words."""
    counts = _Counts()
    letters: dict[str, int] = {}
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter <= "\x7f":
            continue
        counts.all += 1
        if letter in _SIGNS:
            counts.signs += 1
            counts.misplaced += before.isalpha() and after.isalpha() and letter not in "’·\u200c"
        elif _out_of_place(before, letter, after):
            counts.misplaced += 1
        else:
            letters[letter.lower()] = letters.get(letter.lower(), 0) + 1
    if not counts.all:
        return 0.0
    known = max(sum(count for letter, count in letters.items() if letter in alphabet) for alphabet in alphabets)
    return (known + counts.signs - 1.5 * counts.misplaced) / counts.all
