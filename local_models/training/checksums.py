"""The digests beside exported files, which local_models.files compares at load."""

from __future__ import annotations

import json
from pathlib import Path

from local_models.files import CHECKSUMS, sha256_of


def record_checksum(path: Path) -> None:
    """Put the file's digest into CHECKSUMS beside it."""
    ledger = path.parent / CHECKSUMS
    sums: dict[str, str] = json.loads(ledger.read_text()) if ledger.exists() else {}
    sums[path.name] = sha256_of(path)
    ledger.write_text(json.dumps(sums, indent=2, sort_keys=True) + "\n")
