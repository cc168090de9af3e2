"""The verdicts with the model of entailment in the box: relations that no rule sees, and what must not get worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_models.bundled import bundled_entailment
from local_models.embedders.entailment import EntailmentModel
from rag.types import SentenceVerdict
from rag.verdicts.evidence import Windows
from rag.verdicts.judging import judge
from tests.rag.test_citing import source
from tests.verdicts.pairs import pairs

RELATIONS = Path(__file__).parent.parent / "data" / "relations" / "sentences.txt"
KINDS = {"=": "faithful", "x": "role", "<": "subject", "|": "row"}

pytestmark = pytest.mark.real


@dataclass(frozen=True, slots=True)
class Relation:
    """`kind` is "faithful", or what was confused: who did what, of whom it is said, in which row it stands."""

    source: str
    claim: str
    kind: str


def relations() -> Iterator[Relation]:
    text = ""
    for line in RELATIONS.read_text("utf-8").splitlines():
        if line[0] == "S":
            text = line[2:].replace("\\n", "\n")
        else:
            yield Relation(text, line[2:], KINDS[line[0]])


@pytest.fixture(scope="module")
def model() -> EntailmentModel:
    return EntailmentModel(bundled_entailment(), threads=2)


def verdict(claim: str, text: str, model: EntailmentModel | None) -> SentenceVerdict:
    return judge(claim, Windows([source(1, text)]), entails=model.read if model else None).verdict


def supported(model: EntailmentModel | None) -> Counter[str]:
    return Counter(
        one.kind for one in relations() if verdict(one.claim, one.source, model) is SentenceVerdict.SUPPORTED
    )


def test_the_wrong_row_of_a_table_is_seldom_taken_for_the_right_one(model: EntailmentModel) -> None:
    assert Counter(one.kind for one in relations()) == {"faithful": 30, "role": 10, "subject": 10, "row": 10}
    assert supported(model)["row"] <= 3
    assert supported(None)["row"] >= 8


def test_some_confusions_are_seen_that_rules_do_not_see_and_true_ones_pass(model: EntailmentModel) -> None:
    by_rules, told = supported(None), supported(model)
    assert told["role"] < by_rules["role"]
    assert told["subject"] < by_rules["subject"]
    assert told["faithful"] >= 27


def test_every_planted_change_is_still_caught_and_most_that_say_the_same_pass(model: EntailmentModel) -> None:
    told = Counter((p.kind == "faithful", verdict(p.claim, p.source, model)) for p in pairs())
    assert told[False, SentenceVerdict.NOT_SUPPORTED] >= 195
    assert told[False, SentenceVerdict.SUPPORTED] == 0
    assert told[True, SentenceVerdict.SUPPORTED] >= 83
    assert told[True, SentenceVerdict.NOT_SUPPORTED] <= 10
