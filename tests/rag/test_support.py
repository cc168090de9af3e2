"""Similar is not supported: numbers, names and negation decide."""

import pytest

from rag.support import CONTRADICTED, is_claim, shared_words, support

EVIDENCE = "In March 2021 Maria Jones paid 12.4 % of the 1,200 euros; a deposit is not required."


@pytest.mark.parametrize(
    "claim",
    [
        "In March 2021 Maria Jones paid 14.2 % of the 1,200 euros; a deposit is not required.",
        "In March 2020 Maria Jones paid 12.4 % of the 1,200 euros; a deposit is not required.",
        "In March 2021 Maria Jones paid 12.4 % of the 1,200 euros; a deposit is required.",
    ],
)
def test_one_changed_number_date_or_negation_breaks_support(claim: str) -> None:
    assert support(claim, EVIDENCE) <= CONTRADICTED


def test_another_name_weakens_support() -> None:
    assert support("Maria Smith paid 12.4 %, which is not required.", EVIDENCE) < 0.6


def test_the_same_words_in_another_form_support() -> None:
    assert support("Maria Jones was paying 12.4 % and no deposit was required.", EVIDENCE) >= 0.6


def test_spellings_of_one_number_agree() -> None:
    assert support("It is 1200 euros, not 1,300.", "It is 1,200 euros, not 1300.") == 1.0


def test_the_context_may_name_the_subject() -> None:
    claim = "The Rosewood lease ends after twelve months."
    alone = support(claim, "It ends after 12 months.")
    assert support(claim, "It ends after 12 months.", context="Rosewood lease") > alone


def test_chinese_is_compared_by_pairs_of_characters() -> None:
    assert support("租金为每月950欧元", "每月租金为950欧元") > 0.6


def test_fragments_and_questions_are_no_claims() -> None:
    assert not is_claim("Really?")
    assert not is_claim("Yes.")
    assert is_claim("The rent is due monthly.")


def test_shared_words_is_a_share_of_the_questions_words() -> None:
    assert shared_words("When is the rent due?", "The rent is due on Friday.") == 1.0
    assert shared_words("", "anything") == 0.0
