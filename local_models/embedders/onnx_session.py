"""A session of onnxruntime for small models that are run many at a time. Imported in the `embed` child alone."""

from __future__ import annotations

from pathlib import Path

import onnxruntime  # noqa: TID253 - only ever imported in the embed child


def one_thread_session(weights: Path) -> onnxruntime.InferenceSession:
    """A session whose `run` computes in the thread that calls it; several may call it at once."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # onnxruntime's fused kernel adds and normalizes number by number: 145 ms for 4,000 tokens, the two apart 28
    return onnxruntime.InferenceSession(
        str(weights), options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
    )
