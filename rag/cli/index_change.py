"""models embedder: the model that finds by meaning and the length of passages; a change is told, then made beside."""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.assistant import Assistant
from rag.chunking import passage_limit
from rag.cli.session import Commands, Session
from rag.cli.shapes import Json, embedder_json
from rag.errors import Cancelled, UsageError
from rag.events import Progress
from rag.restaging import ChangeCost, ChangeState

BUILT_IN = "default"
_GOES_ON = "`footnote models embedder --resume` goes on with the change, --cancel gives it up."


def register(actions: Commands) -> None:
    embedder = actions.add_parser(
        "embedder",
        help="the model that finds by meaning",
        description="Show the model that finds by meaning, or change it or the length of passages. What a change takes "
        "is told first; with --yes it is made beside the index in use, which answers until the new one is complete.",
    )
    embedder.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help=f'a sentence-transformers model folder, or "{BUILT_IN}" for the built-in one',
    )
    embedder.add_argument(
        "--passages", type=int, default=0, metavar="TOKENS", help="most tokens of a passage; 0: as suits the model"
    )
    embedder.add_argument("--yes", action="store_true", help="make the change")
    embedder.add_argument("--resume", action="store_true", help="go on with a change that was interrupted")
    embedder.add_argument("--cancel", action="store_true", help="give the change under way up")
    embedder.set_defaults(run=run_embedder)


def run_embedder(args: argparse.Namespace, session: Session) -> int:
    wanted = args.folder is not None or args.passages
    if bool(wanted) + args.resume + args.cancel > 1:
        raise UsageError("One thing at a time.", "Give a change, or --resume, or --cancel.")
    with session.open() as assistant:
        if args.cancel:
            assistant.restaging.cancel()
            session.terminal.note("The change is given up; the index in use stays.")
        elif args.resume:
            _make(assistant, session)
        elif wanted:
            cost = assistant.restaging.cost(_folder(args, assistant), args.passages, session.cancel)
            if not args.yes or not cost.needed:
                return _tell(cost, session)
            assistant.restaging.begin(cost.folder, cost.passage_tokens)
            _make(assistant, session)
        return _show(assistant, session)


def _folder(args: argparse.Namespace, assistant: Assistant) -> Path | None:
    """Where only the length is to change, the embedder stays."""
    if args.folder is None:
        chosen = assistant.preferences().embedder
        return Path(chosen) if chosen else None
    return None if args.folder == BUILT_IN else Path(args.folder)


def _tell(cost: ChangeCost, session: Session) -> int:
    if session.terminal.as_json:
        session.terminal.result({"cost": _cost_json(cost)})
    session.terminal.say(cost.in_words())
    if cost.needed:
        session.terminal.note("The same command with --yes makes the change.")
    return 0


def _make(assistant: Assistant, session: Session) -> None:
    try:
        with session.terminal.bar("Making the new index") as bar:
            for step in assistant.restaging.go_on(session.cancel):
                if isinstance(step, Progress):
                    bar.show(step.done, step.total, step.label)
    except Cancelled:
        session.terminal.note(_GOES_ON)
        raise


def _show(assistant: Assistant, session: Session) -> int:
    identity, state = assistant.embedder(), assistant.restaging.state()
    tokens = passage_limit(identity.max_tokens, assistant.preferences().passage_tokens)
    if session.terminal.as_json:
        change = _state_json(state) if state else None
        session.terminal.result({"embedder": embedder_json(identity), "passage_tokens": tokens, "change": change})
    session.terminal.say(f"{identity.name}, {identity.dimension} dimensions, reads {identity.max_tokens} tokens")
    session.terminal.say(f"Passages of up to {tokens} tokens")
    if state is not None:
        session.terminal.say(
            f"A change to {state.change.identity.name} with passages of {state.change.passage_tokens} tokens is under "
            f"way: {state.embedded:,} of {state.passages:,} passages, {state.documents_left:,} documents to be cut."
        )
        session.terminal.note(_GOES_ON)
    return 0


def _cost_json(cost: ChangeCost) -> Json:
    return {
        "embedder": embedder_json(cost.identity),
        "passage_tokens": cost.passage_tokens,
        "documents": cost.documents,
        "passages": cost.passages,
        "seconds": cost.seconds,
        "disk_bytes": cost.disk,
        "needed": cost.needed,
    }


def _state_json(state: ChangeState) -> Json:
    return {
        "embedder": embedder_json(state.change.identity),
        "passage_tokens": state.change.passage_tokens,
        "documents_left": state.documents_left,
        "passages": state.passages,
        "embedded": state.embedded,
    }
