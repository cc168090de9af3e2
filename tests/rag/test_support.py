"""Which words of a text count, and how many two texts share."""

from rag.support import content_words, is_claim, rare_words_shared


def test_chinese_is_compared_by_pairs_of_characters() -> None:
    said, found = content_words("租金为每月950欧元"), content_words("每月租金为950欧元")
    assert len(said & found) > 0.6 * len(said)


def test_spellings_of_one_number_agree() -> None:
    assert content_words("1,200 and ten") == content_words("1200 and 10")


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
