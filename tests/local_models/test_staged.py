"""The embedder that is ready at once: the same vectors, and something faster when there is much to do."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.embedders import bert, onnx_bert
from local_models.embedders.folder import default_folder, read_folder
from local_models.embedders.staged import StagedEncoder

TEXTS = [
    "The tenant pays the rent on the first day of each month.",
    "x",
    "",
    "Das Dach wird vom Vermieter repariert. 你好，世界",
    "A long one: " + "and then the landlord came to see the roof, the windows and the garden. " * 40,
    *(f"Paragraph {number} speaks of " + "deposits and interest " * (number % 7) for number in range(30)),
]


class Filling:
    """An encoder of one number."""

    def __init__(self, value: float) -> None:
        self.value = value

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.full((len(texts), 1), self.value, np.float32)


def seconds(step: float) -> Callable[[], float]:
    """A clock that goes on by `step` whenever it is read."""
    readings = iter(np.arange(0.0, 1000.0, step).tolist())
    return lambda: next(readings)


def test_little_is_embedded_by_the_first_encoder_and_much_by_the_second() -> None:
    staged = StagedEncoder(Filling(1.0), lambda: Filling(2.0), worth_s=2.5, clock=seconds(1.0))
    for _ in range(3):
        assert staged.encode(["text"])[0, 0] == 1.0
    staged.settle()
    assert staged.encode(["text"])[0, 0] == 2.0


def test_while_the_second_is_fetched_the_first_goes_on() -> None:
    fetched = threading.Event()

    def fetch() -> Filling:
        fetched.wait()
        return Filling(2.0)

    staged = StagedEncoder(Filling(1.0), fetch, worth_s=0.5, clock=seconds(1.0))
    assert [staged.encode(["text"])[0, 0] for _ in range(3)] == [1.0] * 3
    fetched.set()
    staged.settle()
    assert staged.encode(["text"])[0, 0] == 2.0


def test_where_nothing_is_faster_the_first_stays_and_nobody_asks_again() -> None:
    asked = []

    def fetch() -> None:
        asked.append(1)

    staged = StagedEncoder(Filling(1.0), fetch, worth_s=0.5, clock=seconds(1.0))
    for _ in range(5):
        assert staged.encode(["text"])[0, 0] == 1.0
        staged.settle()
    assert len(asked) == 1


@pytest.mark.real
def test_both_encoders_give_the_same_vectors() -> None:
    folder = read_folder(default_folder())
    quick = onnx_bert.load(folder, 2).encode(TEXTS)
    exact = bert.BertEncoder(folder, threads=2, bf16=False).encode(TEXTS)
    assert (quick * exact).sum(1).min() > 0.99999


@pytest.mark.real
def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    encoder = onnx_bert.load(read_folder(default_folder()), 1)
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-5
    assert encoder.encode([]).shape == (0, 384)


@pytest.mark.real
@pytest.mark.parametrize("kind", ["F16", "BF16"])
def test_weights_in_half_precision_are_read_too(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(default_folder(), folder)
    written = _halved(default_folder() / "model.safetensors", kind)
    (folder / "model.safetensors").write_bytes(written)
    halved = onnx_bert.load(read_folder(folder), 1).encode(TEXTS)
    exact = onnx_bert.load(read_folder(default_folder()), 1).encode(TEXTS)
    assert (halved * exact).sum(1).min() > 0.999


@pytest.mark.real
@pytest.mark.parametrize("cut", [100, 1_000_000])
def test_weights_that_are_cut_off_are_damaged(tmp_path: Path, cut: int) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(default_folder(), folder)
    (folder / "model.safetensors").write_bytes((default_folder() / "model.safetensors").read_bytes()[:cut])
    with pytest.raises(ValueError):
        onnx_bert.load(read_folder(folder), 1)


@pytest.mark.real
def test_weights_of_another_shape_than_the_settings_say_are_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(default_folder(), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_attention_heads": 7}))
    with pytest.raises(onnx_bert.DamagedWeights):
        onnx_bert.load(read_folder(folder), 1)


@pytest.mark.real
def test_a_question_needs_no_torch() -> None:
    program = (
        "import sys; from local_models.embedders.worker import load_encoder;"
        "from local_models.embedders.folder import default_folder;"
        "load_encoder(default_folder(), threads=1).encode(['a question?']);"
        "print({'torch', 'sentence_transformers', 'transformers', 'onnx'} & set(sys.modules))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "set()\n"


def _halved(path: Path, kind: str) -> bytes:
    """The same safetensors file with 16 bits a number."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header, tensors, place = json.loads(data[8:start]), [], 0
    for name, entry in header.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        first, last = entry["data_offsets"]
        values = np.frombuffer(data[start + first : start + last], np.float32)
        half = values.astype(np.float16) if kind == "F16" else (values.view(np.uint32) >> 16).astype(np.uint16)
        entry.update(dtype=kind, data_offsets=[place, place + half.nbytes])
        tensors.append(half.tobytes())
        place += half.nbytes
    kept = {name: entry for name, entry in header.items() if name != "__metadata__" and entry["dtype"] == kind}
    written = json.dumps(kept).encode()
    written += b" " * (-len(written) % 8)
    return len(written).to_bytes(8, "little") + written + b"".join(tensors)
