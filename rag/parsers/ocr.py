"""Recognises text in pictures with Tesseract, where the user has installed it: nothing is fetched, nothing is bundled.

It runs as a process of its own inside the parse child's limits of memory, with a limit of time for each page, and is
given the picture through a pipe, so no file is written. Its words come with their boxes, so that a quote from a scan
can be marked on the page. It knows nothing of documents.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from math import ceil
from pathlib import Path

from rag.parsers.cleaning import clean
from rag.types import Block, BlockKind, Page, TextBox

if sys.platform == "linux":
    import resource

VARIABLE = "FOOTNOTE_TESSERACT"
"""Names the program where it stands in no usual place; empty, scans are not read."""

CPU_SECONDS = 40.0
"""Of the processor, for one page: a full one takes 5 to 8. Some pictures keep Tesseract busy for ever."""

PAGE_SECONDS = 50.0
"""By the clock, for a busy computer; less than the silence after which a file's reading is stopped
(rag.parsers.reading.Limits.seconds).
"""

ANSWER_SECONDS = 10.0

DPI = 300
"""What Tesseract's guide asks for at least (tessdoc, ImproveQuality: Rescaling)."""

LEAST_CONFIDENCE = 60.0
"""Of a paragraph, in percent, a letter a vote. In photographs, charts and a page read upside down, what was no text had
2 to 58; the poorest paragraph of text in 14 real scans 67, but for a chapter's ornate number (45).
"""

_CERTAIN = 90.0
"""A word of its own is seldom below: 19 of 20 words of a good scan are above. Bullets taken for an "e" had 55 to 86."""

_BULLETS = frozenset("®©¢°¤«»*")
_LIKE_BULLETS = frozenset("eo")

MOST_LANGUAGES = 4
"""Each more language takes as long again. With more installed, that of the system and English are used."""

ADVICE = (
    "Install Tesseract, a free program that recognises text on this computer; the user guide says how. "
    "The pages are read when the folders are checked next, or with “Try again”."
)

RETRY = "If there is text to be seen, scan it anew, larger and straight, or install its language for Tesseract."

_USUAL = (
    "/opt/homebrew/bin/tesseract",
    "/usr/local/bin/tesseract",
    "/opt/local/bin/tesseract",
    r"C:\Program Files\Tesseract-OCR\tesseract.exe",
)
"""Programs started from a desktop often don't have the terminal's PATH."""

_CPU_SPENT = {signal.SIGXCPU} if sys.platform != "win32" else set()

_NO_WINDOW: int = getattr(subprocess, "CREATE_NO_WINDOW", 0)

_NO_LANGUAGES = frozenset({"osd", "equ", "snum"})
_COLUMNS = 12


class RecognitionFailed(Exception):
    """Tesseract gave no words; the text says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Tesseract:
    """An installed Tesseract. `languages` as it takes them ("eng+deu"); `turns`: it can tell how a page is turned."""

    program: str
    languages: str
    turns: bool

    def page(self, picture: bytes, number: int, *, dpi: int | None = None, index: int = 0) -> Page | None:
        """The words of a picture (PNM, PNG, JPEG, TIFF, BMP, WebP) as page `number`, empty where there are none.

        `index` is that of the picture in a TIFF of several, from 0; None where it has no such one. `dpi` is needed for
        pictures that don't say it; sizes are in points. Raises RecognitionFailed.
        """
        command = [self.program, "stdin", "stdout", "-l", self.languages, "--psm", "1" if self.turns else "3"]
        command += ["-c", "tessedit_create_tsv=1", "-c", f"tessedit_page_number={index}"]
        told = _run([*command, *(["--dpi", str(dpi)] if dpi else [])], picture, PAGE_SECONDS)
        return _page(list(_items(told)), number, 72 / (dpi or DPI))


def find_tesseract() -> Tesseract | None:
    """The Tesseract of this computer, None where there is none that works.

    One that is installed while this process runs is found; its languages are asked for once.
    """
    program = os.environ.get(VARIABLE)
    if program is None:
        program = shutil.which("tesseract") or next((usual for usual in _USUAL if Path(usual).is_file()), "")
    return _asked(program) if program else None


@cache
def _asked(program: str) -> Tesseract | None:
    try:
        lines = _run([program, "--list-langs"], b"", ANSWER_SECONDS).splitlines()
    except RecognitionFailed:
        return None
    installed = [line.strip() for line in lines[1:] if line.strip()]
    languages = _chosen([name for name in installed if name not in _NO_LANGUAGES and "/" not in name], os.environ)
    return Tesseract(program, "+".join(languages), "osd" in installed) if languages else None


def _chosen(installed: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The languages to look for, English first: all that are installed, or of many those this user needs."""
    first = [name for name in ("eng",) if name in installed]
    others = [name for name in installed if name not in first]
    if len(installed) > MOST_LANGUAGES:
        spoken = environment.get("LANGUAGE") or environment.get("LC_ALL") or environment.get("LANG") or ""
        others = [name for name in others if name == _THREE_LETTERS.get(spoken[:2].lower())]
    return first + others or list(installed[:1])


_THREE_LETTERS = {
    "ar": "ara", "bg": "bul", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "es": "spa", "et": "est", "fa": "fas",
    "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn",
    "ko": "kor", "lt": "lit", "lv": "lav", "nb": "nor", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron",
    "ru": "rus", "sk": "slk", "sl": "slv", "sr": "srp", "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie",
    "zh": "chi_sim",
}  # fmt: skip
"""Tesseract names languages by ISO 639-2, the environment by ISO 639-1."""


def _run(command: Sequence[str], given: bytes, seconds: float) -> str:
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}  # its threads gain little and take the cores of the answers
    try:
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            creationflags=_NO_WINDOW,
        ) as process:
            told = _told(process, given, seconds)
    except OSError as error:
        raise RecognitionFailed("Tesseract can't be started") from error
    if -process.returncode in _CPU_SPENT:
        raise RecognitionFailed("recognising its text took too long")
    if process.returncode != 0:
        raise RecognitionFailed("Tesseract could not recognise text on it")
    return told.decode("utf-8", "replace")


def _told(process: subprocess.Popen[bytes], given: bytes, seconds: float) -> bytes:
    if sys.platform == "linux":  # it ends, too, when this process is killed while it works
        with suppress(ProcessLookupError):
            limit = ceil(min(seconds, CPU_SECONDS))  # this ends it by a signal of its own, the next at all costs
            resource.prlimit(process.pid, resource.RLIMIT_CPU, (limit, limit + 1))
    try:
        return process.communicate(given, timeout=seconds)[0]
    except subprocess.TimeoutExpired as error:
        process.kill()
        raise RecognitionFailed(f"recognising its text took more than {seconds:.0f} seconds") from error


@dataclass(frozen=True, slots=True)
class _Item:
    """A line of Tesseract's table: a picture (level 1), or a word (level 5) of a line of a paragraph; in pixels."""

    level: int
    paragraph: tuple[int, int]
    line: int
    text: str
    confidence: float
    left: int
    top: int
    width: int
    height: int


def _items(told: str) -> Iterator[_Item]:
    """The pictures and words of Tesseract's table (tessdoc, Command Line Usage: TSV).

    Its columns: level, page, block, paragraph, line, word, left, top, width, height, confidence, text. A confidence of
    -1 is that of what is no word.
    """
    for row in told.splitlines():
        fields = row.split("\t", _COLUMNS - 1)
        if len(fields) < _COLUMNS - 1 or not all(field.lstrip("-").isdigit() for field in fields[:10]):
            continue
        level, _, block, paragraph, line, _, *sides = (int(field) for field in fields[:10])
        text = clean(fields[11]).strip() if len(fields) == _COLUMNS else ""
        if level == 1 or (level == 5 and text and not fields[10].startswith("-")):
            yield _Item(level, (block, paragraph), line, text, float(fields[10]), *sides)


def _page(items: Sequence[_Item], number: int, points: float) -> Page | None:
    """The words as paragraphs; `points` is the size of a pixel. None without a picture."""
    picture = next((item for item in items if item.level == 1), None)
    if picture is None:
        return None
    writer = _Writer(points)
    words = [item for item in items if item.level == 5]
    for _, paragraph in groupby(words, key=lambda word: word.paragraph):
        lines = [list(line) for _, line in groupby(paragraph, key=lambda word: word.line)]
        if _is_text(lines):
            writer.write([_with_bullet(line) for line in lines])
    size = picture.width * points, picture.height * points
    return Page(number, writer.text, tuple(writer.blocks), tuple(writer.boxes), *size, recognised=True)


def _is_text(lines: Sequence[Sequence[_Item]]) -> bool:
    """Whether a paragraph is more than what Tesseract takes a leaf, a roof or a stain for."""
    words = [word for line in lines for word in line]
    letters = sum(letter.isalnum() for word in words for letter in word.text)
    votes = sum(word.confidence * len(word.text) for word in words) / sum(len(word.text) for word in words)
    return letters > 1 and votes >= LEAST_CONFIDENCE


def _with_bullet(line: list[_Item]) -> list[_Item]:
    """A bullet is no letter, and is taken for the one it looks most like."""
    first, *others = line
    if not others:
        return line
    likely = first.text in _LIKE_BULLETS and first.confidence < _CERTAIN and not others[0].text[0].islower()
    return [replace(first, text="•"), *others] if first.text in _BULLETS or likely else line


class _Writer:
    """Writes text and boxes by the same hand."""

    def __init__(self, points: float) -> None:
        self.text = ""
        self.blocks: list[Block] = []
        self.boxes: list[TextBox] = []
        self._points = points

    def write(self, lines: Sequence[Sequence[_Item]]) -> None:
        """A paragraph; a word that is parted at the end of a line is put together."""
        self.text += "\n\n" if self.text else ""
        start = len(self.text)
        for line in lines:
            if len(self.text) > start and not self._put_together(line[0].text):
                self.text += "\n"
            for number, word in enumerate(line):
                self.text += " " if number else ""
                self._word(word)
        self.blocks.append(Block(start, len(self.text), BlockKind.PARAGRAPH))

    def _put_together(self, following: str) -> bool:
        parted = self.text[-2:-1].islower() and self.text.endswith("-") and following[0].islower()
        if parted:
            self.text = self.text[:-1]
            self.boxes[-1] = replace(self.boxes[-1], end=len(self.text))
        return parted

    def _word(self, word: _Item) -> None:
        sides = (word.left, word.top, word.left + word.width, word.top + word.height)
        start = len(self.text)
        self.text += word.text
        self.boxes.append(TextBox(start, len(self.text), *(side * self._points for side in sides)))
