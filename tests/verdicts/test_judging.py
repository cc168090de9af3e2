"""One verdict from all the checks, whatever the text."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.types import SentenceVerdict
from rag.verdicts.clauses import smallest
from rag.verdicts.evidence import Windows
from rag.verdicts.judging import judge
from rag.verdicts.statement import read
from tests.rag.test_citing import BIKES, LEASE, source

LETTERS = "aA1209.,:;/-–%€$’'\"()[]|#*_`\n \u00a0Äß東京½²İſ🎉March not no th st kg"
ODD = st.text(alphabet=st.sampled_from(LETTERS), max_size=80)


@given(ODD, ODD)
@settings(max_examples=200, deadline=None)
def test_no_text_is_too_odd(claim: str, evidence: str) -> None:
    judged = judge(claim, Windows([source(1, evidence)]))
    assert judged.verdict is not SentenceVerdict.NOT_A_CLAIM
    assert 0.0 <= judged.score <= 1.0


def test_without_sources_nothing_is_supported() -> None:
    judged = judge("The rent is 950 euros.", Windows([]))
    assert (judged.verdict, judged.window) == (SentenceVerdict.NOT_SUPPORTED, None)


def test_a_source_that_supports_prevails_over_one_that_says_otherwise() -> None:
    windows = Windows([source(1, LEASE), source(2, LEASE.replace("950", "990"))])
    judged = judge("The monthly rent is 990 euros.", windows)
    assert judged.verdict is SentenceVerdict.SUPPORTED
    assert judged.window is not None
    assert judged.window.source.number == 2


def test_a_model_of_entailment_has_a_say_where_the_rules_find_nothing() -> None:
    windows = Windows([source(1, "Cats are allowed. Dogs are kept in the yard.")])
    claim = "Dogs are allowed in the yard."

    def verdict(probability: float) -> SentenceVerdict:
        return judge(claim, windows, entails=lambda pairs: [probability] * len(pairs)).verdict

    assert verdict(0.99) is SentenceVerdict.SUPPORTED
    assert verdict(0.01) is not SentenceVerdict.SUPPORTED


def test_a_model_of_entailment_does_not_overrule_a_number() -> None:
    windows = Windows([source(1, LEASE)])
    judged = judge("The monthly rent is 990 euros.", windows, entails=lambda pairs: [1.0] * len(pairs))
    assert judged.verdict is SentenceVerdict.NOT_SUPPORTED


def test_a_model_of_entailment_reads_what_names_the_subject() -> None:
    asked: list[tuple[str, str]] = []

    def entails(pairs: Sequence[tuple[str, str]]) -> list[float]:
        asked.extend(pairs)
        return [0.5] * len(pairs)

    judge(
        "It must be paid monthly.", Windows([source(1, "The rent is due. It must be paid monthly.")]), entails=entails
    )
    assert any("The rent is due. It must be paid monthly." in text for _, text in asked)


def test_one_source_alone_can_be_asked() -> None:
    windows = Windows([source(1, LEASE), source(2, BIKES)])
    assert judge("A worn chain ruins the cassette.", windows, source=2).verdict is SentenceVerdict.SUPPORTED
    assert judge("A worn chain ruins the cassette.", windows, source=1).verdict is SentenceVerdict.NOT_SUPPORTED


def test_two_neighbours_may_carry_a_sentence_together() -> None:
    judged = judge("The monthly rent is 950 euros and is due on the third working day.", Windows([source(1, LEASE)]))
    assert judged.verdict is SentenceVerdict.SUPPORTED
    assert judged.window is not None
    assert judged.window.size == 2


def test_a_clause_is_shown_where_it_says_all_of_the_sentence() -> None:
    text = "The pump must not run dry for more than 30 seconds; Teller Works tested it at 60 °C in February 2020."
    start, end = smallest(read("Teller Works tested it at 60 °C."), text)
    assert text[start:end] == "Teller Works tested it at 60 °C in February 2020."


def test_a_sentence_that_is_said_by_all_of_it_is_shown_whole() -> None:
    text = "The pump must not run dry; Teller Works tested it in February 2020."
    assert smallest(read("The pump tested in February 2020 must not run dry."), text) == (0, len(text))


def test_the_end_of_a_text_without_full_stops_is_read_too() -> None:
    text = "number of the item, " * 100 + "the monthly rent of the garage is 80 euros"
    judged = judge("The monthly rent of the garage is 80 euros.", Windows([source(1, text)]))
    assert judged.verdict is SentenceVerdict.SUPPORTED
