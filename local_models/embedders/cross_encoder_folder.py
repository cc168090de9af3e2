"""What a folder of a cross-encoder is, read without loading it: a model that reads question and text together.

Layout: https://sbert.net/docs/cross_encoder/usage/usage.html, a transformers model for sequence classification with one
label. The window's process reads this, so nothing heavy is imported.
"""

from __future__ import annotations

import json
from pathlib import Path

from local_models.errors import ModelBroken, ModelNotFound

WEIGHTS = ("model.safetensors", "pytorch_model.bin")
TOKENIZERS = ("tokenizer.json", "vocab.txt", "sentencepiece.bpe.model", "spm.model")

_HOW_TO = "Choose a folder of a sentence-transformers cross-encoder, or none."


def check_cross_encoder(folder: Path) -> None:
    """Raises ModelNotFound if there is no such folder, ModelBroken, which tells why, if it holds no reranker."""
    if not folder.is_dir():
        raise ModelNotFound(f"There is no reranker folder {folder}.", _HOW_TO)
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        architectures = [str(name) for name in config.get("architectures") or ()]
        labels = len(config.get("id2label") or {}) or int(config.get("num_labels", 2))
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ModelBroken(f"The reranker folder {folder} has no config.json that can be read.", _HOW_TO) from error
    if not any(name.endswith("ForSequenceClassification") for name in architectures):
        raise ModelBroken(f"The folder {folder} holds another kind of model, not a cross-encoder.", _HOW_TO)
    if labels != 1:
        raise ModelBroken(f"The model in {folder} tells {labels} labels apart; a reranker gives one score.", _HOW_TO)
    for names, what in ((WEIGHTS, "weights"), (TOKENIZERS, "tokenizer")):
        if not any((folder / name).is_file() for name in names):
            raise ModelBroken(f"The reranker folder {folder} has no {what}.", "Copy it again, or choose another.")
