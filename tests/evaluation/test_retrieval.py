import json
import math
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.beir import Entry, load_beir, write_entries
from rag.evaluation.ranking_metrics import measure, ndcg, recall, reciprocal_rank
from rag.evaluation.spans import load_spans

GRADES = {"a": 2, "b": 1, "c": 0}


def test_a_perfect_ranking_has_an_ndcg_of_one() -> None:
    assert ndcg(["a", "b", "c"], GRADES, 10) == pytest.approx(1.0)


def test_ndcg_discounts_by_rank_as_worked_out_by_hand() -> None:
    gained = 1 / math.log2(2) + 2 / math.log2(4)
    assert ndcg(["b", "x", "a"], GRADES, 10) == pytest.approx(gained / (2 + 1 / math.log2(3)))


def test_ndcg_looks_no_deeper_than_its_cut() -> None:
    assert ndcg(["x", "a"], {"a": 1}, 1) == 0.0


def test_the_best_possible_ranking_is_cut_too() -> None:
    assert ndcg(["a"], {"a": 1, "b": 1}, 1) == 1.0


def test_recall_counts_relevant_ids_only() -> None:
    assert recall(["a", "c", "x"], GRADES, 3) == 0.5
    assert recall(["c"], {"c": 0}, 3) == 0.0


def test_the_reciprocal_rank_is_that_of_the_first_relevant_id() -> None:
    assert reciprocal_rank(["c", "x", "b", "a"], GRADES, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c", "x", "b"], GRADES, 2) == 0.0


def test_measures_are_means_over_questions() -> None:
    report = measure([(["a"], {"a": 1}), (["x"], {"a": 1})])
    assert report == {"ndcg@10": 0.5, "recall@5": 0.5, "recall@10": 0.5, "recall@20": 0.5, "mrr@10": 0.5}


def write_beir(folder: Path) -> None:
    rows = [
        {"_id": "t1", "title": "Lease of <A & B>", "text": "Rent is due.\n\nPets are allowed."},
        {"_id": "t2", "text": "x = 1"},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    asked = [{"_id": "q1", "text": "When is rent due?"}, {"_id": "q2", "text": "never judged"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tt1\t1\n", encoding="utf-8")


def test_a_beir_folder_is_read_without_the_questions_nobody_judged(tmp_path: Path) -> None:
    write_beir(tmp_path)
    collection = load_beir(tmp_path)
    assert [entry.id for entry in collection.entries] == ["t1", "t2"]
    assert collection.questions == {"q1": "When is rent due?"}
    assert collection.grades == {"q1": {"t1": 1}}


def test_a_folder_that_lacks_a_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl"):
        load_beir(tmp_path)


def test_a_line_that_is_no_entry_is_told(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "corpus.jsonl").write_text('{"text": "no id"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="layout"):
        load_beir(tmp_path)


def test_entries_become_files_whose_names_add_no_words(tmp_path: Path) -> None:
    files = write_entries((Entry("t1", "Lease of A", "Rent."), Entry("t2", "", "x < 1")), tmp_path)
    first, second = files
    assert (files[first], files[second]) == ("t1", "t2")
    assert first.stem == "Lease"
    assert "<title>Lease of A</title>" in first.read_text(encoding="utf-8")
    assert second.read_text(encoding="utf-8") == "x < 1"


def test_entries_that_are_there_already_are_not_written_again(tmp_path: Path) -> None:
    entries = (Entry("t1", "", "Rent."),)
    [path] = write_entries(entries, tmp_path)
    before = path.stat().st_mtime_ns
    write_entries(entries, tmp_path)
    assert path.stat().st_mtime_ns == before


def test_questions_without_a_place_are_left_out(tmp_path: Path) -> None:
    rows = [
        {"question": "Where?", "spans": [{"doc": "a.txt", "start": 0, "end": 4, "text": "Here"}]},
        {"question": "Nowhere?", "spans": []},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    [asked] = load_spans(tmp_path)
    assert asked.places[0].text == "Here"


def test_a_missing_questions_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="questions"):
        load_spans(tmp_path)
