"""A token's probability is the model's own, also where a constraint chose the token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from local_models.cancel import never
from local_models.gguf import read_header
from local_models.llama import LlamaModel
from local_models.types import CopiedSpans, ModelSettings, NumberedText, Sampling
from tests.fakes.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.real


def test_the_mask_does_not_change_the_probability_that_is_told(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    model = LlamaModel(ModelSettings(path, threads=1), read_header(path))
    held = CopiedSpans((NumberedText(1, "the agreement says so"),), "Your documents do not say.")
    prompt = model._tokenize("the deposit is", special=False)
    list(model.prefill(prompt, never()))
    logits = model._logits().copy().astype(np.float64)
    own = logits - np.log(np.exp(logits).sum())
    with model.sampler(Sampling(), constraint=held) as sampler:
        token = model.sample(sampler)
    assert token.logprob == pytest.approx(own[token.id], abs=1e-4)
    assert token.id != int(own.argmax()), "the constraint would have had nothing to do"
    model.close()
