"""Reads mail: single messages (EML) and archives of them (mbox), with what is attached.

A message is a page: its subject as the heading, the headers people search for, then its text. An attachment that a
parser reads makes further pages, as does a message that is attached. What is quoted from earlier messages stays, marked
with ">". Nothing that a message refers to is loaded. How parts are chosen: rag.parsers.mail_parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from itertools import chain, islice
from pathlib import Path

from rag.errors import DocumentEmpty
from rag.parsers import mbox
from rag.parsers.attachments import Attachments
from rag.parsers.building import PageBuilder
from rag.parsers.cleaning import clean, shown_name, smuggled
from rag.parsers.decoding import as_utf8, read_limited
from rag.parsers.formats import EML, MBOX, suffixes_of
from rag.parsers.html import HtmlText, read_html
from rag.parsers.mail_headers import file_name, header, written_date
from rag.parsers.mail_parts import Contents, Way, contents, inside, is_html, part_bytes, part_text
from rag.parsers.text import find_blocks
from rag.ports import Parser
from rag.types import BlockKind, Counting, HiddenText, Page, PageSkipped, Title

NESTED = 3
"""Messages attached to messages that are read, one in the other."""

MOST_TOLD = 50
"""Attachments of one archive that are named because they can't be read."""

NO_SUBJECT = "(no subject)"

SAVE_LESS = "Save its attachments and add these."
"""Advice for a message that is too large."""

_SHOWN = ("From", "To", "Cc", "Bcc")
_KNOWN = rb"(?:From|To|Cc|Date|Subject|Message-ID|MIME-Version|Received|Return-Path|Delivered-To|Reply-To|Content-Type)"
_HEADER = re.compile(rb"(?im)^" + _KNOWN + rb":")
_STARTS = re.compile(rb"(?:[!-9;-~]{1,70}:[^\n]*\n(?:[ \t][^\n]*\n)*){3,}", re.IGNORECASE)
_COUNTED = re.compile(rb"(\d{1,12})[ \t]*\r?\n")

_MOST_HEADERS = 2**20
"""Bytes of a message's headers; the longest at hand have 8 kB, and two million of them take half a minute."""

_EXPUNGED = 0x8
"""Of X-Mozilla-Status: deleted, but not yet taken out of the archive."""

Item = Title | Page | PageSkipped | HiddenText
Choose = Callable[[Path], Parser]


class MailParser:
    """One message as a file."""

    media_types: tuple[str, ...] = (EML,)
    suffixes = suffixes_of(EML)
    counting = Counting.CHAPTERS

    def __init__(self, choose: Choose) -> None:
        """`choose` finds the parser of an attachment."""
        self._choose = choose

    def recognises(self, head: bytes) -> bool:
        """At least three headers at the very start, two of them those of a message."""
        start = _STARTS.match(head.replace(b"\r\n", b"\n"))
        return start is not None and len(_HEADER.findall(start[0])) >= 2

    def read(self, path: Path) -> Iterator[Item]:
        """Yield the subject, the message as a page, and those of its attachments. Raises DocumentTooLarge, -Empty."""
        data = read_limited(path, mbox.MOST_BYTES, SAVE_LESS)
        if counted := _COUNTED.match(data):  # Apple Mail: the message's length, the message, and what the program notes
            data = data[counted.end() : counted.end() + int(counted[1])]
        message = _parsed(as_utf8(data))
        if not message.items() and not part_text(message).strip():
            raise DocumentEmpty(f"“{shown_name(path)}” holds no message.")
        yield from read_message(message, self._choose)


class MboxParser:
    """An archive of messages."""

    media_types: tuple[str, ...] = (MBOX,)
    suffixes = suffixes_of(MBOX)
    counting = Counting.CHAPTERS

    def __init__(self, choose: Choose) -> None:
        """`choose` finds the parser of an attachment."""
        self._choose = choose

    def recognises(self, head: bytes) -> bool:
        """A From line, and headers behind it."""
        first, _, rest = head.partition(b"\n")
        return first.startswith(b"From ") and _HEADER.search(rest) is not None

    def read(self, path: Path) -> Iterator[Item]:
        """Yield each message as a page, with those of its attachments. Raises DocumentEmpty when there is none."""
        yield from _numbered(self._messages(path))

    def _messages(self, path: Path) -> Iterator[Item]:
        reading = _Reading(self._choose)
        archive = mbox.messages(path)
        begin = list(islice(archive, 2))
        if len(begin) == 1 and begin[0] is not None:  # a message that was saved with its From line
            yield from _alone(_parsed(begin[0]), reading)
            return
        number = 0
        for number, data in enumerate(chain(begin, archive), 1):
            where = f"message {number}"
            if data is None:
                yield PageSkipped(0, f"it is larger than {mbox.MOST_BYTES // 2**20} MB", where)
                continue
            try:
                message = _parsed(data)
                if not _expunged(message):
                    yield from reading.message(message, where)
            except RecursionError:
                yield PageSkipped(0, "it is nested too deeply to be read", where)
        if not number:
            raise DocumentEmpty(f"“{shown_name(path)}” holds no message.")


def read_message(message: Message, choose: Choose) -> Iterator[Item]:
    """Yield the subject, the message as a page, and those of its attachments, all numbered from 1."""
    yield from _numbered(_alone(message, _Reading(choose)))


class _Reading:
    """One file being read: the attachments of all its messages have a limit together."""

    def __init__(self, choose: Choose) -> None:
        self._attachments = Attachments(choose)

    def message(self, message: Message, where: str, depth: int = 0) -> Iterator[Item]:
        """Its page, labelled with `where` and the subject, then its attachments' pages; all have number 0."""
        found = contents(message)
        subject = header(message, "Subject") or NO_SUBJECT
        page, hidden = _page(message, found, subject)
        yield replace(page, label=f"{where}: {subject}" if where else "")
        if hidden:
            yield HiddenText(hidden)
        if found.sealed:
            yield PageSkipped(0, "its text is encrypted, or packed into its signature", where or "message")
        for part in found.attached:
            yield from self._attached(part, where, depth)

    def _attached(self, part: Message, where: str, depth: int) -> Iterator[Item]:
        kind, name = part.get_content_type(), file_name(part)
        nested = next(inside(part), None) if kind == "message/rfc822" else None
        if nested is None and (kind == "message/rfc822" or name.lower().endswith(".eml")):
            nested = _parsed(part_bytes(part))
        if nested is None:
            place = f"attachment {name}" if name else "attachment"
            data = part_bytes(part)
            yield from self._attachments.read(name or place, kind, data, ", ".join(filter(None, (where, place))))
            return
        place = ", ".join(filter(None, (where, "attached message")))
        if depth >= NESTED:
            yield PageSkipped(0, "messages that are attached to one another so deeply are not read", place)
        else:
            yield from self.message(nested, place, depth + 1)


def _alone(message: Message, reading: _Reading) -> Iterator[Item]:
    """A file that is one message."""
    if subject := header(message, "Subject"):
        yield Title(subject)
    yield from reading.message(message, "")


def _parsed(data: bytes) -> Message:
    end = data.find(b"\n\n")
    if end > _MOST_HEADERS:
        data = data[:_MOST_HEADERS].rpartition(b"\n")[0] + data[end:]
    # The older policy: the newer takes 3 s where this takes none, and fails, on headers made to be slow.
    return BytesParser(policy=compat32).parsebytes(data)


def _numbered(items: Iterator[Item]) -> Iterator[Item]:
    number = 1
    told = 0
    for item in items:
        if isinstance(item, PageSkipped):
            told += 1
            if told > MOST_TOLD:
                if told == MOST_TOLD + 1:
                    yield PageSkipped(number, "more of them can't be read, and are not listed", "other attachments")
                continue
        if isinstance(item, Page | PageSkipped):
            yield replace(item, number=number)
            number += 1
        else:
            yield item


def _expunged(message: Message) -> bool:
    status = header(message, "X-Mozilla-Status")
    return bool(re.fullmatch(r"[0-9a-fA-F]{1,8}", status)) and bool(int(status, 16) & _EXPUNGED)


def _page(message: Message, found: Contents, subject: str) -> tuple[Page, int]:
    """The message as a page, and how many passages it hides."""
    builder = PageBuilder()
    builder.add(subject, BlockKind.HEADING, 1)
    lines = [(name, header(message, name)) for name in _SHOWN]
    lines.append(("Date", written_date(message)))
    lines.append(("Attachments", ", ".join(filter(None, map(file_name, found.attached)))))
    builder.add("\n".join(f"{name}: {value}" for name, value in lines if value), BlockKind.PARAGRAPH)
    hidden = sum(_add_body(builder, ways) for ways in found.bodies)
    return builder.page(0), hidden


def _add_body(builder: PageBuilder, ways: tuple[Way, ...]) -> int:
    """Add the first way of writing this text that shows any; how many passages it hides."""
    for way in ways:
        read = [_html(part) if is_html(part) else _plain(part) for part in way]
        if any(text.page.text for text in read):
            for text in read:
                _add(builder, text.page)
            return sum(text.hidden for text in read)
    return 0


def _html(part: Message) -> HtmlText:
    return read_html(part_text(part), quotes=True)


def _plain(part: Message) -> HtmlText:
    raw = part_text(part)
    text = clean(raw)
    return HtmlText("", Page(0, text if text.strip() else "", tuple(find_blocks(text))), smuggled(raw))


def _add(builder: PageBuilder, page: Page) -> None:
    for block in page.blocks:
        level = min(6, block.level + 1) if block.kind is BlockKind.HEADING else block.level
        builder.add(page.text[block.start : block.end], block.kind, level)
