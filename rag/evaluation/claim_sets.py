"""Claims with evidence and a person's verdict: loading the public layouts. Knows nothing of how a verdict is found.

A folder holds data.jsonl, a claim a line: `claim`, `label`, and `evidence` or `evidence_sentences`, with
`evidence_title` where there is one. Supported are SUPPORTED and "Fully attributable"; every other label is not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import UsageError
from rag.types import Place, Source, Span

SUPPORTING = frozenset({"SUPPORTED", "Fully attributable"})


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """`evidence` is the one source there is; `half` is 0 or 1, the same for all claims about one text."""

    claim: str
    evidence: Source
    supported: bool
    half: int


def load(folder: Path) -> list[LabelledClaim]:
    """Raises UsageError for a folder without claims in this layout."""
    file = folder / "data.jsonl"
    try:
        return list(_read(file))
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{folder} holds no set of claims.", "Name a folder with a data.jsonl of claims.") from error


def _read(file: Path) -> Iterator[LabelledClaim]:
    for line in filter(None, file.read_text("utf-8").splitlines()):
        row = json.loads(line)
        text = "\n".join(row.get("evidence_sentences") or [row["evidence"]])
        title = str(row.get("evidence_title", ""))
        source = Source(1, None, None, title, Path(title or file.name), "", Place(), text, Span(0, len(text)))
        yield LabelledClaim(
            row["claim"], source, row["label"] in SUPPORTING, _half(str(row.get("evidence_id", row["id"])))
        )


def _half(key: str) -> int:
    """The same in every process, unlike hash()."""
    return hashlib.md5(key.encode(), usedforsecurity=False).digest()[-1] % 2
