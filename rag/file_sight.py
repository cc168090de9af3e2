"""What can be told of a file by looking at it: its fingerprint, and whether it has left its place.

Errors of the system become errors of the document here. Knows nothing of what was read of a file.
"""

from __future__ import annotations

from pathlib import Path

from local_models.cancel import CancelToken
from rag.errors import DocumentMissing, DocumentUnsupported
from rag.folders.stamps import Fingerprint, fingerprint
from rag.parsers.cleaning import shown_name
from rag.types import Document
from rag.walking import is_gone


def fingerprint_of(path: Path, cancel: CancelToken) -> Fingerprint:
    """Raises DocumentMissing, DocumentUnsupported, Cancelled."""
    name = shown_name(path)
    try:
        if path.exists() and not path.is_file():
            raise DocumentUnsupported(f"“{name}” is not a file or folder.", "Add a document instead.")
        return fingerprint(path, cancel)
    except FileNotFoundError as error:
        raise DocumentMissing(f"“{name}” is not there.", "Check the path.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name can't be used"
        raise DocumentMissing(f"“{name}” can't be opened: {reason}.", "Check that you may read it.") from error


def has_left(document: Document, new: Path, cancel: CancelToken) -> bool:
    """Whether its file is gone from where it was, or holds other bytes there now. Raises Cancelled."""
    old = document.path
    if is_gone(old) or _is_the_same_entry(old, new):
        return True
    try:
        return fingerprint(old, cancel).sha256 != document.sha256
    except OSError:
        return False


def _is_the_same_entry(old: Path, new: Path) -> bool:
    """A name that was written otherwise, in a folder that takes large and small letters for the same."""
    if old.parent != new.parent or old.name.casefold() != new.name.casefold():
        return False
    try:
        return old.samefile(new) and old.name not in {each.name for each in old.parent.iterdir()}
    except OSError:
        return False
