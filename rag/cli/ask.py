"""ask: one question, one answer with its citations."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from rag.assistant import Assistant
from rag.cli.answers import follow, offer_without_documents, show
from rag.cli.session import Commands, Session, add_sampling, add_scope, chosen_sampling, chosen_scope
from rag.errors import Cancelled, UsageError
from rag.events import AskEvent
from rag.sharing import writer
from rag.types import Mode


def register(commands: Commands) -> None:
    ask = commands.add_parser("ask", help="ask your documents", description="Ask a question; the answer is cited.")
    ask.add_argument("question", nargs="*")
    ask.add_argument(
        "--again", type=int, metavar="ANSWER", help="answer that answer's question again, beside it (footnote history)"
    )
    add_without(ask)
    ask.add_argument("--how", action="store_true", help="tell how it was answered, and why each source")
    ask.add_argument("--conversation", type=int, metavar="ID", help="go on with this conversation (footnote history)")
    ask.add_argument("--search", metavar="TEXT", default="", help="search for this in place of the question")
    add_mode(ask)
    add_scope(ask)
    add_sampling(ask)
    ask.set_defaults(run=run_ask)


def add_mode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mode",
        choices=[mode.value for mode in Mode],
        help="quotes: the best sentences, no model; grounded: a model reads the sources; free: no documents",
    )


def add_without(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--without-documents",
        action="store_true",
        help="let the model answer from what it knows, this once; the answer is marked as not from your documents",
    )


def run_ask(args: argparse.Namespace, session: Session) -> int:
    if bool(args.question) == (args.again is not None):
        raise UsageError(
            "Ask a question, or one answer's again with --again, which takes no question.", "See `footnote ask --help`."
        )
    with session.open_to_ask(Mode.FREE if args.without_documents else _mode(args), args.conversation) as assistant:
        asked = follow(_events(args, assistant, session), session.terminal)
        needed = assistant.needed_without_documents() if asked.answer.abstained else ""
    if session.terminal.as_json:
        session.terminal.result(asked.as_json())
    else:
        show(asked.answer, session.terminal, how=args.how)
        session.terminal.note(
            f"Answer {asked.answer_id} of conversation {asked.conversation_id}, "
            f"{asked.answer.timings.total_s:.1f} s{', ' + writer(asked.answer) if writer(asked.answer) else ''}."
        )
        again = f"footnote ask --again {asked.answer_id} --without-documents"
        offer_without_documents(asked, needed, again, session.terminal)
    if asked.stopped:
        raise Cancelled
    return 0


def _mode(args: argparse.Namespace) -> Mode | None:
    return Mode(args.mode) if args.mode else None


def _events(args: argparse.Namespace, assistant: Assistant, session: Session) -> Iterator[AskEvent]:
    question, mode = " ".join(args.question), _mode(args)
    sampling = chosen_sampling(args, assistant.preferences().sampling)
    if args.again is None:
        scope = chosen_scope(args, assistant)
        return assistant.ask(
            question,
            session.cancel,
            conversation_id=args.conversation,
            mode=mode,
            scope=None if scope.everything else scope,
            sampling=sampling,
            search=args.search,
            without_documents=args.without_documents,
        )
    mode = Mode.FREE if args.without_documents else mode
    return assistant.regenerate(args.again, session.cancel, mode=mode, sampling=sampling, search=args.search)
