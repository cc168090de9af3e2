"""history: past conversations, read again with their sources."""

from __future__ import annotations

import argparse
from pathlib import Path

from local_models.types import Role
from rag.assistant import Assistant
from rag.cli.answers import show
from rag.cli.session import Commands, Session
from rag.cli.shapes import conversation_json, message_json, source_json
from rag.cli.terminal import Terminal
from rag.errors import UsageError
from rag.sharing import LAYOUTS
from rag.types import Answer, Message, MessageStatus, Mode
from rag.wording import FREE_MARK


def register(commands: Commands) -> None:
    history = commands.add_parser(
        "history",
        help="past conversations",
        description="List past conversations, or read one again. Nothing is lost by editing: all branches stay.",
    )
    history.add_argument("conversation", nargs="?", type=int, metavar="ID", help="read this conversation")
    history.add_argument("--search", default="", metavar="TEXT", help="only those that hold these words")
    history.add_argument("--leaf", type=int, metavar="MESSAGE", help="the branch that ends in this message")
    history.add_argument("--rename", metavar="TITLE", help="give the conversation this title")
    history.add_argument("--how", action="store_true", help="tell how each answer was made, and why each source")
    history.add_argument(
        "--export", type=Path, metavar="FILE", help="write it out with all footnotes: .md, .html or .txt; - for stdout"
    )
    history.add_argument("--delete", action="store_true", help="delete the conversation for good")
    history.set_defaults(run=run_history)


def run_history(args: argparse.Namespace, session: Session) -> int:
    with session.open() as assistant:
        if args.conversation is None:
            return _list(args.search, assistant, session.terminal)
        if args.delete:
            return _delete(args.conversation, assistant, session.terminal)
        if args.rename:
            assistant.update_conversation(args.conversation, title=args.rename)
        if args.export is not None:
            return _export(args.conversation, args.leaf, args.export, assistant, session.terminal)
        return _read(args.conversation, args.leaf, assistant, session.terminal, how=args.how)


def _list(query: str, assistant: Assistant, terminal: Terminal) -> int:
    conversations = assistant.conversations(query)
    if terminal.as_json:
        terminal.result({"conversations": [conversation_json(conversation) for conversation in conversations]})
        return 0
    if not conversations:
        terminal.say("No conversations." if query else "No conversations yet. Ask something with `footnote ask`.")
    rows = [(str(c.id), c.title, c.mode.value, f"{c.updated_at.astimezone():%Y-%m-%d %H:%M}") for c in conversations]
    terminal.table(("No.", "Title", "Mode", "Last used"), rows)
    return 0


def _delete(conversation_id: int, assistant: Assistant, terminal: Terminal) -> int:
    title = assistant.conversation(conversation_id).title
    assistant.delete_conversation(conversation_id)
    if terminal.as_json:
        terminal.result({"deleted": conversation_id})
    terminal.say(f"Deleted: {title}")
    return 0


def _export(conversation_id: int, leaf: int | None, file: Path, assistant: Assistant, terminal: Terminal) -> int:
    to_stdout = str(file) == "-"
    layout = "markdown" if to_stdout else LAYOUTS.get(file.suffix.lower(), "")
    if not layout:
        raise UsageError(f"“{file.name}” has no ending that says how to write it.", f"Endings: {', '.join(LAYOUTS)}.")
    written = assistant.written_out(conversation_id, layout, leaf=leaf)
    if to_stdout:
        if terminal.as_json:
            terminal.result({"text": written})
        terminal.say(written, end="")
        return 0
    try:
        file.write_text(written, encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"“{file}” can't be written: {error.strerror}.", "Choose another place.") from error
    if terminal.as_json:
        terminal.result({"exported": conversation_id, "path": str(file.absolute())})
    terminal.say(f"Written: {file}")
    return 0


def _read(
    conversation_id: int, leaf: int | None, assistant: Assistant, terminal: Terminal, *, how: bool = False
) -> int:
    conversation = assistant.conversation(conversation_id)
    messages = assistant.thread(conversation_id, leaf)
    if terminal.as_json:
        terminal.result(
            {
                "conversation": conversation_json(conversation),
                "messages": [message_json(message) for message in messages],
                "sources": [source_json(source) for source in assistant.sources(conversation_id)],
            }
        )
        return 0
    for message in messages:
        _show(message, terminal, how=how)
    return 0


def _show(message: Message, terminal: Terminal, *, how: bool) -> None:
    if message.role is Role.USER:
        terminal.say(f"\n{message.id}. You: {message.content}\n")
    elif message.answer is not None:
        others = len(message.siblings) - 1
        more = f" (one of {others + 1} answers)" if others > 0 else ""
        verdict = f" (rated {message.feedback.verdict.value})" if message.feedback else ""
        terminal.say(f"{message.id}. Footnote{more}{verdict}:")
        if message.answer.searched_for:
            terminal.say(f"Searched for: {message.answer.searched_for}")
        if message.answer.text.strip():
            show(message.answer, terminal, message.created_at, how=how)
        if ending := _ending(message, message.answer):
            terminal.say(ending)
    else:
        mark = f"{FREE_MARK}. " if message.mode is Mode.FREE else ""
        terminal.say(f"{message.id}. Footnote ({message.status.value}): {mark}{message.content}")


def _ending(message: Message, answer: Answer) -> str:
    """Why an answer is not whole; empty for one that is."""
    if message.status is MessageStatus.FAILED:
        return next(reversed(answer.notices), "It failed.")
    if message.status is MessageStatus.STOPPED:
        return "Stopped; this is as far as it came." if answer.text.strip() else "Stopped before its first word."
    return ""
