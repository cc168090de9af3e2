"""The last step of footnote-span: ONNX in 8 bits, calibrated, with the checksums that are verified at load.

    python -m local_models.training.span_export --run RUN --encoder FOLDER --out FOLDER --calibrate QUESTIONS

QUESTIONS is a folder with passages.jsonl and questions.jsonl as `footnote eval answers` takes it, half of it
unanswerable: the only thing that is not trained on but fitted is the three numbers of the calibration, on every
second article of it. `span_evaluate` measures on the others.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from local_models.embedders.spans import CALIBRATION, TOKENIZER, WEIGHTS, Calibration, SpanModel
from local_models.training.checksums import record_checksum
from local_models.training.progress import say
from local_models.training.span_evaluate import Half, Pair, pairs_of
from local_models.training.span_model import EncodedPassage, SpanReader, batch_of, load_reader

UNFITTED = Calibration(margin=0.5, here=0.5, bias=0.0)


class _Window(nn.Module):
    """The reader as the program asks it: one window of (1, length), in which nothing is padded or hidden.

    Without a mask the graph has one operation less on each of the largest tensors: a tenth of the time.
    """

    def __init__(self, reader: SpanReader) -> None:
        super().__init__()
        self._reader = reader

    def forward(self, ids: Tensor, segment: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = self._reader.encoder(input_ids=ids, token_type_ids=segment).last_hidden_state
        scores = self._reader.ends(hidden)
        return scores[..., 0], scores[..., 1], self._reader.here(hidden[:, 0])[:, 0]


def export_onnx(reader: SpanReader, path: Path) -> None:
    """ONNX with a free number of tokens: inputs ids, segment, (1, length); outputs first, last, here."""
    example = batch_of([EncodedPassage([1, 2, 3, 4, 5, 6], 3, [(0, 1)] * 2, 0, 0)])
    names = ["ids", "segment"]
    torch.onnx.export(
        _Window(reader.eval().cpu()),
        (example.ids, example.segment),
        str(path),
        input_names=names,
        output_names=["first", "last", "here"],
        dynamic_axes={name: {1: "length"} for name in (*names, "first", "last")},
        dynamo=False,
    )


def quantize(path: Path, target: Path) -> None:
    """Weights of the matrices and embeddings in 8 bits, one scale a column; activations as they come.

    Of the 8 bits 7 are used: processors without VNNI (AVX2) add two products in 16 bits, which would overflow. The F1
    is the same (0.847 and 0.846 on 371 questions of SQuAD 2.0; 0.856 in float32).
    """
    quantize_dynamic(path, target, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


MARGIN_SHARE = 0.5
"""The margin counts half as much as "here". Fitted freely, the two are so alike that one of them gets a sign that makes
a passage's likelier spans less probable; the AUROC is the same to three digits."""


def fit(scores: NDArray[np.float64], answers: NDArray[np.float64], steps: int = 50) -> Calibration:
    """Logistic regression by Newton's method. `scores`: (rows, 2), margin and "here"; `answers`: (rows,) of 0 and 1."""
    inputs = np.column_stack((MARGIN_SHARE * scores[:, 0] + scores[:, 1], np.ones(len(scores))))
    weights = np.zeros(2)
    for _ in range(steps):
        chances = 1 / (1 + np.exp(-inputs @ weights))
        gradient = inputs.T @ (answers - chances) - 1e-3 * weights
        curvature = (inputs * (chances * (1 - chances))[:, None]).T @ inputs + 1e-3 * np.eye(2)
        weights += np.linalg.solve(curvature, gradient)
    slope, bias = (float(weight) for weight in weights)
    return Calibration(margin=round(MARGIN_SHARE * slope, 4), here=round(slope, 4), bias=round(bias, 4))


def calibrate(folder: Path, pairs: list[Pair], threads: int) -> Calibration:
    """Fit on the best span of each pair of a question and a passage."""
    reader = SpanModel(folder, threads=threads)
    scores = [reader.scores(pair.question, pair.passage) for pair in pairs]
    return fit(np.array(scores), np.array([float(bool(pair.answers)) for pair in pairs]))


def write_folder(reader: SpanReader, encoder: Path, out: Path) -> None:
    """All but a fitted calibration."""
    out.mkdir(parents=True, exist_ok=True)
    whole = out / "whole.onnx"
    export_onnx(reader, whole)
    quantize(whole, out / WEIGHTS)
    whole.unlink()
    shutil.copy(encoder / TOKENIZER, out / TOKENIZER)
    write_calibration(out, UNFITTED)


def write_calibration(out: Path, calibration: Calibration) -> None:
    """The calibration, and the checksums of everything."""
    (out / CALIBRATION).write_text(json.dumps(asdict(calibration), indent=2) + "\n", "utf-8")
    for name in (WEIGHTS, TOKENIZER, CALIBRATION):
        record_checksum(out / name)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export the span reader.")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--calibrate", type=Path, help="folder of questions, half of them unanswerable")
    parser.add_argument("--calibrate-only", action="store_true", help="leave the exported weights as they are")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    if not options.calibrate_only:
        write_folder(load_reader(options.encoder, options.run)[0], options.encoder, options.out)
    say(f"{options.out / WEIGHTS}: {(options.out / WEIGHTS).stat().st_size / 1e6:.1f} MB")
    if options.calibrate is not None:
        pairs = pairs_of(options.calibrate, Half.FITTED)
        write_calibration(options.out, calibrate(options.out, pairs, options.threads))
        say((options.out / CALIBRATION).read_text("utf-8"))


if __name__ == "__main__":
    main()
