"""What changes in the folders, told while it happens: paths to look at, never what happened to them.

The system tells of changes in folders on this computer's own disks (watchfiles: inotify, FSEvents and
ReadDirectoryChangesW, outside Python and without its lock; 5,000 folders in 0.07 s, a second's watching in 0.2 ms).
Of drives of other computers it tells little or nothing, and of folders beyond its limits nothing: there, and now and
then everywhere, somebody looks. Events may be lost, doubled or out of order, so they say only where to look.

A path is passed on when it has been left alone for a moment, so that a file that is still being written is not read
in pieces; one that has vanished waits longer, because programs save by writing a new file in place of the old, and a
moved file must be found where it is before it is missed where it was. Knows nothing of documents.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from local_models.cancel import CancelToken
from rag.errors import Cancelled

_STOPPED_WITHIN_MS = 100
"""How long a closing program may wait for this thread."""


@dataclass(frozen=True, slots=True)
class Watched:
    """The state of the watching. `unreachable`: folders, or parts of them, that are not there now. `looked_at`: folders
    whose changes nobody tells, so that they are looked at now and then.
    """

    folders: tuple[Path, ...]
    unreachable: tuple[Path, ...] = ()
    looked_at: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """Paths of files and folders to look at, sorted: new, changed or gone."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds. `quiet`: a path that changed is left alone for so long; `gone`: one that has vanished, for so long.
    `settled`: a path that never comes to rest is passed on after this. `look_far`, `look_near`: between two looks at
    folders whose changes nobody tells, and at all others. `folders`: between two questions which folders there are.
    """

    quiet: float = 1.0
    gone: float = 4.0
    settled: float = 60.0
    look_far: float = 300.0
    look_near: float = 3600.0
    folders: float = 2.0


USUAL = Patience()


class Notifier(Protocol):
    """Tells of changes below one folder."""

    def changes(self, wait_s: float, cancel: CancelToken) -> Iterable[Path]:
        """Those since the last call; waits for one for so long. Raises OSError when it can't go on."""
        ...

    def close(self) -> None: ...


class Folders(Protocol):
    """What is watched, as the library knows it."""

    def roots(self) -> Sequence[Path]: ...

    def unreachable(self, root: Path) -> tuple[Path, ...]:
        """What of it is not there now; itself if nothing is."""
        ...

    def is_told(self, root: Path) -> bool:
        """Whether the system tells of its changes."""
        ...

    def concerns(self, root: Path, path: Path) -> Path | None:
        """Where to look when this path below `root` has changed, None when it is nobody's business."""
        ...

    def look(self, root: Path, cancel: CancelToken) -> Iterable[Path]:
        """What is not as the library has it. Raises Cancelled."""
        ...


class SystemNotifier:
    """The system's own notices. Raises OSError when the folder is not there or the system's limit is reached."""

    def __init__(self, root: Path) -> None:
        native = importlib.import_module("watchfiles._rust_notify")  # 0.06 s that only watching needs
        self._root, self._real = root, Path(os.path.realpath(root))
        try:
            # paths, debug, force_polling, poll_delay_ms, recursive, ignore_permission_denied
            self._native = native.RustNotify([str(root)], False, False, 0, True, True)  # noqa: FBT003
        except RuntimeError as error:
            raise OSError(str(error)) from error

    def changes(self, wait_s: float, cancel: CancelToken) -> Iterable[Path]:
        wait_ms = max(1, int(wait_s * 1000))
        try:
            found = self._native.watch(wait_ms, min(wait_ms, _STOPPED_WITHIN_MS), wait_ms, _Stop(cancel))
        except RuntimeError as error:
            raise OSError(str(error)) from error
        return [] if isinstance(found, str) else [told_below(Path(path), self._root, self._real) for _, path in found]

    def close(self) -> None:
        self._native.close()


def watch(
    folders: Folders,
    cancel: CancelToken,
    *,
    patience: Patience = USUAL,
    notify: Callable[[Path], Notifier] = SystemNotifier,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Watched | Changed]:
    """Watch until the token is set. Yields Watched first and whenever it differs, and Changed as things change.

    Every folder is looked at when the watching of it begins: what was changed before is told too.
    """
    watching = _Watching(folders, patience, notify, clock)
    try:
        with suppress(Cancelled):  # in the middle of a turn it ends as between two
            while not cancel.cancelled:
                yield from watching.turn(cancel)
    finally:
        watching.close()


@dataclass
class _Root:
    path: Path
    unreachable: tuple[Path, ...]
    notifier: Notifier | None = None
    look_at: float = 0.0
    """When it is looked at next."""
    doubtful: bool = False
    """Something happened to the folder itself: it may be another one of that name, which nobody tells of."""


@dataclass
class _Watching:
    folders: Folders
    patience: Patience
    notify: Callable[[Path], Notifier]
    clock: Callable[[], float]
    _roots: dict[Path, _Root] = field(default_factory=dict)
    _restless: dict[Path, tuple[float, float]] = field(default_factory=dict)
    """Path -> when it changed first and last."""
    _ask_at: float = float("-inf")
    _told: Watched | None = None

    def turn(self, cancel: CancelToken) -> Iterator[Watched | Changed]:
        if self.clock() >= self._ask_at:
            self._ask(cancel)
            self._ask_at = self.clock() + self.patience.folders
            state = self._state()
            if state != self._told:
                self._told = state
                yield state
        self._look_where_due(cancel)
        self._listen(cancel)
        ready = self._ready()
        if ready:
            yield Changed(ready)

    def close(self) -> None:
        for root in self._roots.values():
            _close(root)
        self._roots.clear()

    def _ask(self, cancel: CancelToken) -> None:
        """Which folders there are now, and which of them are there."""
        wanted = self.folders.roots()
        for path in self._roots.keys() - set(wanted):
            _close(self._roots.pop(path))
        for path in wanted:
            cancel.check()
            unreachable = self.folders.unreachable(path)
            known = self._roots.get(path)
            if known is None or known.doubtful or known.unreachable != unreachable:
                if known is not None:
                    _close(known)
                self._roots[path] = self._begin(path, unreachable)

    def _begin(self, path: Path, unreachable: tuple[Path, ...]) -> _Root:
        root = _Root(path, unreachable)
        if path in unreachable:
            root.look_at = float("inf")
        elif self.folders.is_told(path):
            root.notifier = _opened(self.notify, path)
        return root

    def _look_where_due(self, cancel: CancelToken) -> None:
        for root in self._roots.values():
            if self.clock() < root.look_at:
                continue
            now = self.clock()
            for path in self.folders.look(root.path, cancel):
                self._restless.setdefault(path, (now, now))
            wait = self.patience.look_far if root.notifier is None else self.patience.look_near
            root.look_at = self.clock() + wait

    def _listen(self, cancel: CancelToken) -> None:
        told = [root for root in self._roots.values() if root.notifier is not None]
        share = self._nap() / max(1, len(told))
        for root in told:
            try:
                found = list(root.notifier.changes(share, cancel)) if root.notifier is not None else []
            except OSError:
                _close(root)
                root.look_at = self.clock()
                continue
            root.doubtful = root.doubtful or root.path in found
            self._note(root.path, found)
        if not told:
            cancel.wait(share)

    def _note(self, root: Path, changed: Iterable[Path]) -> None:
        now = self.clock()
        for path in changed:
            where = self.folders.concerns(root, path)
            if where is not None:
                first, _ = self._restless.get(where, (now, now))
                self._restless[where] = (first, now)

    def _nap(self) -> float:
        """Until the next thing is due; short, so that other folders are heard and the end is not missed."""
        return min(self.patience.folders, self.patience.quiet / 2)

    def _ready(self) -> tuple[Path, ...]:
        now = self.clock()
        ready = [path for path, since in self._restless.items() if self._is_ready(path, now, *since)]
        for path in ready:
            del self._restless[path]
        return tuple(sorted(ready))

    def _is_ready(self, path: Path, now: float, first: float, last: float) -> bool:
        if now - first >= self.patience.settled:
            return True
        if now - last < self.patience.quiet:
            return False
        return now - last >= self.patience.gone or _exists(path)

    def _state(self) -> Watched:
        roots = [self._roots[path] for path in sorted(self._roots)]
        return Watched(
            tuple(root.path for root in roots),
            tuple(path for root in roots for path in root.unreachable),
            tuple(root.path for root in roots if root.notifier is None and root.path not in root.unreachable),
        )


def told_below(path: Path, root: Path, real: Path) -> Path:
    """The path as the folder is named: macOS tells where it really lies, behind all links."""
    return root / path.relative_to(real) if path.is_relative_to(real) else path


@dataclass(frozen=True, slots=True)
class _Stop:
    """The cancel token in the words of threading.Event."""

    cancel: CancelToken

    def is_set(self) -> bool:
        return self.cancel.cancelled


def _opened(notify: Callable[[Path], Notifier], path: Path) -> Notifier | None:
    """None where the system will not tell: the folder is then looked at now and then."""
    try:
        return notify(path)
    except OSError:
        return None


def _close(root: _Root) -> None:
    if root.notifier is not None:
        root.notifier.close()
        root.notifier = None


def _exists(path: Path) -> bool:
    try:
        path.lstat()
    except (OSError, ValueError):
        return False
    return True
