"""What the window and the terminal can ask of the folders that documents lie in.

It only passes on. Jobs are generators that take a cancel token; those that write the library (`follow`, `resume`) are
called from one thread at a time, together with Assistant.add and its like; `watch` has a thread of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_models.cancel import CancelToken
from rag.events import AddEvent
from rag.folders.known import KnownFolders
from rag.folders.rules import compiled
from rag.folders.watching import USUAL, Changed, Patience, Watched
from rag.ingest import Ingest
from rag.store.folder_notes import Folder, FolderNotes


@dataclass(frozen=True)
class Folders:
    """Of one library. Built by rag.bootstrap."""

    ingest: Ingest
    notes: FolderNotes
    known: KnownFolders

    def all(self) -> list[Folder]:
        """By name, with their rules."""
        return self.notes.folders()

    def away(self) -> tuple[Path, ...]:
        """Folders, or parts of them, that can't be reached now. Asks the disks: not for the window's own thread."""
        return self.known.away()

    def watch(self, cancel: CancelToken, *, patience: Patience = USUAL) -> Iterator[Watched | Changed]:
        """Tell what changes until the token is set; hand the paths of each Changed to `follow`."""
        return self.known.watch(cancel, patience=patience)

    def follow(self, paths: Sequence[Path], cancel: CancelToken) -> Iterator[AddEvent]:
        """Look at what changed: read, moved or forgotten. Follow with Assistant.embed_pending."""
        return self.ingest.follow(paths, cancel)

    def resume(self, cancel: CancelToken) -> Iterator[AddEvent]:
        """Read what an earlier run left waiting or half read."""
        return self.ingest.resume(cancel)

    def forget_waiting(self) -> int:
        """Let go of files that wait and were never read; returns how many."""
        return self.notes.forget_waiting()

    def set_rules(self, collection_id: int, rules: Sequence[str]) -> None:
        """What of this folder is left out, a rule a line as in a .gitignore; holds from the next look at it.

        Raises UsageError for a line that is no rule.
        """
        compiled(rules)
        self.notes.set_rules(collection_id, [rule.rstrip("\n") for rule in rules])
