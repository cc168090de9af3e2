"""`footnote eval answers` as a program, over a PDF of the samples: from its pages to the cited page."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.real

ROOT = Path(__file__).resolve().parents[2]


def test_a_set_of_documents_is_asked_in_both_modes_and_its_pages_are_found(tmp_path: Path) -> None:
    (tmp_path / "house/files").mkdir(parents=True)
    shutil.copy(ROOT / "samples/Boiler manual.pdf", tmp_path / "house/files")
    asked = {
        "question": "What does fault code E4 of the boiler mean?",
        "answer": "The pump is blocked.",
        "citations": [{"file": "Boiler manual.pdf", "page": 2}],
    }
    unknown = {"question": "Who won the chess championship in 1972?", "is_impossible": True}
    (tmp_path / "house/questions.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    (tmp_path / "house/dontknow.jsonl").write_text(json.dumps(unknown), encoding="utf-8")
    command = [sys.executable, "-m", "rag.cli.main", "--json", "eval", "answers", "--table", str(tmp_path / "house")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    quotes, grounded = json.loads(done.stdout)["reports"]
    assert (quotes["mode"], grounded["mode"]) == ("quotes", "grounded")
    assert quotes["citation_recall"] == 1.0
    assert quotes["abstention"]["recall"] == grounded["abstention"]["recall"] == 1.0
    assert quotes["found"]["f1"] is not None
    assert grounded["model"]
    assert grounded["first_token_s"] > 0
