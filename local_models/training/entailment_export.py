"""The last step of footnote-entailment: ONNX in 8 bits, with the checksums that are verified at load.

    python -m local_models.training.entailment_export --run RUN --encoder FOLDER --out FOLDER [--slope S --bias B]

The two numbers of the calibration are fitted on people's verdicts, by whoever has some (`footnote eval claims`);
without them a score is taken for log odds.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from local_models.embedders.entailment import CALIBRATION, TOKENIZER, WEIGHTS, Calibration
from local_models.training.checksums import record_checksum
from local_models.training.entailment_examples import EntailmentExample
from local_models.training.entailment_model import EntailmentReader, PairEncoder, load_entailment
from local_models.training.progress import say
from local_models.training.span_export import quantize


class _Row(nn.Module):
    """The reader as the program asks it: one row of (1, length), in which nothing is padded."""

    def __init__(self, reader: EntailmentReader) -> None:
        super().__init__()
        self._reader = reader

    def forward(self, ids: Tensor, segment: Tensor) -> Tensor:
        hidden = self._reader.encoder(input_ids=ids, token_type_ids=segment).last_hidden_state
        scores: Tensor = self._reader.follows(hidden[:, 0])[:, 0]
        return scores


def export_onnx(reader: EntailmentReader, encoder: PairEncoder, path: Path) -> None:
    """ONNX with a free number of tokens: inputs ids, segment, (1, length); output score, (1,)."""
    example = encoder.batch([EntailmentExample("a claim", "a text", entailed=True)])
    torch.onnx.export(
        _Row(reader.eval().cpu()),
        (example.ids, example.segment),
        str(path),
        input_names=["ids", "segment"],
        output_names=["score"],
        dynamic_axes={"ids": {1: "length"}, "segment": {1: "length"}},
        dynamo=False,
    )


def write_folder(reader: EntailmentReader, encoder: PairEncoder, source: Path, out: Path, fitted: Calibration) -> None:
    """Weights, the tokenizer of `source`, the calibration, and the checksums of all."""
    out.mkdir(parents=True, exist_ok=True)
    whole = out / "whole.onnx"
    export_onnx(reader, encoder, whole)
    quantize(whole, out / WEIGHTS)
    whole.unlink()
    shutil.copy(source / TOKENIZER, out / TOKENIZER)
    (out / CALIBRATION).write_text(json.dumps(asdict(fitted), indent=2) + "\n", "utf-8")
    for name in (WEIGHTS, TOKENIZER, CALIBRATION):
        record_checksum(out / name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the entailment model.")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--slope", type=float, default=1.0)
    parser.add_argument("--bias", type=float, default=0.0)
    options = parser.parse_args()
    reader, encoder = load_entailment(options.encoder, options.run)
    write_folder(reader, encoder, options.encoder, options.out, Calibration(options.slope, options.bias))
    say(f"{options.out / WEIGHTS}: {(options.out / WEIGHTS).stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
