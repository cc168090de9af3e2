"""What a decoder can do before its first step: go on with what it has seen before."""

from __future__ import annotations

import pytest
import torch

from local_models.errors import UsageError
from local_models.training.circuits import set_copying, slot_width
from local_models.training.model import SHAPES, Decoder


def test_a_phrase_that_was_seen_before_is_continued() -> None:
    torch.manual_seed(0)
    shape = SHAPES["cpu"]
    model = Decoder(shape)
    set_copying(model, torch.randn(shape.vocabulary, slot_width(shape)))
    phrase, others = torch.randperm(shape.vocabulary)[:64].split((24, 40))
    ids = torch.cat((phrase, others, phrase)).unsqueeze(0)
    with torch.no_grad():
        best = model(ids)[0].argmax(-1)
    copied = (best[-23:-1] == ids[0, -22:]).float().mean()
    assert copied > 0.8


def test_a_decoder_without_room_for_the_circuit_is_refused() -> None:
    with pytest.raises(UsageError):
        set_copying(Decoder(SHAPES["nano"]), torch.randn(1024, 15))
