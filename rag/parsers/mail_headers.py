"""Reads the headers of a message as a person does: words decoded, dates in words, broken ones as well as can be.

The headers are taken raw and decoded here. The structured headers of the standard library take minutes on a header
made to be slow, end in RecursionError on one with nested comments, and lose letters that were sent in no encoding.
"""

from __future__ import annotations

import binascii
import re
from email.message import Message
from email.utils import parsedate_to_datetime

from rag.parsers.cleaning import clean, on_one_line
from rag.parsers.decoding import decode

LONGEST = 2000
"""Characters of a header that are kept: a mail to hundreds of people is found by the first of them."""

_WORD = re.compile(r"=\?([\w.:-]{1,40})(?:\*[\w-]{0,20})?\?([bq])\?([^?]{0,2000})\?=", re.IGNORECASE)
_SEVEN_BITS = re.compile(r"iso-?2022|hz|utf-?7", re.IGNORECASE)
_DIRECTION = re.compile(r"-[ie]$", re.IGNORECASE)
_WIDER = {
    "us-ascii": "", "ascii": "", "iso-8859-1": "cp1252", "latin1": "cp1252", "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "sjis": "cp932",
}  # fmt: skip
"""What is written under these names is often the larger set (WHATWG Encoding Standard, names and labels)."""

_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()


def header(message: Message, name: str) -> str:
    """The first header of that name, decoded, on one line; empty without."""
    for key, raw in message.raw_items():
        if key.lower() == name.lower():
            data = str(raw)[: 4 * LONGEST].encode("utf-8", "surrogateescape")
            declared = message.get_content_charset() or "cp1252"  # for letters that were sent in no encoding
            line = on_one_line(decode_words(decode(data, declared)))
            return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return ""


def decode_words(text: str) -> str:
    """Text with its encoded words (RFC 2047) decoded; what can't be decoded stays as it is.

    Blanks between two words are not part of the text, and a letter of several bytes may be parted between them.
    """
    pieces: list[str] = []
    word, charset, at = b"", "", 0
    for found in _WORD.finditer(text):
        between = text[at : found.start()]
        if word and (between.strip() or charset.lower() != found[1].lower()):
            pieces.append(decode_declared(word, charset))
            word = b""
        if between.strip() or at == 0:
            pieces.append(between)
        word, charset, at = word + _bytes(found), found[1], found.end()
    return "".join([*pieces, decode_declared(word, charset) if word else "", text[at:]])


def decode_declared(data: bytes, charset: str) -> str:
    """The text of bytes that are said to be in `charset`, which is often not true, or not known."""
    named = _DIRECTION.sub("", charset.strip().lower())
    if _SEVEN_BITS.match(named) and data.isascii():
        try:
            return data.decode(named, "replace")
        except LookupError:
            return decode(data)
    return decode(data, _WIDER.get(named, named))


def written_date(message: Message) -> str:
    """The date in words, "Tuesday, 1 October 2024, 12:34 -0500"; as it was sent where it can't be understood."""
    raw = header(message, "Date")
    try:
        date = parsedate_to_datetime(raw)
    except (ValueError, TypeError, OverflowError, IndexError):
        return raw
    zone = f" {date:%z}" if date.tzinfo is not None else ""
    return f"{_DAYS[date.weekday()]}, {date.day} {_MONTHS[date.month - 1]} {date.year}, {date:%H:%M}{zone}"


def file_name(part: Message) -> str:
    """The name of an attachment without folders, decoded; empty without."""
    try:
        named = part.get_filename() or ""
    except (LookupError, ValueError, TypeError):  # a name in an encoding that does not exist
        named = ""
    data = str(named).encode("utf-8", "surrogateescape")
    name = re.split(r"[/\\]", clean(decode_words(decode(data))))[-1]
    return " ".join(name.split())[:200]


def _bytes(word: re.Match[str]) -> bytes:
    raw = word[3].encode("utf-8", "surrogatepass")
    if word[2].lower() == "q":
        return binascii.a2b_qp(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:
        return word[0].encode("utf-8", "surrogatepass")
