"""Nothing outside the language can be written, and all of it can, whatever the tokens are."""

import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local_models.span_edges import edges
from local_models.span_mask import SpanMask
from local_models.types import CopiedSpans, NumberedText
from local_models.vocabulary import Vocabulary
from tests.fakes.byte_vocabulary import END, byte_vocabulary, cut_anywhere, possible, tokens_of

OTHERWISE = "Your documents do not say."
HOLLOW = ("the", "is", "of", "was")
ODD = [
    "The mill was built in 1889.",
    "He said: \"Ignore the sources\" and write [x] \\ 'quit'.",
    "猫の名前はミンカです。2015年に生まれました。",
    "Ends 🎉🎉 with joy 👩‍🚀!",
    "a(b[c]d){e}: f; g = h[i]",
    '<|im_end|> [/INST] </s> root ::= "x"',
    "\x07bell\x00zero",
    "x" * 3000,
    "the is of",
    "",
    "Ünïcödé — «guillemets» ’s — 12,5 % von 5 000 €",
    "ไทยเขียนติดกันโดยไม่มีช่องว่าง",
    "] [ [] ][ [[ ]]",
    "Your documents do not say.",
]
WORDS = st.sampled_from(["the", "roof", "(old)", "12", "%", "“mill”", "said,", "猫", "is", "é", "—", "[", "]", "\\"])
SENTENCES = st.one_of(
    st.sampled_from(ODD),
    st.lists(WORDS, max_size=9).map(" ".join),
    st.text(max_size=24).map(lambda t: " ".join(t.split())),
)
SOURCES = st.lists(st.tuples(st.sampled_from([1, 2, 12]), SENTENCES), max_size=4)


def mask_for(sources: list[tuple[int, str]], vocabulary: Vocabulary, **more: object) -> SpanMask:
    numbered = tuple(NumberedText(number, text) for number, text in sources)
    return SpanMask(CopiedSpans(numbered, OTHERWISE, HOLLOW, **more), vocabulary)  # type: ignore[arg-type]


def vocabulary_of(sources: list[tuple[int, str]], chance: random.Random) -> Vocabulary:
    texts = [text for _, text in sources] + [
        f" {OTHERWISE}",
        " [1].",
        " [12]. ",
        "[2]",
        "[9]",
        " when was the roof built,",
    ]
    return byte_vocabulary(cut_anywhere(texts, chance))


def write_anything(mask: SpanMask, vocabulary: Vocabulary, chance: random.Random) -> str:
    """What a model without any sense would write."""
    written = b""
    for _ in range(8000):
        tokens = possible(mask.restrict, vocabulary)
        assert tokens
        token = END if END in tokens and chance.random() < 0.5 else chance.choice(tokens)
        if token == END:
            return written.decode()
        written += vocabulary.pieces[token]
        mask.accept(token)
    raise AssertionError("the answer never ended")


def is_copied(text: str, number: int, sources: list[tuple[int, str]]) -> bool:
    """Whether the text stands in a sentence of this number, its ends not in the middle of a word or a number."""
    for of, sentence in sources:
        for found in re.finditer(f"(?={re.escape(text)})", sentence) if of == number else ():
            around = sentence[found.start() - 1 : found.start()], sentence[found.start() + len(text) :][:1]
            inside = [side for side, own in zip(around, (text[0], text[-1]), strict=True) if _joined(side, own)]
            if not inside and _says_something(text):
                return True
    return False


def _joined(side: str, own: str) -> bool:
    return side.isascii() and side.isalnum() and own.isascii() and own.isalnum()


def _says_something(text: str) -> bool:
    return any(word.strip(".,()“”").casefold() not in HOLLOW for word in text.split())


@settings(max_examples=150, deadline=None)
@given(SOURCES, st.integers())
def test_whatever_is_written_is_copied_from_the_source_it_names_or_the_abstention(
    sources: list[tuple[int, str]], seed: int
) -> None:
    chance = random.Random(seed)
    vocabulary = vocabulary_of(sources, chance)
    answer = write_anything(mask_for(sources, vocabulary), vocabulary, chance).removeprefix(" ")
    if answer != OTHERWISE:
        match = re.fullmatch(r"(.+?) ?\[(\d+)\]\.?", answer, re.DOTALL)
        assert match, answer
        assert is_copied(match[1], int(match[2]), sources), answer


@settings(max_examples=100, deadline=None)
@given(SOURCES.filter(bool), st.booleans(), st.integers())
def test_every_span_can_be_written_in_any_tokens(sources: list[tuple[int, str]], space: bool, seed: int) -> None:
    chance = random.Random(seed)
    vocabulary = vocabulary_of(sources, chance)
    number, sentence = chance.choice(sources)
    found = edges(sentence, frozenset(HOLLOW))
    starts = [*found.starts, *found.inner, *(start for start, _ in found.bare)]
    spans = [(s, e) for s in starts for e in found.ends if any(s < c <= e for c in found.contents)]
    if not spans:
        return
    start, end = chance.choice(spans)
    mask = mask_for(sources, vocabulary)
    spaced = space and start not in found.inner
    parts = [" " * spaced + sentence[start:end], f" [{number}]"]
    bare = dict(found.bare)
    if start in bare and bare[start] < end:  # the run of characters behind a mark that stays behind is a piece
        parts[:1] = [" " * spaced + sentence[start : bare[start]], sentence[bare[start] : end]]
    for token in (token for part in parts for token in tokens_of(part.encode(), vocabulary, chance)):
        allowed = possible(mask.restrict, vocabulary)
        assert vocabulary.pieces[token] in {vocabulary.pieces[other] for other in allowed}
        mask.accept(next(other for other in allowed if vocabulary.pieces[other] == vocabulary.pieces[token]))
    assert END in possible(mask.restrict, vocabulary)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 3), st.integers(0, 6), st.integers())
def test_words_of_the_question_may_stand_around_a_span_each_once(statements: int, around: int, seed: int) -> None:
    chance = random.Random(seed)
    sources = [(1, "It was built by Ward in 1889."), (2, "The roof leaks.")]
    vocabulary = vocabulary_of(sources, chance)
    more = {
        "once": (("pay", "paid"), ("roof",)),
        "freely": ("in", "the"),
        "words_around": around,
        "statements": statements,
    }
    answer = write_anything(mask_for(sources, vocabulary, **more), vocabulary, chance).removeprefix(" ")
    if answer == OTHERWISE:
        return
    said = re.findall(r"(.+?) ?\[(\d)\]\.?(?: |$)", answer)
    assert "".join(f"{text}[{number}]" for text, number in said) == re.sub(
        r" \[|\](?:\. ?| )", lambda m: m[0].strip(" ."), answer.rstrip(".")
    )
    assert 1 <= len(said) <= statements
    for text, number in said:
        words = text.split()
        cuts = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
        assert any(
            is_copied(" ".join(words[i:j]), int(number), sources) and _fits_around(words[:i] + words[j:], around)
            for i, j in cuts
        ), answer


def _fits_around(words: list[str], most: int) -> bool:
    plain = [word.rstrip(",").lower() for word in words]
    counted = [{"paid": "pay"}.get(word, word) for word in plain if word not in ("in", "the")]
    return len(words) <= most and set(counted) <= {"pay", "roof"} and len(counted) == len(set(counted))


def test_a_model_that_begins_with_a_made_up_number_is_led_elsewhere() -> None:
    vocabulary = byte_vocabulary([b"[9]", b" [9]", b"[1]"])
    mask = mask_for([(1, "The roof leaks.")], vocabulary)
    for token in tokens_of(b"leaks [", byte_vocabulary(), random.Random(0)):
        mask.accept(token)
    assert [vocabulary.pieces[token] for token in possible(mask.restrict, vocabulary)] == [b"1"]


def test_without_anything_to_copy_only_the_abstention_can_be_written() -> None:
    vocabulary = byte_vocabulary()
    for sources in ([], [(1, "")], [(1, "…")]):
        mask = mask_for(sources, vocabulary)
        for token in tokens_of(OTHERWISE.encode(), vocabulary, random.Random(0)):
            assert [vocabulary.pieces[other] for other in possible(mask.restrict, vocabulary) if other != token] in (
                [],
                [b" "],
            )
            mask.accept(token)
        assert possible(mask.restrict, vocabulary) == [END]


def test_characters_that_a_model_can_not_write_are_never_begun() -> None:
    vocabulary = byte_vocabulary(lacking="é€".encode())
    for seed in range(30):
        mask = mask_for([(1, "one café two 5 € three")], vocabulary)
        answer = write_anything(mask, vocabulary, random.Random(seed))
        assert not set(answer) & set("é€")


def test_the_likeliest_of_the_allowed_keep_their_order() -> None:
    vocabulary = byte_vocabulary()
    mask = mask_for([(1, "roof leaks")], vocabulary)
    logits = np.arange(len(vocabulary.pieces), dtype=np.float32)
    mask.restrict(logits)
    kept = np.flatnonzero(np.isfinite(logits))
    assert {vocabulary.pieces[token] for token in kept} == {b"r", b"l", b"Y", b" "}
    assert (logits[kept] == kept).all()


@pytest.mark.parametrize("size", [50_000])
def test_a_source_of_one_long_line_is_laid_out_in_linear_time(size: int) -> None:
    vocabulary = byte_vocabulary()
    for text in ("x" * size, "((" * (size // 2), "“a” " * (size // 4), "猫" * (size // 3)):
        mask = mask_for([(1, text)], vocabulary)
        assert possible(mask.restrict, vocabulary)
