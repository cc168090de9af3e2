"""`footnote eval all`: every set below a folder in one table, whatever happens to one of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli.main import main
from tests.fakes.cli import SOURCE, FakeAssistant


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """A good set of answers, a broken one of claims, and a folder of another layout."""
    row = {"question": "Pets?", "answers": ["written consent"], "title": "Lease", "passage": SOURCE.text}
    for name, line in (
        ("qa/leases", row),
        ("qa/twice", row),
        ("claims/torn", {"claim": "x", "label": "SUPPORTED"}),
        ("other/chats", {"turns": []}),
    ):
        folder = tmp_path / "sets" / name
        folder.mkdir(parents=True)
        (folder / "data.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    return tmp_path / "sets"


def test_each_set_and_mode_has_a_line_and_a_broken_set_says_why(capsys: pytest.CaptureFixture[str], sets: Path) -> None:
    assert main(["eval", "all", str(sets)], opener=FakeAssistant().opener()) == 1
    printed = capsys.readouterr()
    lines = [line.split(" | ") for line in printed.out.splitlines()]
    assert lines[0][0] == "| what"
    told = [(line[0].removeprefix("| "), *line[1:3]) for line in lines[2:]]
    assert told[0] == ("claims", "torn", "")
    assert lines[2][4].startswith("not measured: ")
    assert told[1:] == [("answers", name, mode) for name in ("leases", "twice") for mode in ("quotes", "grounded")]
    assert "F1 " in lines[3][4]
    assert "Left out: chats" in printed.err


def test_one_kind_and_mode_can_be_asked_for_and_json_holds_all(capsys: pytest.CaptureFixture[str], sets: Path) -> None:
    chosen = ["--only", "answers", "--mode", "quotes", "--limit", "1", "--json"]
    assert main(["eval", "all", str(sets), *chosen], opener=FakeAssistant().opener()) == 0
    result = json.loads(capsys.readouterr().out)
    assert [(one["kind"], one["set"], one["mode"]) for one in result["reports"]] == [
        ("answers", "leases", "quotes"),
        ("answers", "twice", "quotes"),
    ]
    assert result["failed"] == []


def test_a_folder_without_sets_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["eval", "all", str(tmp_path)], opener=FakeAssistant().opener()) == 2
    assert "no labelled set" in capsys.readouterr().err
