"""What llama.cpp makes of an exported model: the same tokens, the same logits. Trains a tiny one on the spot."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from local_models.cancel import never
from local_models.chat_template import Segment
from local_models.files import sha256_of
from local_models.gguf import read_header
from local_models.llama import LlamaModel
from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM
from local_models.training.batches import Encoder, batch_of, reading_rows
from local_models.training.checksums import record_checksum
from local_models.training.data import Part, read_passages
from local_models.training.evaluate import GgufReader, figures_of, judge
from local_models.training.examples import Mixture, ReadingExamples
from local_models.training.export import WeightType, export_gguf, gguf_name
from local_models.training.held_back import Hints, held_back_turns, with_hints
from local_models.training.model import SHAPES, Decoder
from local_models.training.optimizer import Rates, optimizers_for
from local_models.training.tokenizer import train_tokenizer
from local_models.types import ModelSettings, Sampling
from tests.fakes.training import passage_of, write_data

STEPS = 12
WORDS = (
    "Carrow",
    "naïve",
    "日本語",
    "🙂",
    "x_1",
    "don't",
    "1500",
    "  ",
    "\n",
    "ﬁ",
    "A.B",
    "[3]",
    "[33]",
    "ß",
    "€5",
    "\t",
    "<b>",
    "Ġ",
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"), passages=400)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    texts = [str(passage_of(number)["c"]) for number in range(60)] + [ABSTENTION, GROUNDED_SYSTEM]
    return train_tokenizer(texts, SHAPES["nano"].vocabulary)


@pytest.fixture(scope="module")
def model(tokenizer: Tokenizer, data: Path) -> Decoder:
    """A decoder of 0.2 M parameters after a few seconds of the reading lesson."""
    torch.manual_seed(0)
    torch.set_num_threads(2)
    rng = random.Random(0)
    decoder = Decoder(SHAPES["nano"])
    optimizers = optimizers_for(decoder, Rates())
    examples = ReadingExamples(read_passages(data, Part.TRAINING), [], rng, Mixture())
    rows = reading_rows(Encoder(tokenizer), examples.conversations(), 256, rng)
    for _ in range(STEPS):
        decoder.loss(batch_of(list(islice(rows, 4)), 512, rng)).backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad()
    return decoder.eval()


TOLERANCE = {WeightType.F16: 1e-2, WeightType.Q8_0: 0.1, WeightType.Q4_K_M: 0.5}
"""Nats. 8 bits of each weight cost 0.07 on larger models; 4 to 6 bits 0.2 on this tiny one."""


@pytest.fixture(params=list(TOLERANCE))
def exported(
    request: pytest.FixtureRequest, model: Decoder, tokenizer: Tokenizer, tmp_path: Path
) -> Iterator[tuple[WeightType, Path]]:
    path = tmp_path / f"nano.{request.param}.gguf"
    export_gguf(model, tokenizer, path, request.param)
    yield request.param, path


def random_texts(count: int) -> list[str]:
    rng = random.Random(5)
    return ["".join(rng.choices([*WORDS, " "], k=rng.randint(1, 12))) for _ in range(count)]


def test_every_parameter_has_a_name_that_llama_cpp_knows() -> None:
    names = {gguf_name(name) for name in Decoder(SHAPES["nano"]).state_dict()}
    assert {"token_embd.weight", "output.weight", "output_norm.weight", "blk.1.ffn_gate.weight"} <= names
    assert len(names) == 3 + 2 * 9


def test_the_checksum_of_an_exported_file_is_kept_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(b"GGUF")
    record_checksum(path)
    assert sha256_of(path) in (tmp_path / "checksums.json").read_text()


@pytest.mark.real
def test_llama_cpp_cuts_300_texts_into_the_same_tokens(exported: tuple[WeightType, Path], tokenizer: Tokenizer) -> None:
    llama = LlamaModel(ModelSettings(exported[1], threads=1), read_header(exported[1]))
    for text in random_texts(300):
        expected = tokenizer.encode(text, add_special_tokens=False).ids
        assert llama.prompt_tokens([Segment(text, special=False)]) == expected, text
    llama.close()


@pytest.mark.real
def test_llama_cpp_gives_the_same_probabilities_as_torch(
    exported: tuple[WeightType, Path], model: Decoder, tokenizer: Tokenizer
) -> None:
    kind, path = exported
    llama = LlamaModel(ModelSettings(path, threads=1), read_header(path))
    for number in (1, 7, 30):
        ids = tokenizer.encode(str(passage_of(number)["c"]), add_special_tokens=False).ids[:60]
        list(llama.prefill(ids, never()))
        with llama.sampler(Sampling(repeat_penalty=1.0), "") as sampler:
            token = llama.sample(sampler)
        with torch.no_grad():
            logits = model(torch.tensor([ids]))[0, -1]
        expected = torch.log_softmax(logits, -1)
        assert token.logprob == pytest.approx(float(expected[token.id]), abs=TOLERANCE[kind])
        assert float(logits[token.id]) == pytest.approx(float(logits.max()), abs=TOLERANCE[kind])
    llama.close()


@pytest.mark.real
def test_fewer_bits_make_a_smaller_file(model: Decoder, tokenizer: Tokenizer, tmp_path: Path) -> None:
    for kind in (WeightType.F32, WeightType.F16, WeightType.Q8_0, WeightType.Q4_K_M):
        export_gguf(model, tokenizer, tmp_path / f"{kind}.gguf", kind)
    sizes = [(tmp_path / f"{kind}.gguf").stat().st_size for kind in ("f32", "f16", "q8_0", "q4_k_m")]
    assert sizes == sorted(sizes, reverse=True)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".gguf"] * 4


@pytest.mark.real
def test_an_exported_reader_can_be_measured_on_questions_held_back(
    model: Decoder, tokenizer: Tokenizer, data: Path, tmp_path: Path
) -> None:
    path = tmp_path / "nano.gguf"
    export_gguf(model, tokenizer, path, WeightType.F16)
    turns = [turn for turn in held_back_turns(data, 6, seed=0) if len(turn.sources) == 1]
    judged = judge(GgufReader(path, threads=1), with_hints(turns, Hints.FOUND, seed=0))
    assert len(judged) == len(turns) > 0
    assert all(0 <= one.abstain_probability <= 1 for one in judged)
    assert np.isfinite(figures_of(judged).f1)
