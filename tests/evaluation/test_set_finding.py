"""Labelled sets are found by their layouts, wherever they lie below a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.errors import UsageError
from rag.evaluation.sampling import picked
from rag.evaluation.set_finding import SetKind, find_sets, kinds_of


def lay(folder: Path, **files: object) -> Path:
    """Files by name ("data_jsonl" for data.jsonl): text as it is, anything else as a line of JSON; None: a folder."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        if content is None:
            path.mkdir()
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content) + "\n", "utf-8")
    return folder


LAYOUTS = {
    "retrieval": ({"corpus_jsonl": {}, "queries_jsonl": {}, "qrels_tsv": "a\tb\n"}, [SetKind.RETRIEVAL]),
    "spans": ({"docs": None, "questions_jsonl": {"question": "?", "spans": []}}, [SetKind.SPANS]),
    "files": ({"files": None, "questions_jsonl": {"question": "?"}}, [SetKind.ANSWERS]),
    "apart": ({"passages_jsonl": {}, "questions_jsonl": {"question": "?"}}, [SetKind.ANSWERS]),
    "flat": ({"data_jsonl": {"question": "?", "answers": [], "passage": ""}}, [SetKind.ANSWERS]),
    "languages": ({"de_jsonl": {"question": "?", "answers": [], "passage_id": 1}}, [SetKind.ANSWERS]),
    "claims": ({"data_jsonl": {"claim": "", "label": ""}}, [SetKind.CLAIMS]),
    "planted": ({"injected.documents_jsonl": {}, "contexts_jsonl": {}}, []),
    "tables": ({"data_jsonl": {"markers": {}}}, [SetKind.INJECTION]),
    "poison": ({"nq_jsonl": {"poison_passages": [], "attacker_answer": ""}}, [SetKind.INJECTION]),
    "hostile": ({"MANIFEST_csv": "file,kind,canary\na,b,c\n"}, [SetKind.DOCUMENTS, SetKind.INJECTION]),
    "readable": ({"MANIFEST_csv": "file,category,sha256\na,b,c\n"}, [SetKind.DOCUMENTS]),
    "canaries": ({"MANIFEST_csv": "file,canary\na,b\n"}, [SetKind.INJECTION]),
    "other": ({"data_jsonl": {"turns": []}}, []),
    "broken": ({"data_jsonl": "{"}, []),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_known_by_its_files_and_keys(tmp_path: Path, name: str) -> None:
    files, kinds = LAYOUTS[name]
    assert kinds_of(lay(tmp_path / name, **files)) == kinds


def test_documents_with_instructions_are_known_by_their_file(tmp_path: Path) -> None:
    folder = lay(tmp_path / "a")
    (folder / "injected_documents.jsonl").write_text("{}", "utf-8")
    assert kinds_of(folder) == [SetKind.INJECTION]


def test_sets_are_found_at_any_depth_and_what_lies_in_one_is_left_alone(tmp_path: Path) -> None:
    claims = lay(tmp_path / "b" / "c" / "claims", data_jsonl={"claim": "", "label": ""})
    spans = lay(tmp_path / "a", docs=None, questions_jsonl={"question": "?", "spans": []})
    lay(spans / "docs" / "inner", data_jsonl={"claim": "", "label": ""})
    strange = lay(tmp_path / "strange", train_jsonl={"x": 1})
    found, unknown = find_sets(tmp_path)
    assert [(one.kind, one.folder) for one in found] == [(SetKind.CLAIMS, claims), (SetKind.SPANS, spans)]
    assert unknown == [strange]


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        find_sets(tmp_path / "nowhere")


def test_a_sample_is_always_the_same_and_in_order() -> None:
    items = list(range(100))
    assert picked(items, 5) == picked(items, 5) == tuple(sorted(picked(items, 5)))
    assert picked(items, None) == picked(items, 500) == tuple(items)
