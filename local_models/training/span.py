"""footnote-span: all-MiniLM-L6-v2, taught to point at the answer in a passage, or to say that it is not there.

    python -m local_models.training.span --data FOLDER --encoder FOLDER --run RUN --minutes 25 --threads 2
    python -m local_models.training.span --run RUN --encoder FOLDER --export footnote-span.onnx

Two linear heads score each token of the passage as first and as last of the answer (Devlin et al. 2019); the
[CLS] token's scores stand for "not here". Its margin over the best span ranks passages and calibrates abstention.
A third head says from [CLS] alone whether the passage answers at all; the loss of both makes the encoder
look for what is missing instead of for the likeliest words.

It knows the encoder's tokens, and of the examples only their characters.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from local_models.training.data import Part, read_digests, read_passages
from local_models.training.loop import device_of_choice, rate_at
from local_models.training.progress import bar, say
from local_models.training.span_examples import SpanExample, SpanExamples
from local_models.training.tokenizer import token_id

LENGTH = 256
"""Tokens of question and passage together: what the encoder was made for, and what a passage of the app has."""

QUESTION_TOKENS = 48
CHECKPOINT = "span.pt"
PEAK_RATE = 1.5e-4
"""Five times what is usual for fine-tuning: 25 minutes of a processor are few steps (18,000 examples)."""

HIDDEN = -1e4


class SpanBatch(NamedTuple):
    """Ids, attention mask and segment (1: passage), each (rows, length); first and last token, (rows,), 0: not here."""

    ids: Tensor
    mask: Tensor
    segment: Tensor
    first: Tensor
    last: Tensor

    def to(self, device: torch.device) -> SpanBatch:
        return SpanBatch(*(tensor.to(device) for tensor in self))


@dataclass(frozen=True, slots=True)
class EncodedPassage:
    """A question with (a window of) a passage; `offsets` are the characters of its passage tokens."""

    ids: list[int]
    passage_from: int
    offsets: list[tuple[int, int]]
    first: int
    last: int


class SpanReader(nn.Module):
    """(rows, length) ids to start scores, end scores, and one score per row for "it is here"."""

    def __init__(self, encoder: nn.Module, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.ends = nn.Linear(width, 2)
        self.here = nn.Linear(width, 1)

    def forward(self, ids: Tensor, mask: Tensor, segment: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=segment).last_hidden_state
        scores = self.ends(hidden)
        # a span lies in the passage; place 0, [CLS], stands for "not here"
        allowed = (segment * mask).bool()
        allowed = torch.cat((torch.ones_like(allowed[:, :1]), allowed[:, 1:]), dim=1)
        scores = scores.masked_fill(~allowed.unsqueeze(-1), HIDDEN)
        return scores[..., 0], scores[..., 1], self.here(hidden[:, 0])[:, 0]

    def loss(self, batch: SpanBatch) -> Tensor:
        """Mean cross-entropy of the two ends, and of being here at all."""
        first, last, here = self(batch.ids, batch.mask, batch.segment)
        ends = functional.cross_entropy(first.float(), batch.first) + functional.cross_entropy(last.float(), batch.last)
        there = functional.binary_cross_entropy_with_logits(here.float(), (batch.first > 0).float())
        return ends / 2 + there / 2


class SpanEncoder:
    """Questions and passages in the encoder's tokens."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._cls, self._sep = token_id(tokenizer, "[CLS]"), token_id(tokenizer, "[SEP]")

    def encode(self, example: SpanExample, rng: random.Random) -> EncodedPassage:
        """One window, around the answer where there is one and the passage is too long."""
        question = self._tokenizer.encode(example.question, add_special_tokens=False).ids[:QUESTION_TOKENS]
        passage = self._tokenizer.encode(example.passage, add_special_tokens=False)
        ids, offsets = list(passage.ids), list(passage.offsets)
        first, last = token_span(offsets, example.start, example.end)
        room = LENGTH - len(question) - 3
        if len(ids) > room:
            latest = len(ids) - room
            begin = rng.randint(max(0, last - room + 1), min(first, latest)) if first >= 0 else rng.randint(0, latest)
            ids, offsets = ids[begin : begin + room], offsets[begin : begin + room]
            first, last = (first - begin, last - begin) if first >= 0 else (-1, -1)
        start = len(question) + 2
        ends = (first + start, last + start) if first >= 0 else (0, 0)
        return EncodedPassage([self._cls, *question, self._sep, *ids, self._sep], start, offsets, *ends)


def token_span(offsets: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """First and last token that touch the characters `start` to `end`; -1, -1 if there are none."""
    inside = [number for number, (low, high) in enumerate(offsets) if low < end and high > start]
    return (inside[0], inside[-1]) if inside else (-1, -1)


def batch_of(rows: list[EncodedPassage]) -> SpanBatch:
    """Rows padded to the longest."""
    length = max(len(row.ids) for row in rows)
    ids, mask, segment = (torch.zeros(len(rows), length, dtype=torch.long) for _ in range(3))
    for number, row in enumerate(rows):
        ids[number, : len(row.ids)] = torch.tensor(row.ids)
        mask[number, : len(row.ids)] = 1
        segment[number, row.passage_from : len(row.ids) - 1] = 1
    first, last = torch.tensor([row.first for row in rows]), torch.tensor([row.last for row in rows])
    return SpanBatch(ids, mask, segment, first, last)


def batches(
    encoder: SpanEncoder, examples: Iterator[SpanExample], size: int, rng: random.Random
) -> Iterator[SpanBatch]:
    """Batches of rows of like length: eight batches' worth are sorted, which saves a third of the padding."""
    while True:
        rows = [encoder.encode(example, rng) for example in islice(examples, size * 8)]
        rows.sort(key=lambda row: len(row.ids))
        groups = [rows[start : start + size] for start in range(0, len(rows), size)]
        rng.shuffle(groups)
        for group in groups:
            yield batch_of(group)


def best_span(first: Tensor, last: Tensor, longest: int = 20) -> tuple[int, int, float]:
    """First and last token of the likeliest span and its margin over "not here"; scores are (length,)."""
    sums = first[1:, None] + last[None, 1:]
    fits = torch.ones_like(sums, dtype=torch.bool).triu().tril(longest - 1)
    sums = sums.masked_fill(~fits, 2 * HIDDEN)
    place = int(sums.argmax())
    row, column = divmod(place, sums.shape[1])
    return row + 1, column + 1, float(sums[row, column] - first[0] - last[0])


def load_reader(encoder: Path, run: Path | None = None) -> tuple[SpanReader, SpanEncoder, float]:
    """The reader on a folder's encoder, with what `run` has learned, and the seconds that took."""
    bert = AutoModel.from_pretrained(encoder, add_pooling_layer=False, attn_implementation="eager")
    reader = SpanReader(bert, bert.config.hidden_size)
    seconds = 0.0
    if run is not None and (run / CHECKPOINT).exists():
        state = torch.load(run / CHECKPOINT, map_location="cpu", weights_only=True)
        reader.load_state_dict(state["reader"])
        seconds = float(state["seconds"])
    return reader, SpanEncoder(Tokenizer.from_file(str(encoder / "tokenizer.json"))), seconds


def train_span(reader: SpanReader, supply: Iterator[SpanBatch], run: Path, minutes: float, seconds: float) -> None:
    """Train until the minutes are spent, of which `seconds` were before; a checkpoint every three minutes."""
    device = device_of_choice()
    reader.train().to(device)
    optimizer = torch.optim.AdamW(reader.parameters(), lr=PEAK_RATE, weight_decay=0.01)
    run.mkdir(parents=True, exist_ok=True)
    saved = time.monotonic()
    with bar("Span") as progress:
        while seconds < minutes * 60:
            began = time.monotonic()
            optimizer.param_groups[0]["lr"] = PEAK_RATE * rate_at(seconds / (minutes * 60))
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss = reader.loss(next(supply).to(device))
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            seconds += time.monotonic() - began
            progress.show(seconds / (minutes * 60), f"loss {float(loss.detach()):.3f}")
            if time.monotonic() - saved > 180:
                _save(reader, run, seconds)
                saved = time.monotonic()
    _save(reader, run, seconds)


def export_onnx(reader: SpanReader, path: Path) -> None:
    """ONNX with free numbers of rows and tokens: inputs ids, mask, segment; outputs first, last, here."""
    example = batch_of([EncodedPassage([1, 2, 3, 4, 5, 6], 3, [(0, 1)] * 2, 0, 0)] * 2)
    names = ["ids", "mask", "segment"]
    free = {name: {0: "rows", 1: "length"} for name in (*names, "first", "last")}
    torch.onnx.export(
        reader.eval().cpu(),
        (example.ids, example.mask, example.segment),
        str(path),
        input_names=names,
        output_names=["first", "last", "here"],
        dynamic_axes={**free, "here": {0: "rows"}},
        dynamo=False,
    )


def _save(reader: SpanReader, run: Path, seconds: float) -> None:
    part = run / (CHECKPOINT + ".part")
    torch.save({"reader": reader.state_dict(), "seconds": seconds}, part)
    part.replace(run / CHECKPOINT)


def main() -> None:
    parser = argparse.ArgumentParser(description="Teach an encoder to point at answers.")
    parser.add_argument("--run", type=Path, required=True, help="folder of this run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--data", type=Path, help="folder of the training data")
    parser.add_argument("--without", type=Path, help="what `leakage` found, to be left out")
    parser.add_argument("--export", type=Path, help="write the run's reader to this ONNX file instead of training")
    parser.add_argument("--minutes", type=float, default=25)
    parser.add_argument("--rows", type=int, default=24)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    reader, encoder, seconds = load_reader(options.encoder, options.run)
    if options.export is not None:
        export_onnx(reader, options.export)
        say(f"{options.export}: {options.export.stat().st_size / 1e6:.1f} MB")
        return
    if options.data is None:
        parser.error("training needs --data")
    rng = random.Random(options.seed + int(seconds))
    examples = SpanExamples(read_passages(options.data, Part.TRAINING, read_digests(options.without)), rng).draw()
    train_span(reader, batches(encoder, examples, options.rows, rng), options.run, options.minutes, seconds)


if __name__ == "__main__":
    main()
