"""The stable JSON of each noun, documented in docs/json.md. A key that is here keeps its name and its meaning.

Makes dictionaries out of values; knows nothing of commands or terminals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from local_models.types import EmbedderIdentity, ModelFile
from rag.quoted_places import place_of_citation, place_of_quoted
from rag.report_types import Report, ReportCell, ReportHead, ReportRow
from rag.types import (
    Answer,
    CheckedSentence,
    Citation,
    Collection,
    Conversation,
    Document,
    Feedback,
    Hit,
    Message,
    Mode,
    Quote,
    Source,
    Span,
)
from rag.user_types import Draft, DraftTemplate, DraftVersion

Json = dict[str, object]


def document_json(document: Document) -> Json:
    return {
        "id": document.id,
        "path": str(document.path),
        "title": document.title,
        "media_type": document.media_type,
        "state": document.state.value,
        "reason": document.reason,
        "failure": document.failure,
        "size": document.size,
        "pages": document.pages,
        "passages": document.passages,
        "added_at": document.added_at.isoformat() if document.added_at else None,
        "notices": list(document.notices),
    }


def collection_json(collection: Collection) -> Json:
    return {
        "id": collection.id,
        "name": collection.name,
        "root": str(collection.root) if collection.root else None,
        "documents": collection.documents,
    }


def hit_json(hit: Hit) -> Json:
    return {
        "passage_id": hit.passage.id,
        "document": str(hit.document.path),
        "document_id": hit.document.id,
        "title": hit.document.title,
        "heading": hit.passage.heading,
        "place": hit.passage.place.as_json(),
        "text": hit.passage.text,
        "span": span_json(hit.passage.span),
        "scores": {"words": hit.scores.words, "vectors": hit.scores.vectors, "fused": hit.scores.fused},
    }


def span_json(span: Span) -> Json:
    return {"start": span.start, "end": span.end}


def source_json(source: Source) -> Json:
    return {
        "number": source.number,
        "passage_id": source.passage_id,
        "document": str(source.path),
        "document_id": source.document_id,
        "title": source.document,
        "heading": source.heading,
        "place": source.place.as_json(),
        "text": source.text,
    }


def citation_json(citation: Citation) -> Json:
    return {
        "number": citation.source.number,
        "document": str(citation.source.path),
        "title": citation.source.document,
        "place": place_of_citation(citation).as_json(),
        "quote": citation.quote,
        "quote_span": span_json(citation.quote_span),
        "answer_span": {"start": citation.answer_start, "end": citation.answer_end},
        "support": citation.support,
        "origin": citation.origin.value,
    }


def quote_json(quote: Quote) -> Json:
    return {
        "number": quote.source.number,
        "document": str(quote.source.path),
        "place": place_of_quoted(quote).as_json(),
        "text": quote.text,
        "score": quote.score,
        "found": {"text": quote.found_text, **span_json(quote.found)} if quote.found else None,
        "probability": quote.probability,
    }


def sentence_json(sentence: CheckedSentence) -> Json:
    return {
        "answer_span": {"start": sentence.start, "end": sentence.end},
        "verdict": sentence.verdict.value,
        "reason": sentence.reason,
        "score": sentence.score,
        "number": sentence.source.number if sentence.source else None,
        "quote": sentence.quote,
        "quote_span": span_json(sentence.quote_span) if sentence.quote_span else None,
    }


def answer_json(answer: Answer) -> Json:
    return {
        "answer": answer.text,
        "abstained": answer.abstained,
        "mode": answer.mode.value,
        "from_documents": answer.mode is not Mode.FREE,
        "citations": [citation_json(citation) for citation in answer.citations],
        "sources": [source_json(source) for source in answer.sources],
        "quotes": [quote_json(quote) for quote in answer.quotes],
        "sentences": [sentence_json(sentence) for sentence in answer.sentences],
        "notices": list(answer.notices),
        "model": answer.model,
        "confidence": answer.confidence,
        "searched_for": answer.searched_for,
        "timings": asdict(answer.timings),
        "tokens": {"prompt": answer.prompt_tokens, "completion": answer.completion_tokens},
        "account": asdict(answer.account) if answer.account else None,
    }


def conversation_json(conversation: Conversation) -> Json:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "mode": conversation.mode.value,
        "collections": sorted(conversation.scope.collections),
        "documents": sorted(conversation.scope.documents),
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
    }


def message_json(message: Message) -> Json:
    return {
        "id": message.id,
        "parent": message.parent,
        "role": message.role.value,
        "content": message.content,
        "status": message.status.value,
        "created_at": message.created_at.isoformat(),
        "siblings": list(message.siblings),
        "answer": answer_json(message.answer) if message.answer else None,
        "feedback": feedback_json(message.feedback) if message.feedback else None,
    }


def feedback_json(feedback: Feedback) -> Json:
    return {
        "verdict": feedback.verdict.value,
        "reasons": list(feedback.reasons),
        "comment": feedback.comment,
        "correction": feedback.correction,
    }


def embedder_json(identity: EmbedderIdentity) -> Json:
    return {
        "name": identity.name,
        "digest": identity.digest,
        "dimension": identity.dimension,
        "max_tokens": identity.max_tokens,
        "languages": list(identity.languages),
    }


def model_json(model: ModelFile, *, chosen: bool) -> Json:
    return {
        "name": model.name,
        "path": str(model.path),
        "size": model.size,
        "architecture": model.architecture,
        "parameters": model.parameters,
        "quantization": model.quantization,
        "context_length": model.context_length,
        "bundled": model.bundled,
        "problem": model.problem,
        "chosen": chosen,
    }


def draft_json(draft: Draft) -> Json:
    return {
        "id": draft.id,
        "title": draft.title,
        "language": draft.language,
        "content": draft.content,
        "version": draft.version,
        "updated_at": draft.updated_at.isoformat(),
    }


def version_json(version: DraftVersion) -> Json:
    return {
        "number": version.number,
        "origin": version.origin,
        "instruction": version.instruction,
        "content": version.content,
        "created_at": version.created_at.isoformat(),
    }


def template_json(template: DraftTemplate) -> Json:
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "instruction": template.instruction,
        "body": template.body,
        "builtin": template.builtin,
    }


def report_head_json(head: ReportHead) -> Json:
    return {
        "id": head.id,
        "title": head.title,
        "kind": head.kind.value,
        "status": head.status.value,
        "rows": head.rows,
        "created_at": head.created_at.isoformat(),
    }


def report_json(report: Report) -> Json:
    return {
        "id": report.id,
        "title": report.title,
        "kind": report.kind.value,
        "status": report.status.value,
        "created_at": report.created_at.isoformat(),
        "documents": list(report.request.documents),
        "topics": list(report.request.topics),
        "columns": list(report.columns),
        "rows": [_report_row_json(row) for row in report.rows],
        "notices": list(report.notices),
        "model": report.model,
    }


def _report_row_json(row: ReportRow) -> Json:
    return {
        "kind": row.kind.value,
        "section": row.section,
        "note": row.note,
        "count": row.count,
        "cells": [_report_cell_json(cell) for cell in row.cells],
    }


def _report_cell_json(cell: ReportCell) -> Json:
    return {
        "text": cell.text,
        "marks": [{"start": start, "end": end} for start, end in cell.marks],
        "probability": cell.probability,
        "citations": [citation_json(citation) for citation in cell.citations],
    }


def error_json(code: str, message: str, advice: str) -> Mapping[str, object]:
    return {"error": {"code": code, "message": message, "advice": advice}}
