"""Writes a report to a file the user chose. Knows no widgets."""

from __future__ import annotations

from pathlib import Path

from rag.errors import UsageError
from rag.report_types import Report
from rag.reports.export import anki_csv, markdown, table_csv

LAYOUTS = {
    "markdown": ("md", "Save as Markdown"),
    "csv": ("csv", "Save as CSV"),
    "anki": ("csv", "Save for Anki"),
}
"""By layout: the file's ending, and what the dialog is called."""

_BOM = "\ufeff"
"""Without it Excel takes a CSV in UTF-8 for one in the system's old encoding."""


def save(report: Report, layout: str, path: Path) -> str:
    """Write it, and say where. Raises UsageError when the file can't be written."""
    text = {"markdown": markdown, "csv": table_csv, "anki": anki_csv}[layout](report)
    try:
        path.write_text(_BOM + text if layout == "csv" else text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            f"“{path}” could not be written ({error.strerror}).", "Choose another folder or name."
        ) from error
    return f"Saved: {path}"
