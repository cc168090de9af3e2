"""A real GGUF that is made in a moment: a llama with random weights, a byte-level BPE vocabulary, a chat template.

It says nonsense, but llama.cpp loads and runs it like any model. `size` makes it slower, where a test needs time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_SPM_SPECIAL = ("<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
_TEXT = (
    "The tenant pays the rent on the first day of each month. The landlord repairs the roof and the windows. "
    "Sources: Question: What does the agreement say about the deposit? Your documents do not say. "
    "system user assistant You answer from the numbered sources only. "
)


@dataclass(frozen=True)
class TinySize:
    """Width must be a multiple of 4 heads x 2; 64 x 2 loads in milliseconds, 512 x 8 reads about 2000 tokens/s."""

    width: int = 64
    layers: int = 2
    context: int = 2048


def write_tiny_gguf(
    path: Path,
    *,
    size: TinySize = TinySize(),
    chat_template: str | None = CHATML,
    architecture: str = "llama",
    seed: int = 0,
    special_type: gguf.TokenType = gguf.TokenType.CONTROL,
    texts: Sequence[str] = (_TEXT,),
    sentencepiece: bool = False,
) -> Path:
    """Write the model to `path` and return it. `sentencepiece`: spaces are part of tokens, bytes a last resort."""
    tokens, merges = (_pieces(texts), []) if sentencepiece else _vocabulary(texts)
    writer = gguf.GGUFWriter(path, architecture)
    _describe(writer, size, len(tokens))
    if sentencepiece:
        _add_pieces(writer, tokens)
    else:
        _add_tokenizer(writer, tokens, merges, special_type)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    _add_weights(writer, size, len(tokens), np.random.default_rng(seed))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _vocabulary(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    by_id = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    tokens = [token for token, _ in by_id]
    known = set(tokens)
    merges = [pair for token in tokens[len(SPECIAL) + len(alphabet) :] if (pair := _merge_of(token, tokens, known))]
    return tokens, merges


def _merge_of(token: str, tokens: list[str], known: set[str]) -> str:
    """The pair of older tokens that makes this one; the oldest right half first, as the trainer met them."""
    age = {older: number for number, older in enumerate(tokens)}
    pairs = [(token[:cut], token[cut:]) for cut in range(1, len(token))]
    pairs = [pair for pair in pairs if pair[0] in known and pair[1] in known]
    left, right = min(pairs, key=lambda pair: max(age[pair[0]], age[pair[1]]))
    return f"{left} {right}"


def _describe(writer: gguf.GGUFWriter, size: TinySize, vocabulary: int) -> None:
    writer.add_name("tiny")
    writer.add_context_length(size.context)
    writer.add_embedding_length(size.width)
    writer.add_block_count(size.layers)
    writer.add_feed_forward_length(size.width * 2)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(size.width // 4)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(vocabulary)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)


def _add_tokenizer(writer: gguf.GGUFWriter, tokens: list[str], merges: list[str], special: gguf.TokenType) -> None:
    kinds = [special if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|endoftext|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)


def _pieces(texts: Sequence[str]) -> list[str]:
    """Markers, bytes, then the words of the texts and their beginnings, as SentencePiece writes them."""
    words = {word for text in texts for word in text.split()}
    begun = {f"▁{word[:length]}" for word in words for length in range(len(word) + 1)}
    letters = {letter for word in words for letter in word}
    return [*_SPM_SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *sorted(begun), *sorted(letters)]


def _add_pieces(writer: gguf.GGUFWriter, tokens: list[str]) -> None:
    special = [gguf.TokenType.UNKNOWN, *[gguf.TokenType.CONTROL] * (len(_SPM_SPECIAL) - 1)]
    kinds = [*special, *[gguf.TokenType.BYTE] * 256, *[gguf.TokenType.NORMAL] * (len(tokens) - len(special) - 256)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_scores([float(len(token)) for token in tokens])  # longer ones are put together first
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(_SPM_SPECIAL.index("<|im_end|>"))
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(True)


def _add_weights(writer: gguf.GGUFWriter, size: TinySize, vocabulary: int, random: np.random.Generator) -> None:
    def noise(rows: int, columns: int) -> NDArray[np.float32]:
        return np.asarray(random.standard_normal((rows, columns)) / columns**0.5, np.float32)

    width, key_width = size.width, size.width // 2
    writer.add_tensor("token_embd.weight", noise(vocabulary, width))
    writer.add_tensor("output.weight", noise(vocabulary, width) * 3)  # so that the greedy choice is never a near tie
    writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
    for layer in range(size.layers):
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(f"blk.{layer}.attn_q.weight", noise(width, width))
        writer.add_tensor(f"blk.{layer}.attn_k.weight", noise(key_width, width))
        writer.add_tensor(f"blk.{layer}.attn_v.weight", noise(key_width, width))
        writer.add_tensor(f"blk.{layer}.attn_output.weight", noise(width, width))
        writer.add_tensor(f"blk.{layer}.ffn_norm.weight", np.ones(width, np.float32))
        writer.add_tensor(f"blk.{layer}.ffn_gate.weight", noise(width * 2, width))
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", noise(width * 2, width))
        writer.add_tensor(f"blk.{layer}.ffn_down.weight", noise(width, width * 2))
