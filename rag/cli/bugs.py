"""What happens to an error that nobody foresaw: a file with its traceback, one sentence for the user.

The file holds the frames and the error's type, not its message, because a message may quote a document.
"""

from __future__ import annotations

import contextlib
import platform
import traceback
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rag.errors import FootnoteError


class Bug(FootnoteError):
    """A fault of Footnote's own."""

    code = "bug"


def report_bug(error: Exception, data_dir: Path) -> Bug:
    """Write the traceback down and return what the user is told."""
    path = data_dir / "logs" / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
    frames = "".join(traceback.format_tb(error.__traceback__))
    text = f"footnote {version('footnote')}, Python {platform.python_version()}, {platform.platform()}\n"
    written = False
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}{frames}{type(error).__name__}\n", encoding="utf-8")
        written = True
    where = f"Its traceback, without any of your text, is in {path}." if written else ""
    return Bug(f"Something went wrong inside Footnote ({type(error).__name__}): a fault of the program.", where)
