"""Opens a document with the computer's own program for it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

OPENED_BY_SYSTEM = frozenset(
    ".pdf .docx .doc .odt .rtf .txt .md .epub .pptx .ppt .odp .xlsx .xls .ods .csv .tsv".split()
)
"""Documents that a program shows. Anything else might be run by it, or load from the net; its folder is opened."""


def open_document(path: Path) -> bool:
    """False when no program took it."""
    target = path if path.suffix.lower() in OPENED_BY_SYSTEM else path.parent
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
