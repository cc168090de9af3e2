"""One answer as the user reads it: quotes first, then the text with its footnotes, what to know, and what can be done.

It shows either the events of an answer being written (`apply`) or a stored message (`show_message`); both end in the
same look. It starts no job: it says what the user wants through its signals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from desktop.chat.account import AccountView
from desktop.chat.actions import AnswerActions, Written
from desktop.chat.answer_text import AnswerText
from desktop.chat.doubts import ClaimsHead, nearest, show_doubt, spoken
from desktop.chat.footnotes import Footnotes, show_tooltip
from desktop.chat.free_mark import FreeMark
from desktop.chat.offer import WithoutOffer
from desktop.chat.quotes import QuoteList, quotes_heading, told_quotes
from desktop.chat.search_line import SearchLine
from desktop.chat.shade import stretches
from desktop.controls import column, label
from desktop.notices import ErrorCard, NoticeLine
from desktop.tokens import M, S
from desktop.viewer.reference import Reference, of_quote
from rag.errors import FootnoteError
from rag.events import AskStarted, Cited, Delta, Finished, Notice, Quoted, Reading, Retrieved, SearchedFor
from rag.sharing import as_html, as_markdown, as_plain, notes_for
from rag.types import Answer, Feedback, Message, MessageStatus, Mode, Quote, Source


class AnswerView(QWidget):
    """`references_opened` carries the answer's references and the place of the one that was clicked."""

    references_opened = Signal(object, int)
    again_requested = Signal()
    without_documents_requested = Signal()
    models_requested = Signal()
    search_changed = Signal(str)
    rated = Signal(object)
    branch_requested = Signal(int)
    redrawn = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.answer_id: int | None = None
        self.feedback: Feedback | None = None
        self._footnotes = Footnotes()
        self._quotes: tuple[Quote, ...] = ()
        self._answer: Answer | None = None
        self._when = datetime.now(UTC)
        self._shows_certainty = False
        self._search = SearchLine()
        self._search.changed.connect(self.search_changed)
        self._status = label("", "small")
        self._quote_list = QuoteList()
        self._quote_list.quote_opened.connect(self._open_quote)
        self._text = AnswerText()
        self._text.mark_hovered.connect(self._show_quote_of)
        self._text.mark_clicked.connect(self._open_mark)
        self._text.doubt_hovered.connect(self._show_doubt)
        self._text.doubt_clicked.connect(self._open_doubt)
        self._head = ClaimsHead()
        self._text.redrawn.connect(self.redrawn)
        self._text.use_notes(self._notes_for)
        self._notes = column(gap=S)
        self._panels = column()
        self._mark = FreeMark()
        self._offer = WithoutOffer()
        self._offer.accepted.connect(self.without_documents_requested)
        self._offer.models_requested.connect(self.models_requested)
        self._account = AccountView()
        self._account.source_opened.connect(self._open_source)
        self._actions = AnswerActions()
        self._actions.hide()
        self._connect_actions()
        self._lay_out()

    @property
    def free(self) -> bool:
        """Whether it is made without documents."""
        return not self._mark.isHidden()

    def apply(self, event: object) -> None:
        """Take in one event of a running answer."""
        handlers: dict[type, Callable[..., None]] = {
            AskStarted: self._start,
            SearchedFor: self._show_search,
            Retrieved: self._show_searched,
            Quoted: self._show_quoted,
            Reading: self._show_reading,
            Delta: self._append,
            Cited: self._show_cited,
            Notice: self._add_notice,
            Finished: self._finish,
        }
        handlers[type(event)](event)

    def show_message(self, message: Message) -> None:
        """A stored answer, also one that was stopped or failed."""
        self.answer_id = message.id
        self.feedback = message.feedback
        self._when = message.created_at
        answer = message.answer or Answer(text=message.content, mode=message.mode or Mode.GROUNDED)
        failed = message.status is MessageStatus.FAILED
        reasons = answer.notices[-1:] if failed else ()
        shown = replace(answer, notices=answer.notices[:-1]) if reasons else answer
        self._show_answer(shown, stopped=message.status is MessageStatus.STOPPED)
        if failed:
            self._add_error(FootnoteError("This answer could not be written.", *reasons))
        self.show_place(message)

    def show_place(self, message: Message) -> None:
        """Which branch this is, and what the user thought of it."""
        self.feedback = message.feedback
        self._actions.show_verdict(message.feedback.verdict if message.feedback else None)
        self._actions.branches.show_branches(message.siblings, message.id)

    def show_verdict(self, feedback: Feedback | None) -> None:
        self.feedback = feedback
        self._actions.show_verdict(feedback.verdict if feedback else None)

    def show_failure(self, error: FootnoteError) -> None:
        """The answer broke off; what was written so far stays."""
        self._text.flush()
        self._say("")
        self._add_error(error)

    def show_stopped(self) -> None:
        """Stopped before anything was stored."""
        self._text.flush()
        self._say("Stopped.")
        self._actions.show_for(self._text.text, retry_only=True)

    def forget_verdict(self) -> None:
        self.show_verdict(None)

    def show_panel(self, panel: QWidget) -> None:
        """Put a widget of another page (feedback) under the answer, in place of the one before."""
        while (item := self._panels.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        self._panels.addWidget(panel)

    def show_needed(self, needed: str) -> None:
        """What has to be done before it can be answered without documents; empty when nothing has."""
        self._offer.show_needed(needed)

    def show_certainty(self, *, shown: bool) -> None:
        """Whether the model's own certainty is to be seen behind the sentences."""
        self._shows_certainty = shown
        self._shade()

    def copied(self) -> Written:
        """The answer with its footnotes, who wrote it and when, and whether it is from the documents at all."""
        answer = self._as_it_stands()
        return Written(*(write(answer, self._when) for write in (as_plain, as_markdown, as_html)))

    def _as_it_stands(self) -> Answer:
        """Also of an answer that is still being written, or broke off before it was stored."""
        mode = Mode.FREE if self.free else Mode.GROUNDED
        return self._answer or Answer(self._text.text, mode, citations=self._footnotes.citations)

    def _notes_for(self, numbers: frozenset[int]) -> str:
        return notes_for(self._as_it_stands(), numbers, self._when)

    def _connect_actions(self) -> None:
        self._actions.rated.connect(self.rated)
        self._actions.again_requested.connect(self.again_requested)
        self._actions.branches.branch_requested.connect(self.branch_requested)
        self._actions.use_copy(self.copied)

    def _lay_out(self) -> None:
        stack = self._stack = column(self, gap=M)
        stack.addWidget(self._search)
        stack.addWidget(self._mark)
        stack.addWidget(self._status)
        stack.addWidget(self._quote_list)
        stack.addWidget(self._head)
        stack.addWidget(self._text)
        stack.addLayout(self._notes)
        stack.addWidget(self._offer)
        stack.addWidget(self._actions)
        stack.addWidget(self._account)
        stack.addLayout(self._panels)

    def _start(self, event: AskStarted) -> None:
        self.answer_id = event.answer_id
        self._mark.setVisible(event.free)
        self._say("The model answers without your documents…" if event.free else "Searching your documents…")

    def _show_search(self, event: SearchedFor) -> None:
        self._search.show_search(event.text)

    def _show_searched(self, event: Retrieved) -> None:
        count = event.documents_searched
        self._say(f"Searched {count} document{'' if count == 1 else 's'}.")

    def _show_quoted(self, event: Quoted) -> None:
        self._quotes = event.quotes
        self._know(event.sources)
        self._quote_list.show_quotes(event.quotes, "What your documents say")

    def _know(self, sources: tuple[Source, ...]) -> None:
        self._footnotes.know(sources)
        self._text.know(self._footnotes.numbers)

    def _show_reading(self, event: Reading) -> None:
        percent = f" {100 * event.done // event.total} %" if event.total else ""
        self._say(f"The model reads the sources…{percent}")

    def _append(self, event: Delta) -> None:
        self._say("")
        self._text.append(event.text)

    def _show_cited(self, event: Cited) -> None:
        self._footnotes.cite(event.citations)
        self._text.know(self._footnotes.numbers)
        self._text.show_text(event.text)

    def _add_notice(self, event: Notice) -> None:
        self._notes.addWidget(NoticeLine(event.text))

    def _finish(self, event: Finished) -> None:
        self.answer_id = event.answer_id
        self._clear_notes()
        self._show_answer(event.answer, stopped=event.stopped)

    def _show_answer(self, answer: Answer, *, stopped: bool) -> None:
        self._answer = answer
        self._quotes = answer.quotes
        self._mark.setVisible(answer.mode is Mode.FREE)
        self._search.show_search(answer.searched_for)
        self._know(answer.sources)
        self._footnotes.cite(answer.citations)
        self._text.know(self._footnotes.numbers)
        quotes_only = bool(answer.quotes) and not answer.abstained and _is_quotes(answer)
        self._quote_list.show_quotes(told_quotes(answer), quotes_heading(answer))
        if answer.abstained:
            self._put_text_first()
        self._text.setVisible(not quotes_only)
        self._text.show_text(answer.text, answer.sentences)
        self._text.setAccessibleDescription(spoken(answer))
        self._head.show_claims(answer if not quotes_only else replace(answer, sentences=()))
        self._shade()
        for text in answer.notices:
            self._notes.addWidget(NoticeLine(text))
        self._offer.setVisible(answer.abstained)
        self._say("Stopped; this is as far as it came." if stopped else "")
        self._actions.show_for(answer.text, answer=answer)
        self._account.show_account(answer)

    def _shade(self) -> None:
        noted = self._answer.account if self._answer is not None and self._shows_certainty else None
        self._text.shade(stretches(noted.certainties, self._text.text) if noted else ())

    def _put_text_first(self) -> None:
        """“Your documents do not say” comes before what was nearest."""
        self._stack.removeWidget(self._text)
        self._stack.insertWidget(self._stack.indexOf(self._quote_list), self._text)

    def _add_error(self, error: FootnoteError) -> None:
        card = ErrorCard(error, retry="Try again")
        card.retry_requested.connect(self.again_requested)
        self._notes.addWidget(card)

    def _clear_notes(self) -> None:
        while (item := self._notes.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _say(self, text: str) -> None:
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _show_quote_of(self, place: int, where: QPoint) -> None:
        reference = self._footnotes.at(place, self._text.text)
        if reference is not None:
            show_tooltip(reference, where, self)

    def _open_mark(self, place: int) -> None:
        reference = self._footnotes.at(place, self._text.text)
        if reference is not None:
            self._open(self._footnotes.references, reference)

    def _show_doubt(self, place: int, where: QPoint) -> None:
        if self._answer is not None and place < len(self._answer.sentences):
            show_doubt(self._answer.sentences[place], where, self)

    def _open_doubt(self, place: int, where: QPoint) -> None:
        """The place in the document that says otherwise, or the reason where nothing came near."""
        reference = nearest(self._answer.sentences[place]) if self._answer is not None else None
        if reference is None:
            self._show_doubt(place, where)
        else:
            self._open([reference], reference)

    def _open_quote(self, place: int) -> None:
        references = [of_quote(quote) for quote in self._quotes]
        self._open(references, references[place])

    def _open(self, references: list[Reference], chosen: Reference) -> None:
        scored = [self._with_scores(reference) for reference in references]
        place = references.index(chosen) if chosen in references else -1
        if place < 0:
            scored, place = [self._with_scores(chosen)], 0
        self.references_opened.emit(scored, place)

    def _open_source(self, number: int) -> None:
        source = next((each for each in self._answer.sources if each.number == number), None) if self._answer else None
        if source is not None:
            self._open([Reference(source)], Reference(source))

    def _with_scores(self, reference: Reference) -> Reference:
        """As they were noted down with the answer; there are none before it is finished."""
        account = self._answer.account if self._answer is not None else None
        return replace(reference, scores=account.of_source(reference.source.number) if account else None)


def _is_quotes(answer: Answer) -> bool:
    """True where the text only repeats quotes that stand above it with their sources."""
    if answer.mode is Mode.QUOTES:
        return True
    lines = [line for line in answer.text.splitlines() if line.strip()]
    return bool(lines) and all(line.startswith(">") for line in lines)
