"""Answer sets in each layout, written here in miniature."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.answer_sets import load
from rag.evaluation.beir import Entry


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_passages_and_questions_apart(tmp_path: Path) -> None:
    write(tmp_path / "set/passages.jsonl", [{"id": "p", "title": "Lease", "text": "Rent is due in May."}])
    asked = {"question": "When is rent due?", "answers": ["in May", "May"], "passage_id": "p"}
    write(
        tmp_path / "set/questions.jsonl",
        [{**asked, "is_impossible": False}, {**asked, "answers": ["in May"], "is_impossible": True}],
    )
    data = load(tmp_path / "set")
    assert (data.name, data.passages) == ("set", (Entry("p", "Lease", "Rent is due in May."),))
    assert [question.gold for question in data.questions] == [("in May", "May"), ()]
    assert data.questions[0].places == {"p"}
    assert data.questions[0].word_for_word


def test_a_file_for_each_language_gives_its_passages_once(tmp_path: Path) -> None:
    row = {"question": "When?", "answers": ["May"], "passage_id": "0#0", "title": "Lease", "passage": "Due in May."}
    write(tmp_path / "set/en.jsonl", [row, {**row, "question": "In which month?", "passage": None}])
    write(tmp_path / "set/de.jsonl", [{**row, "question": "Wann?", "passage": "Im Mai."}])
    english = load(tmp_path / "set")
    assert (english.name, len(english.questions), len(english.passages)) == ("set-en", 2, 1)
    assert load(tmp_path / "set", language="de").questions[0].text == "Wann?"


def test_a_language_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    write(tmp_path / "de.jsonl", [])
    write(tmp_path / "zh.jsonl", [])
    with pytest.raises(UsageError, match=r"en\.jsonl") as told:
        load(tmp_path)
    assert "de, zh" in told.value.advice


def test_a_passage_in_each_row_is_kept_once(tmp_path: Path) -> None:
    row = {"question": "When?", "answers": ["in May"], "title": "Lease", "passage": "Rent is due in May."}
    write(tmp_path / "data.jsonl", [row, {**row, "question": "What?", "answers": ["Rent"]}])
    data = load(tmp_path)
    assert len(data.passages) == 1
    assert data.questions[0].places == data.questions[1].places == {data.passages[0].id}
    assert data.questions[0].word_for_word


def test_rows_with_supporting_sentences_have_long_answers(tmp_path: Path) -> None:
    row = {
        "question": "Why?",
        "answers": ["As it rained."],
        "title": "T",
        "passage": "It rained.",
        "supporting": [],
    }
    write(tmp_path / "data.jsonl", [row, {**row, "answers": [], "is_impossible": True}])
    data = load(tmp_path)
    assert not data.questions[0].word_for_word
    assert data.questions[1].gold == ()


def test_documents_as_they_are_with_pages_and_questions_nobody_can_answer(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    cited = [{"file": "lease.pdf", "page": 4}, {"file": "rules.pdf", "page": 1}]
    write(tmp_path / "questions.jsonl", [{"question": "Pets?", "answer": "With consent.", "citations": cited}])
    write(tmp_path / "dontknow.jsonl", [{"question": "Who is the dentist?", "is_impossible": True}])
    data = load(tmp_path)
    assert (data.files, data.passages) == (tmp_path / "files", ())
    assert data.questions[0].gold == ("With consent.",)
    assert data.questions[0].places == {"lease.pdf#4", "rules.pdf#1"}
    assert (data.questions[1].gold, data.questions[1].places) == ((), frozenset())


def test_a_sample_is_always_the_same(tmp_path: Path) -> None:
    rows = [{"question": f"q{n}", "answers": ["a"], "title": "T", "passage": "x"} for n in range(20)]
    write(tmp_path / "data.jsonl", rows)
    assert len(load(tmp_path, limit=5).questions) == 5
    assert load(tmp_path, limit=5).questions == load(tmp_path, limit=5).questions


def test_what_a_line_lacks_is_named(tmp_path: Path) -> None:
    write(tmp_path / "data.jsonl", [{"question": "q", "answers": ["a"], "context": []}])
    with pytest.raises(UsageError, match="lacks “passage”"):
        load(tmp_path)


@pytest.mark.parametrize("line", ['["no row"]', "no JSON"])
def test_lines_of_another_kind_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "data.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(UsageError, match="not as expected"):
        load(tmp_path)


def test_a_folder_without_a_set_is_refused_with_the_layouts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not an answer set") as told:
        load(tmp_path / "nowhere")
    assert "passages.jsonl" in told.value.advice


def test_a_set_without_questions_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "data.jsonl", [])
    with pytest.raises(UsageError, match="no question"):
        load(tmp_path)
