"""Turns a question and the words that answer it into a sentence, by rules, where a rule is sure of its grammar.

    Who wrote "Emma" + Jane Austen                ->  Jane Austen wrote "Emma"
    When was the mill built + 1889                ->  The mill was built in 1889
    What is the capital of Peru + Lima            ->  The capital of Peru is Lima

Nobody wrote sentences for the reading data's answers, and the reader is to write some. Every word of such a
sentence comes from the question or from what was found, but for a few that grammar asks for (in, on, there) and the
endings of verbs: that is copying, which a small decoder can learn. A question that no rule fits gets no sentence.

It knows English questions and nothing of sources, numbers or tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter

from local_models.verbs import IRREGULAR, REGULAR, past, present

LONGEST_FOUND = 14
"""Words; longer findings are clauses, which seldom fit into a sentence about something else."""

LONGEST_QUESTION = 22

PARTICIPLES = (
    "begun born broken brought built bought chosen cut done drawn driven eaten felt fought found given grown heard "
    "held hidden hit kept known laid led left lost made meant met paid put read run said seen sold sent set shown shot "
    "sung spent spoken spread stolen struck sunk taken taught told thought thrown torn understood won worn written"
).split()
PASTS = "ate chose cut drove flew gave hid hit laid ran sang set shot stole struck threw wrote went rose".split()

_NOT_PAST = "bed red need feed seed speed hundred breed weed shed sacred naked indeed exceed proceed united ted fred"
_NOT_ING = "king ring spring string building wing thing something nothing anything sing bring sting beijing evening"
_AUXILIARIES = "is was are were be been am do does did has have had can could will would may might must should"
_NO_KIND = (
    "kind type sort part percentage percent much many else other happened happens form types kinds year date day month "
    "century time"
)
_PLACES = "city country state town county place region province village continent"
_PREPOSITIONS = "in on at of for to from by with about into as after before during under over between against near"
_DETERMINERS = "the a an his her its their this that these those some my our your"
_OPENERS = frozenset(
    f"{_DETERMINERS} he she it they we you there one two three four five six seven eight nine ten eleven twelve "
    "about over around nearly almost approximately more less most many both several".split()
)
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"

_ERA = r"(?: (?:BCE?|AD|CE))?"
_PART_OF = r"(?:the )?(?:(?:early|late|mid)[ -])?"

_ON = re.compile(rf"{_DAY}.*|{_MONTH} \d\d?(?:st|nd|rd|th)?(?:,? \d{{4}})?|\d\d? {_MONTH}(?:,? \d{{4}})?")
_IN = re.compile(rf"{_PART_OF}\d{{3,4}}s?{_ERA}|{_MONTH}(?:,? (?:of )?\d{{4}})?")
_CENTURY = re.compile(rf"{_PART_OF}\w+ centur(?:y|ies){_ERA}")
_LED = re.compile(
    r"(?:in|on|at|during|after|before|since|from|between|around|by|until|near|under|behind|outside)\b", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?:(?:about|over|around|nearly|almost|approximately|more than|less than|at least|up to) )?"
    r"(?:[\d.,]+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
    r"(?: (?:hundred|thousand|million|billion|trillion))?",
    re.IGNORECASE,
)


def _any(words: str | Iterable[str]) -> str:
    return "|".join(words.split() if isinstance(words, str) else words)


_PAST = rf"(?!(?:{_any(_NOT_PAST)}|had)\b)(?:\w{{2,}}ed|{_any(sorted({*IRREGULAR.values(), *PASTS}))})"
_PARTICIPLE = rf"(?!(?:{_any(_NOT_PAST)})\b)(?:\w{{2,}}ed|{_any(PARTICIPLES)})"
_ING = rf"(?!(?:{_any(_NOT_ING)})\b)\w+ing"
_VERB = f"{_any(_AUXILIARIES)}|{_PAST}|{_PARTICIPLE}|{_ING}"
_PLAIN = rf"(?!(?:{_VERB}|what|which|who|when|where|how|why|that|not|last time|first time)\b)[\w'’.&/%$€£-]+"
_THING = rf"{_PLAIN}(?: {_PLAIN}){{0,7}}?"
_LEAD = _any(_PREPOSITIONS)

PIECES = {
    "ask": "(?:who|what|which)",
    "be": "(?P<be>is|was|are|were)",
    "thing": f"(?P<thing>{_THING})",
    "the_thing": f"(?P<thing>(?:the|his|her|its|their) {_THING})",
    "short_thing": f"(?P<thing>{_PLAIN}(?: {_PLAIN})?)",
    "a_thing": f"(?P<rest>(?:the|a|an) {_THING})",
    "owned_thing": rf"(?P<thing>\S+(?: \S+)?['’]s {_THING})",
    "what_kind": rf"(?:what|which) (?!(?:{_any(_NO_KIND)})\b){_PLAIN}(?: {_PLAIN})?",
    "many": f"how many (?P<many>{_THING})",
    "is_done": f"(?P<rest>{_PARTICIPLE}(?: .+)?)",
    "plainly_done": f"(?<!first )(?P<rest>{_PARTICIPLE}(?: {_PLAIN})*)",
    "done_by": f"(?P<done>{_PARTICIPLE} (?:by|for|in|on|to|with|after|from|as|into|at))",
    "did": rf"(?P<rest>{_PAST} (?!by\b).+)",
    "verb": rf"(?<!\bthe )(?<!\ba )(?<!\ban )(?<!\bof )(?P<verb>{_any([*IRREGULAR, *REGULAR])})",
    "to": "(?P<to>to|for|with|from|in|on|at|into|as)",
    "adjunct": f"(?P<rest>(?: (?:{_LEAD}) .*)?)",
    "object": rf"(?P<rest>(?: (?:{_LEAD}|{_any(_DETERMINERS)}|up|out|off|back)\b.*)?)",
    "anything": "(?P<rest>(?: .+)?)",
    "time": r"(?:when|(?:(?:in|on|during) )?(?:what|which) (?:year|date|month|century|decade|day))",
    "place": f"(?:where|in (?:what|which) (?:{_any(_PLACES)}))",
}
"""What a rule's question is put together from: patterns by name. Their groups are what its sentence may name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A question's form and the sentence made of its parts; `fields_of` says what the sentence may name."""

    question: str
    sentence: str


WHEN_AND_WHERE = (
    Rule("{time} {be} {thing} {plainly_done}", "{thing} {be} {rest} {when}"),
    Rule("{time} {be} {thing}", "{thing} {be} {when}"),
    Rule("{time} did {thing} {verb}{object}", "{thing} {past}{rest} {when}"),
    Rule("{place} {be} {thing} {plainly_done}", "{thing} {be} {rest} {where}"),
    Rule("{place} {be} {thing}", "{thing} {be} {where}"),
    Rule("{place} did {thing} {verb}{object}", "{thing} {past}{rest} {where}"),
    Rule("{place} does {thing} {verb}{object}", "{thing} {present}{rest} {where}"),
)
ASKED_FOR_THE_SUBJECT = (
    Rule("{ask} {be} {is_done}", "{found} {be} {rest}"),
    Rule("who {be} (?P<rest>(?:a|an|in|on|at|responsible|able) .+)", "{found} {be} {rest}"),
    Rule("{ask} (?!happened|occurred){did}", "{found} {rest}"),
    Rule("{what_kind} {be} {is_done}", "{found} {be} {rest}"),
    Rule("{what_kind} {did}", "{found} {rest}"),
    Rule("{what_kind} {be} {a_thing}", "{found} {be} {rest}"),
)
WHAT_IT_IS = (
    Rule("{ask} {be} {the_thing}", "{thing} {be} {found}"),
    Rule("who {be} {owned_thing}", "{thing} {be} {found}"),
    Rule("what {be} {short_thing}", "{thing} {be} {indefinite}"),
    Rule("what {be} {thing} (?P<called>called|named|known as|nicknamed)", "{thing} {be} {called} {found}"),
    Rule("(?:who|what|{what_kind}) {be} {thing} {done_by}", "{thing} {be} {done} {found}"),
)
WHAT_SOMEBODY_DID = (
    Rule("(?:who|what|{what_kind}) did {thing} {verb}{adjunct}", "{thing} {past} {found}{rest}"),
    Rule("(?:who|what|{what_kind}) does {thing} {verb}{adjunct}", "{thing} {present} {found}{rest}"),
    Rule("(?:who|what|{what_kind}) did {thing} {verb} {to}", "{thing} {past} {to} {found}"),
)
HOW_MANY = (
    Rule("{many} {be} there{anything}", "There {be} {count}{rest}"),
    Rule("{many} (?P<rest>(?:is|was|are|were) (?:in|on|at|living) .+)", "{count} {rest}"),
    Rule("{many} {be} {is_done}", "{count} {be} {rest}"),
    Rule("{many} {did}", "{count} {rest}"),
    Rule("{many} (?P<rest>live .+)", "{count} {rest}"),
    Rule("{many} did {thing} {verb}{adjunct}", "{thing} {past} {count}{rest}"),
    Rule("{many} does {thing} {verb}{adjunct}", "{thing} {present} {count}{rest}"),
    Rule("how (?:old|tall|high|long|large|big|wide|deep|far|fast|heavy) {be} {thing}", "{thing} {be} {found}"),
)
RULES = (*WHEN_AND_WHERE, *ASKED_FOR_THE_SUBJECT, *WHAT_IT_IS, *WHAT_SOMEBODY_DID, *HOW_MANY)
"""The first one whose question fits is the only one tried."""

_COMPILED = tuple((re.compile(rule.question.format(**PIECES), re.IGNORECASE), rule.sentence) for rule in RULES)
_DANGLING = re.compile(rf" (?:{_LEAD})$")


def sentence_of(question: str, found: str) -> str:
    """A sentence without its full stop, or empty where no rule is sure."""
    asked = " ".join(question.split()).rstrip(" ?.")
    found = " ".join(found.split()).strip(" .,;:")
    unfit = re.search(r"[,;:?!\"()]|\. ", asked) or re.search(r"[;:?!]|\. ", found)
    if unfit or not found or len(found.split()) > LONGEST_FOUND or len(asked.split()) > LONGEST_QUESTION:
        return ""
    for pattern, template in _COMPILED:
        match = pattern.fullmatch(asked)
        if match:
            return _filled(template, match.groupdict(), found)
    return ""


def _filled(template: str, parts: dict[str, str], found: str) -> str:
    if _DANGLING.search(parts.get("thing", "")) or _DANGLING.search(parts.get("rest", "")):
        return ""
    made = fields_of(parts, found)
    used = [field for _, field, _, _ in Formatter().parse(template) if field and field != "rest"]
    return opened(template.format(**made)) if all(made.get(field) for field in used) else ""


def fields_of(parts: dict[str, str], found: str) -> dict[str, str]:
    """What a rule's sentence may name: the question's parts, the found words, and forms made of either (or empty)."""
    verb, many = parts.get("verb", "").lower(), parts.get("many", "")
    forms = {"found": found, "when": when(found), "where": where(found), "count": counted(found, many)}
    indefinite = found[0].lower() + found[1:] if found.lower().startswith(("a ", "an ", "the ")) else ""
    return {**parts, **forms, "indefinite": indefinite, "past": past(verb), "present": present(verb)}


def when(found: str) -> str:
    """A time with the preposition it takes; empty where that is not sure."""
    if _LED.match(found):
        return found[0].lower() + found[1:]
    if _ON.fullmatch(found):
        return f"on {found}"
    if _CENTURY.fullmatch(found):
        return f"in {found}" if found.startswith("the") else f"in the {found}"
    if _IN.fullmatch(found):
        return f"in the {found}" if re.fullmatch(r"\d+s", found) else f"in {found}"
    return ""


def where(found: str) -> str:
    """A place with a preposition; empty where that is not sure."""
    if _LED.match(found):
        return found[0].lower() + found[1:]
    named = found[0].isupper() or found.startswith(("the ", "a ", "an "))
    return f"in {found}" if named and not _IN.fullmatch(found) else ""


def counted(found: str, many: str) -> str:
    """A number with what it counts; empty where `found` is no number."""
    if not many:
        return ""
    if _NUMBER.fullmatch(found):
        return f"{found} {many}"
    number = _NUMBER.match(found)
    return found if number and found.lower().endswith(many.rsplit(maxsplit=1)[-1].lower()) else ""


def opened(sentence: str) -> str:
    """The sentence with a capital where its first word is a common one; empty where that word is no name either."""
    first, _, rest = sentence.partition(" ")
    if first.lower() in _OPENERS:
        first = first[0].upper() + first[1:]
    return f"{first} {rest}" if rest and not first[0].islower() else ""
