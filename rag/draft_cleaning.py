"""Take from a suggestion what is not the text itself: thoughts, fences, greetings, closing remarks, repetitions.

Small models add them whatever they are told, so this is done by code after the last token. It works on strings only
and knows nothing of models; the patterns are the openings and closings that instruction-tuned models use.
"""

from __future__ import annotations

import re

_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCED = re.compile(r"^(`{3,}|~{3,})[^\n`]*\n(.*?)(?:^\1[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_OPENING = re.compile(
    r"\A\s*(?:(?:sure|certainly|of course|absolutely|okay|ok|great)\b[^\n]{0,80}?[!.:,]\s+)?"
    r"(?:here(?:'s|’s| is| are)\b[^\n]{0,120}?:|(?:the )?(?:rewritten|revised|updated|continued)\b[^\n]{0,60}?:)"
    r"[ \t]*\n+",
    re.IGNORECASE,
)
_GREETING = re.compile(r"\A\s*(?:sure|certainly|of course|absolutely)[!.,:][^\n]{0,120}\n+", re.IGNORECASE)
_CLOSING = re.compile(
    r"\n+\s*(?:let me know\b|i hope (?:this|that)\b|feel free to\b|please let me know\b|would you like me\b|"
    r"if you (?:need|have|want|would like)\b)[^\n]*\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"\A\s*(?:SELECTED|CONTINUATION|REWRITTEN)\s*:\s*")

SHORTEST_REPEAT = 12
"""Characters: a shorter agreement of the end with the beginning is chance more often than a repetition."""


def clean(text: str, *, code: bool, keep_fences: bool) -> str:
    """The text that was asked for. In code, the first fenced block is the answer; what stands around it is talk."""
    text = _THOUGHT.sub("", text).strip("\n")
    if not keep_fences:
        text = _unfenced(text, code=code)
    for pattern in (_OPENING, _GREETING, _LABEL):
        shorter = pattern.sub("", text, count=1)
        text = shorter if shorter.strip() else text
    text = _CLOSING.sub("", text)
    if not keep_fences:
        text = _unfenced(text, code=code)
    return text.strip("\n")


def join(before: str, text: str, *, code: bool) -> str:
    """What to put after `before`: without the end of `before` repeated, and with the white space that is missing."""
    text = text[_repeated(before, text) :]
    if not before or not text or before[-1].isspace():
        return text
    if code:
        return f"\n{text}" if before[-1] in ":;{})" else text
    if text[0].isspace():
        return text
    return text if text[0] in ".,;:!?)]}…’”" or before[-1] in "([{“‘-/" or _unspaced(text[0]) else f" {text}"


def _unfenced(text: str, *, code: bool) -> str:
    found = _FENCED.search(text)
    if found is None:
        return text
    whole = found.start() == 0 and found.end() >= len(text.rstrip())
    return found.group(2).rstrip("\n") if whole or code else text


def _repeated(before: str, text: str) -> int:
    """Length of the longest beginning of `text` that `before` ends with; 0 when it is short enough to be chance."""
    for length in range(min(len(before), len(text)), SHORTEST_REPEAT - 1, -1):
        if before.endswith(text[:length]):
            return length
    return 0


def _unspaced(character: str) -> bool:
    """Scripts written without spaces: CJK, kana, Thai."""
    return "\u3040" <= character <= "\u9fff" or "\u0e00" <= character <= "\u0e7f"
