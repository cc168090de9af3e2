"""Everything that can go wrong and is told to the user, from the lowest floor up.

    FootnoteError               told to the user: what happened, to what, what to do next
      UsageError                a value the user gave is not acceptable (exit code 2 in the terminal)
      ModelError                a model file or the running of it
        ModelNotFound           no such file, or no model chosen yet
        ModelBroken             truncated, not a GGUF, unknown architecture, checksum differs
        ModelTooLarge           does not fit in this computer's memory
        ContextTooSmall         even one question with its shortest sources does not fit
      WorkerDied                a child process ended by itself
        WorkerTimedOut          or was stopped, because it took longer than it may
      DownloadError             a download was refused, cut or did not match its checksum
      (rag.errors continues the tree: documents, library, conversations)

    Cancelled                   stands apart: the user asked for it, so it is never shown

Anything else that is raised is a bug. This module knows nothing of documents or of the window.
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Something the user must be told.

    `message` is one sentence that names the thing and says what is wrong; `advice` is one sentence
    that says what to do next (may be empty). Neither ever holds document text. `code` is stable
    and used in the terminal's JSON.
    """

    code = "error"

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()


class UsageError(FootnoteError):
    """The user gave a value that can't be used."""

    code = "usage"


class ModelError(FootnoteError):
    """A model can't be used as asked."""

    code = "model"


class ModelNotFound(ModelError):
    """The model's file is not there, or no model was chosen."""

    code = "model_not_found"


class ModelBroken(ModelError):
    """The file is truncated, of another format or of an architecture that is not known."""

    code = "model_broken"


class ModelTooLarge(ModelError):
    """The model does not fit in memory."""

    code = "model_too_large"


class ContextTooSmall(ModelError):
    """The model's context can't hold the question and a single source."""

    code = "context_too_small"


class WorkerDied(FootnoteError):
    """A child process ended by itself.

    `role` is the worker's role, `exit_code` as `subprocess` gives it (negative: the signal),
    `stderr_tail` the last lines it wrote.
    """

    code = "worker_died"

    def __init__(
        self, message: str, advice: str = "", *, role: str, exit_code: int | None, stderr_tail: str = ""
    ) -> None:
        super().__init__(message, advice)
        self.role = role
        self.exit_code = exit_code
        self.stderr_tail = stderr_tail


class WorkerTimedOut(WorkerDied):
    """A child process was stopped because a request took longer than it may."""

    code = "worker_timed_out"


class DownloadError(FootnoteError):
    """A download was refused, cut, or is not the file that was promised."""

    code = "download"


class Cancelled(Exception):
    """The user asked for the job to stop. Unwinds the job; never shown."""
