"""The words that make a question a follow-up, and the parts of a question that another one may change.

Lists and patterns for rag.followup, which says what is done with them. Knows nothing of conversations.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’.\-/&][^\W_]+)*")

CONNECTOR = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|well|so|yes|no|hm+|sorry|oops)[\s,.!]+)*"
    r"(?:and\s+(?:what|how)\s+about|what\s+about|how\s+about|what\s+if|(?:sorry,?\s+)?i\s+mean(?:t)?|and\s+also|and|but|or|also"
    r"|und\s+was\s+ist\s+mit|was\s+ist\s+mit|und\s+wie\s+ist\s+es\s+mit|und|et|qu['’]en\s+est-il\s+de|y|e|en)\b[\s,]*",
    re.IGNORECASE,
)
"""What opens a follow-up. "no, and 2021?" too."""

_ASKS = frozenset(
    """what who whom whose which when where why how is are was were am be been do does did done can could will would
    shall should may might must has have had was wer wie wo wann warum ist sind war waren hat haben kann können darf
    quel quelle quand où pourquoi comment est sont qué quién cuándo dónde cómo es son""".split()
) - {"war"}
"""Words of a whole question; a fragment has none."""

_STOP = _ASKS | frozenset(
    """a about above after again against all also an and any as at because before below between both but by down during
    each either else ever every few for from further get gets got he her here hers him his i if in into it its itself
    just like me mine more most my myself neither no nor not now of off on once one ones only or other our ours out over
    own per she so some such than that the their theirs them themselves then there these they this those through to too
    under until up upon us very via we while with within without you your yours yourself yes ok okay well hm whether
    much many long often far old big really still already though however actually anyway way regarding concerning und
    oder der die das dem den des ein eine einen einem einer in im am zum zur mit von für auf bei nach et le la les un
    une des du de y el los las del por para""".split()
)
_WEAK = frozenset(
    """tell told know knows want wants wanted need needs please thanks thank sorry oops mean means meant say says said
    explain describe give gives show shows list find see look think thought guess ask asked asking question
    questions answer information info detail details help let make makes sure hi hello hey great good nice
    interesting cool wow right correct sorry understand understood happen happens happened example examples thing
    things something anything kind kinds type types lot lots provide provided possible able available used use
    using work works elaborate specific name names wish sound sounds even talk talking familiar enough hear heard
    other another others same different going go goes come comes summarise summarize summary""".split()
)
"""Words that say nothing of the subject: carried along they would only blur a search."""

_BEFORE_VERBS = frozenset("do does did to can could would may might must".split())
"""Beside one of these "die" is the English verb, else the German article. German has none of these words."""

ANAPHORS = frozenset(
    """it its they them their theirs he him his she her hers this that these those ones there then former latter same
    such""".split()
)
DETERMINERS = frozenset(
    "the a an my our your their its his her this that these those der die das le la les el los las".split()
)

_BARE = frozenset(
    "why how when where who which what more else details detail example examples elaborate explain so".split()
)
"""At least one of these makes a question of one without a subject: "why?", "tell me more"; "thank you" is none."""

_BREAKS = frozenset(
    """when if because after before while since that who which and or but so until unless where as said say says think
    thinks believe believes know knows claim claims claimed announced promised""".split()
)
"""Begin another clause: a pronoun behind one may stand for something in front of it."""

_BEFORE_NOUNS = (DETERMINERS - ANAPHORS) | frozenset(
    "each every any no of is are was were do does did can could may must should will would".split()
)

_BEFORE_POINTING = frozenset(
    """is was are were does did do can could will would should isn't wasn't doesn't didn't don't can't with
    of for about in on at like after before by to from than without under what why how when where and but or if explain
    describe mean means do say says""".split()
)
"""Before these "that" stands for something."""

_NOT_POINTING = re.compile(
    r"\b(?:is|was|are|were|be|isn't|aren't|if|whether|how\s+\w+\s+(?:does|do|did|will|would)|does|did|will|would|makes?|think)"
    r"\s+(?:it|there)\s+(?:(?:not|be|been|take|takes|usually|still|really|ever|also|even|currently|always|necessary|mandatory"
    r"|possible|allowed|permitted|required|true|legal|illegal|okay|ok|safe|normal|common|important|better|best|worth"
    r"|a|an|any|some|something|anything|other|another|more|no|enough|follow|make|mean|rain|rains|snow)\b)"
    r"|\b(?:there)\s+(?:is|are|was|were|will|be)\b|\b(?:is|are|was|were)\s+there\b|\bit\s+(?:is|was)\s+\w+\s+(?:to|that)\b"
    r"|\bthe\s+same\b(?=\s+(?:time|day|year|as))|\bsuch\s+as\b|\bsince\s+then\b|\b(?:this|these|that|those)\b"
    r"(?=\s+(?:documents?|files?|texts?|reports?|papers?|contracts?|leases?|agreements?|polic(?:y|ies)|books?|manuals?"
    r"|pdfs?|articles?|letters?|minutes|notes|handbooks?|guides?|year|month|week|quarter|season|time|day|morning|afternoon|evening)\b)",
    re.IGNORECASE,
)
"""Words that look like pronouns and stand for nothing, or for the documents: "is it possible", "this contract"."""

_MASKED = re.compile(r"\b(?:it|there|same|such|then|this|that|these|those)\b", re.IGNORECASE)

_MONTHS = r"January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_SLOT = re.compile(
    r"(?P<quarter>\bQ[1-4]\b|\b(?:first|second|third|fourth)\s+quarter\b)"
    rf"|(?P<month>\b(?:{_MONTHS})\b)|(?P<day>\b(?:{_DAYS})s?\b)"
    r"|(?P<year>\b(?:1[5-9]|20)\d\d\b(?![.,]\d))"
    r"|(?P<part>\b(?:[Cc]lause|[Ss]ection|[Cc]hapter|[Aa]rticle|[Pp]age|[Pp]art|[Ll]evel|[Ss]tep|[Tt]able|[Aa]nnex"
    r"|[Aa]ppendix|[Pp]aragraph|[Vv]ersion|[Pp]hase|[Gg]rade|[Cc]lass|[Uu]nit|[Rr]oom)\s+(?:\d[\w.]*|[A-Z]\b))"
    r"|(?P<name>(?<![.?!]\s)(?<!^)\b[A-Z][\w’'&-]*(?:\s+(?:(?:de|von|van|der)\s+)?[A-Z][\w’'&-]*)*)"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word at characters [start, end) of its text."""

    text: str
    start: int
    end: int

    @property
    def folded(self) -> str:
        """Lower case, without a possessive 's."""
        folded = self.text.casefold().replace("’", "'")
        return folded.removesuffix("'s")

    @property
    def asks(self) -> bool:
        return self.folded in _ASKS and not self.text.isupper()


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a question of one `kind`: quarter, month, day, year, part ("clause 4") or name."""

    kind: str
    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """In order."""
    return [Word(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]


def content(told: Sequence[Word]) -> list[Word]:
    """The words that say what it is about. A word in capitals (IT, US) is a name."""
    english = any(word.folded in _BEFORE_VERBS for word in told)
    return [word for word in told if _tells(word) or (english and word.folded == "die")]


def _tells(word: Word) -> bool:
    if len(word.text) > 1 and word.text.isupper():
        return True
    return word.folded not in _STOP and word.folded not in _WEAK and (len(word.text) > 1 or word.text.isdigit())


def is_bare(question: str) -> bool:
    """Whether a question has no subject of its own at all: "why?", "tell me more", "what does that mean?"."""
    told = words(question)
    if content(told) or not told:
        return False
    said = {word.folded for word in told}
    return bool(said & _BARE)


def slots(text: str) -> list[Slot]:
    """The parts another question may change, in order. A capital at the start of a sentence makes no name."""
    return [
        Slot(str(found.lastgroup), found[0], found.start(), found.end())
        for found in _SLOT.finditer(text)
        if found.lastgroup != "name" or not _opens_like_a_word(found[0])
    ]


def names(text: str) -> list[str]:
    return [slot.text for slot in slots(text) if slot.kind == "name"]


def _opens_like_a_word(name: str) -> bool:
    return name.casefold() in _STOP or name.casefold() in _WEAK


def leans(question: str, conversation: str) -> bool:
    """Whether a whole question points at something outside itself: a pronoun, or "the song" of the conversation."""
    return _pronoun_points(question) or _article_points(question, conversation)


def _pronoun_points(question: str) -> bool:
    """A pronoun with nothing before it that it could stand for."""
    masked = _NOT_POINTING.sub(lambda found: _MASKED.sub("_", found[0]), question)
    told = words(masked)
    things, broken = 0, False
    for place, word in enumerate(told):
        folded = word.folded
        if folded in ANAPHORS and not _is_conjunction(told, place):
            possessive = folded in {"its", "their", "his", "her"}
            if not things or not (things > 1 or broken or possessive):
                return True
        if things and folded in _BREAKS:
            broken = True
        if _is_thing(told, place):
            things += 1
    return False


def _is_conjunction(told: Sequence[Word], place: int) -> bool:
    """ "that" opens a clause nearly everywhere ("the rule that applies", "is it true that"); "the former" may be "the
    former owner".
    """
    word = told[place].folded
    if word in {"former", "latter"}:
        return place + 1 < len(told) and _tells(told[place + 1])
    return word == "that" and place > 0 and told[place - 1].folded not in _BEFORE_POINTING


def _is_thing(told: Sequence[Word], place: int) -> bool:
    """A noun, as far as can be seen without a dictionary: a plural, a name, or behind an article or "does"."""
    word = told[place]
    if not _tells(word) or place == 0:
        return False
    plural = len(word.text) > 3 and word.folded.endswith("s") and not word.folded.endswith("ss")
    before = {near.folded for near in told[max(0, place - 2) : place]}
    return plural or word.text[:1].isupper() or bool(before & _BEFORE_NOUNS)


def _article_points(question: str, conversation: str) -> bool:
    """The question's only subject is "the X", and the conversation spoke of an X, with a name."""
    told = words(question)
    own = content(told)
    if names(question) or not own:
        return False
    said = {_singular(word.folded) for word in words(conversation)}
    pointed = [
        word
        for place, word in enumerate(told)
        if place > 0 and told[place - 1].folded == "the" and _tells(word) and _singular(word.folded) in said
    ]
    return bool(pointed) and len(own) <= 3 and bool(names(conversation))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 else word


def phrases(text: str, *, without: Collection[str], dropped: Sequence[Slot]) -> Iterator[str]:
    """Stretches of content words with what stands between them ("meaning of grenade by bruno mars"), in order.

    Words in `without` and inside `dropped` are left out.
    """
    gone = [(slot.start, slot.end) for slot in dropped]
    kept = [
        word
        for word in content(words(text))
        if word.folded not in without and not any(start <= word.start < end for start, end in gone)
    ]
    begin = 0
    for place in range(1, len(kept) + 1):
        if place < len(kept) and _JOINS.fullmatch(text[kept[place - 1].end : kept[place].start]):
            continue
        yield text[kept[begin].start : kept[place - 1].end]
        begin = place


_JOINS = re.compile(r"\s+(?:(?:of|by|for|in|the|a|an|to|and|on|at)\s+){0,2}", re.IGNORECASE)
"""What may stand inside a phrase."""
