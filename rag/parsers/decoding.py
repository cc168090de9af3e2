"""Reads a file of text in whatever encoding it has.

In this order: byte order mark, the encoding the file declares (HTML), UTF-16 told by its zero bytes, UTF-8, UTF-8 with
a few broken bytes, an encoding of one byte a letter that its languages' letters tell, and what charset-normalizer
finds most plausible. It knows nothing of formats.
"""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from rag.errors import DocumentTooLarge, DocumentUnsupported
from rag.parsers.cleaning import clean, shown_name
from rag.parsers.encodings import single_byte_encoding

MAX_BYTES = 64 * 2**20
"""Larger files of text are logs or data; reading one would hold all of it in memory several times over."""

_SAMPLE = 64 * 2**10
"""Bytes shown to charset-normalizer: more does not change its mind, and costs 1 s a megabyte."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_BINARY_STARTS = (
    b"PK\x03\x04", b"PK\x05\x06", b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ\x90", b"\x1f\x8b",
    b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\xd0\xcf\x11\xe0", b"SQLite format 3", b"OggS", b"ID3", b"fLaC",
    b"\x28\xb5\x2f\xfd", b"II*\x00", b"MM\x00*", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"wOFF", b"GGUF",
)  # fmt: skip

_CONTROLS = bytes([*range(9), *range(14, 27), *range(28, 32), 127])

_PLAIN = bytes([0, 9, 10, 13, *range(32, 127)])


def read_text(path: Path, *, declared: re.Pattern[bytes] | None = None) -> str:
    """The file's text, cleaned. `declared` finds the name of the encoding in the first bytes, as its group 1.

    Raises DocumentTooLarge over MAX_BYTES, DocumentUnsupported for bytes that aren't text.
    """
    return clean(read_uncleaned(path, declared=declared))


def read_uncleaned(path: Path, *, declared: re.Pattern[bytes] | None = None) -> str:
    """As `read_text`, with the characters nobody can see."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DocumentTooLarge(
            f"“{shown_name(path)}” is {size // 2**20} MB of text; at most {MAX_BYTES // 2**20} MB are read.",
            "Split it into smaller files.",
        )
    data = path.read_bytes()
    if not is_text(data[:4096]):
        raise DocumentUnsupported(f"“{shown_name(path)}” holds binary data, not text.", "Check the file's type.")
    found = declared.search(data[:2048]) if declared else None
    return decode(data, found[1].decode("ascii", "replace") if found else "")


def read_limited(path: Path, most: int, advice: str) -> bytes:
    """The whole file, of at most `most` bytes. Raises DocumentTooLarge, which gives the advice."""
    if path.stat().st_size > most:
        raise DocumentTooLarge(f"“{shown_name(path)}” is larger than {most // 2**20} MB.", advice)
    return path.read_bytes()


def is_text(head: bytes) -> bool:
    """Whether these first bytes of a file can be text in some encoding."""
    if head.startswith(tuple(bom for bom, _ in _BOMS)) or _utf16_without_bom(head):
        return True
    if head.startswith(_BINARY_STARTS):
        return False
    # A few stray NULs and escapes are found in real logs and exports; formats of bytes are full of them.
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return controls <= 0.1 * len(head) or (_plain_but_for_nuls(head) and head.count(0) <= 0.3 * len(head))


def decode(data: bytes, declared: str = "") -> str:
    """The text of these bytes; what no encoding explains becomes U+FFFD."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, "replace")
    if encoding := _utf16_without_bom(data[:4096]):
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_other(data, declared)


def as_utf8(data: bytes) -> bytes:
    """The bytes of text in UTF-16 or UTF-32 as UTF-8, without a byte order mark; all others as they are."""
    if data.startswith(tuple(bom for bom, _ in _BOMS)) or _utf16_without_bom(data[:4096]):
        return decode(data).removeprefix("\ufeff").encode("utf-8", "replace")
    return data


def _decode_other(data: bytes, declared: str) -> str:
    lenient = data.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    foreign = sum(1 for character in lenient[:100_000] if character > "\x7f") - min(broken, 100_000)
    if foreign > 4 * broken:  # broken UTF-8: text in another encoding hardly ever holds valid UTF-8 sequences
        return lenient
    if declared and _known(declared):
        return data.decode(declared, "replace")
    encoding = single_byte_encoding(data)
    if not encoding:
        best = from_bytes(_sample(data)).best()
        encoding = best.encoding if best else "cp1252"
    return data.decode(encoding, "replace")


def _sample(data: bytes) -> bytes:
    """The first part of the data, cut where no encoding has half a character: at the end of a line."""
    if len(data) <= _SAMPLE:
        return data
    end = data.rfind(b"\n", 0, _SAMPLE)
    return data[: end if end > 0 else _SAMPLE]


def _utf16_without_bom(head: bytes) -> str:
    """ "utf-16-le" or "utf-16-be" when every other byte is mostly zero and the rest is not; else an empty string."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    even, odd = head[0 : 2 * pairs : 2].count(0) / pairs, head[1 : 2 * pairs : 2].count(0) / pairs
    if max(even, odd) < 0.9 and _plain_but_for_nuls(head):  # records of fixed length, their ends filled up
        return ""
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else ""


def _plain_but_for_nuls(head: bytes) -> bool:
    """Whether all bytes but the zeros are ASCII that prints. Text in UTF-16 holds others, unless it is all English."""
    return not head.translate(None, _PLAIN)


def _known(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding).name not in {"utf-8", "hex", "base64", "zlib", "bz2", "rot13", "uu", "quopri"}
    except LookupError:
        return False
