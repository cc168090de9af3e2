"""The folders of a library, as the watching of them asks: which there are, what is there now, what looks different.

Reads the library from the watching's own thread; writes nothing, hashes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from local_models.cancel import CancelToken
from rag.folders.rules import RULES_FILE
from rag.folders.stamps import NO_STAMP, stamp_of
from rag.folders.surveying import Survey, Surveyor
from rag.folders.volumes import is_remote, unreachable
from rag.folders.watching import USUAL, Changed, Patience, Watched, watch
from rag.recognition import NO_RECOGNITION, Recognition
from rag.store.folder_notes import Folder, FolderNotes
from rag.walking import LOCK_PREFIXES, SYSTEM_FILES, SYSTEM_FOLDERS


class KnownFolders:
    """rag.folders.watching.Folders over a library. `own`: the data directory, whose changes are our own doing."""

    def __init__(
        self,
        notes: FolderNotes,
        reads: Callable[[Path], bool],
        own: Path,
        recognition: Recognition = NO_RECOGNITION,
    ) -> None:
        self._notes = notes
        self._recognition = recognition
        self._surveyor = Surveyor(reads, recognition)
        self._own = own

    def watch(self, cancel: CancelToken, *, patience: Patience = USUAL) -> Iterator[Watched | Changed]:
        """As rag.folders.watching.watch says."""
        return watch(self, cancel, patience=patience)

    def away(self) -> tuple[Path, ...]:
        """What can't be reached now of all folders. May take long where a drive of another computer does not answer."""
        return tuple(dict.fromkeys(each for folder in self._notes.folders() for each in _unreachable(folder)))

    def roots(self) -> Sequence[Path]:
        return [folder.root for folder in self._notes.folders()]

    def unreachable(self, root: Path) -> tuple[Path, ...]:
        return next((_unreachable(folder) for folder in self._notes.folders() if folder.root == root), ())

    def is_told(self, root: Path) -> bool:
        return not is_remote(root)

    def concerns(self, root: Path, path: Path) -> Path | None:
        if path.is_relative_to(self._own) or not path.is_relative_to(root):
            return None
        parts = path.relative_to(root).parts
        if parts and parts[-1] == RULES_FILE:
            return path.parent
        return None if any(_is_left_out(part.lower()) for part in parts) else path

    def look(self, root: Path, cancel: CancelToken) -> Iterable[Path]:
        """Files that are new or look different, documents that are not where they were, or can be read by now."""
        survey, stamps = Survey(), self._notes.stamps()
        for folder in self._notes.folders():
            if folder.root == root:
                self._surveyor.changes(survey, folder, [root], cancel)
        if not survey.below or root in survey.bare:
            return
        in_hand = self._notes.in_hand()
        for file in survey.files:
            cancel.check()
            if file in in_hand:
                continue
            if stamps.get(file, NO_STAMP) == NO_STAMP or stamps[file] != stamp_of(file):
                yield file
        listed = set(survey.files)
        for document in self._notes.below([root]):
            if any(document.path.is_relative_to(each) for each in survey.away):
                continue
            if document.path not in listed or self._recognition.helps(document):
                yield document.path


def _unreachable(folder: Folder) -> tuple[Path, ...]:
    return unreachable(folder.root, folder.mounts)


def _is_left_out(name: str) -> bool:
    return name.startswith((".", *LOCK_PREFIXES)) or name in SYSTEM_FILES or name in SYSTEM_FOLDERS
