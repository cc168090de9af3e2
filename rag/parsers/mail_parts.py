"""Takes a message apart: what its reader sees as its text, and what is attached to it.

Of texts that are offered in several ways the HTML comes first, because it is what mail programs show: a plain text
beside it that says something else is seen by nobody. Knows nothing of pages, files and how HTML is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from rag.parsers.cleaning import clean
from rag.parsers.html import CHARSET
from rag.parsers.mail_headers import decode_declared, file_name

MOST_PARTS = 1000
"""Parts of one message that are looked at; the largest real mail at hand has 14."""

DEEPEST = 30
"""Parts within parts that are looked into."""

_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
_SEALED = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})

Way = tuple[Message, ...]
"""Parts of text that belong together, in order."""


@dataclass(slots=True)
class Contents:
    """`bodies` are the texts in order, each in the ways it is offered, best first. `sealed`: part is encrypted."""

    bodies: list[tuple[Way, ...]] = field(default_factory=list)
    attached: list[Message] = field(default_factory=list)
    sealed: bool = False


def contents(message: Message) -> Contents:
    """The message's texts and attachments. An attached message is one attachment, not looked into."""
    found = Contents()
    _Sorter().sort(message, found, 0)
    return found


def part_text(part: Message) -> str:
    """The text of a part, not cleaned, in whatever encoding it truly has."""
    if part.get_content_type() == "message/delivery-status":
        return "\n\n".join("\n".join(f"{key}: {value}" for key, value in one.items()) for one in inside(part))
    data = part_bytes(part)
    charset = part.get_content_charset() or ""
    if not charset and is_html(part):
        declared = CHARSET.search(data[:2048])
        charset = declared[1].decode("ascii", "replace") if declared else ""
    text = decode_declared(data, charset)
    return unflowed(text, part) if not is_html(part) else text


def part_bytes(part: Message) -> bytes:
    """The part's content, its transfer encoding undone as far as it holds."""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):  # uuencoded text that is none
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return data if isinstance(data, bytes) else b""


def inside(part: Message) -> Iterator[Message]:
    """The parts directly in this one; none in a part that is a leaf."""
    inner = part.get_payload()
    yield from (one for one in inner if isinstance(one, Message)) if isinstance(inner, list) else ()


def is_html(part: Message) -> bool:
    return part.get_content_type() in {"text/html", "application/xhtml+xml"}


def unflowed(text: str, part: Message) -> str:
    """Lines that were broken for the way only, joined (RFC 3676): a line that ends in a space goes on."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    lines: list[str] = []
    for line in re.sub(r"(?m)^ ", "", clean(text)).split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        before = lines[-1] if lines else ""
        goes_on = before.endswith(" ") and before != "-- " and line != "-- "
        if goes_on and len(before) - len(before.lstrip(">")) == depth:
            lines[-1] = before + line[depth:].lstrip()
        else:
            lines.append(line)
    return "\n".join(lines)


class _Sorter:
    """Goes through the parts of one message."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def sort(self, part: Message, found: Contents, depth: int) -> None:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return
        kind = part.get_content_type()
        if kind in _SEALED:
            found.sealed = True
        elif kind == "multipart/alternative":
            self._choose(part, found, depth)
        elif part.is_multipart() and part.get_content_maintype() != "message":
            for inner in inside(part):
                self.sort(inner, found, depth + 1)
        elif _is_text(part):
            found.bodies.append(((part,),))
        elif kind not in _SIGNATURES and not _is_picture_in_text(part):
            found.attached.append(part)

    def _choose(self, part: Message, found: Contents, depth: int) -> None:
        ways: list[Way] = []
        for inner in inside(part):
            one = Contents()
            self.sort(inner, one, depth + 1)
            found.attached.extend(one.attached)
            found.sealed = found.sealed or one.sealed
            if way := tuple(leaf for body in one.bodies for leaf in body[0]):
                ways.append(way)
        ways.reverse()  # the best comes last (RFC 2046, 5.1.4)
        ways.sort(key=lambda way: not any(is_html(leaf) for leaf in way))
        if ways:
            found.bodies.append(tuple(ways))


def _is_text(part: Message) -> bool:
    if part.get_content_type() == "message/delivery-status" or part.get_content_maintype() == "multipart":
        return True  # of several parts that were never sent, whatever there is
    if part.get_content_disposition() == "attachment" or file_name(part):
        return False
    return part.get_content_type() in {"text/plain", "text/html", "text/rfc822-headers", "application/xhtml+xml"}


def _is_picture_in_text(part: Message) -> bool:
    """A picture that the HTML shows."""
    shown = "Content-ID" in part or part.get_content_disposition() == "inline"
    return part.get_content_maintype() == "image" and shown and part.get_content_disposition() != "attachment"
