"""Dates: "3 March 2021" is 2021-03-03 and not 4 March 2021; what one side leaves open does not count.

Days, months, years, weekdays, quarters, decades, centuries and times of day, as English writes them; names of months
in German, French, Spanish and Italian too. Knows nothing of other numbers but where the dates stand, so that these are
not read twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rag.verdicts.statement import Finding, Statement

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero gennaio",
            "february feb februar février febrero febbraio",
            "march mar märz mars marzo",
            "april apr avril abril aprile",
            "may mai mayo maggio",
            "june jun juni juin junio giugno",
            "july jul juli juillet julio luglio",
            "august aug août agosto",
            "september sep sept septembre septiembre settembre",
            "october oct oktober octobre octubre ottobre",
            "november nov novembre noviembre",
            "december dec dezember décembre diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("monday montag lundi", "tuesday dienstag mardi", "wednesday mittwoch mercredi", "thursday donnerstag jeudi",
         "friday freitag vendredi", "saturday samstag samedi", "sunday sonntag dimanche")
    )
    for name in names.split()
}  # fmt: skip
_CENTURIES = {
    word: number
    for number, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first""".split(),
        start=1,
    )
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2})"
_QUARTER = r"\b(?:Q|(?=first|second|third|fourth))(?P<quarter>[1-4]|first|second|third|fourth)"
_BEFORE_YEAR = r"\b(?:in|since|until|till|by|from|during|before|after|between|year|and|to|or|der|en|im)\s+"
_BARE_YEAR = r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})"
_NO_SUM = r"\b(?![.,]\d|\s?[%€$£]|[/:]\d|\s+(?:people|members|euros?|dollars|pounds|km|kg|units|words|pages)\b)"
"""Behind what may be a year: nothing that makes a sum of it."""
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|er|\.)?"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_YEAR}-(?P<number>[01]?\d)-{_DAY}\b",
        rf"\b{_DAY}\s?\.\s?(?P<number>[01]?\d)\s?\.\s?{_YEAR}\b",
        rf"\b(?P<either>[0-3]?\d)/(?P<other>[0-3]?\d)/{_YEAR}\b",
        rf"\b{_DAY}(?:\s+(?:of|day\s+of|de))?\s+{_MONTH}(?:,?\s+(?:de\s+|of\s+)?{_YEAR})?(?![\d])",
        rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?:,?\s+{_YEAR})?(?![\d%:]|[.,]\d)",
        rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b",
        _QUARTER + rf"(?:\s+quarter)?(?:\s+of)?\s+{_YEAR}\b",
        r"\b(?P<decade>1[0-9]{2}0|20[0-9]0)'?s\b",
        r"\b(?P<century>\d{1,2}(?:st|nd|rd|th)|" + "|".join(_CENTURIES) + r")[\s-]+century\b",
        r"\b(?P<hour>[0-2]?\d)(?::(?P<minute>[0-5]\d))?\s*(?P<half>a\.?m\b\.?|p\.?m\b\.?)",
        r"\b(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?(?=\s*(?:h\b|hours\b|uhr\b|o'clock))",
        r"\b(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?![\d:])",
        r"\b(?P<weekday>" + "|".join(_WEEKDAYS) + r")s?\b",
        _BEFORE_YEAR + _BARE_YEAR + _NO_SUM,
        r"(?<![\d.,/$€£-])\b" + _BARE_YEAR + _NO_SUM + r"(?!\s+(?:[a-z]+s|people|men|women|children)\b)",
    )
)  # fmt: skip
_BARE_MONTH = re.compile(
    r"\b(?:in|of|by|until|till|since|from|to|before|after|during|early|late|mid|every|each|and|between|im|en)[\s-]+"
    + _MONTH.replace(r"\b\.?", r"\b(?!\s+\d)"),
    re.IGNORECASE,
)
_MAY_BE_DATED = re.compile(rf"\d|day\b|days\b|century|tag\b|di\b|\b{_MONTH}", re.IGNORECASE)
"""Most sentences have no date: one search spares them the others."""

_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}


@dataclass(frozen=True, slots=True)
class Moment:
    """What is said of a time, field by field: year, month, day, weekday, hour, minute, quarter, decade, century.

    `readings` are two where 3/4/2021 may be either; else one.
    """

    text: str
    start: int
    end: int
    readings: tuple[frozenset[tuple[str, int]], ...]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kind, _ in self.readings[0])

    def agrees(self, other: Moment) -> bool:
        """No field that both have differs, and at least one is the same."""
        return any(_agree(dict(mine), dict(its)) for mine in self.readings for its in other.readings)

    def says_all_of(self, other: Moment) -> bool:
        return any(mine >= its for mine in self.readings for its in other.readings)


def check(claim: Statement, evidence: Statement, context: Statement) -> Finding | None:
    """The first date of the claim that the evidence speaks against, or does not have."""
    told, around = moments(evidence.text), moments(context.text)
    for moment in moments(claim.text):
        agreeing = [one for one in told if one.agrees(moment)]
        if any(one.says_all_of(moment) for one in agreeing):
            continue
        near = [one for one in around if one.agrees(moment)]
        if _is_told_by(moment, [*agreeing, *near]) and (agreeing or not _rivals(moment, told)):
            continue
        rivals = _rivals(moment, told)
        if rivals and not agreeing:
            return Finding(f"{rivals[0].text} stands in the source, not {moment.text}")
        if not _lenient(moment):
            return Finding(f"{moment.text} does not stand in the source")
    return None


def _is_told_by(moment: Moment, others: list[Moment]) -> bool:
    """Whether the fields are all found, some here, some there: the day in the sentence, the year in the heading."""
    told = frozenset(pair for other in others for reading in other.readings for pair in reading)
    return any(frozenset(pair for pair in reading if pair[0] != "quarter") <= told for reading in moment.readings)


def _rivals(moment: Moment, told: list[Moment]) -> list[Moment]:
    """Times of the same kind that say something else; those that differ in the least come first."""
    rivals = [one for one in told if one.kinds & moment.kinds and not one.agrees(moment)]
    return sorted(rivals, key=lambda one: -len(one.readings[0] & moment.readings[0]))


def _lenient(moment: Moment) -> bool:
    """Weekdays are often meant in general."""
    return moment.kinds == {"weekday"}


def _agree(mine: dict[str, int], its: dict[str, int]) -> bool:
    shared = mine.keys() & its.keys()
    return bool(shared) and all(mine[kind] == its[kind] for kind in shared)


@lru_cache(maxsize=4096)
def moments(text: str) -> list[Moment]:
    """The times in a text, in order; none overlap, and longer forms go first."""
    found: list[Moment] = []
    if not _MAY_BE_DATED.search(text):
        return found
    for form in (*_FORMS, _BARE_MONTH):
        for match in form.finditer(text):
            if not any(match.start() < one.end and one.start < match.end() for one in found):
                found += _moment(match)
    return sorted(found, key=lambda one: one.start)


def _moment(match: re.Match[str]) -> Iterator[Moment]:
    parts = {name: value for name, value in match.groupdict().items() if value}
    readings = [reading for reading in _readings(parts) if _is_possible(reading)]
    month = parts.get("month", "")
    if readings and not (month.casefold() in ("may", "mar", "march", "mai", "mars") and month.islower()):
        start = match.start("month") if match.re is _BARE_MONTH else match.start()
        start = match.start("year") if set(parts) == {"year"} else start
        fields = tuple(frozenset({**one, **_implied(one)}.items()) for one in readings)
        yield Moment(" ".join(match.string[start : match.end()].split()).rstrip("."), start, match.end(), fields)


def _readings(parts: dict[str, str]) -> list[dict[str, int]]:
    fields: dict[str, int] = {name: int(parts[name]) for name in ("year", "day", "minute") if name in parts}
    if "month" in parts:
        fields["month"] = _MONTHS[parts["month"].casefold()]
    if "number" in parts:
        fields["month"] = int(parts["number"])
    if "weekday" in parts:
        fields["weekday"] = _WEEKDAYS[parts["weekday"].casefold()]
    if "quarter" in parts:
        quarter = parts["quarter"].casefold()
        fields["quarter"] = _QUARTERS.get(quarter) or int(quarter)
    if "decade" in parts:
        fields["decade"] = int(parts["decade"]) // 10
    if "century" in parts:
        century = parts["century"].casefold()
        fields["century"] = _CENTURIES.get(century) or int(century[:-2])
    if "hour" in parts:
        fields |= {"hour": _hour(int(parts["hour"]), parts.get("half", "")), "minute": fields.get("minute", 0)}
    if "either" in parts:
        first, second = int(parts["either"]), int(parts["other"])
        return [{**fields, "day": first, "month": second}, {**fields, "day": second, "month": first}]
    return [fields]


def _hour(hour: int, half: str) -> int:
    if not half:
        return hour
    return hour % 12 + (12 if half.casefold().startswith("p") else 0)


def _is_possible(fields: dict[str, int]) -> bool:
    return 1 <= fields.get("month", 1) <= 12 and 1 <= fields.get("day", 1) <= 31 and fields.get("hour", 0) <= 24


def _implied(fields: dict[str, int]) -> dict[str, int]:
    """A year lies in its decade and century, a decade in its century."""
    implied = {}
    if "year" in fields:
        implied = {"decade": fields["year"] // 10, "century": (fields["year"] - 1) // 100 + 1}
        if "month" in fields:
            implied["quarter"] = (fields["month"] + 2) // 3
    elif "decade" in fields:
        implied["century"] = fields["decade"] // 10 + 1
    return implied
