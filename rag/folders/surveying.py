"""What is to be looked at: the files of a folder, or those among a few paths that somebody told had changed.

A survey lists files, the collections each belongs to, what was left out and why, and where a document that is not
listed any more has to go. A changed path is surveyed by walking to it from its folder's root, through nothing but the
folders on the way, so that it is found under exactly the conditions of a walk through everything. Knows the folders'
rules and disks, and nothing of documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local_models.cancel import CancelToken
from rag.events import DocumentFailed, LeftOut
from rag.folders.rules import RULES_FILE, IgnoreRules
from rag.folders.volumes import mounts_of, unreachable
from rag.parsers.formats import is_picture
from rag.recognition import Recognition
from rag.store.folder_notes import Folder
from rag.walking import is_folder, walk

MOST_TOLD = 200
"""Paths told of each reason for leaving files out; more are counted only."""


@dataclass
class Survey:
    """`files` in the order they are read. `below`: folders (or files) of which every document was looked for. `away`:
    what can't be reached now. `bare`: folders with nothing at all in them, which may be disks that are not there.
    """

    files: list[Path] = field(default_factory=list)
    groups: dict[Path, list[int]] = field(default_factory=dict)
    below: list[Path] = field(default_factory=list)
    failed: list[DocumentFailed] = field(default_factory=list)
    skipped: int = 0
    vanished: list[Path] = field(default_factory=list)
    """Folders that went while they were looked for; under another name they may be where was looked before."""
    gone: int = 0
    """Documents that were let go."""
    away: list[Path] = field(default_factory=list)
    bare: list[Path] = field(default_factory=list)
    mounts: dict[int, tuple[Path, ...]] = field(default_factory=dict)
    """Collection -> the mount points its folder lies on and holds."""
    _left_out: dict[str, list[Path]] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _advice: dict[str, str] = field(default_factory=dict)
    rules: list[IgnoreRules] = field(default_factory=list)

    def left_out(self) -> tuple[LeftOut, ...]:
        """By reason, the most frequent first."""
        reasons = sorted(self._counts, key=lambda reason: (-self._counts[reason], reason))
        return tuple(
            LeftOut(reason, self._counts[reason], tuple(self._left_out[reason]), self._advice.get(reason, ""))
            for reason in reasons
        )

    def is_ignored(self, path: Path) -> bool:
        """Whether rules leave the path out now."""
        return any(rules.ignores(path) for rules in self.rules)

    def note(self, reason: str, path: Path, advice: str = "") -> None:
        """One file or folder is left out."""
        self._advice[reason] = advice
        self._counts[reason] = self._counts.get(reason, 0) + 1
        told = self._left_out.setdefault(reason, [])
        if len(told) < MOST_TOLD:
            told.append(path)

    def belongs(self, path: Path, groups: Sequence[int]) -> None:
        """The file is to be read, and belongs to these collections."""
        if path not in self.groups:
            self.files.append(path)
        self.groups[path] = list(dict.fromkeys((*self.groups.get(path, ()), *groups)))


class Surveyor:
    """Surveys folders. `reads` knows the formats of documents by their names; `recognition` tells of pictures."""

    def __init__(self, reads: Callable[[Path], bool], recognition: Recognition) -> None:
        self._reads = reads
        self._recognition = recognition

    def everything(
        self, survey: Survey, root: Path, groups: Sequence[int], around: Sequence[Folder], cancel: CancelToken
    ) -> None:
        """Add all of a folder, or a single file, to the survey, as belonging to these collections.

        `around`: what is remembered of the folders that it is or lies in. Raises Cancelled.
        """
        away = [each for folder in around for each in self._away(survey, folder)]
        if any(root.is_relative_to(each) for each in away):
            return
        if not is_folder(root):
            survey.belongs(root, groups)
            return
        known = next((folder for folder in around if folder.root == root), None)
        self._walk(survey, root, groups, IgnoreRules(root, known.rules if known is not None else ()), cancel)
        if known is not None:
            parents = {parent for file in survey.files for parent in _up_to(file, root)}
            before = {each for each in known.mounts if root in each.parents}
            missing = [each for each in unreachable(root, known.mounts) if each not in parents]
            survey.mounts[known.collection.id] = (*mounts_of(root, sorted(parents | before)), *missing)
        survey.below.append(root)

    def changes(self, survey: Survey, folder: Folder, paths: Iterable[Path], cancel: CancelToken) -> None:
        """Add what has become of these paths, as far as they lie in the folder. Raises Cancelled."""
        root = folder.root
        wanted = {path for path in paths if path.is_relative_to(root)}
        if not wanted or root in self._away(survey, folder):
            return
        only = None if root in wanted else _Way(root, wanted)
        self._walk(survey, root, [folder.collection.id], IgnoreRules(root, folder.rules), cancel, only)
        survey.below.extend(sorted(wanted))

    def _away(self, survey: Survey, folder: Folder) -> tuple[Path, ...]:
        away = unreachable(folder.root, folder.mounts)
        survey.away.extend(each for each in away if each not in survey.away)
        return away

    def _walk(
        self,
        survey: Survey,
        root: Path,
        groups: Sequence[int],
        rules: IgnoreRules,
        cancel: CancelToken,
        only: _Way | None = None,
    ) -> None:
        def ignored(path: Path) -> bool:
            cancel.check()
            if only is not None and not only.leads_to(path):
                return True
            if rules.ignores(path):
                survey.note(f"Left out by your own rules ({RULES_FILE}, or those of the collection)", path)
                return True
            return False

        pictures = self._recognition.left_alone()

        def reads(path: Path) -> bool:
            if self._reads(path):
                return True
            if is_picture(path):
                if pictures is not None:
                    survey.note(pictures.reason, path, pictures.advice)
                return pictures is None
            survey.note(f"{path.suffix.lower()} files are not read", path)
            return False

        survey.rules.append(rules)
        found = walk(root, reads, ignored)
        survey.failed.extend(found.failed)
        survey.skipped += found.skipped
        survey.vanished.extend(found.vanished)
        for file in found.files:
            survey.belongs(file, groups)
        if not found.files and _is_bare(root):
            survey.bare.append(root)


class _Way:
    """The folders from a root to some paths, and what lies below these. Asked from the top down, as a walk goes."""

    def __init__(self, root: Path, wanted: Iterable[Path]) -> None:
        self._inside = set(wanted)
        self._above = {parent for path in self._inside for parent in _up_to(path, root)}

    def leads_to(self, path: Path) -> bool:
        if path in self._inside:
            return True
        if path.parent in self._inside:
            self._inside.add(path)
            return True
        return path in self._above


def _up_to(path: Path, root: Path) -> Sequence[Path]:
    """The folders between, without the root."""
    return [parent for parent in path.parents if parent != root and parent.is_relative_to(root)]


def _is_bare(root: Path) -> bool:
    try:
        return next(root.iterdir(), None) is None
    except OSError:
        return True
