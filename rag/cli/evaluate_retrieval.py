"""What `eval retrieval`, `eval spans` and `eval all` share: a set through the real pipeline, in its own library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.cli.measuring import own_library, shown
from rag.cli.session import Session
from rag.evaluation import retrieval, spans
from rag.evaluation.beir import LabelledCollection

Report = dict[str, object]


def retrieval_report(
    data: LabelledCollection, keep: Path | None, session: Session, *, reranker: Path | None = None
) -> Report:
    """Every question of the set asked of all its texts. Raises ModelNotFound or ModelBroken for what is no reranker."""
    with own_library(keep, session) as (assistant, folder), session.terminal.bar("Reading") as bar:
        assistant.model_room.use_reranker(str(reranker or ""))
        [report] = shown(retrieval.evaluate(assistant, data, folder / "corpus", session.cancel), bar)
    return report.as_json()


def spans_report(asked: Sequence[spans.Asked], documents: Path, keep: Path | None, session: Session) -> Report:
    """Every question asked of all documents of the folder, and whether its place was found."""
    with own_library(keep, session) as (assistant, _), session.terminal.bar("Reading") as bar:
        [report] = shown(spans.evaluate(assistant, asked, documents, session.cancel), bar)
    return report.as_json()
