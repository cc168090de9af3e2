"""Makes questions out of sentences, by rule: what a thing is, and a sentence with its number, date or name left out.

Each comes with its answer's place in the sentence. Rules are for English; a sentence that fits none gives nothing.
Knows nothing of documents or models.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.report_types import RowKind

BLANK = "_____"

WHO = "who or what"

LONGEST_ANSWER = 25
"""Words of a definition; what is longer nobody learns by heart."""

LONGEST_TERM = 6
"""Words of a thing that is defined."""

LEAST_LEFT = 5
"""Words of a sentence around its blank: with fewer the answer could be anything."""

_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = re.compile(rf"\b(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|{_MONTH} \d{{4}})\b")
_YEAR = re.compile(r"(?<![\d.,-])(?:1[0-9]\d\d|20\d\d)(?![\d.,-]*\d|s\b)")
_UNITS = (
    r"(?:%|percent|per cent|days?|weeks?|months?|years?|hours?|minutes?|seconds?|km|kilomet(?:re|er)s?|m|"
    r"met(?:re|er)s?|cm|mm|"
    r"miles?|feet|kg|kilograms?|g|tons?|tonnes?|°C|°F|degrees|euros?|dollars?|pounds?|million|billion|people|pages?)"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?:[€$£]\s?)?\d{{1,3}}(?:[,.]\d{{3}})*(?:\.\d+)?(?:\s?{_UNITS}(?:\s(?:million|billion|{_UNITS}))?)?(?![\w/-]|[.,]\d)"
)
_NAME = re.compile(
    r"(?<=[a-z,;:)]\s)(?:the\s)?(?P<name>[A-Z][\w'’.-]*[\w](?:\s(?:of|de|von|van|the|and)(?=\s[A-Z])|\s[A-Z][\w'’-]+)*)"
)
_WEAK_NAMES = frozenset(
    """i a an the mr mrs ms dr prof monday tuesday wednesday thursday friday saturday sunday figure table section
    chapter appendix article part note page january february march april may june july august september october november
    december""".split()
)
_COUNTED_THING = re.compile(
    r"(?:figure|fig\.|table|section|chapter|page|no\.|number|article|step|eq\.|\[|\(|§|#)\s?$", re.IGNORECASE
)
_OPENS_ELSEWHERE = re.compile(
    r"(?:this|that|these|those|it|its|he|she|they|his|her|their|him|them|such|here|there|thus|hence|therefore|however|"
    r"moreover|furthermore|and|but|or|so|also|then|we|i|our|my|you|your|for example|in addition|as a result)\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"^(?P<article>The |A |An )?(?!(?i:in|on|at|for|from|with|by|of|to|as|when|if|where|while|all|any|"
    r"some|one|most|many|each|both)\b)(?P<term>[\w(][^,;:.?!]{1,70}?) "
    r"(?P<verb>is defined as|are defined as|refers to|refer to|means|denotes|is|are|was|were) "
    r"(?P<answer>(?:a|an|the|any|one of|each|every|when|where|how|that|those)\b.{8,}?)[.!]?$"
)
_MEANS = frozenset({"means", "denotes", "refers to", "refer to", "is defined as", "are defined as"})
_VERBS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|may|must|shall|should|do|does|did|that|which|who|if|when|"
    r"there|the|of this|of these)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class MadeQuestion:
    """A card's two sides. `start` and `end` are the answer's code points in the sentence.

    `asked` is how a reader of questions is asked: in whole words, where `text` has a blank.
    """

    kind: RowKind
    text: str
    answer: str
    start: int
    end: int
    asked: str
    is_name: bool = False


def stands_alone(sentence: str) -> bool:
    """False for a sentence that points at the one before it: "This is …", "However, they …"."""
    return not _OPENS_ELSEWHERE.match(sentence)


def questions_from(sentence: str) -> Iterator[MadeQuestion]:
    """The questions that can be made from one sentence on one line, the best first."""
    if not stands_alone(sentence):
        return
    yield from _definition(sentence)
    yield from _blanks(sentence)


def _definition(sentence: str) -> Iterator[MadeQuestion]:
    found = _DEFINED.match(sentence)
    if not found or len(found["term"].split()) > LONGEST_TERM or _VERBS.search(found["term"]):
        return
    answer = found["answer"]
    if len(answer.split()) > LONGEST_ANSWER:
        return
    term = found["term"]
    if not found["article"] and re.search(r"\s[a-z]", term):
        term = term[:1].lower() + term[1:]  # a capital of the sentence's, not of a name
    if found["verb"] in _MEANS:
        verb = "do" if found["verb"].startswith(("are", "refer ")) else "does"
        asked = f"What {verb} {_article(found)}{term} mean?"
    else:
        asked = f"What {found['verb']} {_article(found)}{term}?"
    yield MadeQuestion(RowKind.DEFINITION, asked, answer, found.start("answer"), found.end("answer"), asked)


def _article(found: re.Match[str]) -> str:
    return (found["article"] or "").lower()


def _blanks(sentence: str) -> Iterator[MadeQuestion]:
    taken: list[tuple[int, int]] = []
    for asked, start, end in _answers(sentence):
        if any(start < other_end and other < end for other, other_end in taken):
            continue
        taken.append((start, end))
        answer = sentence[start:end]
        if len(sentence.split()) - len(answer.split()) < LEAST_LEFT:
            continue
        hidden = re.compile(rf"(?<!\w){re.escape(answer)}(?!\w)")
        if len(hidden.findall(sentence)) == 1:
            whole = f"{sentence[:start]}{asked}{sentence[end:]}".rstrip(" .!") + "?"
            yield MadeQuestion(RowKind.BLANK, hidden.sub(BLANK, sentence), answer, start, end, whole, asked == WHO)


def _answers(sentence: str) -> Iterator[tuple[str, int, int]]:
    """What may be left out, with the words that ask for it: dates, years, amounts, then names."""
    for found in _DATE.finditer(sentence):
        yield "what date", *found.span()
    for found in _YEAR.finditer(sentence):
        yield "what year", *found.span()
    for found in _AMOUNT.finditer(sentence):
        if found.start() and not _numbers_a_thing(sentence, found.start()):
            yield "how many", *found.span()
    for found in _NAME.finditer(sentence):
        name = found["name"].removesuffix("'s").removesuffix("’s").rstrip("'’.-")
        if name.casefold() not in _WEAK_NAMES and len(name) > 2 and not _goes_on(sentence, found.start()):
            yield WHO, found.start("name"), found.start("name") + len(name)


def _numbers_a_thing(sentence: str, start: int) -> bool:
    """Whether the number only says which one: "Figure 3", "page 12", "[4]"."""
    return bool(_COUNTED_THING.search(sentence[:start]))


def _goes_on(sentence: str, start: int) -> bool:
    """Whether the word before is capitalised too, so that the name found would be a part of one."""
    before = re.search(r"\S+\s*$", sentence[:start])
    return before is not None and before[0][:1].isupper()
