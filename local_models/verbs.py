"""Forms of English verbs: what "did … pay" and "does … pay" become in an answer.

The reader's lesson makes sentences with them, and the constraint allows them in answers. Tables for what is irregular,
spelling rules for the rest; only common verbs, because only they are taught. Knows words, no sentences.
"""

from __future__ import annotations

IRREGULAR = {
    "become": "became", "begin": "began", "break": "broke", "bring": "brought", "build": "built", "buy": "bought",
    "come": "came", "draw": "drew", "fall": "fell", "feel": "felt", "fight": "fought", "find": "found",
    "get": "got", "give": "gave", "go": "went", "grow": "grew", "have": "had", "hear": "heard", "hold": "held",
    "keep": "kept", "know": "knew", "lead": "led", "leave": "left", "lose": "lost", "make": "made", "mean": "meant",
    "meet": "met", "pay": "paid", "say": "said", "see": "saw", "sell": "sold", "send": "sent", "sing": "sang",
    "sit": "sat", "spend": "spent", "speak": "spoke", "stand": "stood", "take": "took", "teach": "taught",
    "tell": "told", "think": "thought", "win": "won", "wear": "wore", "write": "wrote",
}  # fmt: skip

REGULAR = (
    "add adopt agree allow announce appear arrive ask attack attend base belong call carry cause change claim close "
    "compare complete consider contain contribute cover create cross decide declare defeat depend describe design "
    "develop die direct discover earn employ encourage end enter establish estimate exist expect explain express "
    "extend finish follow force form found gain happen help host improve include increase influence introduce invade "
    "invent invite join kill land last launch learn like live look love marry move name need occur offer open "
    "operate order own pass perform place plan play produce promise propose provide publish reach receive refer "
    "refuse reject release remain remove replace represent resign retire return rule seek serve settle share sign "
    "start state stay stop study suffer suggest support surrender travel try turn use visit vote want watch work"
).split()

DOUBLING = {"plan": "planned", "stop": "stopped", "refer": "referred", "occur": "occurred", "travel": "traveled"}


def past(verb: str) -> str:
    """The past of a verb in the tables; empty for the empty word."""
    if verb in IRREGULAR or verb in DOUBLING or not verb:
        return IRREGULAR.get(verb) or DOUBLING.get(verb, "")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + ("d" if verb.endswith("e") else "ed")


def present(verb: str) -> str:
    """The form that goes with he, she and it."""
    if verb == "have" or not verb:
        return "has" if verb else ""
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s")
