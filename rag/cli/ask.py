"""ask: one question, one answer with its citations."""

from __future__ import annotations

import argparse

from rag.cli.answers import follow, show
from rag.cli.session import Commands, Session, add_sampling, add_scope, chosen_sampling, chosen_scope
from rag.errors import Cancelled
from rag.types import Mode


def register(commands: Commands) -> None:
    ask = commands.add_parser("ask", help="ask your documents", description="Ask a question; the answer is cited.")
    ask.add_argument("question", nargs="+")
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


def run_ask(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        scope = chosen_scope(args, assistant)
        events = assistant.ask(
            " ".join(args.question),
            session.cancel,
            conversation_id=args.conversation,
            mode=Mode(args.mode) if args.mode else None,
            scope=None if scope.everything else scope,
            sampling=chosen_sampling(args, assistant.preferences().sampling),
            search=args.search,
        )
        asked = follow(events, session.terminal)
    if session.terminal.as_json:
        session.terminal.result(asked.as_json())
    else:
        show(asked.answer, session.terminal)
        session.terminal.note(
            f"Answer {asked.answer_id} of conversation {asked.conversation_id}, "
            f"{asked.answer.timings.total_s:.1f} s{', ' + asked.answer.model if asked.answer.model else ''}."
        )
    if asked.stopped:
        raise Cancelled
    return 0
