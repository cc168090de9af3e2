"""Counts text in an embedder's own tokens, from the tokenizer.json in its folder."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from rag.errors import ModelBroken


class FileTokens:
    """rag.ports.Tokens over the tokenizers library; special tokens are not counted."""

    def __init__(self, tokenizer_json: Path) -> None:
        """Raises ModelBroken when the file is missing or not a tokenizer."""
        try:
            self._tokenizer = Tokenizer.from_file(str(tokenizer_json))
        except Exception as error:
            raise ModelBroken(
                f"The embedder's {tokenizer_json.name} can't be read.", "Choose another embedder in the settings."
            ) from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, text: str) -> int:
        """How many tokens the text has."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def offsets(self, text: str) -> list[tuple[int, int]]:
        """The code-point span of each token, in order."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(text, add_special_tokens=False).offsets
        return offsets
