"""A cross-encoder of a few weights, drawn by chance: what it says means nothing, but it is said by the real parts."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from local_models.embedders.folder import default_folder

_MAKE = """
import sys, torch
from transformers import BertConfig, BertForSequenceClassification
torch.manual_seed(1)
config = BertConfig(
    vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
    max_position_embeddings=512, num_labels=int(sys.argv[2]), initializer_range=0.5,
)
BertForSequenceClassification(config).eval().save_pretrained(sys.argv[1])
"""


def make_cross_encoder(folder: Path, *, labels: int = 1) -> Path:
    """In a process of its own: torch stays out of the tests'."""
    folder.mkdir(parents=True)
    subprocess.run([sys.executable, "-c", _MAKE, str(folder), str(labels)], check=True, capture_output=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        if (default_folder() / name).exists():
            shutil.copy(default_folder() / name, folder / name)
    return folder


def write_settings(folder: Path, **settings: object) -> Path:
    """A folder that looks like a cross-encoder until its weights are read."""
    folder.mkdir(parents=True)
    plain = {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}}
    (folder / "config.json").write_text(json.dumps({**plain, **settings}), "utf-8")
    (folder / "model.safetensors").write_bytes(b"no weights")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    return folder
