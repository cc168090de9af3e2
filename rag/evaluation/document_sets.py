"""A folder of documents with a MANIFEST.csv: which file is there, of which family, and what reading it should come to.

Two layouts are read, told by their columns. `file, category, …, pdfium_open, pdfium_pages, pdfium_chars, reference`:
real files, where another program has counted pages and characters of the PDFs. `file, kind`: files made to harm.
Knows nothing of how a file is read.
"""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rag.errors import UsageError
from rag.parsers.formats import looks_readable

MANIFEST = "MANIFEST.csv"

HARMED = frozenset(
    {"pdf-broken", "pdf-no-text", "office-broken", "office-encrypted", "archive-hostile", "archive-binary"}
)
"""Families in which a clear state is all that is asked for."""


OLD_FORMATS = frozenset({".doc", ".xls", ".ppt"})
"""Named to the user as not read, with what to do instead."""

_TEXT_PARTS = {
    ".docx": re.compile(r"word/(?:document|footnotes)\.xml"),
    ".pptx": re.compile(r"ppt/slides/[^/]*\.xml"),
    ".xlsx": re.compile(r"xl/(?:sharedStrings|worksheets/[^/]*)\.xml"),
}
_MOST_OF_A_PART = 2**24


class Expected(Enum):
    """What reading a file should come to."""

    TEXT = "text"
    CLEAR_STATE = "a clear state"


@dataclass(frozen=True, slots=True)
class Listed:
    """One file. `pages` and `letters` as another program counted them, `reference` its text made by another."""

    file: Path
    family: str
    expected: Expected
    pages: int | None = None
    letters: int | None = None
    reference: Path | None = None


def load(folder: Path) -> list[Listed]:
    """In the manifest's order. Raises UsageError when there is none, or a file of it is missing."""
    try:
        with (folder / MANIFEST).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{folder} has no {MANIFEST} that can be read.", "See the user guide, Measuring.") from error
    columns = rows[0].keys() if rows else set()
    if "file" not in columns or not columns & {"kind", "category"}:
        raise UsageError(f"{folder / MANIFEST} lacks the columns file, and category or kind.", "See the user guide.")
    listed = [_hostile(folder, row) if "kind" in row else _real(folder, row) for row in rows]
    missing = next((each.file for each in listed if not each.file.is_file()), None)
    if missing is not None:
        raise UsageError(f"{missing} is in the manifest and not in the folder.", "Unpack the set anew.")
    return listed


def holds_no_text(path: Path) -> bool:
    """Whether a look without a parser finds not a single letter either: slides with pictures only, empty notebooks."""
    with path.open("rb") as file:
        data = file.read(_MOST_OF_A_PART)
    if path.suffix.lower() == ".ipynb":
        data = b" ".join(re.findall(rb'"source": (\[[^\]]+\]|"[^"]+")', data))
    if path.suffix.lower() in _TEXT_PARTS and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            parts = [name for name in package.namelist() if _TEXT_PARTS[path.suffix.lower()].fullmatch(name)]
            data = b" ".join(_part(package, name) for name in parts)
        data = re.sub(rb"<[^>]*>", b" ", data)
    return not re.search(rb"[^\W_]|[\x80-\xff]", data)


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_MOST_OF_A_PART)


def _hostile(folder: Path, row: dict[str, str]) -> Listed:
    return Listed(folder / row["file"], "hostile", Expected.CLEAR_STATE)


def _real(folder: Path, row: dict[str, str]) -> Listed:
    path, family = folder / row["file"], row["category"]
    pages, letters = _number(row.get("pdfium_pages")), _number(row.get("pdfium_chars"))
    opened = row.get("pdfium_open", "")
    readable = (
        family not in HARMED
        and looks_readable(path)
        and path.suffix.lower() not in OLD_FORMATS
        and not opened.startswith("error")
        and not (opened and letters == 0)
        and not holds_no_text(path)
    )
    reference = folder / row["reference"] if row.get("reference") else None
    return Listed(path, family, Expected.TEXT if readable else Expected.CLEAR_STATE, pages, letters, reference)


def _number(text: str | None) -> int | None:
    return int(text) if text else None
