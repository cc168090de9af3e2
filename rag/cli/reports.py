"""report: jobs over whole documents - summary, comparison, mentions, a table of facts, cards - and what they found."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from rag.assistant import Assistant
from rag.cli.session import Commands, Session, add_scope, chosen_scope, find_documents
from rag.cli.shapes import report_head_json, report_json
from rag.cli.terminal import Terminal
from rag.errors import Cancelled, UsageError
from rag.events import Notice, Progress, ReportEvent, ReportFinished
from rag.report_types import Report, ReportKind, ReportRequest
from rag.reports import export

FORMATS = ("markdown", "csv", "anki")


def register(commands: Commands) -> None:
    words = "summarise, compare and list over whole documents"
    report = commands.add_parser("report", help=words, description=f"{words.capitalize()}; each line is cited.")
    actions = report.add_subparsers(dest="action", metavar="ACTION", required=True)
    _register_summary(actions)
    _register_comparison(actions)
    _register_mentions(actions)
    _register_facts(actions)
    _register_cards(actions)
    listing = actions.add_parser("list", help="the reports made", description="List the reports that were made.")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="read a report again", description="Print a report that was made.")
    show.add_argument("report", type=int, metavar="ID")
    _add_output(show)
    show.set_defaults(run=run_show)
    delete = actions.add_parser("delete", help="delete a report", description="Delete a report for good.")
    delete.add_argument("report", type=int, metavar="ID")
    delete.set_defaults(run=run_delete)


def _register_summary(actions: Commands) -> None:
    parser = actions.add_parser(
        "summarise",
        help="what documents of any length say",
        description="The sentences that say most, each from its exact place; all documents without a choice.",
    )
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT", help="an id, a path or a file's name")
    parser.add_argument("--in", dest="collections", metavar="COLLECTION", action="append", default=[])
    parser.add_argument("--sentences", type=int, default=0, metavar="N", help="how many; without it as many as suit")
    parser.add_argument("--phrased", action="store_true", help="let a larger language model write, and check it")
    _add_output(parser)
    parser.set_defaults(run=run_make, kind=ReportKind.SUMMARY)


def _register_comparison(actions: Commands) -> None:
    words = "what is the same, changed, or in one of two documents only"
    parser = actions.add_parser("compare", help=words, description=f"{words.capitalize()}.")
    for side in ("OLDER", "NEWER"):
        parser.add_argument("documents", action="append", metavar=side, help="an id, a path or a file's name")
    _add_output(parser)
    parser.set_defaults(run=run_make, kind=ReportKind.COMPARISON)


def _register_mentions(actions: Commands) -> None:
    words = "every mention of a word or phrase"
    parser = actions.add_parser("mentions", help=words, description=f"{words.capitalize()}, with its place.")
    parser.add_argument("topics", nargs="+", metavar="WORDS", help="quote a phrase; several are looked for at once")
    add_scope(parser)
    _add_output(parser)
    parser.set_defaults(run=run_make, kind=ReportKind.MENTIONS)


def _register_facts(actions: Commands) -> None:
    parser = actions.add_parser(
        "table",
        help="the same facts from many documents",
        description='One row a document; a column is a question or the name of a field, such as "End date".',
    )
    parser.add_argument("topics", nargs="+", metavar="COLUMN")
    add_scope(parser)
    _add_output(parser)
    parser.set_defaults(run=run_make, kind=ReportKind.FACTS)


def _register_cards(actions: Commands) -> None:
    words = "flash cards, each checked against the text"
    parser = actions.add_parser("cards", help=words, description=f"{words.capitalize()}.")
    parser.add_argument("documents", nargs="+", metavar="DOCUMENT", help="an id, a path or a file's name")
    parser.add_argument("--chapter", default="", metavar="WORDS", help="only below the headings with these words")
    parser.add_argument("--cards", dest="sentences", type=int, default=0, metavar="N", help="how many (20)")
    _add_output(parser)
    parser.set_defaults(run=run_make, kind=ReportKind.CARDS)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=FORMATS, default="markdown", help="anki: cards for Anki's import")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of the terminal")


def run_make(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        request = _request(args, assistant)
        _check_format(args.format, request.kind)
        finished = _follow(assistant.reports.make(request, session.cancel), session.terminal)
    _print(finished.report, args, session.terminal)
    if finished.stopped:
        raise Cancelled
    return 0


def run_list(_: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        heads = assistant.reports.all()
    if session.terminal.as_json:
        session.terminal.result({"reports": [report_head_json(head) for head in heads]})
        return 0
    if not heads:
        session.terminal.say("No reports yet. Make one with `footnote report summarise DOCUMENT`.")
    rows = [
        (str(h.id), h.title, h.kind.value, str(h.rows), h.status.value, f"{h.created_at.astimezone():%Y-%m-%d %H:%M}")
        for h in heads
    ]
    session.terminal.table(("No.", "Title", "Kind", "Rows", "State", "Made"), rows)
    return 0


def run_show(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        report = assistant.reports.report(args.report)
    _check_format(args.format, report.kind)
    _print(report, args, session.terminal)
    return 0


def run_delete(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        title = assistant.reports.report(args.report).title
        assistant.reports.delete(args.report)
    if session.terminal.as_json:
        session.terminal.result({"deleted": args.report})
    session.terminal.say(f"Deleted: {title}")
    return 0


def _request(args: argparse.Namespace, assistant: Assistant) -> ReportRequest:
    """Two documents of a comparison keep their order; without any choice all documents are meant."""
    if args.kind in (ReportKind.MENTIONS, ReportKind.FACTS):
        documents = assistant.documents(chosen_scope(args, assistant))
    elif args.documents:
        documents = find_documents(assistant, args.documents)
    else:
        args.documents = []
        documents = assistant.documents(chosen_scope(args, assistant))
    return ReportRequest(
        kind=args.kind,
        documents=tuple(dict.fromkeys(document.id for document in documents)),
        topics=tuple(getattr(args, "topics", ())),
        length=getattr(args, "sentences", 0),
        chapter=getattr(args, "chapter", ""),
        phrased=getattr(args, "phrased", False),
    )


def _check_format(layout: str, kind: ReportKind) -> None:
    if layout == "anki" and kind is not ReportKind.CARDS:
        raise UsageError("Only cards can be written for Anki.", "Use --format csv, or make cards.")


def _follow(events: Iterator[ReportEvent], terminal: Terminal) -> ReportFinished:
    """Run the job to its end with a bar. Raises Cancelled when it ended before it began."""
    finished: ReportFinished | None = None
    with terminal.bar("Reading") as bar:
        for event in events:
            match event:
                case Progress(done, total, label):
                    bar.show(done, total, label)
                case Notice(text) if not terminal.as_json:
                    terminal.note(text)
                case ReportFinished():
                    finished = event
                case _:
                    pass
    if finished is None:
        raise Cancelled
    return finished


def _print(report: Report, args: argparse.Namespace, terminal: Terminal) -> None:
    text = {"markdown": export.markdown, "csv": export.table_csv, "anki": export.anki_csv}[args.format](report)
    if args.out is not None:
        _write(args.out, text)
    if terminal.as_json:
        terminal.result({"report": report_json(report)} | ({"path": str(args.out)} if args.out else {}))
    elif args.out is not None:
        terminal.say(f"Written: {args.out}")
    elif args.format == "markdown":
        terminal.markdown(text)
    else:
        terminal.say(text, end="")
    terminal.note(f"Report {report.id}, {len(report.rows)} rows.")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(
            f"{path} could not be written ({error.strerror}).", "Choose another place with --out."
        ) from error
