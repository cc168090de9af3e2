"""What becomes of a folder of documents when the real, guarded reader takes them in, one after another.

    MANIFEST.csv -> each file added to a library by itself -> state, pages, letters, seconds, and what is wrong with it

A readable file is right when it is searchable, every passage stands where it says, it has as many pages as another
program counted, and most of the text that is known to be in it. Any other has only to end in a state that tells the
user something, within the limits. At the end the folder must be as it was. Knows no format.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.cancel import CancelToken
from rag.assistant import Assistant
from rag.evaluation.document_sets import Expected, Listed
from rag.evaluation.right_places import wrong_places
from rag.events import DocumentAdded, DocumentFailed, DocumentUnchanged, Progress
from rag.notices import pages_skipped
from rag.parsers.cleaning import shown_name
from rag.types import Document, DocumentState, Page

ENOUGH = 0.8
"""Share of the letters another program found, or of the words of a reference, among which are its own marks and notes.
"""

_WORD = re.compile(r"[^\W\d_]{3,}")
_MARKS = re.compile(r"<!--.*?-->|<[^<>]{1,200}>|\]\([^()]*\)|&[a-z]+;", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One file. `state` is a DocumentState or the error's code; `share` of the text known to be in it, None: unknown.

    `faults` says what is wrong; none when the file came to what was expected.
    """

    listed: Listed
    state: str
    reason: str
    pages: int
    letters: int
    passages: int
    seconds: float
    share: float | None
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        return {
            "file": shown_name(self.listed.file),
            "family": self.listed.family,
            "expected": self.listed.expected.value,
            "state": self.state,
            "reason": self.reason,
            "pages": self.pages,
            "letters": self.letters,
            "passages": self.passages,
            "seconds": round(self.seconds, 2),
            "share": None if self.share is None else round(self.share, 3),
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class DocumentsReport:
    """`traces` are files of the folder that were changed, made or removed while it was read."""

    outcomes: tuple[Outcome, ...]
    traces: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        families = dict.fromkeys(outcome.listed.family for outcome in self.outcomes)
        return {
            "families": {family: _sums([o for o in self.outcomes if o.listed.family == family]) for family in families},
            "readable": _sums([o for o in self.outcomes if o.listed.expected is Expected.TEXT]),
            "others": _sums([o for o in self.outcomes if o.listed.expected is Expected.CLEAR_STATE]),
            "traces": list(self.traces),
            "files": [outcome.as_json() for outcome in self.outcomes],
        }


def evaluate(
    assistant: Assistant, listed: Sequence[Listed], folder: Path, limit_s: float, cancel: CancelToken
) -> Iterator[Progress | Outcome | DocumentsReport]:
    """Progress and an Outcome for each file, the report at the end. `limit_s` may pass before a file gives a page.

    Raises Cancelled, and DiskFull or LibraryError when the library fails.
    """
    before = _traces_of(folder)
    outcomes = []
    for number, each in enumerate(listed):
        yield Progress(number, len(listed), shown_name(each.file))
        outcome = _read(assistant, each, limit_s, cancel)
        outcomes.append(outcome)
        yield outcome
    after = _traces_of(folder)
    changed = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    yield DocumentsReport(tuple(outcomes), tuple(changed))


def _read(assistant: Assistant, listed: Listed, limit_s: float, cancel: CancelToken) -> Outcome:
    started = time.monotonic()
    state, reason, document = "nothing", "", None
    for event in assistant.add([listed.file], cancel):
        match event:
            case DocumentAdded(found) | DocumentUnchanged(found):
                state, document = found.state.value, found
            case DocumentFailed():
                state, reason = event.code, event.reason
    seconds = time.monotonic() - started
    if document is None:
        return Outcome(listed, state, reason, 0, 0, 0, seconds, None, tuple(_unread(listed, state, reason)))
    return _outcome(assistant, listed, document, seconds, limit_s)


def _unread(listed: Listed, state: str, reason: str) -> Iterator[str]:
    if listed.expected is Expected.TEXT:
        yield f"not read ({state}): {reason}"
    if not reason or state in ("nothing", "document", "error"):
        yield f"ended in no clear state ({state})"


def _outcome(assistant: Assistant, listed: Listed, document: Document, seconds: float, limit_s: float) -> Outcome:
    pages = assistant.pages(document.id)
    passages = assistant.store.library.document_passages(document.id, 0, document.passages)
    letters = sum(len(page.text) for page in pages)
    share = _share(listed, pages)
    faults = wrong_places(pages, passages)[:3]
    if document.state not in (DocumentState.READ, DocumentState.COMPLETE):
        faults.append(f"is {document.state.value} after it was added")
    if listed.expected is Expected.TEXT:
        faults += _incomplete(listed, document, share)
    elif seconds > 2 * limit_s:
        faults.append(f"took {seconds:.0f} s")
    return Outcome(
        listed, document.state.value, "", document.pages, letters, len(passages), seconds, share, tuple(faults)
    )


def _incomplete(listed: Listed, document: Document, share: float | None) -> Iterator[str]:
    skipped = pages_skipped(document.notices)
    if listed.pages is not None and document.pages + skipped != listed.pages:
        yield f"{document.pages} pages read and {skipped} left out with a word, of {listed.pages}"
    if share is not None and share < ENOUGH and not document.notices:
        yield f"{share:.0%} of the text, and no word of the rest"


def _share(listed: Listed, pages: Sequence[Page]) -> float | None:
    """Of the different words of the reference, or else of the letters counted; at most 1."""
    if listed.reference is not None:
        known = set(_words(_MARKS.sub(" ", listed.reference.read_text("utf-8", "replace"))))
        found = set(_words("\n".join(page.text for page in pages)))
        return len(known & found) / len(known) if known else None
    if listed.letters:
        return min(1.0, sum(len(page.text) for page in pages) / listed.letters)
    return None


def _words(text: str) -> Iterator[str]:
    return (word.casefold() for word in _WORD.findall(text))


def _sums(outcomes: Sequence[Outcome]) -> dict[str, object]:
    times = sorted(outcome.seconds for outcome in outcomes) or [0.0]
    shares = sorted(outcome.share for outcome in outcomes if outcome.share is not None)
    return {
        "files": len(outcomes),
        "readable": sum(outcome.listed.expected is Expected.TEXT for outcome in outcomes),
        "with_text": sum(outcome.passages > 0 for outcome in outcomes),
        "as_expected": sum(not outcome.faults for outcome in outcomes),
        "median_share": shares[len(shares) // 2] if shares else None,
        "median_s": round(times[len(times) // 2], 2),
        "longest_s": round(times[-1], 2),
        "states": dict(Counter(outcome.state for outcome in outcomes)),
    }


def _traces_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and moment of change of all that lies in the folder, and the names of what lies beside it."""
    below = {str(path): path.lstat() for path in folder.rglob("*") if not path.is_dir()}
    traces = {path: (known.st_size, known.st_mtime_ns) for path, known in below.items()}
    return traces | {str(path): (0, 0) for path in folder.absolute().parent.iterdir()}
