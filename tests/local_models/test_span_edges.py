"""Where words may be cut out of a sentence."""

import pytest

from local_models.span_edges import edges

HOLLOW = frozenset({"the", "is", "of", "a", "in", "it"})


def spans(sentence: str) -> set[str]:
    """All that may be cut out."""
    found = edges(sentence, HOLLOW)
    starts = {*found.starts, *found.inner, *(start for start, _ in found.bare)}
    return {
        sentence[start:end]
        for start in starts
        for end in found.ends
        if any(start < content <= end for content in found.contents)
    }


def test_whole_words_with_or_without_the_marks_around_them() -> None:
    assert spans("The pump (old) stops.") == {
        "The pump", "The pump (old)", "The pump (old", "The pump (old) stops", "The pump (old) stops.",
        "pump", "pump (old)", "pump (old", "pump (old) stops", "pump (old) stops.",
        "(old)", "(old", "(old) stops", "(old) stops.", "old", "old)", "old) stops", "old) stops.", "stops", "stops.",
    }  # fmt: skip


def test_words_that_say_nothing_alone_are_no_span() -> None:
    assert spans("It is the") == set()
    assert "the" not in spans("the roof of it")
    assert "the roof of" in spans("the roof of it")


@pytest.mark.parametrize(
    ("sentence", "lie"),
    [
        ("It cost 12.4 million pounds.", "12"),
        ("It cost 12.4 million pounds.", "It cost 12.4"),
        ("It cost 5 000 euros.", "5"),
        ("It cost 5 000 euros.", "000 euros"),
        ("It fell to -12 degrees.", "12 degrees"),
        ("Paid €500 late.", "500"),
        ("A rise of 12 %.", "12"),
        ("twenty-five men", "twenty"),
        ("non-smoking rooms", "smoking rooms"),
        ("O'Brien paid.", "Brien paid"),
        ("人口は三十五人です。", "三"),
        ("人口は100万人です。", "人口は100"),
    ],
)
def test_no_cut_makes_a_number_or_a_word_into_another(sentence: str, lie: str) -> None:
    assert lie not in spans(sentence)


@pytest.mark.parametrize(
    ("sentence", "span"),
    [
        ("It cost 12.4 million pounds.", "12.4 million"),
        ("A rise of 12 %.", "12 %"),
        ("Minka’s owner", "Minka"),
        ("the town — Ely — is old", "Ely"),
        ("Paris—the capital—burned", "capital"),
        ("“Smith & Sons”, they said", "Smith & Sons"),
        ("猫の名前はミンカです。", "ミンカ"),
        ("人口は100万人です。", "100万人"),
        ("Ends 🎉 with joy", "Ends 🎉 with joy"),
    ],
)
def test_answers_can_be_cut_out(sentence: str, span: str) -> None:
    assert span in spans(sentence)


@pytest.mark.parametrize("sentence", ["", "…", "— —", "( )", "🎉", '"""', "*", "!"])
def test_a_sentence_without_words_has_no_spans(sentence: str) -> None:
    assert spans(sentence) == set()
