"""All parsers there are, and which of them reads a file.

A file's content decides before its name: a Word document named .pdf is read as a Word document, and a picture named
.txt is refused. A new format is one module, one line here and its suffixes in rag.parsers.formats.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from rag.errors import DocumentEmpty, DocumentMissing, DocumentUnsupported
from rag.parsers.cleaning import shown_name
from rag.parsers.code import CodeParser
from rag.parsers.data import DataParser
from rag.parsers.decoding import is_text
from rag.parsers.delimited import DelimitedParser
from rag.parsers.docx import DocxParser
from rag.parsers.epub import EpubParser
from rag.parsers.formats import media_type_by_name
from rag.parsers.html import HtmlParser
from rag.parsers.image import ImageParser
from rag.parsers.mail import MailParser, MboxParser
from rag.parsers.markdown import MarkdownParser
from rag.parsers.markup import MarkupParser
from rag.parsers.notebook import NotebookParser
from rag.parsers.odp import OdpParser
from rag.parsers.ods import OdsParser
from rag.parsers.odt import OdtParser
from rag.parsers.old_office import OldOfficeParser
from rag.parsers.outlook import OutlookParser
from rag.parsers.pdf import PdfParser
from rag.parsers.pptx import PptxParser
from rag.parsers.rtf import RtfParser
from rag.parsers.subtitles import SubtitleParser
from rag.parsers.text import TextParser
from rag.parsers.web_archive import MhtmlParser, WebArchiveParser
from rag.parsers.xlsx import XlsxParser
from rag.ports import Parser

PARSERS: tuple[Parser, ...] = (
    PdfParser(),
    DocxParser(),
    PptxParser(),
    XlsxParser(),
    OdtParser(),
    OdsParser(),
    OdpParser(),
    RtfParser(),
    OldOfficeParser(),
    OutlookParser(lambda path: choose(path)),
    EpubParser(),
    HtmlParser(),
    MhtmlParser(),
    WebArchiveParser(),
    NotebookParser(),
    SubtitleParser(),
    MboxParser(lambda path: choose(path)),
    MailParser(lambda path: choose(path)),
    MarkdownParser(),
    CodeParser(),
    DataParser(),
    DelimitedParser(),
    MarkupParser(),
    ImageParser(),
    TextParser(),
)

HEAD = 4096
"""Bytes that are shown to the parsers."""

_READ = (
    "PDF, Word, PowerPoint, Excel, OpenDocument, RTF, EPUB, mail, web pages, Markdown, tables, data, plain text and "
    "source code are read."
)


def choose(path: Path, parsers: Sequence[Parser] = PARSERS) -> Parser:
    """The parser that can read this file.

    Raises DocumentMissing (not there, not readable), DocumentEmpty (no bytes), DocumentUnsupported.
    """
    head = _head(path)
    named = _by_name(path, parsers)
    if is_text(head):
        if named is not None and _reads_text(named):
            return named
        found = _by_content(head, named, parsers) or named or (_plain(parsers) if not path.suffix else None)
    else:
        found = _by_content(head, named, parsers) or (named if named is not None and not _reads_text(named) else None)
    if found is None:
        raise _unsupported(path, binary=named is not None)
    return found


def media_type_of(path: Path, parser: Parser) -> str:
    """What the file is, once its parser is known."""
    named = media_type_by_name(path)
    return named if named in parser.media_types else parser.media_types[0]


def _head(path: Path) -> bytes:
    name = shown_name(path)
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # opening a pipe would wait for ever
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "a device or a pipe"
            raise DocumentUnsupported(f"“{name}” is {kind}, not a file.")
        if found.st_size == 0:
            raise DocumentEmpty(f"“{name}” is empty.", "It holds no bytes at all; perhaps it was not copied whole.")
        with path.open("rb") as file:
            return file.read(HEAD)
    except PermissionError as error:
        raise DocumentMissing(
            f"“{name}” may not be read by this user.", "Change its permissions and add it again."
        ) from error
    except FileNotFoundError as error:
        raise DocumentMissing(f"“{name}” is not there any more.", "Look whether it was moved or renamed.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name can't be used"
        raise DocumentMissing(
            f"“{name}” can't be opened: {reason}.", "Copy it to this computer and add the copy."
        ) from error


def _by_name(path: Path, parsers: Sequence[Parser]) -> Parser | None:
    media_type = media_type_by_name(path)
    return next((parser for parser in parsers if media_type in parser.media_types), None)


def _by_content(head: bytes, named: Parser | None, parsers: Sequence[Parser]) -> Parser | None:
    """Of several that know the content the one that the name promises, else the first."""
    found = [parser for parser in parsers if parser.recognises(head)]
    return named if named in found else next(iter(found), None)


def _reads_text(parser: Parser) -> bool:
    return all(media_type.startswith("text/") for media_type in parser.media_types)


def _plain(parsers: Sequence[Parser]) -> Parser | None:
    return next((parser for parser in parsers if "text/plain" in parser.media_types), None)


def _unsupported(path: Path, *, binary: bool) -> DocumentUnsupported:
    name = shown_name(path)
    if binary:
        return DocumentUnsupported(f"“{name}” is named like text but holds something else.", _READ)
    return DocumentUnsupported(f"“{name}” is of a kind that is not read.", _READ)
