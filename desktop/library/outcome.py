"""What taking in came to, in one sentence and in a list of all that was left out. It knows no widgets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.errors import FootnoteError
from rag.events import DocumentFailed, LeftOut
from rag.parsers.cleaning import shown_name


@dataclass(frozen=True, slots=True)
class IntakeOutcome:
    """What one request came to. `error` ended it early; what was read until then stays.

    `collection` is set when known documents were put in it; `quiet` when the user did not ask for anything. `moved`
    files were found at another place, `removed` are gone from their folder; `left_out` nobody tried to read; `away`
    folders can't be reached now.
    """

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    moved: int = 0
    removed: int = 0
    failed: tuple[DocumentFailed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    away: tuple[Path, ...] = ()
    stopped: bool = False
    quiet: bool = False
    collection: str = ""
    error: FootnoteError | None = field(default=None, compare=False)

    @property
    def skipped(self) -> int:
        """Files that nobody tried to read."""
        return sum(each.count for each in self.left_out)

    @property
    def is_news(self) -> bool:
        """Whether the user should hear of it although nothing was asked for."""
        return self.error is not None or not self.quiet


def outcome_sentence(outcome: IntakeOutcome) -> str:
    """What came in, what was there already, what was left out; a second sentence for folders that are not there."""
    if outcome.collection and not outcome.stopped and not outcome.failed:
        number = outcome.added + outcome.replaced + outcome.unchanged
        return f"{number:,} {'document is' if number == 1 else 'documents are'} in “{outcome.collection}” now."
    said = list(_parts(outcome))
    if not said and outcome.away:
        return _away(outcome.away)
    nothing = "That did not work" if outcome.error else "Nothing new was found"
    text = ", ".join(said) if said else nothing
    first = f"Stopped. {text}." if outcome.stopped else f"{text}."
    further = [*_advised(outcome.left_out), *([_away(outcome.away)] if outcome.away else [])]
    return " ".join((first, *further))


def _parts(outcome: IntakeOutcome) -> Iterator[str]:
    for number, one, many in (
        (outcome.added, "document added", "documents added"),
        (outcome.replaced, "document read anew", "documents read anew"),
        (outcome.moved, "found at its new place", "found at their new places"),
        (outcome.removed, "gone from its folder", "gone from their folders"),
        (outcome.unchanged, "was here already", "were here already"),
        (len(outcome.failed), "could not be read", "could not be read"),
        (outcome.skipped, "other file left out", "other files left out"),
    ):
        if number:
            yield f"{number:,} {one if number == 1 else many}"


def _advised(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """What was left out and could be read, and how."""
    for each in left_out:
        if each.advice:
            yield f"{each.reason} ({each.count:,}). {each.advice}"


def _away(folders: Sequence[Path]) -> str:
    names = " and ".join(f"“{shown_name(folder)}”" for folder in folders)
    return f"{names} can't be reached now; what was read from there can still be asked."


def left_out_text(failed: Sequence[DocumentFailed], left_out: Sequence[LeftOut] = ()) -> str:
    """Each file and why, to read or copy; then what nobody tried to read, by reason."""
    lines = [f"{failure.path}\n    {failure.reason}" for failure in failed]
    for group in left_out:
        more = group.count - len(group.paths)
        listed = [f"    {path}" for path in group.paths] + ([f"    and {more:,} more"] if more else [])
        lines.append("\n".join([f"{group.reason} ({group.count:,}):", *listed]))
    return "\n".join(lines)
