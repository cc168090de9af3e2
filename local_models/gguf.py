"""What a GGUF file is, read from its header alone, and what is wrong with it in words.

Read here rather than by llama.cpp, because a broken file should cost a sentence and not a child process, and rather
than with gguf.GGUFReader, which makes an array for every entry of the vocabulary (seconds for 150 000 tokens).
Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. It knows nothing of loading or of memory.
"""

from __future__ import annotations

import math
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gguf import GGML_QUANT_SIZES, MODEL_ARCH_NAMES, GGMLQuantizationType, LlamaFileType

from local_models.errors import ModelBroken, ModelError, ModelNotFound
from local_models.types import ModelFile

Value = str | int | float | bool | tuple[int | float | bool, ...]

MAGIC = b"GGUF"
VERSIONS = (2, 3)

KNOWN_ARCHITECTURES = frozenset(MODEL_ARCH_NAMES.values())
"""As the gguf package lists them; llama.cpp itself has the last word when it loads."""

_NO_GENERATORS = frozenset(  # encoders, and models that do not write word after word
    "bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding "
    "llama-embed clip t5 t5encoder wavtokenizer-dec dream llada llada-moe rnd1".split()
)
_KEPT_ARRAY = 4096  # longer arrays are vocabularies: only their length is kept
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The metadata of one file. `lengths` are those of arrays too long to keep; `weight_bytes` the tensors' size."""

    path: Path
    size: int
    metadata: Mapping[str, Value]
    lengths: Mapping[str, int]
    parameters: int
    weight_bytes: int

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        return str(self.metadata.get("general.name", "")) or self.path.stem

    @property
    def quantization(self) -> str:
        """As llama.cpp names it, like Q4_K_M; empty when the file does not say."""
        try:
            kind = LlamaFileType(self.number("general.file_type", -1)).name
        except ValueError:
            return ""
        return str(kind).removeprefix("MOSTLY_").removeprefix("ALL_")

    @property
    def context_length(self) -> int:
        return self.own("context_length")

    @property
    def chat_template(self) -> str:
        """Jinja source, empty when the file has none."""
        return str(self.metadata.get("tokenizer.chat_template", ""))

    @property
    def vocabulary(self) -> int:
        return self.lengths.get("tokenizer.ggml.tokens", 0)

    def own(self, key: str, default: int = 0) -> int:
        """A number of this architecture, like `block_count`."""
        return self.number(f"{self.architecture}.{key}", default)

    def number(self, key: str, default: int = 0) -> int:
        """A whole number of the metadata; of an array (one per layer) the largest."""
        value = self.metadata.get(key, default)
        if isinstance(value, tuple):
            return int(max(value, default=default))
        return default if isinstance(value, str) else int(value)

    def texts(self) -> dict[str, str]:
        """The metadata that people read: what is short, as strings."""
        return {key: str(value) for key, value in self.metadata.items() if len(str(value)) <= 200}


def read_header(path: Path) -> GgufHeader:
    """Read and check a model's header. Raises ModelNotFound, ModelBroken."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if size < len(MAGIC) or file.read(len(MAGIC)) != MAGIC:
                raise _broken(path, "is not a GGUF file", "Choose a model file whose name ends in .gguf.")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                header = _read(path, size, data)
    except FileNotFoundError as error:
        raise ModelNotFound(f"There is no model file {path}.", "Choose another model.") from error
    except OSError as error:
        raise ModelNotFound(f"The model file {path} can't be read ({error.strerror}).", "Check who may read it.") from (
            error
        )
    _check_kind(header)
    return header


def describe(path: Path, *, bundled: bool = False) -> ModelFile:
    """The file for a list of models; what is wrong with it goes into `problem`."""
    try:
        header = read_header(path)
    except ModelError as error:
        size = path.stat().st_size if path.is_file() else 0
        return ModelFile(path.stem, path, size, "", 0, "", 0, bundled, problem=error.message)
    return ModelFile(
        name=path.stem,
        path=path,
        size=header.size,
        architecture=header.architecture,
        parameters=header.parameters,
        quantization=header.quantization,
        context_length=header.context_length,
        bundled=bundled,
    )


def _read(path: Path, size: int, data: mmap.mmap) -> GgufHeader:
    try:
        return _Reader(data).header(path, size)
    except (struct.error, EOFError) as error:
        raise _cut_short(path) from error
    except (UnicodeDecodeError, KeyError, ValueError) as error:
        raise _broken(path, "is damaged: its header makes no sense") from error


class _Reader:
    """Walks through the header. Raises struct.error or EOFError at the end of the data, ValueError for nonsense."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = len(MAGIC)
        self._metadata: dict[str, Value] = {}
        self._lengths: dict[str, int] = {}

    def header(self, path: Path, size: int) -> GgufHeader:
        self._check_version(path)
        tensors, entries = self._take("Q"), self._take("Q")
        for _ in range(entries):
            self._entry()
        sizes = [self._tensor() for _ in range(tensors)]
        alignment = self._metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1:
            raise ValueError(alignment)
        start = math.ceil(self._at / alignment) * alignment
        end = start + max((offset + length for _, offset, length in sizes), default=0)
        if size < end:
            raise _cut_short(path, size, end)
        return GgufHeader(
            path=path,
            size=size,
            metadata=self._metadata,
            lengths=self._lengths,
            parameters=sum(elements for elements, _, _ in sizes),
            weight_bytes=sum(length for _, _, length in sizes),
        )

    def _check_version(self, path: Path) -> None:
        version = self._take("I")
        if version & 0xFFFF == 0:  # 3 with its bytes the other way round
            raise _broken(path, "was made for big-endian computers", "Get the usual, little-endian version.")
        if version not in VERSIONS:
            raise _broken(path, f"has GGUF version {version}, which is not read", "Get a current version of the file.")

    def _take(self, kind: str) -> int:
        (value,) = struct.unpack_from("<" + kind, self._data, self._at)
        self._at += struct.calcsize("<" + kind)
        return value  # type: ignore[no-any-return]  # struct is untyped; floats are asked for by _value only

    def _string(self) -> str:
        return self._skip(self._take("Q")).decode("utf-8")

    def _skip(self, length: int) -> bytes:
        if self._at + length > len(self._data):
            raise EOFError
        self._at += length
        return self._data[self._at - length : self._at]

    def _entry(self) -> None:
        key, kind = self._string(), self._take("I")
        if kind == _ARRAY:
            self._array(key)
        elif kind == _STRING:
            self._metadata[key] = self._string()
        else:
            self._metadata[key] = self._take(_SCALARS[kind])

    def _array(self, key: str) -> None:
        kind, length = self._take("I"), self._take("Q")
        self._lengths[key] = length
        if kind == _STRING:
            for _ in range(length):
                self._skip(self._take("Q"))
        elif length <= _KEPT_ARRAY:
            self._metadata[key] = tuple(self._take(_SCALARS[kind]) for _ in range(length))
        else:
            self._skip(length * struct.calcsize("<" + _SCALARS[kind]))

    def _tensor(self) -> tuple[int, int, int]:
        """Elements, offset and bytes of the next tensor."""
        self._string()
        shape = [self._take("Q") for _ in range(self._take("I"))]
        kind, offset = GGMLQuantizationType(self._take("I")), self._take("Q")
        elements_per_block, bytes_per_block = GGML_QUANT_SIZES[kind]
        elements = math.prod(shape)
        return elements, offset, elements // elements_per_block * bytes_per_block


def _check_kind(header: GgufHeader) -> None:
    path, architecture = header.path, header.architecture
    if header.metadata.get("general.type") == "adapter":
        raise _broken(path, "is an adapter, which belongs to a model and is none itself")
    if header.number("split.count") > 1:
        raise _broken(path, "is one part of a model in several files", "Get the model as a single file.")
    if architecture not in KNOWN_ARCHITECTURES:
        raise _broken(
            path,
            f"has the architecture “{architecture}”, which is not known here (among the {len(KNOWN_ARCHITECTURES)} "
            "known ones are llama, qwen3, gemma3, phi3 and granite)",
        )
    if architecture in _NO_GENERATORS:
        raise _broken(path, f"can't write text (its architecture is “{architecture}”)", "Choose a language model.")


def _cut_short(path: Path, size: int = 0, expected: int = 0) -> ModelBroken:
    how_much = f": it has {size:,} of {expected:,} bytes" if expected else ""
    return _broken(path, f"is cut short{how_much}", "Download or copy it again.")


def _broken(path: Path, what: str, advice: str = "Choose another model, or get this one again.") -> ModelBroken:
    return ModelBroken(f"The model file {path} {what}.", advice)
