"""Shows a number as a spreadsheet's cell shows it: currencies, percents, thousands, dates, times, fractions.

The codes are those of ECMA-376 part 1, 18.8.31; the built-in ones 18.8.30. Names of months and days are English, and
the two formats that follow the computer's own settings (14 and 22) are shown as ISO 8601: a file does not tell whose
settings they were. Colours and fill characters are left out. It knows nothing of cells, sheets and files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

from rag.parsers.date_formats import is_date, shown_date

GENERAL = "General"
HIDING = "\0"
"""What `shown` gives for a number whose format keeps it from sight (;;;)."""

BUILT_IN: dict[int, str] = {
    0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: '"$"#,##0_);\\("$"#,##0\\)',
    6: '"$"#,##0_);\\("$"#,##0\\)', 7: '"$"#,##0.00_);\\("$"#,##0.00\\)', 8: '"$"#,##0.00_);\\("$"#,##0.00\\)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-mm-dd h:mm",
    37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)', 42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys((*range(27, 32), *range(34, 37), *range(50, 59)), "yyyy-mm-dd"), 32: "h:mm", 33: "h:mm:ss",
}  # fmt: skip

_PIECES = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]\-]*)[^\]]*\]|\[([<>=]+)\s*(-?[\d.]+)\]|\[[^\]]*\]|General|([0#?]+)|(.)',
    re.DOTALL | re.IGNORECASE,
)
_CONDITIONS = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
    "<>": lambda value, limit: value != limit,
}


@dataclass(frozen=True, slots=True)
class _Section:
    """One of a code's up to four parts. `condition` is (operator, limit)."""

    code: str
    condition: tuple[str, float] | None = None


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """The number as its format shows it; HIDING where it shows nothing. `from_1904`: how the file counts days."""
    sections = _sections(code)
    section, signed = _chosen(sections, value)
    if not section.code.strip():
        return HIDING if len(sections) > 1 else _general(value)
    if is_date(section.code):
        return shown_date(value, section.code, from_1904=from_1904) or _general(value)
    if section.code.strip().lower() in {"general", "@"}:
        return _general(value)
    return _number(value if signed else abs(value), section.code).strip() or _general(value)


def shown_text(text: str, code: str) -> str:
    """A text as its format shows it: nearly always itself; HIDING where it shows none (;;;)."""
    sections = _sections(code)
    if len(sections) < 4:
        return text
    literal = _literals(sections[3].code.replace("@", "\0")).replace("\0", text)
    return literal.strip() or HIDING


@lru_cache(maxsize=1024)
def _sections(code: str) -> tuple[_Section, ...]:
    parts, current = [], ""
    for piece in re.findall(r'"[^"]*"|\\.|\[[^\]]*\]|.', code, re.DOTALL):
        if piece == ";":
            parts.append(current)
            current = ""
        else:
            current += piece
    return tuple(_section(part) for part in (*parts, current))


def _section(code: str) -> _Section:
    found = re.search(r"\[([<>=]{1,2})\s*(-?\d+(?:\.\d+)?)\]", code)
    condition = (found[1], float(found[2])) if found is not None and found[1] in _CONDITIONS else None
    return _Section(code, condition)


def _chosen(sections: Sequence[_Section], value: float) -> tuple[_Section, bool]:
    """The section for the number, and whether the minus is still to be shown."""
    if any(section.condition for section in sections):
        for section in sections[:3]:
            if section.condition is None or _CONDITIONS[section.condition[0]](value, section.condition[1]):
                return section, True
        return sections[-1], True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _general(value: float) -> str:
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.10g}".replace("e", "E")


def _literals(code: str) -> str:
    """What a code shows beside digits."""
    return "".join(found[1] or found[2] or found[3] or found[7] or "" for found in _PIECES.finditer(code))


def _number(value: float, code: str) -> str:
    plain = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", code)
    if "/" in plain and re.search(r"[?#0]+\s*/\s*[?#0\d]+", plain):
        return _fraction(value, code)
    if re.search(r"[eE][+-]", plain):
        return _scientific(value, code)
    if not re.search(r"[0#?]", plain):
        sign = "-" if value < 0 else ""
        return sign + _literals(code)
    return _fixed(value, code, plain)


def _fixed(value: float, code: str, plain: str) -> str:
    digits = re.sub(r"[^0#?.,]", "", plain)
    whole, _, part = digits.partition(".")
    thousands = re.search(r"[0#?],+[0#?]", whole) is not None
    scale = len(digits) - len(digits.rstrip(","))
    if not part and whole.endswith(","):
        whole = whole.rstrip(",")
    places = len(re.sub(r"[^0#?]", "", part))
    amount = _rounded(value, plain.count("%") * 2 - 3 * scale, places)
    integral, _, decimals = f"{abs(amount):f}".partition(".")
    decimals = decimals.ljust(places, "0")[:places]
    optional = len(part.rstrip(",")) - len(part.rstrip(",").rstrip("#?"))
    decimals = _without_zeros(decimals, optional)
    sign = "-" if amount < 0 and (int(integral) or decimals.strip("0")) else ""
    return sign + _placed(code, integral, decimals, thousands=thousands)


def _rounded(value: float, power: int, places: int) -> Decimal:
    try:
        return Decimal(repr(value)).scaleb(power).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except InvalidOperation:  # over 28 digits
        return Decimal(value)


def _without_zeros(decimals: str, optional: int) -> str:
    for _ in range(optional):
        if not decimals.endswith("0"):
            break
        decimals = decimals[:-1]
    return decimals


def _placed(code: str, integral: str, decimals: str, *, thousands: bool) -> str:
    """The digits where the code has places for them, from the right; what is over stands at the first place."""
    pieces: list[tuple[str, bool]] = []
    for found in _PIECES.finditer(code):
        if found[6]:
            pieces.append((found[6], True))
        elif literal := found[1] or found[2] or found[3] or found[7]:
            pieces.append((literal, found[7] in {".", ","}))
    point = next((number for number, (text, place) in enumerate(pieces) if place and text == "."), len(pieces))
    before = _whole_places(pieces[:point], integral, thousands=thousands)
    return before + _decimal_places(pieces[point:], decimals)


def _whole_places(pieces: Sequence[tuple[str, bool]], integral: str, *, thousands: bool) -> str:
    left = integral if int(integral) else ""
    needed = "".join(text for text, place in pieces if place and text != ",")
    left = left.rjust(len(needed.lstrip("#?")), "0")
    if thousands:
        grouped = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", left)
        return _once(pieces, grouped)
    out: list[str] = []
    first = next((number for number, (text, place) in enumerate(pieces) if place and text != ","), -1)
    for number in range(len(pieces) - 1, -1, -1):
        text, place = pieces[number]
        if not place:
            out.append(text)
        elif text != ",":
            taken = left if number == first else left[-len(text) :]
            left = left[: len(left) - len(taken)]
            out.append(taken)
    return "".join(reversed(out))


def _once(pieces: Sequence[tuple[str, bool]], digits: str) -> str:
    out, given = [], False
    for text, place in pieces:
        if not place:
            out.append(text)
        elif not given:
            out.append(digits)
            given = True
    return "".join(out)


def _decimal_places(pieces: Sequence[tuple[str, bool]], decimals: str) -> str:
    out = []
    for text, place in pieces:
        if not place:
            out.append(text)
        elif text == ".":
            out.append("." if decimals else "")
        elif text != ",":
            out.append(decimals[: len(text)])
            decimals = decimals[len(text) :]
    return "".join(out)


def _scientific(value: float, code: str) -> str:
    mantissa, _, _ = re.split(r"[eE]", code, maxsplit=1)[0].partition("[")
    places = len(re.sub(r"[^0#?]", "", mantissa.partition(".")[2]))
    text = f"{value:.{places}E}"
    number, _, power = text.partition("E")
    width = len(re.sub(r"[^0#?]", "", re.split(r"[eE]", code, maxsplit=1)[1]))
    sign = "-" if power.startswith("-") else "+" if re.search(r"[eE]\+", code) else ""
    return f"{number}E{sign}{power.lstrip('+-').lstrip('0').rjust(max(width, 1), '0')}"


def _fraction(value: float, code: str) -> str:
    below = re.search(r"/\s*([?#0\d]+)", code)
    wanted = below[1] if below is not None else "?"
    fixed = int(wanted[:9]) if wanted.isascii() and wanted.isdigit() else 0
    most = 10 ** min(len(wanted), 4) - 1
    whole, rest = divmod(abs(value), 1) if re.search(r"[?#0]\s+[?#0]+\s*/", code) else (0.0, abs(value))
    part = Fraction(round(rest * fixed), fixed) if fixed else Fraction(rest).limit_denominator(most)
    above, under = (round(rest * fixed), fixed) if fixed else (part.numerator, part.denominator)
    if above == under:
        whole, above = whole + 1, 0
    words = [str(int(whole))] if whole or not above else []
    words += [f"{above}/{under}"] if above else []
    return ("-" if value < 0 else "") + " ".join(words)
