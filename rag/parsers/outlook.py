"""Reads messages that Outlook saved in its own format (MSG), as if they had been saved as mail.

A message is an OLE2 file with a stream for each long property and a table of the short ones ([MS-OXMSG], [MS-OXPROPS]).
It is written anew as a MIME message, which rag.parsers.mail reads. Text that is kept as RTF only is not read.
"""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime
from pathlib import Path

import olefile

from rag.errors import DocumentBroken
from rag.parsers.cleaning import shown_name
from rag.parsers.decoding import decode, read_limited
from rag.parsers.formats import OUTLOOK, suffixes_of
from rag.parsers.mail import SAVE_LESS, Choose, read_message
from rag.parsers.mbox import MOST_BYTES
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

NESTED = 4
"""Messages in messages that are looked into; rag.parsers.mail reads fewer."""

_OLE2 = b"\xd0\xcf\x11\xe0"
_TABLE = "__properties_version1.0"
_ATTACHMENT, _RECIPIENT = "__attach_version1.0_", "__recip_version1.0_"
_RECIPIENTS = {1: "To", 2: "Cc", 3: "Bcc"}
_UNREADABLE = (OSError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, OverflowError)
"""What olefile raises for damaged files, beside its own errors, which are among these."""

SUBJECT, SENDER, SENDER_ADDRESS, SENDER_SMTP = 0x0037, 0x0C1A, 0x0C1F, 0x5D01
BODY, HTML_BODY, SENT, DELIVERED, CODE_PAGE, HTML_CODE_PAGE = 0x1000, 0x1013, 0x0039, 0x0E06, 0x3FFD, 0x3FDE
NAME, ADDRESS, SMTP, RECIPIENT_KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
DATA, SHORT_NAME, LONG_NAME, MIME_TYPE, CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712


class OutlookParser:
    """Outlook's messages."""

    media_types: tuple[str, ...] = (OUTLOOK,)
    suffixes = suffixes_of(OUTLOOK)
    counting = Counting.CHAPTERS

    def __init__(self, choose: Choose) -> None:
        """`choose` finds the parser of an attachment."""
        self._choose = choose

    def recognises(self, head: bytes) -> bool:
        """Any OLE2 file: what it holds stands further back, and only the name tells before."""
        return head.startswith(_OLE2)

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the subject, the message as a page, and those of its attachments. Raises DocumentBroken, -TooLarge."""
        try:
            with olefile.OleFileIO(io.BytesIO(read_limited(path, MOST_BYTES, SAVE_LESS))) as ole:
                message = _Storage(ole, ()).message(0)
        except _UNREADABLE as error:
            raise DocumentBroken(
                f"“{shown_name(path)}” is damaged, or not a message.",
                "Open it in Outlook and save it again, or as EML.",
            ) from error
        yield from read_message(message, self._choose)


class _Storage:
    """A folder of an OLE2 file: a message, a recipient or an attachment, by its properties."""

    def __init__(self, ole: olefile.OleFileIO, path: tuple[str, ...], encoding: str = "cp1252") -> None:
        """`encoding` is that of the 8-bit texts of the message around this storage."""
        self._ole = ole
        self._path = path
        self._numbers = self._short_properties()
        page = self._numbers.get(CODE_PAGE) or self._numbers.get(HTML_CODE_PAGE)
        self._encoding = _encoding(page) if page else encoding

    def message(self, depth: int) -> Message:
        """The message in this storage as MIME."""
        made = MIMEMultipart("mixed")
        made["Subject"] = self._text(SUBJECT)
        made["From"] = _named(self._text(SENDER), self._text(SENDER_SMTP) or self._text(SENDER_ADDRESS))
        recipients = list(self._inside(_RECIPIENT))
        for number, header in _RECIPIENTS.items():
            made[header] = ", ".join(one.person() for one in recipients if one.is_recipient(number))
        if sent := self._numbers.get(SENT) or self._numbers.get(DELIVERED):
            made["Date"] = format_datetime(datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=sent // 10))
        made.attach(self._body())
        for one in self._inside(_ATTACHMENT):
            for part in one.attachment(depth):
                made.attach(part)
        return made

    def person(self) -> str:
        return _named(self._text(NAME), self._text(SMTP) or self._text(ADDRESS))

    def is_recipient(self, number: int) -> bool:
        return self._numbers.get(RECIPIENT_KIND, 1) == number

    def attachment(self, depth: int) -> Iterator[Message]:
        """The attachment as a part; none for one that only refers to a file elsewhere."""
        inner = f"__substg1.0_{DATA:04X}000D"
        if self._ole.exists([*self._path, inner, _TABLE]):
            if depth < NESTED:
                yield MIMEMessage(_Storage(self._ole, (*self._path, inner), self._encoding).message(depth + 1))
            return
        data = self._stream(DATA, 0x0102)
        if data is None:
            return
        kind, _, subtype = (self._text(MIME_TYPE) or "application/octet-stream").partition("/")
        part = _part(kind, subtype or "octet-stream", data)
        shown_in_text = bool(self._text(CONTENT_ID)) and kind == "image"
        name = self._text(LONG_NAME) or self._text(SHORT_NAME)
        part.add_header("Content-Disposition", "inline" if shown_in_text else "attachment", filename=name)
        yield part

    def _body(self) -> Message:
        ways = MIMEMultipart("alternative")
        if text := self._text(BODY):
            ways.attach(_part("text", "plain", text.encode("utf-8", "replace"), charset="utf-8"))
        html = self._stream(HTML_BODY, 0x0102)
        if html is not None:
            page = self._numbers.get(HTML_CODE_PAGE)
            ways.attach(_part("text", "html", html, charset=_encoding(page) if page else ""))
        elif text := self._text(HTML_BODY):
            ways.attach(_part("text", "html", text.encode("utf-8", "replace"), charset="utf-8"))
        return ways

    def _inside(self, prefix: str) -> Iterator[_Storage]:
        names = {
            entry[len(self._path)]
            for entry in self._ole.listdir(streams=True, storages=False)
            if len(entry) > len(self._path) + 1 and tuple(entry[: len(self._path)]) == self._path
        }
        for name in sorted(names):
            if name.startswith(prefix):
                yield _Storage(self._ole, (*self._path, name), self._encoding)

    def _text(self, number: int) -> str:
        wide = self._stream(number, 0x001F)
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\0")
        narrow = self._stream(number, 0x001E)
        return decode(narrow.rstrip(b"\0"), self._encoding) if narrow is not None else ""

    def _stream(self, number: int, kind: int) -> bytes | None:
        name = [*self._path, f"__substg1.0_{number:04X}{kind:04X}"]
        if not self._ole.exists(name) or self._ole.get_type(name) != olefile.STGTY_STREAM:
            return None
        return bytes(self._ole.openstream(name).read())

    def _short_properties(self) -> dict[int, int]:
        """Numbers and times by property ([MS-OXMSG] 2.4)."""
        data = self._ole.openstream([*self._path, _TABLE]).read()
        own = self._path[-1] if self._path else ""
        begin = 32 if not own else 24 if own.startswith("__substg") else 8
        found = {}
        for at in range(begin, len(data) - 15, 16):
            kind, number, _, value = struct.unpack_from("<HHIQ", data, at)
            if kind == 0x0003:
                found[number] = value & 0xFFFFFFFF
            elif kind == 0x0040:
                found[number] = value
        return found


def _part(kind: str, subtype: str, data: bytes, *, charset: str = "") -> Message:
    part = MIMENonMultipart(kind, subtype)
    if charset:
        part.set_param("charset", charset)
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.b64encode(data).decode("ascii"))
    return part


def _named(name: str, address: str) -> str:
    """An address of Exchange's own, which begins with a slash, says nothing to people."""
    address = "" if address.startswith("/") or "@" not in address or address in name else address
    return f"{name} <{address}>".strip() if address else name


def _encoding(page: int) -> str:
    return {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 50220: "iso-2022-jp"}.get(page, f"cp{page}")
