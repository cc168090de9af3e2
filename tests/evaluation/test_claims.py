"""Verdicts held against people's, beside what likeness alone gives."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from local_models.cancel import never
from rag.errors import UsageError
from rag.evaluation.claim_sets import LabelledClaim, load
from rag.evaluation.claims import ClaimsReport, balanced_accuracy, best_threshold_accuracy, evaluate
from tests.fakes.core import SetEntailment, WordEmbedder

RENT = "The monthly rent is 950 euros. It is due on the third working day of each month."


def write(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


@pytest.fixture
def claims(tmp_path: Path) -> list[LabelledClaim]:
    said = {"evidence_sentences": RENT.split(". "), "evidence_title": "Lease", "evidence_id": "7"}
    return load(
        write(
            tmp_path,
            {"id": "a", "claim": "The monthly rent is 950 euros.", "label": "SUPPORTED", **said},
            {"id": "b", "claim": "The monthly rent is 590 euros.", "label": "REFUTED", **said},
            {"id": "c", "claim": "The rent is 950 euros. Cats bark.", "label": "NOT_SUPPORTED", **said},
        )
    )


def test_both_layouts_are_read(tmp_path: Path) -> None:
    (claim,) = load(write(tmp_path, {"id": 1, "claim": "C", "evidence": "E.", "label": "Fully attributable"}))
    assert claim.supported
    assert claim.evidence.text == "E."


def test_claims_about_one_text_are_in_one_half(claims: list[LabelledClaim]) -> None:
    assert len({claim.half for claim in claims}) == 1


@pytest.mark.parametrize("content", [None, "{}", "nothing"])
def test_a_folder_without_claims_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "data.jsonl").write_text(content)
    with pytest.raises(UsageError, match="no set of claims"):
        load(tmp_path)


def test_the_verdict_on_a_claim_is_that_on_its_worst_sentence(claims: list[LabelledClaim]) -> None:
    *progress, report = evaluate(claims, WordEmbedder(), SetEntailment(otherwise=0.8), never())
    assert isinstance(report, ClaimsReport)
    assert len(progress) == len(claims)
    half = report.as_json()[f"half_{claims[0].half}"]
    assert isinstance(half, dict)
    assert (half["balanced_accuracy"], half["precision"], half["recall"]) == (1.0, 1.0, 1.0)
    assert {"by_rules", "cosine_alone", "words_alone"} <= half.keys()


def test_balanced_accuracy_weighs_both_classes_alike() -> None:
    truth = np.array([True, False, False, False])
    assert balanced_accuracy(truth, np.array([True, True, False, False])) == pytest.approx((1 + 2 / 3) / 2)


def test_the_best_threshold_is_found() -> None:
    assert best_threshold_accuracy(np.array([True, True, False]), np.array([0.9, 0.8, 0.7])) == 1.0
