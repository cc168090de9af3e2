"""Reads subtitles (SubRip, WebVTT) as a transcript: what is said, by whom where that is told, and when.

Lines on a screen are cut where they fit, not where sentences end, so they are joined to paragraphs again. A page is a
paragraph, labelled with its time; passages run over several. Notes, styles and marks for the screen are left out, and
lines that only repeat the one before, as automatic subtitles do.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers.building import PageBuilder
from rag.parsers.cleaning import clean, on_one_line, shown_name, smuggled
from rag.parsers.decoding import read_uncleaned
from rag.parsers.formats import SRT, VTT, suffixes_of
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

PAUSE_S = 3.0
"""Seconds of silence that end a paragraph."""

LONGEST_PARAGRAPH = 300
"""Characters after which a paragraph ends even in a sentence: what is spoken has often no full stops."""

_CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s[^\n]*)?")
_NO_CUE = re.compile(r"(?:NOTE|STYLE|REGION)\b")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?\s{1,20}([^<>]{1,100})>")
_MARKS = re.compile(r"</?[a-zA-Z0-9.:][^<>]{0,200}>|\{\\[^{}]{0,200}\}")
_ENDS = re.compile(r"[.!?…。！？؟][\"'”’»)\]]*$")


class SubtitleParser:
    """SubRip (SRT) and WebVTT."""

    media_types: tuple[str, ...] = (SRT, VTT)
    suffixes = suffixes_of(SRT, VTT)
    counting = Counting.PIECES

    def recognises(self, head: bytes) -> bool:
        """The first line of WebVTT."""
        return re.match(rb"(?:\xef\xbb\xbf)?WEBVTT(?:\s|$)", head) is not None

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield what is hidden and the stretches in order. Raises DocumentEmpty, DocumentTooLarge."""
        raw = read_uncleaned(path)
        if hidden := smuggled(raw):
            yield HiddenText(hidden)
        number = 0
        for number, said in enumerate(_paragraphs(_cues(clean(raw))), 1):
            yield _page(number, said)
        if not number:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no subtitles.", "None of its lines tells a time.")


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is on the screen from `start` to `end`, in seconds; `voice` is empty where nobody is named."""

    start: float
    end: float
    voice: str
    text: str


def _cues(text: str) -> Iterator[_Cue]:
    """The cues in order, each line of a voice of its own as one, without lines that stood in the cue before."""
    before: list[str] = []
    for block in re.split(r"\n[^\S\n]*\n", text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        at = next((number for number, line in enumerate(lines[:3]) if _TIMES.fullmatch(line)), None)
        if at is None or (at == 0 and _NO_CUE.match(lines[0])):
            continue
        found = _TIMES.fullmatch(lines[at])
        assert found is not None
        start, end = _seconds(found.groups()[:4]), _seconds(found.groups()[4:])
        for voice, said in _said(lines[at + 1 :], before):
            yield _Cue(start, end, voice, said)
        before = lines[at + 1 :]


def _said(lines: list[str], before: list[str]) -> Iterator[tuple[str, str]]:
    """(voice, words) of a cue's lines."""
    voice, words = "", []
    for line in lines:
        if line in before:
            continue
        parts = _VOICE.split(line)
        words.append(parts[0])
        for name, following in zip(parts[1::2], parts[2::2], strict=True):
            if said := _plain(words):
                yield voice, said
            voice, words = " ".join(html.unescape(name).split()), [following]
    if said := _plain(words):
        yield voice, said


def _plain(lines: list[str]) -> str:
    return on_one_line(html.unescape(_MARKS.sub("", " ".join(lines))))


def _paragraphs(cues: Iterator[_Cue]) -> Iterator[_Cue]:
    """Neighbours joined until a sentence ends, somebody else speaks or nobody does."""
    held: _Cue | None = None
    for cue in cues:
        if held is not None and _goes_on(held, cue):
            held = replace(held, end=max(held.end, cue.end), text=f"{held.text} {cue.text}")
        else:
            if held is not None:
                yield held
            held = cue
    if held is not None:
        yield held


def _goes_on(held: _Cue, cue: _Cue) -> bool:
    same = held.voice == cue.voice and -PAUSE_S <= cue.start - held.end <= PAUSE_S
    return same and len(held.text) < LONGEST_PARAGRAPH and not (_ENDS.search(held.text) and len(held.text) > 100)


def _page(number: int, said: _Cue) -> Page:
    builder = PageBuilder()
    builder.add(f"{said.voice}: {said.text}" if said.voice else said.text, BlockKind.PARAGRAPH)
    return replace(builder.page(number), label=f"{clock(said.start)}–{clock(said.end)}")


def clock(seconds: float) -> str:
    """Seconds as a player shows them: "1:05", "2:03:40"."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _seconds(clock_parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (part or "0" for part in clock_parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths.ljust(3, "0")) / 1000
