"""Similar is not supported: numbers, names and negation decide."""

import pytest

from rag.support import CONTRADICTED, is_claim, rare_words_shared, support

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


def test_a_rare_word_of_the_question_tells_more_than_a_common_one() -> None:
    texts = ["Fault code of the boiler E4.", "The boiler has a fault code.", "The boiler is blue.", "The boiler hums."]
    shares = rare_words_shared("What does fault code E4 of the boiler mean?", texts)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[1] > shares[2]


def test_a_word_that_stands_nowhere_lowers_every_share() -> None:
    assert rare_words_shared("the blue dentist", ["It is blue.", "It is red."])[0] < 0.6


def test_a_question_without_words_shares_nothing() -> None:
    assert rare_words_shared("", ["anything"]) == [0.0]
