"""Reading in a child: real files through the real process, and files that would harm it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from local_models.embedders.folder import default_folder
from rag.errors import (
    Cancelled,
    DocumentBroken,
    DocumentEmpty,
    DocumentMissing,
    DocumentQuarantined,
    DocumentTooLarge,
    WorkerDied,
)
from rag.index.terms import passage_terms
from rag.parsers.reading import ChildReader, Limits
from rag.types import Opened, Page, Passage, Place, Title
from tests.fakes.parsers import Ink, write_pdf

pytestmark = pytest.mark.real

POISON = [sys.executable, "-m", "tests.parsers.poison_worker"]
LIMITS = Limits(seconds=20, memory=2**30, characters=100_000)


def tokenizer() -> Path:
    return default_folder() / "tokenizer.json"


@pytest.fixture(scope="module")
def reader() -> Iterator[ChildReader]:
    child = ChildReader(tokenizer)
    yield child
    child.close()


@pytest.fixture
def poisoned() -> Iterator[ChildReader]:
    child = ChildReader(tokenizer, limits=LIMITS, command=POISON)
    yield child
    child.close()


def write(folder: Path, name: str, text: str = "Some text.") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_pdf_comes_out_as_pages_and_passages(reader: ChildReader, tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "a.pdf", [[Ink(72, 100, "The rent is 940 euros.")], [Ink(72, 100, "Pets are welcome.")]]
    )
    items = list(reader.read(path, never()))
    assert items[0] == Opened("application/pdf")
    assert [item.text for item in items if isinstance(item, Page)] == ["The rent is 940 euros.", "Pets are welcome."]
    (passage,) = (item for item in items if isinstance(item, Passage))
    assert passage.text == "The rent is 940 euros.\n\nPets are welcome."
    assert passage.place == Place(page=1, last_page=2, parts=((0, Place(page=1)), (24, Place(page=2))))
    assert items[-1] == passage_terms("a", passage.heading, passage.text)


def test_passages_are_measured_in_the_embedders_tokens(tmp_path: Path) -> None:
    small = ChildReader(tokenizer, passage_tokens=lambda: 12)
    try:
        items = list(small.read(write(tmp_path, "a.md", "# Rent\n\n" + "Unbelievable circumstances. " * 20), never()))
    finally:
        small.close()
    found = [item for item in items if isinstance(item, Passage)]
    assert len(found) > 5
    assert {passage.heading for passage in found} == {"Rent"}


def test_a_document_without_any_text_is_empty_and_says_why(reader: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match="blank"):
        list(reader.read(write_pdf(tmp_path / "a.pdf", [[], []]), never()))


def test_pages_without_text_are_told_together(reader: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentEmpty, match=r"“a\.pdf” gave no text\. Pages 1–4: blank\.$"):
        list(reader.read(write_pdf(tmp_path / "a.pdf", [[], [], [], []]), never()))


def test_errors_of_one_file_arrive_as_they_are_and_the_next_is_read(reader: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentMissing, match=r"“gone\.txt”"):
        list(reader.read(tmp_path / "gone.txt", never()))
    with pytest.raises(DocumentBroken, match=r"“a\.docx”"):
        list(reader.read(write(tmp_path, "a.docx"), never()))
    assert list(reader.read(write(tmp_path, "b.txt"), never()))


def test_a_cancel_ends_the_reading(reader: ChildReader, tmp_path: Path) -> None:
    cancel = CancelToken()
    items = reader.read(write(tmp_path, "a.txt", "Some text. " * 50_000), cancel)
    next(items)
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(items)


@pytest.mark.parametrize(("name", "told"), [("large", "it is larger than 64 MB"), ("letters", "told from the fonts")])
def test_text_recognition_is_advised_only_where_it_helps(
    poisoned: ChildReader, tmp_path: Path, name: str, told: str
) -> None:
    with pytest.raises(DocumentEmpty, match=f"gave no text.*{told}") as refused:
        list(poisoned.read(write(tmp_path, f"{name}.txt"), never()))
    assert ("Install Tesseract" in str(refused.value)) == (name == "letters")


def test_a_file_that_kills_the_child_is_quarantined_and_the_next_is_read(poisoned: ChildReader, tmp_path: Path) -> None:
    for _ in range(3):
        with pytest.raises(DocumentQuarantined, match=r"“abort\.txt”.*SIGABRT"):
            list(poisoned.read(write(tmp_path, "abort.txt"), never()))
    assert Title("good") in list(poisoned.read(write(tmp_path, "good.txt"), never()))


def test_a_file_that_gives_nothing_is_stopped(tmp_path: Path) -> None:
    child = ChildReader(tokenizer, limits=Limits(seconds=3), command=POISON)
    try:
        with pytest.raises(DocumentQuarantined, match="nothing for 3 seconds"):
            list(child.read(write(tmp_path, "hang.txt"), never()))
        assert list(child.read(write(tmp_path, "good.txt"), never()))
    finally:
        child.close()


def test_a_file_may_take_as_long_as_its_pages_keep_coming(tmp_path: Path) -> None:
    child = ChildReader(tokenizer, limits=Limits(seconds=2), command=POISON)
    try:
        started = time.monotonic()
        pages = [item for item in child.read(write(tmp_path, "slow.txt"), never()) if isinstance(item, Page)]
        assert len(pages) == 12
        assert time.monotonic() - started > 2
    finally:
        child.close()


def test_a_file_of_endless_pages_without_a_letter_is_refused(tmp_path: Path) -> None:
    child = ChildReader(tokenizer, limits=Limits(pages=500), command=POISON)
    try:
        with pytest.raises(DocumentTooLarge, match="500 pages"):
            list(child.read(write(tmp_path, "endless.txt"), never()))
    finally:
        child.close()


def test_a_child_that_can_not_start_is_no_files_fault(tmp_path: Path) -> None:
    child = ChildReader(tokenizer, command=[sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(WorkerDied):
        list(child.read(write(tmp_path, "good.txt"), never()))
    child.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_child_that_was_told_to_end_is_no_files_fault(poisoned: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(WorkerDied):
        list(poisoned.read(write(tmp_path, "goodbye.txt"), never()))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_nothing_can_be_written_while_a_file_is_read(poisoned: ChildReader, tmp_path: Path) -> None:
    list(poisoned.read(write(tmp_path, "spill.txt"), never()))
    assert not (tmp_path / "spilled").exists() or not (tmp_path / "spilled").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux; elsewhere a thread watches")
def test_a_file_that_wants_too_much_memory_is_refused(poisoned: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLarge, match="memory"):
        list(poisoned.read(write(tmp_path, "memory.txt"), never()))


def test_a_file_with_too_much_text_is_refused(poisoned: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentTooLarge, match=r"0\.1 million letters"):
        list(poisoned.read(write(tmp_path, "long.txt"), never()))


def test_endless_nesting_is_a_broken_file(poisoned: ChildReader, tmp_path: Path) -> None:
    with pytest.raises(DocumentBroken, match="nested"):
        list(poisoned.read(write(tmp_path, "deep.txt"), never()))


def test_the_parent_imports_no_library_that_parses() -> None:
    heavy = ["pypdfium2", "lxml", "selectolax", "markdown_it", "tokenizers"]
    code = f"import sys, rag.parsers.reading; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_thread_is_left_behind(tmp_path: Path) -> None:
    before = threading.active_count()
    child = ChildReader(tokenizer)
    list(child.read(write(tmp_path, "a.txt"), never()))
    child.close()
    assert threading.active_count() == before
