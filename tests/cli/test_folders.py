"""folders and watch: what the terminal says of the folders documents lie in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli.main import main
from rag.events import AddFinished, LeftOut
from rag.folders.watching import Changed, Watched
from rag.store.folder_notes import Folder
from rag.types import Collection
from tests.fakes.cli import FakeAssistant

FLAT = Folder(Collection(5, "Flat", Path("/docs"), 1), Path("/docs"), ("*.log",))


@pytest.fixture
def fake() -> FakeAssistant:
    made = FakeAssistant()
    made.folders.kept = [FLAT]
    return made


def run(fake: FakeAssistant, *arguments: str) -> int:
    return main(arguments, opener=fake.opener())


def test_folders_are_listed_with_their_rules(fake: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(fake, "folders") == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("Flat", "there", "*.log", "/docs"))


def test_one_that_is_away_says_so(fake: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    fake.folders.missing = (Path("/docs"),)
    assert run(fake, "folders", "--json") == 0
    (folder,) = json.loads(capsys.readouterr().out)["folders"]
    assert (folder["reachable"], folder["left_out"]) == (False, ["*.log"])
    assert run(fake, "docs") == 0
    assert "not reachable now" in capsys.readouterr().out.replace("\n", " ")


def test_rules_are_set_and_forgotten_by_name_or_path(fake: FakeAssistant) -> None:
    assert run(fake, "folders", "Flat", "--leave-out", "*.tmp", "--leave-out", "drafts/") == 0
    assert fake.folders.rules == {5: ["*.tmp", "drafts/"]}
    assert run(fake, "folders", "/docs", "--leave-out-nothing") == 0
    assert fake.folders.rules == {5: []}


def test_a_line_that_is_no_rule_and_a_folder_that_is_none_are_told(
    fake: FakeAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(fake, "folders", "Flat", "--leave-out", "!") == 2
    assert "is no rule" in capsys.readouterr().err
    assert run(fake, "folders", "Attic") == 1
    assert "no folder “Attic”" in capsys.readouterr().err
    assert run(fake, "folders", "--leave-out", "*.log") == 2


def test_watching_says_what_it_watches_and_what_came_of_changes(
    fake: FakeAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.folders.told.put(Watched((Path("/docs"), Path("/nas"), Path("/stick")), (Path("/stick"),), (Path("/nas"),)))
    fake.folders.told.put(Changed((Path("/docs/a.txt"),)))
    fake.folders.finished = AddFinished(1, 0, (), 3, moved=2, removed=1)
    fake.folders.told.put(None)
    assert run(fake, "watch") == 130
    captured = capsys.readouterr()
    assert "1 read, 2 moved, 1 forgotten." in captured.out
    assert "Watching /docs" in captured.err
    assert "Looking at /nas" in captured.err
    assert "/stick is not reachable now" in captured.err


def test_what_was_left_out_is_told_by_reason(fake: FakeAssistant, capsys: pytest.CaptureFixture[str]) -> None:
    fake.sums = AddFinished(1, 0, (), 3, left_out=(LeftOut(".jpg files are not read", 4, (Path("/docs/a.jpg"),)),))
    assert run(fake, "add", "/docs") == 0
    assert ".jpg files are not read (4).\n" in capsys.readouterr().err.splitlines(keepends=True)
