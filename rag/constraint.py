"""What a model may write about its sources, so that it can't lie about them (local_models holds it to that).

    off        nothing is held
    citations  free text, but [n] only with the numbers of given sources
    phrased    words in a row from one sentence of a source and its [n]; words of the question and of grammar around
    verbatim   words in a row from one sentence of a source and its [n], nothing else

In the last two the whole answer may instead be the abstention. A sentence may be copied as the model reads it
(prompt_format.neutralise), and `rag.citing.cite` finds what was copied. Nothing that looks like a number of a source
is ever part of a span. This module knows nothing of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from local_models.bundled import is_reader
from local_models.prompt_format import ABSTENTION, neutralise, one_line
from local_models.types import Constraint, CopiedSpans, LimitedNumbers, ModelInfo, NumberedText
from local_models.verbs import past, present
from rag.sentences import sentences
from rag.types import Source


class Strength(StrEnum):
    """How far an answer is held to its sources."""

    OFF = "off"
    CITATIONS = "citations"
    PHRASED = "phrased"
    VERBATIM = "verbatim"


FOR_THE_READER = Strength.VERBATIM
FOR_OTHER_MODELS = Strength.CITATIONS
"""Larger models write better sentences than they copy."""

WORDS_AROUND = 6
"""Words that may stand around a span beyond as many as the question has: is, the, in, there."""

MOST_STATEMENTS = 3

GRAMMAR = tuple(
    "a an the is was are were be been has had have it its he she they his her their this that there in on at of to for "
    "from by with as into about".split()
)
"""Words that say nothing by themselves: what they stand beside does. No negation, no number, no comparison."""

_ASKING = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b", re.IGNORECASE)
_NEVER_COPIED = re.compile(r"\[\s*\d[\d\s,;–-]*\]?|```")
"""What would be read as the number of a source, and the fence of a code block, in which no number is read."""

_MARKS_BEHIND = ".,;:!?…。，？！、"
_MARKS_AROUND = "\"'“”‘’«»(){}¿¡`*"
_WORD = re.compile(r"[^\s\[\]]*[^\W_][^\s\[\]]*")


def chosen(preference: str, model: ModelInfo) -> Strength:
    """The strength that the user has set (Preferences.strength), or else the one that suits the model."""
    try:
        return Strength(preference)
    except ValueError:
        return FOR_THE_READER if is_reader(model) else FOR_OTHER_MODELS


def for_sources(sources: Sequence[Source], question: str, strength: Strength) -> Constraint | None:
    """What the answer to `question` from `sources`, all that stand in the prompt, may be."""
    if strength is Strength.OFF:
        return None
    if strength is Strength.CITATIONS:
        return LimitedNumbers(tuple(source.number for source in sources))
    asked = _words(question) if strength is Strength.PHRASED else []
    return CopiedSpans(
        sentences=tuple(NumberedText(source.number, text) for source in sources for text in _copyable(source.text)),
        otherwise=ABSTENTION,
        hollow=GRAMMAR,
        once=tuple(_forms(word) for word in asked),
        freely=GRAMMAR if asked else (),
        words_around=len(asked) + WORDS_AROUND if asked else 0,
        statements=min(max(len(_ASKING.findall(question)), 1), MOST_STATEMENTS),
    )


def _copyable(text: str) -> Iterator[str]:
    """The sentences of a source as they stand in the prompt, without what looks like the number of a source."""
    shown = one_line(text)
    for start, end in sentences(text):
        sentence = one_line(text[start:end])
        if sentence in shown:
            yield from (part.strip() for part in _NEVER_COPIED.split(sentence) if part.strip())


def _words(question: str) -> list[str]:
    """The question's words as they stand in the prompt, without marks behind them and without the one that asks."""
    words = [word.rstrip(_MARKS_BEHIND) for word in _NEVER_COPIED.sub(" ", neutralise(question)).split()]
    asking = next((at for at, word in enumerate(words) if _ASKING.fullmatch(word)), len(words))
    return [word for at, word in enumerate(words) if at != asking and _WORD.fullmatch(word)]


def _forms(word: str) -> tuple[str, ...]:
    """A word of the question and what a sentence makes of it: "did … pay" is answered with "paid"."""
    forms = [word, word.strip(_MARKS_AROUND)]
    if word.istitle():
        forms.append(word.lower())
    if word.isascii() and word.isalpha() and word.islower() and len(word) > 1 and word not in GRAMMAR:
        forms += [past(word), present(word)]
    return tuple(dict.fromkeys(form for form in forms if form))
