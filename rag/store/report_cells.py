"""A report's cells as the JSON they are kept in, and back.

A citation names its source by number; the sources stand in their own table, because many cells cite one passage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rag.report_types import ReportCell
from rag.store.columns import storable
from rag.types import Citation, CitationOrigin, Source, Span


def pack_cells(cells: Sequence[ReportCell]) -> str:
    return json.dumps([_cell_json(cell) for cell in cells], ensure_ascii=False, separators=(",", ":"))


def unpack_cells(packed: str, sources: Mapping[int, Source]) -> tuple[ReportCell, ...]:
    """`sources` by number."""
    return tuple(_cell(fields, sources) for fields in json.loads(packed))


def _cell_json(cell: ReportCell) -> dict[str, object]:
    fields: dict[str, object] = {"text": storable(cell.text)}
    if cell.citations:
        fields["citations"] = [_citation_json(citation) for citation in cell.citations]
    if cell.marks:
        fields["marks"] = cell.marks
    if cell.probability is not None:
        fields["probability"] = round(cell.probability, 4)
    return fields


def _citation_json(citation: Citation) -> dict[str, object]:
    span = citation.quote_span
    return {
        "source": citation.source.number,
        "at": (citation.answer_start, citation.answer_end),
        "quote": storable(citation.quote),
        "span": (span.start, span.end, span.page),
        "support": citation.support,
        "origin": citation.origin.value,
    }


def _cell(fields: Mapping[str, Any], sources: Mapping[int, Source]) -> ReportCell:
    return ReportCell(
        text=fields["text"],
        citations=tuple(_citation(one, sources) for one in fields.get("citations", ())),
        marks=tuple((start, end) for start, end in fields.get("marks", ())),
        probability=fields.get("probability"),
    )


def _citation(fields: Mapping[str, Any], sources: Mapping[int, Source]) -> Citation:
    start, end = fields["at"]
    return Citation(
        source=sources[fields["source"]],
        answer_start=start,
        answer_end=end,
        quote=fields["quote"],
        quote_span=Span(*fields["span"]),
        support=fields["support"],
        origin=CitationOrigin(fields["origin"]),
    )
