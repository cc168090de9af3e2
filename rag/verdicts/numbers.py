"""Numbers with what they count: 12.4 % is not 14.2 %, 5 km are 5,000 m, and three tenants are not two tenants.

A number of the claim must stand in the evidence, with a unit that fits. Dates are read elsewhere and skipped here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from rag.support import stem
from rag.verdicts.dates import moments
from rag.verdicts.spelled_numbers import ordinal, spelled
from rag.verdicts.statement import Finding, Statement, fold
from rag.verdicts.units import MONEY, SCALES, Unit, unit_of

NEAR = Decimal("0.01")
"""Share by which two numbers may differ where a unit was converted: 3 miles are "about 4.8 km"."""

_IN_HEADINGS = MONEY | {"percent"}
"""Units that tables name in a heading, so that their numbers stand alone."""

_TWO_WORDS = {"per cent": "%", "per hundred": "%", "basis point": "bp", "basis points": "bp"}

COUNTED = 3
"""Words behind a number among which its noun is looked for: "two spare front keys"."""

_PIECE = re.compile(
    r"(?P<code>\b[^\W\d_]+[-–]?\d[\w./-]*\b|\b\d+[^\W\d_]+\d\w*\b|\+\d\b)"
    r"|(?P<number>\d+(?:[.,'\u00a0\u202f]\d+)*)(?P<ordinal>st|nd|rd|th)?\b"
    r"|(?P<joined>\d+(?:[.,]\d+)*)(?=[^\W\d_%]{1,3}\b)"
    r"|(?P<word>°[CcFf]|[km]²|[^\W\d_]+(?:[-/][^\W\d_]+)*[²³23]?|[%‰€$£¥₹])"
)
_CODED = frozenset("type phase stage grade class section clause article chapter figure table page no number".split())
"""Words whose number names them: "type 1 diabetes" counts no diabetes."""

_PASSED = frozenset(
    """a an the of about around nearly over under roughly approximately almost more less than least most up to only at
    per full whole further additional other new different separate working calendar consecutive business""".split()
)
_NOT_COUNTED = frozenset(
    """and or to in on at of for by with from per is are was were be has have had the a an as that which who than not
    if when while but so it its they their this these those more less up down out about each""".split()
)
_VAGUE_ONE = frozenset(["one", "eins", "ein"])


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as it stands, its value in the unit's smallest, the unit, and the stem of the noun it counts.

    `spelled`: written as a word, which may be no count at all ("one of the two").
    """

    text: str
    value: Decimal
    number: Decimal
    unit: Unit | None
    noun: str
    is_spelled: bool
    is_ordinal: bool
    start: int

    @property
    def dimension(self) -> str:
        return self.unit.dimension if self.unit else ""

    def equals(self, other: Quantity) -> bool:
        """The same number of the same thing, as far as both say of what."""
        if self.is_ordinal != other.is_ordinal:
            return False
        if self.unit and other.unit:
            exact = self.unit.factor == other.unit.factor
            return self.dimension == other.dimension and _close(self.value, other.value, exact=exact)
        if self.unit or other.unit:
            return self.number == other.number and not (self.noun or other.noun)
        return self.number == other.number

    def rivals(self, other: Quantity) -> bool:
        """Whether both tell how much of the same thing."""
        if self.is_ordinal != other.is_ordinal:
            return False
        if self.unit and other.unit:
            return self.dimension == other.dimension
        return bool(self.noun) and self.noun == other.noun and not (self.unit or other.unit)


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:
    """The first number of the claim that the evidence speaks against, or does not have."""
    told, around = quantities(evidence.text), quantities(context.text)
    for quantity in quantities(claim.text):
        rivals = [one for one in told if one.rivals(quantity)]
        equal = [one for one in told if one.equals(quantity)]
        if equal and (not rivals or any(one in rivals for one in equal) or quantity.dimension in _IN_HEADINGS):
            continue
        if rivals and not equal:
            nearest = min(rivals, key=lambda one: abs(one.value - quantity.value))
            return Finding(f"{nearest.text} stands in the source, not {quantity.text}")
        if equal and rivals:
            return Finding(f"{rivals[0].text} stands in the source, not {quantity.text}")
        if any(one.equals(quantity) for one in around) or _may_be_no_count(quantity):
            continue
        if len(told) == 1 and not told[0].is_spelled and not quantity.is_spelled and not told[0].unit:
            return Finding(f"{told[0].text} stands in the source, not {quantity.text}")
        return Finding(f"{quantity.text} does not stand in the source", hard=not quantity.is_spelled)
    return None


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers in a text, in order, without its dates."""
    dates = [(moment.start, moment.end) for moment in moments(text)]
    pieces = [
        piece
        for piece in _PIECE.finditer(text)
        if not piece["code"] and not any(start < piece.end() and piece.start() < end for start, end in dates)
    ]
    words = [fold(piece.group()) for piece in pieces]
    found = []
    place = 0
    while place < len(pieces):
        number, taken = _number(pieces, words, place)
        if number is not None:
            found.append(_quantity(text, pieces, words, place, taken, number))
        place += max(1, taken)
    return tuple(found)


def _number(pieces: Sequence[re.Match[str]], words: Sequence[str], place: int) -> tuple[Decimal | None, int]:
    """The number that begins at a piece, and how many pieces it takes."""
    piece = pieces[place]
    digits = piece["number"] or piece["joined"]
    if digits:
        return _plain(digits), 1
    if ordinal(words[place]) is not None and words[place] != "second":
        return Decimal(ordinal(words[place]) or 0), 1
    read = spelled(words[place : place + 12])
    return read if read is not None else (None, 0)


def _quantity(
    text: str, pieces: Sequence[re.Match[str]], words: Sequence[str], place: int, taken: int, number: Decimal
) -> Quantity:
    behind = place + taken
    last = behind - 1
    if behind < len(words) and words[behind] in SCALES:
        number, last, behind = number * SCALES[words[behind]], behind, behind + 1
    unit, end = _unit(pieces, words, behind)
    first = pieces[place].start()
    if unit is None and place and (before := _unit_before(words[place - 1])):
        unit, first = before, pieces[place - 1].start()
    end = max(end, last)
    is_code = place > 0 and words[place - 1] in _CODED
    noun, last_of_noun = ("", 0) if unit else _noun(text, pieces, words, behind)
    if is_code and not unit:
        noun, last_of_noun, first = stem(words[place - 1]), 0, pieces[place - 1].start()
    digits = pieces[place]["number"] or pieces[place]["joined"]
    return Quantity(
        text=" ".join(text[first : pieces[max(end, last_of_noun)].end()].split()),
        value=number * unit.factor if unit else number,
        number=number,
        unit=unit,
        noun=noun,
        is_spelled=not digits,
        is_ordinal=bool(pieces[place]["ordinal"]) or (not digits and ordinal(words[place]) is not None),
        start=first,
    )


def _unit(pieces: Sequence[re.Match[str]], words: Sequence[str], behind: int) -> tuple[Unit | None, int]:
    """The unit behind a number: "5 km", "ten working days", "6-month", and the place of its last piece."""
    for place in range(behind, min(behind + 2, len(words))):
        word = words[place]
        if pieces[place].string[pieces[place].start() - 1] == "'":
            break
        unit = unit_of(pieces[place].group()) or unit_of(word) or unit_of(re.split("[-/]", word)[0])
        if f"{word} {words[place + 1] if place + 1 < len(words) else ''}" in _TWO_WORDS:
            return unit_of(_TWO_WORDS[f"{word} {words[place + 1]}"]), place + 1
        if unit is not None and (len(word) > 1 or place == behind):
            return unit, place
        if word not in _PASSED:
            break
    return None, 0


def _unit_before(word: str) -> Unit | None:
    """A currency stands before its number as often as behind it."""
    unit = unit_of(word)
    return unit if unit and unit.dimension in MONEY else None


def _noun(text: str, pieces: Sequence[re.Match[str]], words: Sequence[str], behind: int) -> tuple[str, int]:
    """The noun that is counted and its place, as word order tells: the last word before a function word or a mark."""
    noun, found = "", 0
    for place in range(behind, min(behind + COUNTED, len(words))):
        gap = text[pieces[place - 1].end() : pieces[place].start()]
        if words[place] in _NOT_COUNTED or any(mark in gap for mark in ".,;:()'") or not pieces[place]["word"]:
            break
        noun, found = words[place], place
        if noun.endswith("s"):
            break
    return stem(noun) if noun else "", found


def _plain(digits: str) -> Decimal:
    """1,000 and 1.000.000 and 1'000 are thousands; 1,5 and 1.5 are one and a half."""
    digits = re.sub(r"['\u00a0\u202f]", "", digits)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}(?:\.\d{3})+,\d+", digits):
        digits = digits.replace(".", "").replace(",", ".")
    else:
        digits = digits.replace(",", ".")
    try:
        return Decimal(digits)
    except InvalidOperation:
        return Decimal("".join(re.findall(r"\d", digits)))


def _close(mine: Decimal, its: Decimal, *, exact: bool) -> bool:
    return mine == its if exact else abs(mine - its) <= NEAR * max(abs(mine), abs(its))


def _may_be_no_count(quantity: Quantity) -> bool:
    """ "One of them", "the two": a word that often counts nothing which the source would have to count."""
    return quantity.is_spelled and quantity.unit is None and quantity.number <= 2
