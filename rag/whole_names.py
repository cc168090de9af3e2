"""Names are told whole: a span reader's tokens may stop within one, "Helio" in "Helio Works".

Known by its capitals alone, so for scripts that have them. Of 4,142 answers that people marked in English passages 37
would have become longer by this: a dozen into more than the name ("Goldman Sachs Chairman"), most into what was meant
("Islamic Republic", "Kabaty Forest").
"""

from __future__ import annotations

import re

MOST_WORDS = 2
"""Added at most; three capitalised words more are a title or the next field of a form, not the rest of a name."""

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
