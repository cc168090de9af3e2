"""The benchmark of scale, small: every figure is made, and what was asked for holds where size is no matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import scale
from tests.benchmarks.scale_corpus import SyntheticLibrary

pytestmark = pytest.mark.real  # 2 s


@pytest.fixture(autouse=True)
def _few_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WARMING", "ASKED", "EXACT_ASKED"):
        monkeypatch.setattr(scale, name, 4)


def test_a_small_library_is_made_and_measured_and_kept(tmp_path: Path) -> None:
    figures = {figure.name: figure.value for figure in scale.measure(300, tmp_path)}
    recalls = {name: value for name, value in figures.items() if "recall@10" in name}
    assert len(recalls) == 4
    assert min(recalls.values()) >= 0.98
    for asked in ("question to hits", "asked one word", "asked thirty words", "asked of half of the files"):
        assert figures[f"300 passages: {asked}, p95"] > 0
    assert (tmp_path / "footnote.db").exists()


def test_the_same_seed_gives_the_same_questions() -> None:
    library = SyntheticLibrary(300)
    first, again = library.odd_questions(3), library.odd_questions(3)
    assert {kind: [question.text for question in asked] for kind, asked in first.items()} == {
        kind: [question.text for question in asked] for kind, asked in again.items()
    }
