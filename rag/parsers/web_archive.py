"""Reads web pages that a browser saved as one file: MHTML (Chrome, Edge) and Safari's web archives.

Only the page itself is read, as rag.parsers.html does it; frames, styles and pictures beside it are not. A web archive
is a property list. Nothing is fetched.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path
from xml.parsers.expat import ExpatError

from rag.errors import DocumentBroken
from rag.parsers.cleaning import shown_name
from rag.parsers.decoding import decode, read_limited
from rag.parsers.formats import MHTML, WEB_ARCHIVE, suffixes_of
from rag.parsers.html import CHARSET, HtmlText, read_html, whole_file
from rag.parsers.mail_headers import header
from rag.parsers.mail_parts import DEEPEST, inside, is_html, part_text
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

MOST_BYTES = 128 * 2**20
"""A page with all of its pictures; nearly all are under 20 MB."""

_SAVE_ANEW = "Open it in a browser and save it again, as a web page."
_SAVE_LESS = "Save the page without its pictures."


class MhtmlParser:
    """MIME HTML (RFC 2557)."""

    media_types: tuple[str, ...] = (MHTML,)
    suffixes = suffixes_of(MHTML)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """The headers that browsers write."""
        start = head[:1000].lower()
        return start.startswith((b"from: <saved by ", b'from: "saved by ')) or b"snapshot-content-location:" in start

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the page. Raises DocumentBroken, -Empty, -TooLarge."""
        message = BytesParser(policy=compat32).parsebytes(read_limited(path, MOST_BYTES, _SAVE_LESS))
        part = next(_pages(message, 0), None)
        if part is None:
            raise DocumentBroken(f"“{shown_name(path)}” holds no web page.", _SAVE_ANEW)
        found = read_html(part_text(part))
        yield from whole_file(path, HtmlText(found.title or header(message, "Subject"), found.page, found.hidden))


class WebArchiveParser:
    """Safari's web archives."""

    media_types: tuple[str, ...] = (WEB_ARCHIVE,)
    suffixes = suffixes_of(WEB_ARCHIVE)
    counting = Counting.CHAPTERS

    def recognises(self, head: bytes) -> bool:
        """A binary property list with the name of the main resource."""
        return head.startswith(b"bplist00") and b"WebMainResource" in head

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield the title, what is hidden, and the page. Raises DocumentBroken, -Empty, -TooLarge."""
        data, encoding = _main_resource(path)
        if not encoding and (declared := CHARSET.search(data[:2048])):
            encoding = declared[1].decode("ascii", "replace")
        yield from whole_file(path, read_html(decode(data, encoding)))


def _pages(part: Message, depth: int) -> Iterator[Message]:
    """The parts that are web pages; the first is the one that was saved (RFC 2387, 3.2)."""
    if is_html(part):
        yield part
    elif depth < DEEPEST:
        for one in inside(part):
            yield from _pages(one, depth + 1)


def _main_resource(path: Path) -> tuple[bytes, str]:
    """The page's bytes and the name of their encoding."""
    try:
        archive = plistlib.loads(read_limited(path, MOST_BYTES, _SAVE_LESS))
        main = archive["WebMainResource"]
        data, encoding = main["WebResourceData"], main.get("WebResourceTextEncodingName", "")
    except (plistlib.InvalidFileException, ExpatError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DocumentBroken(f"“{shown_name(path)}” is damaged, or not a web archive.", _SAVE_ANEW) from error
    if not isinstance(data, bytes) or not isinstance(encoding, str):
        raise DocumentBroken(f"“{shown_name(path)}” holds no web page.", _SAVE_ANEW)
    return data, encoding
