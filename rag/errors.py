"""What can go wrong with documents, the library and conversations; continues the tree of local_models.errors.

FootnoteError
  DocumentError             one file; the rest of the job goes on
    DocumentMissing         not there, or not readable by this user
    DocumentEmpty           no text in it (an empty file, a scan without a text layer)
    DocumentEncrypted       needs a password
    DocumentBroken          damaged, or not what its name says
    DocumentTooLarge        over the limits of time, memory or text
    DocumentUnsupported     a format that is not read
    DocumentQuarantined     it ended its reader, or had to be stopped; not tried again by itself
  LibraryError              the data directory or its database
    LibraryLocked           another running Footnote holds it
    LibraryTooNew           made by a newer Footnote
    DiskFull                no space left
    LibraryDamaged          the database file is not readable
  NotFound                  no such document, conversation, message, draft or collection
"""

from __future__ import annotations

from local_models.errors import (
    Cancelled,
    ContextTooSmall,
    DownloadError,
    FootnoteError,
    ModelBroken,
    ModelError,
    ModelNotFound,
    ModelTooLarge,
    UsageError,
    WorkerDied,
)

__all__ = [
    "Cancelled",
    "ContextTooSmall",
    "DiskFull",
    "DocumentBroken",
    "DocumentEmpty",
    "DocumentEncrypted",
    "DocumentError",
    "DocumentMissing",
    "DocumentQuarantined",
    "DocumentTooLarge",
    "DocumentUnrecognised",
    "DocumentUnsupported",
    "DownloadError",
    "FootnoteError",
    "LibraryDamaged",
    "LibraryError",
    "LibraryLocked",
    "LibraryTooNew",
    "ModelBroken",
    "ModelError",
    "ModelNotFound",
    "ModelTooLarge",
    "NotFound",
    "UsageError",
    "WorkerDied",
]


class DocumentError(FootnoteError):
    """One file can't be read; the others go on."""

    code = "document"


class DocumentMissing(DocumentError):
    code = "document_missing"


class DocumentEmpty(DocumentError):
    code = "document_empty"


class DocumentUnrecognised(DocumentEmpty):
    """Its text stands in pictures, and nothing on this computer reads them. It is tried again once something does."""

    code = "document_unrecognised"


class DocumentEncrypted(DocumentError):
    code = "document_encrypted"


class DocumentBroken(DocumentError):
    code = "document_broken"


class DocumentTooLarge(DocumentError):
    code = "document_too_large"


class DocumentUnsupported(DocumentError):
    code = "document_unsupported"


class DocumentQuarantined(DocumentError):
    """Reading the file ended the process that read it, or would not end."""

    code = "document_quarantined"


class ReaderKilled(DocumentQuarantined):
    """The process that read the file was killed, and nothing else speaks against the file. Codes tell no difference."""


class LibraryError(FootnoteError):
    """The data directory or its database can't be used."""

    code = "library"


class LibraryLocked(LibraryError):
    code = "library_locked"


class LibraryTooNew(LibraryError):
    code = "library_too_new"


class LibraryDamaged(LibraryError):
    code = "library_damaged"


class DiskFull(LibraryError):
    code = "disk_full"


class NotFound(FootnoteError):
    """No such document, collection, conversation, message, source, draft or template."""

    code = "not_found"
