"""What of a folder the user wants left out: rules in gitignore's own syntax.

They stand in files named `.footnoteignore`, in the folder itself or in any below it, and in the collection of the
folder, where somebody who may not write into the folder can put them. As in git, the rule that comes last decides, a
file nearer to what it speaks of comes later than one farther away, and what lies in a folder that is left out can't be
brought back. The collection's rules come first of all. Matching is done by pathspec, which follows gitignore(5).

It opens no file but its own, and knows nothing of hidden files or formats.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import UsageError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

RULES_FILE = ".footnoteignore"

MOST_BYTES = 256 * 1024
"""Rules files are written by hand; a larger file of that name is something else, and only its beginning is read."""


_Specs = tuple[tuple[Path, "GitIgnoreSpec"], ...]
"""Rules and the folder they count from, nearest first."""


class IgnoreRules:
    """The rules below one folder. Each file of rules is read once, when something beside or below it is asked for."""

    def __init__(self, root: Path, lines: Sequence[str] = ()) -> None:
        """`lines` are the collection's own. Raises UsageError for a line that is no rule."""
        self._root = root
        first = compiled(lines)
        self._first: _Specs = () if first is None else ((root, first),)
        self._folders: dict[Path, _Specs | None] = {}
        """The rules for what lies in a folder; None: it is left out with all that is in it."""

    def ignores(self, path: Path) -> bool:
        """Whether rules leave out this file or folder below the root; one that is gone counts as a file."""
        specs = self._inside(path.parent)
        if not specs:
            return specs is None
        return _matches(specs, path, is_folder=path.is_dir())

    def _inside(self, folder: Path) -> _Specs | None:
        if folder not in self._folders:
            self._folders[folder] = self._found(folder)
        return self._folders[folder]

    def _found(self, folder: Path) -> _Specs | None:
        if not folder.is_relative_to(self._root):
            return ()
        above = self._first
        if folder != self._root:
            outside = self._inside(folder.parent)
            if outside is None or _matches(outside, folder, is_folder=True):
                return None
            above = outside
        own = _read(folder / RULES_FILE)
        return above if own is None else ((folder, own), *above)


def compiled(lines: Sequence[str]) -> GitIgnoreSpec | None:
    """None when there is no rule in the lines. Raises UsageError naming the line that is no rule."""
    rules = [line for line in lines if line.strip() and not line.startswith("#")]
    if not rules:
        return None
    for line in rules:
        if not _is_rule(line):
            raise UsageError(
                f"“{line.strip()}” is no rule for leaving files out.",
                "Write one pattern a line, as in a .gitignore file: *.log, drafts/, !keep.md",
            )
    return _spec(rules)


def _matches(specs: _Specs, path: Path, *, is_folder: bool) -> bool:
    for folder, spec in specs:
        said = spec.check_file(path.relative_to(folder).as_posix() + ("/" if is_folder else "")).include
        if said is not None:
            return said
    return False


def _read(file: Path) -> GitIgnoreSpec | None:
    """Lines that are no rules are passed over, as git does."""
    try:
        with file.open("rb") as opened:
            lines = opened.read(MOST_BYTES).decode("utf-8-sig", "replace").splitlines()
    except OSError:  # none there, or closed to us: nothing is left out on its account
        return None
    return compiled([line for line in lines if _is_rule(line)])


def _is_rule(line: str) -> bool:
    if not line.strip() or line.startswith("#"):
        return False
    try:
        _spec([line])
    except ValueError:
        return False
    return True


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    # fetched where there are rules: its import takes as long as that of all other modules of this room
    spec: GitIgnoreSpec = importlib.import_module("pathspec").GitIgnoreSpec.from_lines(lines)
    return spec
