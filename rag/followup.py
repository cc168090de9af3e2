"""Completes a follow-up question from the conversation, so that it can be searched: "and in 2021?", "who signed it?".

    "How high was revenue in 2020?"  + "and in 2021?"   -> "How high was revenue in 2021?"
    "What is the deposit?"           + "who holds it?"  -> "who holds the deposit?"
    "When was the lease signed?"     + "why?"           -> "why? When was the lease signed?"

By rule, because small models rewrite unreliably and a wrong rewriting finds wrong sources. A question that names what
it asks for stays as it is; in doubt too: the user sees what was searched, and may put something else there.
It knows nothing of stores, models or documents. Connectors and slots work in the Western European languages, the
rules on pronouns and articles in English only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from local_models.types import Role
from rag.followup_words import (
    ANAPHORS,
    CONNECTOR,
    DETERMINERS,
    Word,
    content,
    is_bare,
    leans,
    names,
    phrases,
    slots,
    words,
)
from rag.types import Message

CARRIED = 8
"""Words of the conversation put behind a question at most; more would outvote its own in a search."""

WHOLE = 6
"""Words of its own from which a question is searched as it is, whatever its pronouns: it has enough to be found by."""

PERSONS = 2
"""Names of the answer that a pronoun for people brings along at most."""

READ_OF_ANSWER = 600
"""Characters of an answer that are looked at; the names that matter stand in its first sentences."""

FRAGMENT = 3
"""Words of its own that a follow-up like "and for a dog?" has at most."""

_DEFINED = re.compile(
    r"^\s*(?:what|who|which|how\s+\w+|how\s+much\s+\w+)\s+(?:is|are|was|were)\s+"
    r"(?P<phrase>[^,;:?.\s]*[^,;:?.!\s](?:\s+[^,;:?.\s]*[^,;:?.!\s])*)[\s?.!]*$",
    re.IGNORECASE,
)
"""Linear in the length of the text: no two parts of it can take the same character."""

_PERSONS = frozenset("he him his she her hers".split())
_PREPOSITION = frozenset(
    "in for at on by from with of during after before since until im in für von en pour à en de para".split()
)


@dataclass(frozen=True, slots=True)
class EarlierTurn:
    """A question as it was searched, the text of its answer (empty where the documents did not say), and the very
    words found in it.
    """

    question: str
    answer: str = ""
    found: str = ""


def earlier_turns(thread: Sequence[Message]) -> list[EarlierTurn]:
    """The questions of `thread` that have an answer, oldest first."""
    turns = []
    asked = ""
    for message in thread:
        if message.role is Role.USER:
            asked = message.content
        elif (answer := message.answer) is not None:
            found = "" if answer.abstained else next((quote.found_text for quote in answer.quotes if quote.found), "")
            text = "" if answer.abstained else answer.text[:READ_OF_ANSWER]
            turns.append(EarlierTurn(answer.searched_for or asked, text, found))
    return turns


def complete(question: str, earlier: Sequence[EarlierTurn]) -> str:
    """The question as it should be searched, after the turns `earlier`, oldest first; itself if it stands alone."""
    question = question.strip()
    turn = next((turn for turn in reversed(earlier) if content(words(turn.question))), None)
    if turn is None or not question:
        return question
    asked = CONNECTOR.sub("", question, count=1)
    if is_bare(question) or not words(asked):
        return f"{question}{'' if question[-1] in '?.!' else '.'} {turn.question}"
    if _is_fragment(question, asked):
        return _with_slot(question, asked, turn.question) or _with_topic(question, asked, turn)
    if len(content(words(question))) < WHOLE and leans(question, f"{turn.question} {turn.answer}"):
        return _with_referent(question, turn) or _with_topic(question, question, turn)
    return question


def _is_fragment(question: str, asked: str) -> bool:
    """Whether it only makes sense behind another question: "and in 2021?", "about the deposit?"."""
    told = words(asked)
    if any(word.asks for word in told) or len(content(told)) > FRAGMENT:
        return False
    opened = asked != question
    preposition = bool(told) and told[0].folded in _PREPOSITION
    determined = bool(told) and told[0].folded in DETERMINERS and question.rstrip().endswith("?")
    return opened or preposition or determined


def _with_slot(question: str, asked: str, before: str) -> str:
    """The earlier question with the one thing changed that the fragment names; empty where that is not clear."""
    new, told = slots(question), words(asked)
    preposition = told[0].folded if told[0].folded in _PREPOSITION else ""
    if len(new) == 1 and len(content(told)) == len(content(words(new[0].text))):
        same = [slot for slot in slots(before) if slot.kind == new[0].kind]
        if len(same) > 1 and preposition and new[0].kind == "name":
            same = [slot for slot in same if before[: slot.start].casefold().endswith(f" {preposition} ")]
        if len(same) == 1:
            return before[: same[0].start] + new[0].text + before[same[0].end :]
        if not same and preposition:
            head = before.rstrip().rstrip("?.!")
            return f"{head} {asked.strip(' ?.!')}{before.rstrip()[len(head) :]}"
    defined = _DEFINED.match(before)
    if defined and not new and told[0].folded in DETERMINERS and len(content(words(defined["phrase"]))) <= FRAGMENT:
        return before[: defined.start("phrase")] + asked.strip(" ?.!") + before[defined.end("phrase") :]
    return ""


def _with_referent(question: str, turn: EarlierTurn) -> str:
    """The question with its one pronoun replaced by the one thing the conversation is about; empty if not clear."""
    pronouns = [word for word in words(question) if word.folded in ANAPHORS]
    if len(pronouns) != 1 or pronouns[0].folded not in _REPLACED:
        return ""
    topic = _referent(pronouns[0], turn)
    if not topic:
        return ""
    shown = f"{topic}'s" if _REPLACED[pronouns[0].folded] else topic
    return question[: pronouns[0].start] + shown + question[pronouns[0].end :]


_REPLACED = {"it": False, "its": True, "they": False, "them": False, "he": False, "him": False, "she": False}
"""Pronoun -> whether it is the possessive. "his", "her" and "their" may be either, or belong to someone else."""


def _referent(pronoun: Word, turn: EarlierTurn) -> str:
    """A person is the name in the answer, or else in the question; a thing is what the question asked about."""
    person = pronoun.folded in {"he", "him", "she"}
    if person:
        for text in (f": {turn.found}", turn.answer, turn.question):
            named = list(dict.fromkeys(names(text)))
            if named:
                return named[0] if len(named) == 1 else ""
        return ""
    defined = _DEFINED.match(turn.question)
    if defined is None or len(content(words(defined["phrase"]))) > FRAGMENT:
        return ""
    phrase = defined["phrase"]
    last = words(phrase)[-1].folded
    return "" if last.endswith("ed") or (slots(phrase) and not names(phrase)) else phrase


def _with_topic(question: str, asked: str, turn: EarlierTurn) -> str:
    """The question, with the words of the conversation it lacks in brackets: names first, each word once."""
    told = words(asked)
    own = {word.folded for word in told}
    kinds = {slot.kind for slot in slots(asked)} - {"name"}
    dropped = [slot for slot in slots(turn.question) if slot.kind in kinds]
    found = list(phrases(turn.question, without=own, dropped=dropped))
    if own & _PERSONS:
        told_of = names(f": {turn.found}") or names(turn.answer)
        found += [name for name in dict.fromkeys(told_of) if name not in turn.question][:PERSONS]
    carried: list[str] = []
    room = CARRIED
    for phrase in sorted(found, key=lambda phrase: not phrase[:1].isupper()):
        new = {word.folded for word in content(words(phrase))}
        if len(new) <= room and not new <= own:
            carried.append(phrase)
            room -= len(new)
            own |= new
    return f"{question} ({', '.join(carried)})" if carried else question
