"""Step 5: from a checkpoint to a GGUF file that an unpatched llama.cpp loads.

    python -m local_models.training.export --run RUN --out FILE.gguf --type q8_0|q4_k_m

The tokenizer travels in the file: tokens with their types, merges, the pre-tokenizer's name, the chat template.
Matrices go as they are (the decoder turns neighbouring pairs, as llama.cpp does). Q8_0 and F16 are written here;
Q4_K_M, a mixture of 4, 5 and 6 bits, is made by llama.cpp out of the F32 file (it wants rows of 256 numbers and takes
a wider kind for matrices with shorter ones).

It knows the GGUF specification's names and nothing of training.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import tempfile
from enum import StrEnum
from pathlib import Path

import gguf
import llama_cpp
import numpy as np
from tokenizers import Tokenizer

from local_models.errors import UsageError
from local_models.training.checksums import record_checksum
from local_models.training.loop import load_model
from local_models.training.model import NORM_EPSILON, ROPE_BASE, Decoder, Shape
from local_models.training.progress import say
from local_models.training.tokenizer import (
    BOS,
    CHAT_TEMPLATE,
    CONTROL_TOKENS,
    END,
    PAD,
    PRE_TOKENIZER,
    load_tokenizer,
    token_id,
)

LICENCE = "CC-BY-SA-4.0"
NAME = "footnote-reader"

_NAMES = {
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.output": "attn_output",
    "feed_forward_norm": "ffn_norm",
    "feed_forward.gate": "ffn_gate",
    "feed_forward.up": "ffn_up",
    "feed_forward.down": "ffn_down",
}


class WeightType(StrEnum):
    """How matrices are stored. Norms are always float32."""

    F32 = "f32"
    F16 = "f16"
    Q8_0 = "q8_0"
    Q4_K_M = "q4_k_m"


_FILE_TYPES = {
    WeightType.F32: gguf.LlamaFileType.ALL_F32,
    WeightType.F16: gguf.LlamaFileType.MOSTLY_F16,
    WeightType.Q8_0: gguf.LlamaFileType.MOSTLY_Q8_0,
}
_QUANTISATIONS = {
    WeightType.F32: gguf.GGMLQuantizationType.F32,
    WeightType.F16: gguf.GGMLQuantizationType.F16,
    WeightType.Q8_0: gguf.GGMLQuantizationType.Q8_0,
}


def export_gguf(model: Decoder, tokenizer: Tokenizer, path: Path, kind: WeightType) -> None:
    """Write `model` and its tokenizer to `path`. Raises UsageError if llama.cpp refuses to make a 4-bit file."""
    if kind is WeightType.Q4_K_M:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            wide = Path(folder) / "wide.gguf"
            export_gguf(model, tokenizer, wide, WeightType.F32)
            _quantise(wide, path)
        return
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(NAME)
    writer.add_license(LICENCE)
    writer.add_file_type(_FILE_TYPES[kind])
    _add_shape(writer, model.shape)
    _add_tokenizer(writer, tokenizer, model.shape.vocabulary)
    for name, tensor in model.state_dict().items():
        _add_tensor(writer, gguf_name(name), tensor.float().numpy(), kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_name(name: str) -> str:
    """The name that llama.cpp gives to a parameter of ours."""
    if name == "embedding.weight":
        return "token_embd.weight"
    if name == "prediction.weight":
        return "output.weight"
    if name == "norm.weight":
        return "output_norm.weight"
    _, block, rest = name.split(".", 2)
    return f"blk.{block}.{_NAMES[rest.removesuffix('.weight')]}.weight"


def _quantise(wide: Path, path: Path) -> None:
    # back to llama.cpp's own log: one set by a model that was loaded and closed before is a dangling pointer
    llama_cpp.llama_log_set(llama_cpp.llama_log_callback(), ctypes.c_void_p(0))
    settings = llama_cpp.llama_model_quantize_default_params()
    settings.ftype = llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_K_M
    failed = llama_cpp.llama_model_quantize(str(wide).encode(), str(path).encode(), settings)
    if failed:
        raise UsageError(f"llama.cpp could not write {path}.", "Check that there is room on the disk, or take q8_0.")


def _add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(ROPE_BASE)
    writer.add_layer_norm_rms_eps(NORM_EPSILON)
    writer.add_vocab_size(shape.vocabulary)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer, vocabulary: int) -> None:
    state = json.loads(tokenizer.to_str())
    tokens = [f"<|unused{number}|>" for number in range(vocabulary)]
    types = [gguf.TokenType.UNUSED] * vocabulary
    for text, number in state["model"]["vocab"].items():
        tokens[number], types[number] = text, gguf.TokenType.NORMAL
    for added in state["added_tokens"]:
        control = added["content"] in CONTROL_TOKENS
        tokens[added["id"]] = added["content"]
        types[added["id"]] = gguf.TokenType.CONTROL if control else gguf.TokenType.USER_DEFINED
    merges = state["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE_TOKENIZER)
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_bos_token_id(token_id(tokenizer, BOS))
    writer.add_eos_token_id(token_id(tokenizer, END))
    writer.add_pad_token_id(token_id(tokenizer, PAD))
    # The chat template writes BOS itself.
    writer.add_add_bos_token(False)  # noqa: FBT003  (the library's signature)
    writer.add_chat_template(CHAT_TEMPLATE)


def _add_tensor(writer: gguf.GGUFWriter, name: str, values: np.ndarray, kind: WeightType) -> None:
    if values.ndim == 1:
        writer.add_tensor(name, np.ascontiguousarray(values, dtype=np.float32))
        return
    stored = _QUANTISATIONS[kind]
    writer.add_tensor(name, gguf.quants.quantize(np.ascontiguousarray(values), stored), raw_dtype=stored)


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a trained reader for llama.cpp.")
    parser.add_argument("--run", type=Path, required=True, help="folder of the training run")
    parser.add_argument("--out", type=Path, required=True, help="the GGUF file to write")
    parser.add_argument("--type", type=WeightType, choices=list(WeightType), default=WeightType.Q8_0)
    options = parser.parse_args()
    model, spent = load_model(options.run)
    export_gguf(model, load_tokenizer(options.run), options.out, options.type)
    record_checksum(options.out)
    say(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB, trained on {spent.tokens} tokens")


if __name__ == "__main__":
    main()
