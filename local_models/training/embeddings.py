"""A head start for the token embeddings: what a sentence encoder already knows of words.

A decoder that sees a few million tokens can't learn that "built" and "constructed" are near. The input embeddings
of all-MiniLM-L6-v2 (Apache-2.0), the app's own embedder, say so. Each of our tokens gets the mean of the
word pieces it is spelled with; two directions of its own say whether it begins a word and whether it is
capitalised, which the encoder does not tell apart.

A narrower decoder gets the directions in which words differ most (principal components); a wider one is refused.
It knows nothing of training.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import safe_open
from tokenizers import Tokenizer
from torch import Tensor

from local_models.errors import UsageError
from local_models.training.tokenizer import CONTROL_TOKENS, SOURCE_TOKENS

DEVIATION = 0.02
"""The scale the rest of the decoder is initialised with."""

MARK_STRENGTH = 0.5
"""Length of a direction (word start, capital) against the length of the word's own vector."""


def embeddings_from_encoder(tokenizer: Tokenizer, encoder: Path, width: int, seed: int) -> Tensor:
    """(vocabulary, width), mean 0 and deviation `DEVIATION`; `encoder` is a folder with a BERT's weights."""
    pieces = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    pieces.no_padding()
    pieces.no_truncation()
    vectors = _narrowed(_word_vectors(encoder), width)
    draw = torch.Generator().manual_seed(seed)
    start, capital = (torch.randn(vectors.shape[1], generator=draw) * MARK_STRENGTH for _ in range(2))
    rows = [_row(tokenizer, token, pieces, vectors, draw) for token in range(tokenizer.get_vocab_size())]
    texts = [tokenizer.id_to_token(token) or "" for token in range(len(rows))]
    starts = torch.tensor([1.0 if text.startswith("Ġ") else -1.0 for text in texts])
    capitals = torch.tensor([1.0 if text.lstrip("Ġ")[:1].isupper() else -1.0 for text in texts])
    table = torch.stack(rows) + starts[:, None] * start + capitals[:, None] * capital
    table = table - table.mean(0)
    return table * (DEVIATION / table.std())


def _row(tokenizer: Tokenizer, token: int, pieces: Tokenizer, vectors: Tensor, draw: torch.Generator) -> Tensor:
    """One token's vector: the mean of its pieces; chance for markers and for bytes that spell nothing."""
    name = tokenizer.id_to_token(token) or ""
    text = "" if name in (*CONTROL_TOKENS, *SOURCE_TOKENS) else tokenizer.decode([token]).strip()
    found = pieces.encode(text, add_special_tokens=False).tokens if text and "\ufffd" not in text else []
    if not found:
        return torch.randn(vectors.shape[1], generator=draw)
    if not name.startswith("Ġ") and pieces.token_to_id("##" + found[0]) is not None:
        found = ["##" + found[0], *found[1:]]
    ids = [pieces.token_to_id(piece) for piece in found]
    mean = vectors[ids].mean(0)
    # 0.15: single letters and marks that share one piece must still differ
    return mean + 0.15 * torch.randn(mean.shape, generator=draw)


def _narrowed(vectors: Tensor, width: int) -> Tensor:
    """The first `width` principal components, deviation 1. Raises UsageError if there are fewer."""
    if width > vectors.shape[1]:
        raise UsageError(f"The encoder's word vectors have {vectors.shape[1]} numbers, the decoder wants {width}.")
    centred = vectors - vectors.mean(0)
    _, directions = torch.linalg.eigh(centred.T @ centred)
    narrowed = centred @ directions[:, -width:]
    return narrowed / narrowed.std()


def _word_vectors(encoder: Path) -> Tensor:
    with safe_open(encoder / "model.safetensors", "pt") as weights:
        name = next(name for name in weights.keys() if name.endswith("word_embeddings.weight"))  # noqa: SIM118
        table: Tensor = weights.get_tensor(name).float()
    return table
