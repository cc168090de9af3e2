"""The sample library holds what docs/sample-library.md promises, in the file it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.chunking import PASSAGE_TOKENS, cut
from rag.parsers.catalogue import choose
from rag.types import Page, Passage
from tests.fakes.parsers import WordTokens

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
ROWS = re.findall(
    r"^\| ([^|?]+\?) \| ([^|]+) \| ([^|]+\.\w+) \|$", (ROOT / "docs/sample-library.md").read_text("utf-8"), re.MULTILINE
)


def passages(path: Path) -> list[Passage]:
    parser = choose(path)
    pages = [item for item in parser.read(path) if isinstance(item, Page)]
    return list(cut(pages, WordTokens(), limit=PASSAGE_TOKENS, counting=parser.counting))


def test_the_list_of_questions_is_found() -> None:
    assert len(ROWS) == 12


@pytest.mark.parametrize(("question", "answer", "file"), ROWS)
def test_an_answer_stands_whole_in_one_passage_of_its_file(question: str, answer: str, file: str) -> None:
    wanted = [" ".join(part.split()) for part in answer.split(", ")]
    found = [" ".join(passage.text.split()) for passage in passages(SAMPLES / file)]
    assert any(all(part in text for part in wanted) for text in found), question


def test_every_sample_is_read_into_passages_with_a_place() -> None:
    files = sorted(SAMPLES.iterdir())
    assert len(files) == 9
    for path in files:
        found = passages(path)
        assert found, path.name
        assert all(str(passage.place) for passage in found), path.name


def test_tables_of_the_samples_keep_their_rows() -> None:
    text = "\n".join(passage.text for passage in passages(SAMPLES / "Lease 14 Alder Street.pdf"))
    assert "Bathroom | two cracked tiles behind the washing machine | landlord, 30 April 2026" in text
    text = "\n".join(passage.text for passage in passages(SAMPLES / "Lentil soup.html"))
    assert "40 | 2.5 kg | 9 l | 9" in text
