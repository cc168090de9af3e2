"""Pictures in folders and scans: read when the user wants it and something here can; else it is said how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local_models.cancel import CancelToken
from rag.errors import DocumentQuarantined, DocumentUnrecognised
from rag.events import AddEvent, AddFinished
from rag.folders.known import KnownFolders
from rag.index.vectors import VectorIndex
from rag.ingest import Ingest
from rag.notices import UNREAD_SCAN, told_recognised
from rag.parsers.formats import looks_readable
from rag.parsers.wire import Item
from rag.recognition import INSTALL, SWITCH, UNRECOGNISABLE, UNWANTED, Recognition
from rag.types import DocumentState, PageSkipped
from tests.fakes.core import LineReader, WordEmbedder
from tests.fakes.store import new_store


@dataclass
class Office:
    """A library over a folder of letters, of which some are pictures; its switches stand for Tesseract and Settings."""

    folder: Path
    installed: bool = False
    wanted: bool = False
    deadly: bool = False
    asked: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = new_store(self.folder.parent / "data")
        recognition = Recognition(installed=lambda: self.installed, wanted=lambda: self.wanted)
        embedder = WordEmbedder()
        index = VectorIndex.open(self.folder.parent / "data", self.store.library, embedder.identity)
        notes = self.store.folders
        self.ingest = Ingest(self.store.library, self, embedder, index, looks_readable, notes, recognition=recognition)
        self.known = KnownFolders(notes, looks_readable, self.folder.parent / "data", recognition)

    def read(self, path: Path, cancel: CancelToken) -> Iterator[Item]:
        """rag.ports.DocumentReader. A file named scan is nothing but a picture, one named half has such a page."""
        self.asked.append(path)
        if self.deadly:
            raise DocumentQuarantined(f"“{path.name}” made the reading process fail.", "Save it anew.")
        if not self.installed and path.stem == "scan":
            raise DocumentUnrecognised(f"“{path.name}” is a scan.", "Install Tesseract.")
        if not self.installed and path.stem == "half":
            yield PageSkipped(2, UNREAD_SCAN)
        yield from LineReader().read(path, cancel)

    def write(self, *names: str) -> None:
        self.folder.mkdir(exist_ok=True)
        for name in names:
            (self.folder / name).write_text(f"The rent of {name} is 950 euros.")

    def add(self, *paths: Path) -> AddFinished:
        return _finished(list(self.ingest.add(paths or (self.folder,), CancelToken())))

    def refresh(self) -> AddFinished:
        return _finished(list(self.ingest.refresh(CancelToken())))

    def names(self) -> list[str]:
        return sorted(document.path.name for document in self.store.library.documents())


def _finished(events: Sequence[AddEvent]) -> AddFinished:
    last = events[-1]
    assert isinstance(last, AddFinished)
    return last


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "letters")
    yield made
    made.store.close()


def test_pictures_that_are_not_wanted_are_counted_and_it_is_said_how_to_have_them_read(office: Office) -> None:
    office.write("a.txt", "b.jpg", "c.TIFF")
    (left,) = office.add().left_out
    assert (left.reason, left.count, left.advice) == (UNWANTED, 2, SWITCH)
    assert office.names() == ["a.txt"]


def test_wanted_ones_need_tesseract(office: Office) -> None:
    office.write("b.jpg")
    office.wanted = True
    (left,) = office.add().left_out
    assert (left.reason, left.advice) == (UNRECOGNISABLE, INSTALL)


def test_the_switch_acts_at_the_next_look_both_ways_and_rules_still_hold(office: Office) -> None:
    office.write("a.txt", "b.jpg", "drafts.png")
    office.add()
    office.installed = office.wanted = True
    (folder,) = office.store.folders.folders()
    office.store.folders.set_rules(folder.collection.id, ["drafts.*"])
    seen = set(office.known.look(office.folder, CancelToken()))
    assert (office.folder / "b.jpg" in seen, office.folder / "drafts.png" in seen) == (True, False)
    assert office.refresh().added == 1
    assert office.names() == ["a.txt", "b.jpg"]
    office.wanted = False
    assert office.folder / "b.jpg" in list(office.known.look(office.folder, CancelToken()))
    assert office.refresh().removed == 1
    assert office.names() == ["a.txt"]


def test_a_picture_that_was_picked_by_hand_stays_whatever_becomes_of_the_folder(office: Office) -> None:
    office.write("a.txt", "b.jpg")
    office.installed = True
    office.add()
    office.add(office.folder / "b.jpg")
    office.refresh()
    assert office.names() == ["a.txt", "b.jpg"]


def test_scans_that_waited_for_tesseract_are_read_at_the_next_look_once_it_is_there(office: Office) -> None:
    office.write("scan.pdf", "half.pdf", "whole.pdf")
    office.add()
    assert office.refresh().added == 0
    assert len(office.asked) == 3
    office.installed = True
    waiting = {office.folder / "scan.pdf", office.folder / "half.pdf"}
    assert waiting <= set(office.known.look(office.folder, CancelToken()))
    assert office.refresh().added == 2
    assert not any(UNREAD_SCAN in notice for each in office.store.library.documents() for notice in each.notices)
    assert {each.state for each in office.store.library.documents()} == {DocumentState.READ}
    assert office.refresh().added == 0


def test_a_scan_that_ends_its_reader_once_tesseract_is_there_is_not_read_at_every_look(office: Office) -> None:
    office.write("half.pdf")
    office.add()
    office.installed = office.deadly = True
    office.refresh()
    assert [each.state for each in office.store.library.documents()] == [DocumentState.QUARANTINED]
    before = len(office.asked)
    office.refresh()
    assert len(office.asked) == before


def test_one_that_lies_in_no_folder_is_read_when_the_folders_are_checked(office: Office) -> None:
    office.write("scan.pdf")
    office.add(office.folder / "scan.pdf")
    office.installed = True
    assert office.refresh().added == 1


def test_which_pages_were_recognised_is_told() -> None:
    assert told_recognised([]) == told_recognised([0]) == []
    (notice,) = told_recognised([3, 1, 2])
    assert notice.startswith("Text recognition read pages 1–3:")
