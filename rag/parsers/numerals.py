"""The labels of numbered lists: 4, d, D, iv, IV. Knows no format."""

from __future__ import annotations

BULLET = "•"


def numeral(count: int, form: str) -> str:
    """A count in a form that Word names (ECMA-376, 17.18.59); decimal in all it does not know, empty for "none"."""
    match form:
        case "lowerLetter" | "upperLetter":
            letter = chr(ord("a") + (count - 1) % 26) * (1 + (count - 1) // 26)
            return letter if form == "lowerLetter" else letter.upper()
        case "lowerRoman" | "upperRoman":
            return _roman(count).lower() if form == "lowerRoman" else _roman(count)
        case "none":
            return ""
        case _:
            return str(count)


def _roman(number: int) -> str:
    values = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
              (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    letters = []
    for value, letter in values:
        times, number = divmod(number, value)
        letters.append(letter * min(times, 10))
    return "".join(letters)
