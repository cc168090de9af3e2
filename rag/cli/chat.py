"""chat: a conversation in the terminal. Ctrl-C stops the answer, not the program."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from local_models.cancel import CancelToken
from local_models.types import Sampling
from rag.assistant import Assistant
from rag.cli.answers import Asked, follow, offer_without_documents, show, show_how
from rag.cli.ask import add_mode
from rag.cli.session import (
    Commands,
    Session,
    add_sampling,
    add_scope,
    chosen_sampling,
    chosen_scope,
    stopping_on_interrupt,
)
from rag.errors import FootnoteError
from rag.events import AskEvent
from rag.titles import where
from rag.types import Mode, Scope

with contextlib.suppress(ImportError):  # Windows has no readline; input() then edits by itself
    import readline  # noqa: F401 - gives input() a history and editing keys

HELP = """/sources  the sources of this conversation, by number
/search TEXT  answer the last question again, searching for TEXT
/without  answer the last question again, without your documents
/how  how the last answer was made, and why each source
/mode MODE  quotes, grounded or free
/new  begin another conversation
/quit  leave (so does Ctrl-D)
Ctrl-C stops a running answer."""


def register(commands: Commands) -> None:
    chat = commands.add_parser(
        "chat",
        help="a conversation with your documents",
        description="A conversation with your documents. Questions come from stdin, one on each line.",
    )
    chat.add_argument("--conversation", type=int, metavar="ID", help="go on with this conversation (footnote history)")
    add_mode(chat)
    add_scope(chat)
    add_sampling(chat)
    chat.set_defaults(run=run_chat)


@dataclass
class _Chat:
    assistant: Assistant
    session: Session
    sampling: Sampling
    scope: Scope | None
    mode: Mode | None
    conversation_id: int | None
    turns: list[Asked] = field(default_factory=list)

    def take(self, line: str) -> bool:
        """Answer a question or obey a command; False to leave."""
        if not line.startswith("/"):
            self.ask(line)
            return True
        command, _, rest = line.partition(" ")
        commands: dict[str, Callable[[str], None]] = {
            "/sources": self.show_sources,
            "/search": self.search_instead,
            "/without": self.answer_without,
            "/how": self.show_how,
            "/mode": self.change_mode,
            "/new": self.begin_anew,
        }
        if command in {"/quit", "/exit"}:
            return False
        commands.get(command, self.show_help)(rest.strip())
        return True

    def ask(self, question: str) -> None:
        token = CancelToken()
        self._follow(
            token,
            self.assistant.ask(
                question,
                token,
                conversation_id=self.conversation_id,
                mode=self.mode,
                scope=self.scope,
                sampling=self.sampling,
            ),
        )

    def search_instead(self, search: str) -> None:
        """Another answer to the last question, beside the one there is."""
        if not search or not self.turns:
            self.session.terminal.note("Ask something first, then /search TEXT.")
            return
        token = CancelToken()
        last = self.turns[-1].answer_id
        self._follow(
            token, self.assistant.regenerate(last, token, mode=self.mode, sampling=self.sampling, search=search)
        )

    def answer_without(self, _: str) -> None:
        """Another answer to the last question, from no document."""
        if not self.turns:
            self.session.terminal.note("Ask something first, then /without.")
            return
        token = CancelToken()
        last = self.turns[-1].answer_id
        self._follow(token, self.assistant.regenerate(last, token, mode=Mode.FREE, sampling=self.sampling))

    def show_how(self, _: str) -> None:
        if self.turns:
            show_how(self.turns[-1].answer, self.session.terminal)
        else:
            self.session.terminal.note("Ask something first, then /how.")

    def _follow(self, token: CancelToken, events: Iterator[AskEvent]) -> None:
        terminal = self.session.terminal
        with stopping_on_interrupt(token):
            asked = follow(events, terminal)
        self.conversation_id = asked.conversation_id
        self.turns.append(asked)
        if not terminal.as_json:
            show(asked.answer, terminal)
            needed = self.assistant.needed_without_documents() if asked.answer.abstained else ""
            offer_without_documents(asked, needed, "/without", terminal)
        if asked.stopped:
            terminal.note("Stopped.")

    def show_sources(self, _: str) -> None:
        sources = self.assistant.sources(self.conversation_id) if self.conversation_id else []
        for source in sources:
            self.session.terminal.say(f"[{source.number}] {where(source, heading=True)}")
        if not sources:
            self.session.terminal.say("No sources yet.")

    def change_mode(self, name: str) -> None:
        if name in {mode.value for mode in Mode}:
            self.mode = Mode(name)
        else:
            self.session.terminal.note(f"Modes: {', '.join(mode.value for mode in Mode)}.")

    def begin_anew(self, _: str) -> None:
        self.conversation_id = None

    def show_help(self, _: str) -> None:
        self.session.terminal.say(HELP)


def run_chat(args: argparse.Namespace, session: Session) -> int:
    terminal = session.terminal
    mode = Mode(args.mode) if args.mode else None
    with session.open_to_ask(mode, args.conversation) as assistant:
        scope = chosen_scope(args, assistant)
        chat = _Chat(
            assistant,
            session,
            chosen_sampling(args, assistant.preferences().sampling),
            None if scope.everything else scope,
            mode,
            args.conversation,
        )
        if sys.stdin.isatty():
            terminal.note("Ask your documents. /help lists the commands, /quit leaves.")
        for line in _lines():
            try:
                if line and not chat.take(line):
                    break
            except FootnoteError as error:
                terminal.note(str(error))
    if terminal.as_json:
        terminal.result({"conversation_id": chat.conversation_id, "turns": [asked.as_json() for asked in chat.turns]})
    return 0


def _lines() -> Iterator[str]:
    """Lines as they are typed, or as they come out of a pipe, until there are no more."""
    if not sys.stdin.isatty():
        yield from (line.strip() for line in sys.stdin)
        return
    while True:
        try:
            yield input("> ").strip()
        except EOFError:
            return
        except KeyboardInterrupt:
            sys.stderr.write("\n/quit leaves.\n")
