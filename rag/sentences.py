"""Finds the sentences of a text, as spans of code points.

Used to cut passages, to pick quotes, and on answers, where a mark like [1] after the full stop belongs to the
sentence before it. It knows no grammar and asks no model: a full stop is judged by the words on both sides, a line
break by the lines on both sides, because in the text of a PDF most line breaks are not the end of anything.
Every step looks at a bounded number of characters, so the time is linear even in one line of many megabytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.page_types import CELL_SEPARATOR

LOOK_BACK = 40
"""Code points read before a full stop; longer than any abbreviation."""

SHORT_LINE = 0.6
"""A line under this share of its paragraph's widest line was not broken by a margin: a heading, an address, a verse."""

THAI_PIECE = 60
"""Thai has no full stop: a space ends a sentence once it is this long (a Thai sentence is about 60 to 100 letters)."""

_TITLES = frozenset(
    """mr mrs ms messrs dr prof rev hon capt col gen lt sgt gov sen rep pres fr sra mme mlle st ste hr frl dipl ing
    mag lic phil jur vs v e.g i.e cf viz approx ca opp cit ibid incl excl resp bzw vgl ggf evtl sog z.b d.h u.a i.d.r
    o.ä s.o s.u aufl hrsg str tel zzgl inkl zit dt engl frz geb gest betr p.ej avda blvd rd dept univ assn""".split()
)
"""Never the end of a sentence, whatever follows."""

_BEFORE_NUMBERS = frozenset(
    """no nos nr fig figs tab tabs eq eqs ref refs sec sect secs art arts para paras chap ch vol vols p pp pg ed eds
    abs ziff kap bd s num cap pág núm ext max min jan feb febr mar apr jun jul aug sep sept oct okt nov dec dez
    mon tue tues wed thu thur thurs fri sat sun""".split()
)
"""Belong to a number that follows; many are words of their own ("He said no.")."""

_ENDINGS = frozenset(
    """etc inc ltd co corp plc llc gmbh ag jr sr esq ph.d m.d b.a m.a b.sc m.sc d.c u.s u.k u.n e.u u.s.a a.m p.m
    usw uvm u.s.w dgl bros al""".split()
)
"""Abbreviations that often stand last; the word after them decides."""

_STARTERS = frozenset(
    """the this that these those it its he she they we you i in on at if when while after before as but and or so
    a an there here however for from by to with no not what who how why where all each any both some such our their
    his her my your one both then thus
    der die das ein eine es er sie wir ihr in im am an auf bei wenn als und aber oder so nach vor mit für dies diese
    le la les un une il elle nous vous ils en au dans mais et ce cette el los las una en pero""".split()
)
"""Words that, capitalised, begin sentences far more often than they follow an abbreviation or an initial."""

_MONTHS = r"""(?:Jan|Feb|Mär|Mar|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])\w*"""
_BEFORE_ORDINAL = re.compile(r"\b(?:am|der|des|dem|den|vom|zum|im|bis|ab|seit|und|die|das)\s+\d{1,2}$", re.IGNORECASE)

_CLOSERS = "\"'”’»›)\\]}」』】）》〉"
_MARKS = r"(?:[ \t]?\[\d{1,4}(?:\s?[,;–-]\s?\d{1,4}){0,20}\]){0,20}"
_STOP = re.compile(
    rf"(?P<wide>[。！？｡⁈⁉‼।॥۔؟։።፧။។៕]+[.!?…]*[{_CLOSERS}]*{_MARKS})"
    rf"|(?P<plain>[.!?…]+[{_CLOSERS}*_]*{_MARKS})(?=\s|$)"
    r"|(?P<thai>(?<=[\u0e00-\u0e7f])[ \t](?=[\u0e00-\u0e7f]))"
)
_WORD_BEFORE = re.compile(r"[^\s(\[{\"'“‘«/–—]+$")
_WORD_AFTER = re.compile(r"[\s\"'“‘«(\[{¿¡*_]*([^\W_]+)?")

_LIST_ITEM = re.compile(
    r"(?:[-*+•‣▪▫◦●○■□·–—►➢✓]|\d{1,3}[.)]|\(\d{1,2}\)|\d{1,3}(?:\.\d{1,3}){1,4}\.?|\(?[a-zA-Z]\)|\(?[ivxIVX]{1,5}\))\s+\S"
)
_MARKUP = re.compile(r"#{1,6}\s|```|~~~|\||\[\d{1,4}\]|={3,}\s*$|-{3,}\s*$|>\s")
_LEADING_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>\s+|[-*+]\s+|\*\*|__)+")
"""What Markdown puts before a numbered heading, an item or bold type: "## 1. Term", "**1. Term**"."""

_FIELD = re.compile(r"[^\W\d_][\w /&.-]{0,30}:(?:\s|$)")
_CODE = re.compile(
    r"""[{};]$ | ^[}\])]+[,;]?$ | \)\s*(?:->\s*.+)?:$ | ^(?:\#include|\#define|//|/\*|\*/|<\?|</?\w+[^<>]*>$)
    | ^(?:async\s+)?def\s+\w+\( | ^class\s+\w+[(:]
    | ^(?:from\s+[\w.]+\s+)?import\s+[\w.*{]+(?:\s*,\s*[\w.]+)*(?:\sas\s\w+)?$
    | ^(?:return|yield|raise|await)\b[^.]*$ | ^(?:else|try|finally):$ | ^(?:if|elif|for|while|with|except)\b.*:$
    | ^@\w[\w.]*(?:\(.*\))?$ | ^(?:const|let|var|func|fn|pub|static|public|private|protected)\s+\w.*[=({]
    | ^[\w.\[\]"']+(?:\s*:\s*[\w\[\], |.]+)?\s*[-+*/|&]?=\s*\S | ^[\w.]+\(.*\)$ | ^\$\s+\S | ^>>>\s""",
    re.VERBOSE,
)
CODE_LINE = 400
"""Longer lines are not tested for being code: the answer would not matter, and the test would cost."""


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans [start, end) of the sentences, in order, without white space around them.

    Together they hold every character of `text` that is not white space. The list is empty for blank text.
    """
    cuts = sorted({*_line_cuts(text), *_stop_cuts(text), len(text)})
    spans, start = [], 0
    for cut in cuts:
        span = trimmed(text, start, cut)
        if span[0] < span[1]:
            spans.append(span)
        start = cut
    return spans


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space at its ends; (start, start) if nothing else is in it."""
    while start < end and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def _stop_cuts(text: str) -> Iterator[int]:
    """Ends of sentences inside a line, by punctuation."""
    last = 0
    for stop in _STOP.finditer(text):
        if stop.lastgroup == "thai":
            ends = stop.start() - last >= THAI_PIECE
        else:
            ends = stop.lastgroup == "wide" or _ends_here(text, stop)
        if ends:
            last = stop.end()
            yield last


def _ends_here(text: str, stop: re.Match[str]) -> bool:
    """Whether a Latin full stop, question mark or the like ends its sentence."""
    word_after = _WORD_AFTER.match(text, stop.end(), stop.end() + LOOK_BACK)
    after = (word_after[1] or "") if word_after else ""
    before_text = text[max(0, stop.start() - LOOK_BACK) : stop.start()]
    mark = stop[0]
    if mark[0] != ".":
        return not (after[:1].islower() and any(closer in mark for closer in "\"'”’»"))
    found = _WORD_BEFORE.search(before_text)
    before = found[0].lstrip("*_") if found else ""
    if mark.startswith(".."):
        return not after[:1].islower()
    if before.isdigit():
        return not _numbers_what_follows(before_text, before, after)
    follows = text[stop.end() : stop.end() + LOOK_BACK].strip()
    return not follows or not _abbreviates(before, after)


def _numbers_what_follows(before_text: str, before: str, after: str) -> bool:
    """Whether "3." is an ordinal or the number of an item ("am 3. Mai", "1. Open the lid")."""
    if len(before) > 3:
        return False
    line = _LEADING_MARKS.sub("", before_text.rpartition("\n")[2])
    if line.strip() == before and (len(before_text) < LOOK_BACK or "\n" in before_text):
        return True
    if after[:1].islower():
        return True
    return bool(re.fullmatch(_MONTHS, after)) or bool(_BEFORE_ORDINAL.search(before_text))


def _abbreviates(before: str, after: str) -> bool:
    """Whether the full stop after the word `before` belongs to it and does not end the sentence."""
    word = before.lower()
    if word in _TITLES:
        return True
    if word in _BEFORE_NUMBERS and (after[:1].isdigit() or re.fullmatch(f"[IVXLC]+|{_MONTHS}", after)):
        return True
    starts_anew = after[:1].isupper() and after.lower() in _STARTERS
    if word in _ENDINGS or re.fullmatch(r"(?:\w\.)+\w", word):
        return not starts_anew
    if len(before) == 1 and before.isalpha():
        return not starts_anew
    return after[:1].islower() and not (before.isalpha() and len(before) >= 4)


def _line_cuts(text: str) -> Iterator[int]:
    """Line breaks that end something: before list items, around headings, fields and code, at blank lines."""
    after_code = False
    for block in _blocks(text):
        width = max(end - start for start, end in block)
        code = [is_code(text, start, end) for start, end in block]
        if after_code or code[0] or not _continues(text, block[0][0]):
            yield block[0][0]
        after_code = code[-1]
        for number in range(1, len(block)):
            if code[number - 1] or code[number] or _breaks(text, block[number - 1], block[number], width):
                yield block[number][0]


def _blocks(text: str) -> Iterator[list[tuple[int, int]]]:
    """Runs of lines that are not blank; each line as its trimmed span."""
    block: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        span = trimmed(text, line.start(), line.end())
        if span[0] == span[1] or (block and text.find("\n\n", block[-1][1], line.start()) >= 0):
            if block:
                yield block
            block = []
        if span[0] < span[1]:
            block.append(span)
    if block:
        yield block


def _continues(text: str, start: int) -> bool:
    """Whether a paragraph after a blank line goes on with a sentence that a page break cut in two."""
    before = text[max(0, start - LOOK_BACK) : start].rstrip()
    return text[start].islower() and (before[-1:].islower() or before[-1:] == ",") and not _LIST_ITEM.match(text, start)


def _breaks(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """Whether the break between two lines of a paragraph is more than the margin's."""
    if _is_row(text, line) or _is_row(text, following):
        return True
    if _MARKUP.match(text, *following):
        return not re.match(r"[=-]", text[following[0]])
    if _LIST_ITEM.match(text, *following) or re.match(r"#{1,6}\s|```|~~~|\||={3,}|-{3,}", text[line[0] : line[0] + 8]):
        return True
    short = line[1] - line[0] <= SHORT_LINE * width
    if _FIELD.match(text, *following) and (short or _FIELD.match(text, *line)):
        return True
    ends_open = text[line[1] - 1] in ",;-–(/&"
    return short and not ends_open and not text[following[0]].islower()


def _is_row(text: str, line: tuple[int, int]) -> bool:
    """Whether a line is a row of a table, as the parsers write one: each says something of its own."""
    return text.find(CELL_SEPARATOR, *line) >= 0


def is_code(text: str, start: int, end: int) -> bool:
    """Whether the line at [start, end) looks like code."""
    return end - start <= CODE_LINE and bool(_CODE.search(text[start:end]))
