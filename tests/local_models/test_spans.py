"""footnote-span: what it finds, in which characters, and what it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from local_models.bundled import bundled_span_reader
from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.span_child import ChildSpanReader
from local_models.embedders.spans import LONGEST, SPANS, WEIGHTS, SpanModel, best_spans
from local_models.errors import Cancelled, ModelBroken

PASSAGE = (
    "The lighthouse of Norsby was built in 1889 by the engineer Ada Lindqvist. It is 41 metres high, and its lamp can "
    "be seen from a distance of 22 miles. Visitors may climb it on Sundays."
)
OTHER = "Bread is baked in the village on Tuesdays and Fridays. The bakery closes at noon, and sells coffee as well."


@pytest.fixture(scope="module")
def reader() -> SpanModel:
    return SpanModel(bundled_span_reader(), threads=1)


def words(reader: SpanModel, question: str, passage: str) -> str:
    (spans,) = reader.read(question, [passage])
    return passage[spans[0].start : spans[0].end]


def test_no_two_spans_overlap_and_none_ends_before_it_starts() -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        first, last = rng.normal(size=(2, 40)).astype(np.float32)
        found = list(best_spans(first, last))
        assert 0 < len(found) <= SPANS
        assert [score for *_, score in found] == sorted((score for *_, score in found), reverse=True)
        taken = [place for start, end, _ in found for place in range(start, end + 1)]
        assert len(taken) == len(set(taken))
        assert all(0 <= end - start < LONGEST for start, end, _ in found)


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the lighthouse built?", "1889"),
        ("Who built the lighthouse of Norsby?", "Ada Lindqvist"),
        ("How high is the lighthouse?", "41 metres"),
        ("When may visitors climb it?", "Sundays"),
    ],
)
def test_it_points_at_the_words_that_answer(reader: SpanModel, question: str, answer: str) -> None:
    assert answer in words(reader, question, PASSAGE)


@pytest.mark.real
def test_the_passage_that_answers_is_more_probable_than_one_that_does_not(reader: SpanModel) -> None:
    right, wrong = reader.read("When was the lighthouse built?", [PASSAGE, OTHER])
    assert right[0].probability > 5 * wrong[0].probability


@pytest.mark.real
def test_an_answer_far_behind_the_first_window_is_found(reader: SpanModel) -> None:
    long = f"{OTHER * 12} {PASSAGE} {OTHER * 12}"
    assert "1889" in words(reader, "When was the lighthouse of Norsby built?", long)


@pytest.mark.real
@pytest.mark.parametrize("passage", ["", "   ", "\n", "é", "你好，世界。", "🙂" * 300, "a" * 5000, "[CLS] [SEP] \x00"])
def test_any_text_is_read_and_spans_stay_inside_it(reader: SpanModel, passage: str) -> None:
    (spans,) = reader.read("What is it?" * 60, [passage])
    assert all(0 <= span.start < span.end <= len(passage) and 0 <= span.probability <= 1 for span in spans)


@pytest.mark.real
def test_passages_read_together_are_read_as_each_alone() -> None:
    reader = SpanModel(bundled_span_reader(), threads=2)
    passages = [OTHER, PASSAGE, "", PASSAGE * 9]
    together = reader.read("How high is the lighthouse?", passages)
    assert together == [spans for text in passages for spans in reader.read("How high is the lighthouse?", [text])]


@pytest.mark.real
def test_the_scores_of_a_passage_are_those_of_its_likeliest_span(reader: SpanModel) -> None:
    margin, here = reader.scores("How high is the lighthouse?", PASSAGE)
    (spans,) = reader.read("How high is the lighthouse?", [PASSAGE])
    assert spans[0].probability == reader.calibration.probability(margin, here)
    assert reader.scores("How high is the lighthouse?", "") == (-np.inf, 0.0)


@pytest.mark.real
def test_changed_weights_are_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(bundled_span_reader(), folder)
    with (folder / WEIGHTS).open("r+b") as weights:
        weights.seek(1000)
        weights.write(b"damaged")
    with pytest.raises(ModelBroken, match=WEIGHTS):
        SpanModel(folder, threads=1)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="nowhere"):
        SpanModel(tmp_path / "nowhere", threads=1)


@pytest.fixture(scope="module")
def child() -> Iterator[ChildSpanReader]:
    with WorkerClient("embed", worker_command("embed")) as client:
        yield ChildSpanReader(client, bundled_span_reader(), threads=1)


@pytest.mark.real
def test_the_child_finds_the_same(child: ChildSpanReader, reader: SpanModel) -> None:
    passages = [PASSAGE, OTHER] * 5
    found = child.find("When was the lighthouse built?", passages, never())
    assert len(found) == 10
    assert found[0] == reader.read("When was the lighthouse built?", passages[:6])[0]


@pytest.mark.real
def test_a_cancel_is_heard(child: ChildSpanReader) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        child.find("When?", [PASSAGE], cancel)
