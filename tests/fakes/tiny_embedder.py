"""A sentence-transformers folder with random weights: 32 dimensions, one layer, and only the words it is told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")


def write_tiny_embedder(folder: Path, texts: Iterable[str]) -> Path:
    """Write it as SentenceTransformer.save does, and return the folder."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    words = sorted({word.strip(".").lower() for text in texts for word in text.split()})
    vocabulary = {word: number for number, word in enumerate([*SPECIAL, *words])}
    bert = folder.with_name(f"{folder.name}-bert")
    _tokenizer(vocabulary).save_pretrained(bert)
    shape = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(shape).save_pretrained(bert)
    modules = [Transformer(str(bert), max_seq_length=96), Pooling(32)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder))
    return folder


def _tokenizer(vocabulary: dict[str, int]) -> PreTrainedTokenizerFast:
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(mark, vocabulary[mark]) for mark in ("[CLS]", "[SEP]")]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]"
    )
