"""Tells people what to do with Office files of before 2007, and with those that a password locks. Reads neither.

Both are OLE2 files, told apart by the names of the streams in them ([MS-CFB], [MS-OFFCRYPTO] 2.3.4): a locked DOCX,
XLSX or PPTX is one with a stream EncryptedPackage. The old formats are left to the programs that know them: no
well-kept library reads all three, and every one of these programs saves the new format.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from rag.errors import DocumentEncrypted, DocumentUnsupported
from rag.parsers.cleaning import shown_name
from rag.parsers.formats import OLD_EXCEL, OLD_POWERPOINT, OLD_WORD, suffixes_of
from rag.types import Counting, HiddenText, Page, PageSkipped, Title

_OLE2 = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage"
_KINDS = {
    "WordDocument": ("Word's old format (DOC)", "Open it in Word or LibreOffice Writer and save it as DOCX."),
    "Workbook": ("Excel's old format (XLS)", "Open it in Excel or LibreOffice Calc and save it as XLSX."),
    "Book": ("Excel's old format (XLS)", "Open it in Excel or LibreOffice Calc and save it as XLSX."),
    "PowerPoint Document": (
        "PowerPoint's old format (PPT)",
        "Open it in PowerPoint or LibreOffice Impress and save it as PPTX.",
    ),
    "__properties_version1.0": ("Outlook's own format under another name", "Give it the ending .msg again."),
}


class OldOfficeParser:
    """OLE2 files: each ends in an error that says what to do."""

    media_types: tuple[str, ...] = (OLD_WORD, OLD_EXCEL, OLD_POWERPOINT)
    suffixes = suffixes_of(OLD_WORD, OLD_EXCEL, OLD_POWERPOINT)
    counting = Counting.PAGES

    def recognises(self, head: bytes) -> bool:
        """By the signature of OLE2."""
        return head.startswith(_OLE2)

    def read(self, path: Path) -> Iterator[Title | Page | PageSkipped | HiddenText]:
        """Yield nothing. Raises DocumentEncrypted, DocumentUnsupported."""
        yield from ()
        name = shown_name(path)
        streams = _streams(path)
        if _LOCKED in streams:
            raise DocumentEncrypted(
                f"“{name}” is protected by a password.", "Open it in its program and save it without a password."
            )
        for stream, (what, advice) in _KINDS.items():
            if stream in streams:
                raise DocumentUnsupported(f"“{name}” is in {what}, which is not read.", advice)
        raise DocumentUnsupported(
            f"“{name}” is not what its name says, or of a kind that is not read.",
            "Open it in the program it was made with and save it as DOCX, XLSX, PPTX or PDF.",
        )


def _streams(path: Path) -> set[str]:
    """Those of the known names that stand in the file in UTF-16, as in its directory, wherever that lies."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:4] != _OLE2:
            return set()
        return {name for name in (_LOCKED, *_KINDS) if content.find(name.encode("utf-16-le") + b"\0\0") >= 0}
