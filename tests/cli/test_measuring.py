"""`footnote eval answers`: its shapes, and what it asks in which mode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli.main import main
from rag.types import Mode
from tests.fakes.cli import SOURCE, FakeAssistant


@pytest.fixture
def answer_set(tmp_path: Path) -> Path:
    row = {"question": "Pets?", "answers": ["written consent"], "title": "Lease", "passage": SOURCE.text}
    folder = tmp_path / "flat"
    folder.mkdir()
    (folder / "data.jsonl").write_text(json.dumps(row), encoding="utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], fake: FakeAssistant, *arguments: object) -> str:
    assert main(["eval", "answers", *map(str, arguments)], opener=fake.opener()) == 0
    return capsys.readouterr().out


def test_one_set_in_one_mode_is_one_report(capsys: pytest.CaptureFixture[str], answer_set: Path) -> None:
    fake = FakeAssistant()
    report = json.loads(run(capsys, fake, "--json", answer_set))
    assert (report["set"], report["mode"], report["model"], report["n"]) == ("flat", "grounded", "a-model", 1)
    assert [asked["mode"] for asked in fake.asked] == [Mode.GROUNDED]
    assert fake.closed == 1


def test_several_modes_are_several_reports_over_one_library(
    capsys: pytest.CaptureFixture[str], answer_set: Path
) -> None:
    fake = FakeAssistant()
    out = run(capsys, fake, "--json", "--mode", "quotes", "--mode", "grounded", answer_set)
    assert [report["mode"] for report in json.loads(out)["reports"]] == ["quotes", "grounded"]
    assert fake.closed == 1


def test_the_table_has_a_row_for_each_set_and_mode(capsys: pytest.CaptureFixture[str], answer_set: Path) -> None:
    lines = run(capsys, FakeAssistant(), "--table", answer_set, answer_set).splitlines()
    assert [line.split(" | ")[:2] for line in lines[2:]] == [["| flat", "quotes"], ["| flat", "grounded"]] * 2


def test_without_json_each_number_has_a_line(capsys: pytest.CaptureFixture[str], answer_set: Path) -> None:
    lines = run(capsys, FakeAssistant(), answer_set).splitlines()
    assert "citation_precision               1.000" in lines


def test_a_folder_that_is_no_set_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["eval", "answers", str(tmp_path)], opener=FakeAssistant().opener()) == 2
    assert "not an answer set" in capsys.readouterr().err
