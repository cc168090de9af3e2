"""Shows a spreadsheet's day numbers as dates and times by the codes of ECMA-376 part 1, 18.8.31. Knows no numbers.

Days are counted from 1900 with a 29 February that never was (18.17.4.1), or from 1904.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

_TOKENS = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[(?:h+|m+|s+)\]|\[[^\]]*\]|AM/PM|A/P|General|y+|e+|m+|d+|h+|s+|\.0+|[/:\-. ,]|.',
    re.IGNORECASE,
)
_NOT_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General', re.IGNORECASE | re.DOTALL)
_MONTHS = "January February March April May June July August September October November December".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_HALVES = frozenset({"AM/PM", "A/P"})
_LAST_DAY = 2_958_466
"""The first day behind 9999-12-31."""


@lru_cache(maxsize=1024)
def is_date(code: str) -> bool:
    """Whether a section of a format code shows a date, a time or a length of time."""
    plain = _NOT_DATE.sub("", code)
    return re.search(r"[ymdhs]", plain, re.IGNORECASE) is not None and not re.search(r"[0#?](?!\])*[eE][+-]", plain)


def shown_date(value: float, code: str, *, from_1904: bool = False) -> str:
    """The day number as the code shows it; empty for a number that is no day (negative, or behind the year 9999)."""
    if not 0 <= value < _LAST_DAY:
        return ""
    pieces = _tokens(code)
    places = max((len(piece) - 1 for piece in pieces if piece.startswith(".0")), default=0)
    moment = _Moment(
        _time(value, places, from_1904=from_1904),
        elapsed=round(value * 86400, places),
        twelve=any(piece.upper() in _HALVES for piece in pieces),
        early=value < 1 and not from_1904,
    )
    return "".join(moment.shown(piece) for piece in pieces).strip()


def _time(value: float, places: int, *, from_1904: bool) -> datetime:
    if from_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's times have no zone
    else:
        start = datetime(1899, 12, 31 if value < 60 else 30)  # noqa: DTZ001 - as above
    return start + timedelta(seconds=round(value * 86400, places))


@lru_cache(maxsize=1024)
def _tokens(code: str) -> tuple[str, ...]:
    """The code in pieces; an "m" that is a minute, behind hours or before seconds, is written "n"."""
    pieces = _TOKENS.findall(code)
    times = [place for place, piece in enumerate(pieces) if re.match(r"[ymdhs]|\[[hms]", piece, re.IGNORECASE)]
    for before, place, after in zip([None, *times], times, [*times[1:], None], strict=False):
        if pieces[place].lower() in {"m", "mm"}:
            behind_hours = before is not None and pieces[before].strip("[")[0].lower() == "h"
            before_seconds = after is not None and pieces[after].strip("[")[0].lower() == "s"
            if behind_hours or before_seconds:
                pieces[place] = "n" * len(pieces[place])
    return tuple(pieces)


@dataclass(frozen=True, slots=True)
class _Moment:
    """`elapsed` in seconds. `twelve`: hours are counted to twelve. `early`: before the day that 1900 never had."""

    time: datetime
    elapsed: float
    twelve: bool
    early: bool

    def shown(self, piece: str) -> str:
        """A piece of the code, as it is seen."""
        if piece[0] in '"\\':
            return piece.strip('"') if piece[0] == '"' else piece[1:]
        if piece[0] in "_*;@":
            return ""
        if piece[0] == "[":
            return _elapsed(piece.lower(), self.elapsed)
        if piece.startswith(".0"):
            return f".{self.time.microsecond:06}"[: len(piece)]
        if piece.upper() in _HALVES:
            return ("AM" if self.time.hour < 12 else "PM")[: 2 if len(piece) > 3 else 1]
        return self._unit(piece) if piece[0].lower() in "ymdhnse" else piece

    def _unit(self, piece: str) -> str:
        hour = (self.time.hour % 12 or 12) if self.twelve else self.time.hour
        match piece[0].lower():
            case "y" | "e":
                year = 1900 if self.early else self.time.year
                return f"{year % 100:02}" if piece.lower() in {"y", "yy"} else f"{year:04}"
            case "m":
                return _month(len(piece), self.time.month)
            case "d":
                return _day(len(piece), self.time)
            case "h":
                number = hour
            case "n":
                number = self.time.minute
            case _:
                number = self.time.second
        return f"{number:02}" if len(piece) > 1 else str(number)


def _elapsed(piece: str, seconds: float) -> str:
    unit = {"h": 3600, "m": 60, "s": 1}.get(piece[1:2])
    if unit is None or set(piece[1:-1]) != {piece[1]}:
        return ""
    return str(int(seconds // unit)).rjust(len(piece) - 2, "0")


def _month(width: int, month: int) -> str:
    name = _MONTHS[month - 1]
    return [str(month), f"{month:02}", name[:3], name, name[0]][min(width, 5) - 1]


def _day(width: int, moment: datetime) -> str:
    name = _DAYS[moment.weekday()]
    return [str(moment.day), f"{moment.day:02}", name[:3], name][min(width, 4) - 1]
