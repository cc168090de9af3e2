"""What a decoder can do before its first step: copy what it has seen, and find what is asked for."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from local_models.errors import UsageError
from local_models.training.circuits import TokenRoles, set_circuits, slot_width
from local_models.training.model import SHAPES, Decoder, rotated

SHAPE = SHAPES["cpu"]
ROLES = TokenRoles(
    sources=(7, 8, 9), question=40, assistant=5, begin=1, importance=(torch.arange(SHAPE.vocabulary) >= 100).float()
)
WORDS = 200


def fresh() -> Decoder:
    torch.manual_seed(0)
    model = Decoder(SHAPE)
    set_circuits(model, torch.randn(SHAPE.vocabulary, slot_width(SHAPE)), ROLES)
    return model


def rare_words(count: int, seed: int) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randperm(SHAPE.vocabulary - WORDS, generator=draw)[:count] + WORDS


def test_a_phrase_that_was_seen_before_is_continued() -> None:
    phrase, others = rare_words(64, seed=1).split((24, 40))
    ids = torch.cat((torch.tensor([1, 7]), phrase, others, phrase)).unsqueeze(0)
    with torch.no_grad():
        best = fresh()(ids)[0].argmax(-1)
    copied = (best[-23:-1] == ids[0, -22:]).float().mean()
    assert copied > 0.8


def finding_attention(model: Decoder, ids: Tensor) -> Tensor:
    """Where the last token's head 2 of layer 1 looks, (length,)."""
    positions = torch.arange(len(ids)).unsqueeze(0)
    cosine, sine = model.cosine[positions], model.sine[positions]
    stream = model.blocks[0](model.embedding(ids.unsqueeze(0)), cosine, sine)
    block = model.blocks[1]
    normed = block.attention_norm(stream)
    shape = (1, len(ids), SHAPE.heads, SHAPE.head_width)
    query = rotated(block.attention.query(normed).view(shape), cosine, sine)[0, -1, 2]
    key = rotated(block.attention.key(normed).view(shape), cosine, sine)[0, :, 2]
    return torch.softmax(key @ query / SHAPE.head_width**0.5, dim=0)


def test_an_answer_is_looked_for_where_the_source_shares_the_words_of_the_question() -> None:
    model = fresh()
    there = 0.0
    for seed in range(20):
        words = rare_words(60, seed)
        # begin, [1], sixty words, "Question", four of the words, assistant
        ids = torch.cat((torch.tensor([1, 7]), words, torch.tensor([40]), words[20:24], torch.tensor([5])))
        with torch.no_grad():
            looked = finding_attention(model, ids)
        there += float(looked[2 + 20 : 2 + 32].sum()) / 20
    assert there > 0.4  # by chance: 12 places of 60, 0.2


def test_a_decoder_without_room_for_the_circuits_is_refused() -> None:
    with pytest.raises(UsageError):
        set_circuits(Decoder(SHAPES["nano"]), torch.randn(1024, 15), ROLES)
