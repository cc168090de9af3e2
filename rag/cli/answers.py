"""How an answer is followed while it is made, and printed when it is there; used by ask, chat and the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import indent

from rich.live import Live
from rich.markdown import Markdown
from rich.text import Text

from rag.account_words import account_lines, percent, scores_of, why_source
from rag.cli.shapes import Json, answer_json
from rag.cli.terminal import Terminal, printable
from rag.errors import Cancelled
from rag.events import AskEvent, AskStarted, Cited, Delta, Finished, Notice, Quoted, Reading, Retrieved, SearchedFor
from rag.quoted_places import place_of_citation, place_of_quoted
from rag.sharing import byline, doubts
from rag.titles import where
from rag.types import Answer, Citation, Mode, Place, Source
from rag.wording import FREE_MARK

REDRAWS_PER_S = 12
"""A screen that is drawn more often shows nothing more; rich lays the whole Markdown out anew each time."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A finished question."""

    conversation_id: int
    question_id: int
    answer_id: int
    answer: Answer
    stopped: bool

    def as_json(self) -> Json:
        return {
            **answer_json(self.answer),
            "stopped": self.stopped,
            "conversation_id": self.conversation_id,
            "question_id": self.question_id,
            "answer_id": self.answer_id,
        }


@dataclass
class _Screen:
    """What a screen shows while the answer is on its way."""

    state: str = "Searching…"
    text: str = ""
    notices: list[str] = field(default_factory=list)

    def take(self, event: AskEvent) -> None:
        match event:
            case AskStarted(free=True):
                self.state = "Answering without your documents…"
            case Retrieved(hits, searched, _):
                self.state = f"{len(hits)} passages from {searched} documents. Reading…"
            case Quoted(_, quotes) if quotes:
                self.state = f"Best quote: “{quotes[0].text}” [{quotes[0].source.number}]"
            case Reading(done, total) if total:
                self.state = self.state.split("\n")[0] + f"\nReading the sources: {100 * done // total} %"
            case Delta(text):
                self.text += text
            case Cited(text, _):
                self.text = text
            case _:
                pass

    def __rich__(self) -> Markdown | Text:
        text = printable(self.text or self.state)
        return Markdown(text, hyperlinks=False) if self.text else Text(text, style="dim")


def follow(events: Iterator[AskEvent], terminal: Terminal) -> Asked:
    """Run the job to its end, showing it as it goes on a screen. Raises Cancelled when it ended without an answer."""
    screen = _Screen()
    started: AskStarted | None = None
    finished: Finished | None = None
    live = Live(console=terminal.out, transient=True, refresh_per_second=REDRAWS_PER_S, get_renderable=lambda: screen)
    if terminal.out.is_terminal and not terminal.as_json:
        live.start()
    try:
        for event in events:
            screen.take(event)
            match event:
                case AskStarted():
                    started = event
                case Notice(text) if not terminal.as_json:
                    terminal.note(text)
                case SearchedFor(text) if not terminal.as_json:
                    terminal.note(f"Searched for: {text}")
                case Finished():
                    finished = event
                case _:
                    pass
    finally:
        live.stop()
    if started is None or finished is None:
        raise Cancelled
    return Asked(started.conversation_id, started.question_id, finished.answer_id, finished.answer, finished.stopped)


def show(answer: Answer, terminal: Terminal, when: datetime | None = None, *, how: bool = False) -> None:
    """The answer as people read it: the text, each citation with its place and quote, who wrote it and when.

    `when` is None for an answer that was made just now; `how` adds how it was made.
    """
    if answer.mode is Mode.FREE:
        terminal.say(f"{FREE_MARK}.\n")
    terminal.markdown(answer.text)
    terminal.say()
    if answer.abstained and answer.quotes:
        terminal.say("The nearest passages:")
        for quote in answer.quotes[:3]:
            _say_quoted(quote.source, quote.text, place_of_quoted(quote), terminal)
    for citation in unique(answer.citations):
        _say_quoted(citation.source, citation.quote, place_of_citation(citation), terminal)
    for line in doubts(answer):
        terminal.say(line)
    terminal.say(f"\n{byline(answer, when or datetime.now(UTC))}")
    if how:
        show_how(answer, terminal)


def _say_quoted(source: Source, quote: str, place: Place, terminal: Terminal) -> None:
    quoted = indent(f"“{quote.strip()}”", "    ")
    terminal.say(f"[{source.number}] {where(source, place=place, heading=True)}\n{quoted}")


def show_how(answer: Answer, terminal: Terminal) -> None:
    """What was searched, read and left out, the model and its settings, and why each source."""
    lines = account_lines(answer)
    if answer.account is None or not lines:
        terminal.say("\nHow this was answered was not noted down.")
        return
    terminal.say("\nHow this was answered:")
    for line in lines:
        terminal.say(f"  {line.label}: {line.text}")
    for source in answer.account.sources:
        terminal.say(f"  Why [{source.number}]? {why_source(source)} ({scores_of(source)})")
    for each in answer.account.certainties:
        terminal.say(f"  {percent(each.value)} sure: {' '.join(answer.text[each.start : each.end].split())}")


def offer_without_documents(asked: Asked, needed: str, command: str, terminal: Terminal) -> None:
    """What can be done when the documents do not say: `command`, or what is `needed` before it works."""
    if asked.answer.abstained:
        terminal.note(needed or f"To answer it without your documents: {command}")


def unique(citations: tuple[Citation, ...]) -> list[Citation]:
    """Each quote once, by number."""
    first = {(citation.source.number, citation.quote): citation for citation in reversed(citations)}
    return sorted(first.values(), key=lambda citation: (citation.source.number, citation.quote_span.start))
