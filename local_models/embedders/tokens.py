"""An embedder's own tokens: rag.ports.Tokens over its tokenizer.json. Light enough for any process."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from local_models.errors import ModelBroken, ModelNotFound


class EmbedderTokens:
    """Counts and cuts text in tokens, without special tokens, truncation or padding. Thread-safe."""

    def __init__(self, tokenizer_json: Path) -> None:
        """Raises ModelNotFound, ModelBroken."""
        if not tokenizer_json.is_file():
            raise ModelNotFound(f"There is no tokenizer {tokenizer_json}.", "Choose another embedder in the settings.")
        try:
            self._tokenizer = Tokenizer.from_str(tokenizer_json.read_text("utf-8"))
        except Exception as error:
            raise ModelBroken(
                f"The tokenizer {tokenizer_json} can't be read.", "Choose another embedder in the settings."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, text: str) -> int:
        """Tokens in `text`."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The code-point span of each token, in order."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)
