"""An answer written out for other programs, as plain text, Markdown or HTML: on the clipboard or in a file.

Wherever it goes, it carries its footnotes (number, document, place, quote), a line that says who wrote it, when and
how much of it was found in the documents, and the mark of an answer that is not from them. HTML loads nothing and links
nowhere, as in the window: a model's text is not trusted. Knows nothing of clipboards, files or stores.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from local_models.types import Role
from rag.errors import UsageError
from rag.plain_markdown import code_lines, to_plain, to_safe_html
from rag.quoted_places import place_of_citation
from rag.types import Answer, CheckedSentence, Citation, Conversation, Message, Mode, SentenceVerdict
from rag.wording import FREE_MARK

LAYOUTS = {".md": "markdown", ".markdown": "markdown", ".txt": "plain", ".html": "html", ".htm": "html"}
"""Which layout a file's ending asks for."""

_MARK = re.compile(r"\[(\d{1,4})\]")
_DOUBTFUL = {
    SentenceVerdict.NOT_SUPPORTED: "Not found in the documents",
    SentenceVerdict.PARTLY: "Found only in part",
}
_DEFUSED = re.compile(
    r"(?P<as_it_is>\\.|(?<!`)(?P<ticks>`+)(?!`)[^`|]+(?<!`)(?P=ticks)(?!`))"
    r"|!\[|<(?=[A-Za-z/!?])|\](?=[(:])"
)
"""In a line: what is escaped or code and stays as it is; else a picture, a tag, a link or where one leads."""
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body {{ max-width: 44em; margin: 2em auto; padding: 0 1em; font-family: Georgia, serif; line-height: 1.5 }}
pre {{ white-space: pre-wrap }} hr {{ border: 0; border-top: 1px solid #bbb }}</style>
</head><body>
{body}
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Footnote:
    """A cited number once, with where it stands and what was quoted."""

    number: int
    place: str
    quotes: tuple[str, ...]


def footnotes(citations: Sequence[Citation]) -> list[Footnote]:
    """Each cited number once, in order, with all its quotes and where each of them stands."""
    cited: dict[int, list[Citation]] = {}
    for citation in citations:
        cited.setdefault(citation.source.number, []).append(citation)
    return [_footnote(number, cited[number]) for number in sorted(cited)]


def _footnote(number: int, citations: Sequence[Citation]) -> Footnote:
    document = citations[0].source.document
    in_order = sorted(citations, key=lambda citation: citation.quote_span.start)
    places = dict.fromkeys(str(place_of_citation(citation)) for citation in in_order)
    quotes = dict.fromkeys(" ".join(citation.quote.split()) for citation in citations)
    told = "; ".join(place for place in places if place not in ("", document))
    return Footnote(number, " · ".join(part for part in (document, told) if part), tuple(quotes))


def doubts(answer: Answer) -> list[str]:
    """The sentences that the check did not find in the documents, or only in part, with the reason: no copy may lose
    them.
    """
    return [_doubt(answer.text, each) for each in answer.sentences if each.verdict in _DOUBTFUL]


def writer(answer: Answer) -> str:
    """The model's name; empty where none was asked, though one stood ready."""
    asked = answer.mode is Mode.FREE or (answer.mode is Mode.GROUNDED and _was_asked(answer))
    return answer.model if asked else ""


def byline(answer: Answer, when: datetime) -> str:
    """Who wrote it and when, and how many of its claims were found in the documents."""
    day = f"on {when.astimezone():%Y-%m-%d}"
    if not answer.text.strip():
        return f"Nothing was written by Footnote {day}: the answer was stopped before."
    if answer.mode is Mode.FREE:
        return f"Written by a language model ({_model(answer)}) with Footnote {day}, without documents."
    if answer.mode is Mode.QUOTES or not _was_asked(answer):
        what = "No answer was found" if answer.abstained else "Quoted word for word from the documents named"
        return f"{what} by Footnote {day}; no language model wrote this."
    written = f"Written by a language model ({_model(answer)}) with Footnote {day}."
    checked = [each.verdict for each in answer.sentences if each.verdict is not SentenceVerdict.NOT_A_CLAIM]
    if not checked:
        return written
    held = checked.count(SentenceVerdict.SUPPORTED)
    partly = checked.count(SentenceVerdict.PARTLY)
    in_part = f", {partly} in part" if partly else ""
    claims = "claim was" if len(checked) == 1 else "claims were"
    return f"{written} {held} of {len(checked)} {claims} found in the documents{in_part}."


def notes_for(answer: Answer, numbers: Collection[int], when: datetime) -> str:
    """What goes along with a part of an answer that holds these numbers, as plain text."""
    notes = [_plain_note(note) for note in footnotes(answer.citations) if note.number in numbers]
    mark = [f"{FREE_MARK}."] if answer.mode is Mode.FREE else []
    return _joined([*mark, "\n".join(notes), byline(answer, when)])


def as_plain(answer: Answer, when: datetime) -> str:
    """Without Markdown's marks."""
    notes = [_plain_note(note) for note in footnotes(answer.citations)]
    mark = [f"{FREE_MARK}."] if answer.mode is Mode.FREE else []
    return _joined([*mark, to_plain(answer.text), "\n".join(notes), "\n".join(doubts(answer)), byline(answer, when)])


def as_markdown(answer: Answer, when: datetime) -> str:
    """The answer with its Markdown, but without pictures and HTML, which another program might load."""
    notes = [
        f"[{note.number}] **{_escaped(note.place)}**: {_escaped(_quoted(note.quotes))}"
        for note in footnotes(answer.citations)
    ]
    mark = [f"**{FREE_MARK}.**"] if answer.mode is Mode.FREE else []
    unsure = "  \n".join(_escaped(line) for line in doubts(answer))
    return _joined([*mark, defused(answer.text), "  \n".join(notes), unsure, f"*{_escaped(byline(answer, when))}*"])


def as_html(answer: Answer, when: datetime) -> str:
    """A fragment: what stands between <body> and </body>."""
    numbers = {citation.source.number for citation in answer.citations}
    parts = [f"<p><strong>{FREE_MARK}.</strong></p>"] if answer.mode is Mode.FREE else []
    parts.append(_raised(to_safe_html(answer.text), numbers))
    parts += [
        f"<p>[{note.number}] <strong>{escape(note.place)}</strong>: {escape(_quoted(note.quotes))}</p>"
        for note in footnotes(answer.citations)
    ]
    parts += [f"<p>{escape(line)}</p>" for line in doubts(answer)]
    parts.append(f"<p><em>{escape(byline(answer, when))}</em></p>")
    return "\n".join(parts)


def conversation_written(conversation: Conversation, messages: Iterable[Message], layout: str) -> str:
    """A whole branch as "plain", "markdown" or "html" (a page), each answer with its own footnotes and byline.

    Raises UsageError for another layout.
    """
    title = " ".join(conversation.title.split()) or "Conversation"
    writers = {"plain": _plain_conversation, "markdown": _markdown_conversation, "html": _html_conversation}
    if layout not in writers:
        raise UsageError(f"There is no layout “{layout}”.", f"Choose among: {', '.join(writers)}.")
    return writers[layout](title, list(messages))


def _plain_conversation(title: str, messages: Sequence[Message]) -> str:
    parts = [title, "=" * min(len(title), 72)]
    for message in messages:
        if message.role is Role.USER:
            parts.append(f"Question: {message.content}")
        else:
            parts += [_searched(message), as_plain(_answer(message), message.created_at)]
    return _joined(parts) + "\n"


def _markdown_conversation(title: str, messages: Sequence[Message]) -> str:
    parts = [f"# {_escaped(title)}"]
    for message in messages:
        if message.role is Role.USER:
            asked = "\n> ".join(defused(message.content).splitlines())
            parts.append(f"---\n\n> **Question:** {asked}")
        else:
            parts += [_escaped(_searched(message)), as_markdown(_answer(message), message.created_at)]
    return _joined(parts) + "\n"


def _html_conversation(title: str, messages: Sequence[Message]) -> str:
    parts = [f"<h1>{escape(title)}</h1>"]
    for message in messages:
        if message.role is Role.USER:
            asked = escape(message.content).replace("\n", "<br>")
            parts.append(f"<hr>\n<p><strong>Question:</strong> {asked}</p>")
        else:
            searched = escape(_searched(message))
            parts += [f"<p>{searched}</p>"] if searched else []
            parts.append(as_html(_answer(message), message.created_at))
    return _PAGE.format(title=escape(title), body="\n".join(parts))


def _answer(message: Message) -> Answer:
    """A stopped or broken-off one as far as it came."""
    return message.answer or Answer(message.content, message.mode or Mode.GROUNDED)


def _searched(message: Message) -> str:
    """What the answer answers, where that is not the question as it stands above it."""
    searched = message.answer.searched_for if message.answer is not None else ""
    return f"Searched for: {searched}" if searched else ""


def _doubt(text: str, sentence: CheckedSentence) -> str:
    said = to_plain(text[sentence.start : sentence.end]).replace("\n", " ")
    why = f" ({sentence.reason})" if sentence.reason else ""
    return f"{_DOUBTFUL[sentence.verdict]}: “{said}”{why}"


def _plain_note(note: Footnote) -> str:
    return f"[{note.number}] {note.place}: {_quoted(note.quotes)}"


def _model(answer: Answer) -> str:
    return answer.model or "its name is not known"


def _was_asked(answer: Answer) -> bool:
    """Whether a model wrote; of an answer that nothing was noted down of, only an abstention can tell."""
    if answer.account is not None:
        return answer.account.model is not None
    return answer.completion_tokens > 0 or not answer.abstained


def _quoted(quotes: Sequence[str]) -> str:
    return " … ".join(f"“{quote}”" for quote in quotes)


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def defused(text: str) -> str:
    """Markdown in which a picture, a link or an HTML tag is only text; in code nothing is changed."""
    lines = re.sub(r"\r\n?", "\n", text).split("\n")
    code = code_lines("\n".join(lines))
    return "\n".join(line if n in code else _DEFUSED.sub(_with_backslash, line) for n, line in enumerate(lines))


def _with_backslash(found: re.Match[str]) -> str:
    return found[0] if found["as_it_is"] else f"{found[0][:-1]}\\{found[0][-1]}"


def _escaped(text: str) -> str:
    """Text in which Markdown finds nothing."""
    return re.sub(r"([\\`*_\[\]<>#~|!&])", r"\\\1", text)


def _raised(html: str, numbers: set[int]) -> str:
    """[n] of a cited source as a raised number, outside of tags and code."""
    return "".join(_raised_in(part, numbers) for part in _text_and_tags(html))


def _raised_in(part: str, numbers: set[int]) -> str:
    if part.startswith("<"):
        return part
    return _MARK.sub(lambda m: f"<sup>[{m[1]}]</sup>" if int(m[1]) in numbers else m[0], part)


def _text_and_tags(html: str) -> Iterator[str]:
    """Stretches of text, and tags; a code element whole, as if it were one."""
    yield from re.split(r"(<pre>.*?</pre>|<code>.*?</code>|<[^>]*>)", html, flags=re.DOTALL)
