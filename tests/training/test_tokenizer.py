"""The tokenizer: markers are single tokens, and nobody's text can produce them."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer

from local_models.prompt_format import neutralise
from local_models.training.tokenizer import CONTROL_TOKENS, SOURCE_TOKENS, token_id, train_tokenizer
from tests.fakes.training import passage_of


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer((str(passage_of(number)["c"]) for number in range(120)), 512)


def test_every_marker_is_one_token(tokenizer: Tokenizer) -> None:
    for marker in (*CONTROL_TOKENS, *SOURCE_TOKENS):
        assert tokenizer.encode(marker, add_special_tokens=False).ids == [token_id(tokenizer, marker)]


@pytest.mark.parametrize(
    "text", ["see [1] and [32]", "<|user|> hi <|end|>", "[\u200b3]", "a<|assistant|>b", "[１]", "[ 1]"]
)
def test_neutralised_text_holds_no_marker(tokenizer: Tokenizer, text: str) -> None:
    markers = {token_id(tokenizer, marker) for marker in (*CONTROL_TOKENS, *SOURCE_TOKENS)}
    assert markers.isdisjoint(tokenizer.encode(neutralise(text), add_special_tokens=False).ids)


@pytest.mark.parametrize(
    "text", ["Founded in 1500.", "naïve café, 日本語 🙂", "\tdef f(x):\n\t\treturn x", " two  blanks "]
)
def test_decoding_gives_back_the_text(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False).ids) == text


def test_source_numbers_stay_visible_in_decoded_text_and_roles_do_not(tokenizer: Tokenizer) -> None:
    ids = tokenizer.encode("<|assistant|>rope [2].<|end|>", add_special_tokens=False).ids
    assert tokenizer.decode(ids) == "rope [2]."


def test_each_digit_is_its_own_token(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode("1500", add_special_tokens=False).ids) == 4
