"""Changes in real folders are told by the system, and by looking where it does not tell."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue

import pytest

from local_models.cancel import CancelToken
from rag.folders.watching import Changed, Notifier, Patience, SystemNotifier, Watched, told_below, watch

PATIENCE_S = 20.0
"""A busy computer may be late; nothing here takes a second on an idle one."""

QUICK = Patience(quiet=0.05, gone=0.2, settled=30.0, look_far=0.05, look_near=3600.0, folders=0.05)


@dataclass
class Shelf:
    """The folders of a library in memory. `found` is what a look at a folder finds."""

    folders: list[Path]
    missing: set[Path] = field(default_factory=set)
    untold: set[Path] = field(default_factory=set)
    found: dict[Path, list[Path]] = field(default_factory=dict)

    def roots(self) -> Sequence[Path]:
        return list(self.folders)

    def unreachable(self, root: Path) -> tuple[Path, ...]:
        return (root,) if root in self.missing else ()

    def is_told(self, root: Path) -> bool:
        return root not in self.untold

    def concerns(self, root: Path, path: Path) -> Path | None:
        return None if path.name.startswith(".") else path

    def look(self, root: Path, cancel: CancelToken) -> Iterable[Path]:
        return self.found.get(root, [])


class Watcher:
    """Watches in a thread, as the program does."""

    def __init__(self, shelf: Shelf, notify: Callable[[Path], Notifier] = SystemNotifier) -> None:
        self._events: Queue[Watched | Changed] = Queue()
        self._cancel = CancelToken()
        self._thread = threading.Thread(target=self._run, args=(shelf, notify))
        self._thread.start()

    def wait_for(self, path: Path) -> None:
        """Until the path is told."""
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            if isinstance(event, Changed) and path in event.paths:
                return

    def next_state(self) -> Watched:
        while True:
            event = self._events.get(timeout=PATIENCE_S)
            if isinstance(event, Watched):
                return event

    def stop(self) -> None:
        self._cancel.cancel()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _run(self, shelf: Shelf, notify: Callable[[Path], Notifier]) -> None:
        for event in watch(shelf, self._cancel, patience=QUICK, notify=notify):
            self._events.put(event)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    (made / "old.txt").write_text("old")
    return made


@pytest.fixture
def shelf(folder: Path) -> Shelf:
    return Shelf([folder])


@pytest.fixture
def watcher(shelf: Shelf) -> Iterator[Watcher]:
    made = Watcher(shelf)
    made.next_state()
    yield made
    made.stop()


def test_a_new_a_changed_and_a_deleted_file_are_told(watcher: Watcher, folder: Path) -> None:
    (folder / "new.txt").write_text("new")
    watcher.wait_for(folder / "new.txt")
    (folder / "old.txt").write_text("changed")
    watcher.wait_for(folder / "old.txt")
    (folder / "old.txt").unlink()
    watcher.wait_for(folder / "old.txt")


def test_a_renamed_file_is_told_by_both_names_the_new_one_first(watcher: Watcher, folder: Path) -> None:
    (folder / "old.txt").rename(folder / "renamed.txt")
    watcher.wait_for(folder / "renamed.txt")
    watcher.wait_for(folder / "old.txt")


def test_a_file_deep_in_folders_made_a_moment_ago_is_found(watcher: Watcher, folder: Path) -> None:
    deep = folder / "a" / "b" / "c"
    deep.mkdir(parents=True)
    watcher.wait_for(folder / "a")
    (deep / "x.txt").write_text("x")
    watcher.wait_for(deep / "x.txt")


def test_what_is_nobodys_business_is_not_told(watcher: Watcher, folder: Path) -> None:
    (folder / ".hidden").write_text("x")
    (folder / "seen.txt").write_text("x")
    event = watcher._events.get(timeout=PATIENCE_S)
    while not isinstance(event, Changed) or folder / "seen.txt" not in event.paths:
        assert not isinstance(event, Changed) or folder / ".hidden" not in event.paths
        event = watcher._events.get(timeout=PATIENCE_S)
    assert folder / ".hidden" not in event.paths


def test_a_folder_is_looked_at_when_its_watching_begins(shelf: Shelf, folder: Path) -> None:
    shelf.found[folder] = [folder / "old.txt"]
    watcher = Watcher(shelf)
    watcher.wait_for(folder / "old.txt")
    watcher.stop()


def test_a_folder_added_later_is_watched_and_one_taken_away_is_not(
    watcher: Watcher, shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shelf.folders.append(other)
    assert watcher.next_state().folders == (other, folder)
    (other / "x.txt").write_text("x")
    watcher.wait_for(other / "x.txt")
    shelf.folders.remove(other)
    assert watcher.next_state().folders == (folder,)


def test_a_folder_that_vanishes_is_told_and_looked_at_again_when_it_is_back(
    watcher: Watcher, shelf: Shelf, folder: Path
) -> None:
    shelf.missing.add(folder)
    assert watcher.next_state().unreachable == (folder,)
    shelf.found[folder] = [folder / "old.txt"]
    shelf.missing.clear()
    assert watcher.next_state().unreachable == ()
    watcher.wait_for(folder / "old.txt")


def test_a_folder_that_was_deleted_and_made_again_at_once_is_watched_on(
    watcher: Watcher, shelf: Shelf, folder: Path
) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    shelf.found[folder] = [folder / "made before it was watched.txt"]
    (folder / "made before it was watched.txt").write_text("x")
    watcher.wait_for(folder / "made before it was watched.txt")
    (folder / "new.txt").write_text("x")
    watcher.wait_for(folder / "new.txt")


def test_a_drive_of_another_computer_is_looked_at_again_and_again(shelf: Shelf, folder: Path) -> None:
    shelf.untold.add(folder)
    watcher = Watcher(shelf)
    assert watcher.next_state().looked_at == (folder,)
    shelf.found[folder] = [folder / "old.txt"]
    watcher.wait_for(folder / "old.txt")
    watcher.wait_for(folder / "old.txt")
    watcher.stop()


def test_beyond_the_systems_limit_of_watches_a_folder_is_looked_at(shelf: Shelf, folder: Path) -> None:
    def full(root: Path) -> Notifier:
        raise OSError("OS file watch limit reached")

    watcher = Watcher(shelf, full)
    assert watcher.next_state().looked_at == (folder,)
    shelf.found[folder] = [folder / "old.txt"]
    watcher.wait_for(folder / "old.txt")
    watcher.stop()


def test_the_end_is_not_waited_for_long(shelf: Shelf) -> None:
    watcher = Watcher(shelf)
    watcher.next_state()
    watcher.stop()


def test_nothing_to_watch_is_no_reason_to_spin(tmp_path: Path) -> None:
    watcher = Watcher(Shelf([]))
    assert watcher.next_state() == Watched(())
    watcher.stop()


def test_a_folder_named_through_a_link_is_told_by_that_name(shelf: Shelf, folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    shelf.folders[:] = [link]
    watcher = Watcher(shelf)
    watcher.next_state()
    (folder / "new.txt").write_text("x")
    watcher.wait_for(link / "new.txt")
    watcher.stop()
    assert told_below(Path("/private/var/a/b"), Path("/var/a"), Path("/private/var/a")) == Path("/var/a/b")
    assert told_below(Path("/var/a/b"), Path("/var/a"), Path("/private/var/a")) == Path("/var/a/b")


# With a clock of its own


@dataclass
class Script:
    """A notifier that tells what the test says, and a clock that goes on with each question."""

    told: list[list[Path]]
    now: float = 0.0

    def changes(self, wait_s: float, cancel: CancelToken) -> Iterable[Path]:
        self.now += 0.5
        if not self.told:
            cancel.cancel()
            return []
        return self.told.pop(0)

    def close(self) -> None:
        pass


def told_by(script: Script, root: Path) -> list[tuple[float, tuple[Path, ...]]]:
    patience = Patience(quiet=1.0, gone=4.0, settled=20.0, folders=1000.0)
    events = watch(Shelf([root]), CancelToken(), patience=patience, notify=lambda _: script, clock=lambda: script.now)
    return [(script.now, event.paths) for event in events if isinstance(event, Changed)]


def test_a_file_that_is_still_being_written_is_left_alone_until_it_rests(folder: Path) -> None:
    file = folder / "old.txt"
    script = Script([*([[file]] * 6), *([[]] * 6)])
    assert told_by(script, folder) == [(4.0, (file,))]


def test_a_file_that_never_rests_is_told_in_the_end(folder: Path) -> None:
    file = folder / "old.txt"
    assert told_by(Script([[file]] * 45), folder) == [(20.5, (file,))]


def test_a_vanished_file_waits_longer_than_the_one_it_may_have_become(folder: Path) -> None:
    gone, new = folder / "gone.txt", folder / "old.txt"
    assert told_by(Script([[gone, new], *([[]] * 10)]), folder) == [(1.5, (new,)), (4.5, (gone,))]
