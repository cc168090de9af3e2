"""Numbers written as words: "twenty-one", "three hundred and five", "half". English, and the small ones in German.

It knows no units and no digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

_ONES = {
    word: number
    for number, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
_TENS = {
    word: 10 * number
    for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
        start=1,
    )
}
_GERMAN = {
    word: number
    for number, word in enumerate("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf".split(), start=2)
}
_BIG = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def spelled(words: Sequence[str]) -> tuple[Decimal, int] | None:
    """The number that `words` (lower case) begin with, and how many of them it takes; None if they begin with none."""
    total = current = used = 0
    for place, word in enumerate(words[:12]):
        if word == "and" and place == used and used and _is_part(words[place + 1 : place + 2], words[place - 1]):
            used = place + 1
            continue
        if place != used or (step := _step(word, current)) is None:
            break
        if word in _BIG and word != "hundred":
            total, current = total + (current or 1) * _BIG[word], 0
        else:
            current = step
        used = place + 1
    if not used or words[0] in _BIG:
        return None
    return Decimal(total + current), used


def ordinal(word: str) -> int | None:
    """3 for "third" and "3rd"; None for what is no ordinal."""
    if word in _ORDINALS:
        return _ORDINALS[word]
    digits = word[:-2]
    return int(digits) if word[-2:] in ("st", "nd", "rd", "th") and digits.isdecimal() else None


def _step(word: str, current: int) -> int | None:
    """The number so far when `word` is added to it; None if it does not go on with it."""
    if word == "hundred":
        return (current or 1) * 100
    if word in _BIG:
        return current
    value = _ONES.get(word, _TENS.get(word, _GERMAN.get(word)))
    if value is None and "-" in word:
        tens, _, ones = word.partition("-")
        value = _TENS[tens] + _ONES[ones] if tens in _TENS and ones in _ONES else None
    if value is None or (current % 100 and not (current % 100 >= 20 and current % 10 == 0 and value < 10)):
        return None
    return current + value


def _is_part(following: Sequence[str], before: str) -> bool:
    """Whether "and" stands inside a number ("three hundred and five") and not between two."""
    return before in _BIG and bool(following) and (following[0] in _ONES or following[0].split("-")[0] in _TENS)
