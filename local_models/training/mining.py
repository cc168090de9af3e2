"""Mines passages that an embedder takes for the answer's: what a search by meaning would wrongly bring.

    python -m local_models.training.mining --data FOLDER --encoder FOLDER --out mined.npz

For every question the NEAREST passages by cosine that are not its own; the span reader's examples leave out those that
hold an answer. It takes about 20 minutes on 2 threads with bfloat16 and is not resumed.

It knows vectors; what makes a passage a distractor stands in span_examples.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch.nn import functional
from transformers import AutoModel

from local_models.errors import UsageError
from local_models.training.data import Part, ReadingPassage, read_digests, read_passages
from local_models.training.loop import device_of_choice
from local_models.training.progress import bar

NEAREST = 8
"""Passages kept per question: enough to have some left when those with an answer are gone."""

ROWS, LONGEST = 64, 256
BLOCK = 2048
"""Questions compared at once: a block of cosines takes 360 MB for 44,000 passages."""

Vectors = NDArray[np.float32]


class Mined:
    """Numbers of passages near each question, in the order in which passages and their questions are read."""

    def __init__(self, near: NDArray[np.int32], passages: Sequence[ReadingPassage]) -> None:
        """Raises UsageError if the numbers were made for other passages."""
        asked = sum(len(passage.questions) for passage in passages)
        if len(near) != asked:
            raise UsageError(
                f"The mined file is for {len(near)} questions, the data has {asked}.",
                "Mine again with the same --data and --without.",
            )
        counts = np.cumsum([0, *(len(passage.questions) for passage in passages)])
        self._near = near
        self._passages = passages
        self._first = {id(passage): int(start) for passage, start in zip(passages, counts, strict=False)}

    def near(self, passage: ReadingPassage, place: int) -> list[ReadingPassage]:
        """The passages nearest to the question at `place` of a passage, nearest first."""
        return [self._passages[number] for number in self._near[self._first[id(passage)] + place]]


def mine(passages: Sequence[ReadingPassage], encoder: Path) -> NDArray[np.int32]:
    """(questions, NEAREST at most) numbers of the passages nearest to each question, its own left out."""
    questions = [question.text for passage in passages for question in passage.questions]
    owners = np.array([number for number, passage in enumerate(passages) for _ in passage.questions])
    embed = _Encoder(encoder)
    texts = torch.from_numpy(embed.vectors([passage.text for passage in passages], "Passages"))
    asked = torch.from_numpy(embed.vectors(questions, "Questions"))
    count = min(NEAREST, len(passages) - 1)
    near = np.empty((len(questions), count), np.int32)
    with bar("Nearest") as progress:
        for start in range(0, len(questions), BLOCK):
            stop = min(start + BLOCK, len(questions))
            cosines = asked[start:stop] @ texts.T
            cosines[torch.arange(stop - start), torch.from_numpy(owners[start:stop])] = -1.0
            near[start:stop] = cosines.topk(count, dim=1).indices.numpy()
            progress.show(stop / len(questions), f"{stop} questions")
    return near


class _Encoder:
    """The mean of the encoder's last layer, of length 1, as sentence-transformers takes it for this model."""

    def __init__(self, folder: Path) -> None:
        self._device = device_of_choice()
        self._bert = AutoModel.from_pretrained(folder, add_pooling_layer=False).bfloat16().eval().to(self._device)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding()

    @torch.inference_mode()
    def vectors(self, texts: list[str], label: str) -> Vectors:
        """(len(texts), width), each row of length 1."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number]))
        found = torch.empty(len(texts), self._bert.config.hidden_size)
        with bar(label) as progress:
            for start in range(0, len(order), ROWS):
                rows = order[start : start + ROWS]
                encoded = self._tokenizer.encode_batch([texts[number] for number in rows])
                ids = torch.tensor([one.ids for one in encoded], device=self._device)
                mask = torch.tensor([one.attention_mask for one in encoded], device=self._device)
                hidden = self._bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
                mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
                found[rows] = functional.normalize(mean, dim=1).cpu()
                progress.show((start + len(rows)) / len(order), f"{start + len(rows)} of {len(order)}")
        vectors: Vectors = found.numpy()
        return vectors


def main() -> None:
    parser = argparse.ArgumentParser(description="Find the passages that an embedder takes for the answer's.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--out", type=Path, required=True, help="the .npz file to write")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    passages = read_passages(options.data, Part.TRAINING, read_digests(options.without))
    np.savez(options.out, near=mine(passages, options.encoder))


if __name__ == "__main__":
    main()
