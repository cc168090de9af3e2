"""models embedder: told first, made with --yes, shown, gone on with and given up."""

from __future__ import annotations

import json

import pytest

from rag.cli.main import main
from tests.fakes.cli import FakeAssistant


def run(capsys: pytest.CaptureFixture[str], fake: FakeAssistant, *arguments: str) -> str:
    assert main(["models", "embedder", *arguments], opener=fake.opener()) == 0
    return capsys.readouterr().out


def test_a_change_is_only_told_without_a_yes(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    assert "About 2 passages of 3 documents are made anew: about 2 minutes" in run(capsys, fake, "/models/e5")
    assert fake.restaging.change is None
    assert fake.restaging.made == []


def test_a_yes_makes_it(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run(capsys, fake, "/models/e5", "--passages", "150", "--yes")
    (made,) = fake.restaging.made
    assert (str(made.folder), made.passage_tokens) == ("/models/e5", 150)


def test_the_length_alone_keeps_the_embedder(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    run(capsys, fake, "--passages", "80", "--yes")
    (made,) = fake.restaging.made
    assert (made.folder, made.passage_tokens) == (None, 80)


def test_what_is_under_way_is_shown_gone_on_with_and_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeAssistant()
    fake.restaging.begin(None, 80)
    assert "under way: 0 of 2 passages" in run(capsys, fake)
    run(capsys, fake, "--resume")
    assert len(fake.restaging.made) == 1
    fake.restaging.begin(None, 80)
    assert "under way" not in run(capsys, fake, "--cancel")
    assert fake.restaging.change is None


def test_the_cost_as_json_has_its_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "models", "embedder", "default"], opener=FakeAssistant().opener()) == 0
    cost = json.loads(capsys.readouterr().out)["cost"]
    assert cost["needed"]
    assert (cost["documents"], cost["passages"], cost["seconds"], cost["disk_bytes"]) == (3, 2, 150.0, 5_000_000)


def test_two_wishes_at_once_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "embedder", "default", "--cancel"], opener=FakeAssistant().opener()) == 2
    assert "One thing at a time." in capsys.readouterr().err
