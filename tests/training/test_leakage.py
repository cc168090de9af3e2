"""Whether something a model is measured on was among what it learned from."""

from __future__ import annotations

import json
from pathlib import Path

from local_models.training.data import Part, Question, ReadingPassage, digest_of, read_passages
from local_models.training.leakage import leaks
from tests.fakes.training import write_data

LONG = " ".join(f"word{number}" for number in range(60))
PASSAGE = ReadingPassage("towns", "Carrow", LONG, (Question("When was the town of Carrow founded again?", ("1502",)),))


def found(folder: Path) -> list[str]:
    questions = [(PASSAGE.source, question.text) for question in PASSAGE.questions]
    return [leak.kind for leak in leaks([PASSAGE], questions, folder)]


def test_a_passage_is_found_inside_a_longer_text_whatever_its_case_and_marks(tmp_path: Path) -> None:
    inside = f"Before. {LONG.upper().replace(' ', ', ')} And after."
    (tmp_path / "set.jsonl").write_text(json.dumps({"context": [inside]}) + "\n")
    assert found(tmp_path) == ["passage"]


def test_a_question_is_found_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text(json.dumps([{"q": "When was the town of Carrow founded, again?"}]))
    assert found(tmp_path) == ["question"]


def test_what_leaked_is_left_out_of_training(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    passages = read_passages(data, Part.TRAINING)
    without = frozenset({digest_of(passages[0].text), digest_of(passages[1].questions[0].text)})
    kept = read_passages(data, Part.TRAINING, without)
    assert passages[0].text not in {passage.text for passage in kept}
    assert passages[1].questions[0] not in kept[0].questions


def test_other_texts_are_no_leak(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("When was it founded?\n\nThe town of Carrow is small.")
    assert found(tmp_path) == []
