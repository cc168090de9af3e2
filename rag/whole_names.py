"""Names are told whole: a span reader's tokens may stop within one, "Helio" in "Helio Works".

Known by its capitals alone, so for scripts that have them. Of 4,142 answers that people marked in English passages 37
would have become longer by this: a dozen into more than the name ("Goldman Sachs Chairman"), most into what was meant
("Islamic Republic", "Kabaty Forest").
"""

from __future__ import annotations

import re

MOST_WORDS = 2
"""Added at most; three capitalised words more are a title or the next field of a form, not the rest of a name."""

_NUMBER_BEFORE = re.compile(r"(?<![\w.,])[+-]?\d[\d.,]*\s$")
_UNIT = re.compile(r"[^\W\d_]{1,12}[.\s]*")

_LOOK_BACK = 40
_LAST_WORD = re.compile(r"[^\W\d_][\w’'.-]*$")
_NEXT_WORD = re.compile(r" [^\W\d_][\w’'&-]*(?!\w*\s*[:|])")


def whole_name(text: str, end: int) -> int:
    """Where the name ends that `end` stands in or behind; `end` itself where no name goes on."""
    last = _LAST_WORD.search(text[max(0, end - _LOOK_BACK) : end])
    if last is None or not last[0][0].isupper() or last[0].endswith("."):
        return end
    for _ in range(MOST_WORDS):
        following = _NEXT_WORD.match(text, end)
        if following is None or not following[0][1].isupper():
            break
        end = following.end()
    return end


def whole_amount(text: str, start: int, end: int) -> int:
    """Where the amount begins that [start, end) is the unit of, "metres" in "7.5 metres"; `start` where it is none."""
    if not _UNIT.fullmatch(text, start, end):
        return start
    number = _NUMBER_BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
    return start - len(number[0]) if number else start
