"""add, refresh, retry, docs, remove, reindex, search: the documents and what is found in them."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.session import Commands, Session, add_scope, chosen_scope, find_documents
from rag.cli.shapes import collection_json, document_json, hit_json
from rag.errors import UsageError
from rag.events import AddEvent, AddFinished, DocumentAdded, DocumentFailed, Progress
from rag.parsers.cleaning import shown_name
from rag.recognition import is_unread_scan
from rag.titles import where_in
from rag.types import LEFT_OUT, Document, Hit, Scores


def register(commands: Commands) -> None:
    add = commands.add_parser(
        "add", help="read files and folders", description="Read files and folders into the library."
    )
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder with all that is in it")
    add.add_argument("--collection", help="put them into this collection (a folder makes one of its own name)")
    add.add_argument("--words-only", action="store_true", help="leave the vectors for later (footnote reindex)")
    add.set_defaults(run=run_add)
    refresh = commands.add_parser(
        "refresh", help="look at the known folders again", description="Read what is new or changed in known folders."
    )
    refresh.set_defaults(run=run_refresh)
    retry = commands.add_parser(
        "retry",
        help="try again what could not be read",
        description="Try documents again that failed or were quarantined, although their files are still the same, and "
        "scans that wait for Tesseract, once it is installed.",
    )
    retry.add_argument("wanted", nargs="*", metavar="DOCUMENT", help="its number, path or file name (all of them)")
    retry.set_defaults(run=run_retry)
    docs = commands.add_parser("docs", help="list the documents", description="List the documents of the library.")
    add_scope(docs)
    docs.set_defaults(run=run_docs)
    remove = commands.add_parser(
        "remove",
        help="forget documents; the files stay",
        description="Forget documents. The files stay where they are, and old answers keep their quotes.",
    )
    remove.add_argument("wanted", nargs="*", metavar="DOCUMENT", help="its number, path or file name")
    remove.add_argument("--collection", help="forget this collection; its documents stay")
    remove.set_defaults(run=run_remove)
    reindex = commands.add_parser(
        "reindex",
        help="make the vector index anew",
        description="Make the vector index anew from the database, and give vectors to passages that have none.",
    )
    reindex.set_defaults(run=run_reindex)
    search = commands.add_parser("search", help="find passages", description="Find passages by words and by meaning.")
    search.add_argument("query", nargs="+", help="words or a question")
    search.add_argument("--limit", type=int, default=10, help="at most this many (10)")
    add_scope(search)
    search.set_defaults(run=run_search)


def run_add(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        started = time.monotonic()
        events = assistant.add(args.paths, session.cancel, collection=args.collection)
        finished, failures = follow(events, session)
        embedded = 0 if args.words_only else embed(assistant, session)
        return _report(finished, failures, embedded, time.monotonic() - started, session)


def run_refresh(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        started = time.monotonic()
        finished, failures = follow(assistant.refresh(session.cancel), session)
        return _report(finished, failures, embed(assistant, session), time.monotonic() - started, session)


def run_retry(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        started = time.monotonic()
        chosen = find_documents(assistant, args.wanted) if args.wanted else assistant.documents()
        left_out = [each.id for each in chosen if args.wanted or each.state in LEFT_OUT or is_unread_scan(each)]
        finished, failures = follow(assistant.retry(left_out, session.cancel), session)
        return _report(finished, failures, embed(assistant, session), time.monotonic() - started, session)


def run_docs(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        documents = assistant.documents(chosen_scope(args, assistant))
        collections = assistant.collections()
        away = assistant.folders.away()
    terminal = session.terminal
    if terminal.as_json:
        terminal.result(
            {
                "documents": [document_json(document) for document in documents],
                "collections": [collection_json(collection) for collection in collections],
                "unreachable": [str(folder) for folder in away],
            }
        )
        return 0
    if not documents:
        terminal.say("No documents yet. Add some with `footnote add PATH`.")
    rows = [(str(d.id), shown_name(d.path), _state(d, away), str(d.passages), str(d.path.parent)) for d in documents]
    terminal.table(("No.", "Document", "State", "Passages", "Folder"), rows)
    return 0


def _state(document: Document, away: Sequence[Path]) -> str:
    state = document.reason or document.state.value
    return f"{state}, not reachable now" if any(document.path.is_relative_to(each) for each in away) else state


def run_remove(args: argparse.Namespace, session: Session) -> int:
    if not args.wanted and not args.collection:
        raise UsageError("Nothing to remove was named.", "Name documents, or a collection with --collection.")
    with session.open() as assistant:
        removed = assistant.remove([document.id for document in find_documents(assistant, args.wanted)])
        if args.collection:
            args.collections, args.documents = [args.collection], []
            for collection_id in chosen_scope(args, assistant).collections:
                assistant.remove_collection(collection_id)
    if session.terminal.as_json:
        session.terminal.result({"removed": removed})
    session.terminal.say(f"{_count(removed, 'document')} forgotten.")
    return 0


def run_reindex(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        with session.terminal.bar("Indexing") as bar:
            passages = 0
            for step in assistant.rebuild_index(session.cancel):
                passages = step.done
                bar.show(step.done, step.total, step.label)
        embedded = embed(assistant, session)
    if session.terminal.as_json:
        session.terminal.result({"indexed": passages, "embedded": embedded})
    session.terminal.say("The index is made anew.")
    return 0


def run_search(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        scope = chosen_scope(args, assistant)
        found = assistant.search(" ".join(args.query), session.cancel, scope=scope, limit=args.limit)
    if session.terminal.as_json:
        session.terminal.result(
            {
                "hits": [hit_json(hit) for hit in found.hits],
                "documents_searched": found.documents_searched,
                "seconds": found.seconds,
            }
        )
        return 0
    for number, hit in enumerate(found.hits, start=1):
        session.terminal.say(_hit_lines(number, hit))
    searched = _count(found.documents_searched, "document")
    session.terminal.note(f"{_count(len(found.hits), 'passage')} from {searched} in {found.seconds:.2f} s.")
    return 0


def embed(assistant: Assistant, session: Session) -> int:
    """Give vectors to what has none, with a bar; return how many passages got one."""
    embedded = 0
    with session.terminal.bar("Finding by meaning") as bar:
        for step in assistant.embed_pending(session.cancel):
            embedded = step.done
            bar.show(step.done, step.total, step.label)
    return embedded


def follow(events: Iterator[AddEvent], session: Session) -> tuple[AddFinished, list[DocumentFailed]]:
    """Show a bar while files are read; return the sum, and each file that could not be read."""
    finished = AddFinished(0, 0, (), 0)
    failures: list[DocumentFailed] = []
    with session.terminal.bar("Reading") as bar:
        for event in events:
            match event:
                case Progress(done, total, label):
                    bar.show(done, total, label)
                case DocumentFailed():
                    failures.append(event)
                case DocumentAdded(document, _):
                    for notice in document.notices:
                        session.terminal.note(f"{shown_name(document.path)}: {notice}")
                case AddFinished():
                    finished = event
    return finished, failures or list(finished.failed)


def summary(finished: AddFinished, failures: Sequence[DocumentFailed]) -> dict[str, object]:
    """The stable JSON of what came in, moved, went and was left out."""
    return {
        "added": finished.added,
        "unchanged": finished.unchanged,
        "moved": finished.moved,
        "removed": finished.removed,
        "failed": [{"path": str(f.path), "reason": f.reason, "code": f.code, "known": f.known} for f in failures],
        "passages": finished.passages,
        "skipped": finished.skipped,
        "left_out": [
            {
                "reason": each.reason,
                "count": each.count,
                "paths": [str(path) for path in each.paths],
                "advice": each.advice,
            }
            for each in finished.left_out
        ],
        "unreachable": [str(path) for path in finished.away],
    }


def _report(
    finished: AddFinished, failures: list[DocumentFailed], embedded: int, seconds: float, session: Session
) -> int:
    terminal = session.terminal
    if terminal.as_json:
        terminal.result({**summary(finished, failures), "embedded": embedded, "seconds": round(seconds, 3)})
    else:
        for failure in failures:
            if not failure.known:
                terminal.note(f"Left out: {failure.reason}")
        for each in finished.left_out:
            terminal.note(f"{each.reason} ({each.count}). {each.advice}".rstrip())
        for folder in finished.away:
            terminal.note(f"{folder} is not reachable now; what was read from there can still be asked.")
        terminal.say(
            f"{_count(finished.added, 'document')} added ({_count(finished.passages, 'passage')}), "
            f"{finished.unchanged} unchanged, {len(failures)} left out"
            + (f", {finished.moved} found at new places" if finished.moved else "")
            + (f", {finished.removed} gone from their folders" if finished.removed else "")
            + (f", {finished.skipped} of other formats skipped." if finished.skipped else ".")
        )
    return 1 if failures and not (finished.added or finished.unchanged or finished.moved) else 0


def _hit_lines(number: int, hit: Hit) -> str:
    where = where_in(shown_name(hit.document.path), hit.passage.place, hit.passage.heading)
    text = "\n".join(f"   {line}" for line in hit.passage.text.strip().splitlines())
    return f"{number}. {where}  ({_scores(hit.scores)})\n{text}\n"


def _scores(scores: Scores) -> str:
    words = "-" if scores.words is None else f"{scores.words:.1f}"
    vectors = "-" if scores.vectors is None else f"{scores.vectors:.2f}"
    return f"{scores.fused:.2f}; words {words}, meaning {vectors}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
