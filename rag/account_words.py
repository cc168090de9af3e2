"""How an answer was made, in plain words: the lines behind "How this was answered", and "Why this source?".

For the window and the terminal alike. It takes what was noted (rag.account) and leaves out what was not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.account import Account, ModelAccount, SourceAccount
from rag.constraint import Strength
from rag.types import Answer, Mode

VERY_CLOSE, CLOSE, NEAR = 0.6, 0.4, 0.2
"""Of SourceAccount.by_meaning. The passage that answers lies at 0.46 to 0.63 in the middle half of questions of SQuAD
2.0, at 0.59 to 0.76 of natural questions; of passages about something else 95 in 100 lie below 0.14 (MiniLM)."""

LIKELY, PERHAPS = 0.5, 0.3
"""Probabilities from which words found are called the likely answer, and words that may answer."""

MOST_WORDS = 4
"""Words named for one source; more is a list nobody reads."""

CERTAINTY_MEANS = "how expected its own words were to the model. It does not say whether they are true."
COPYING_MEANS = "It may only copy here: a low number means that it would have said it otherwise."

_STRENGTHS = {
    Strength.VERBATIM.value: "word for word from the sources",
    Strength.PHRASED.value: "close to the words of the sources",
    Strength.CITATIONS.value: "free words, with numbers of true sources only",
    Strength.OFF.value: "free words",
}


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A label of one or two words, and what there is to say."""

    label: str
    text: str


def account_lines(answer: Answer) -> list[AccountLine]:
    """From the search to the time it took; empty for an answer of which nothing was noted."""
    if answer.account is None:
        return []
    return [AccountLine(label, text) for label, text in _lines(answer, answer.account) if text]


def why_source(source: SourceAccount) -> str:
    """Why the passage became a source, as a sentence."""
    reasons = [*_name_reasons(source), *_word_reasons(source), *_meaning_reasons(source), *_found_reasons(source)]
    if not reasons:
        return "Among the nearest there was, though little in it speaks to the question."
    sentence = "; ".join(reasons)
    return f"{_capitalised(sentence)}."


def scores_of(source: SourceAccount) -> str:
    """The words score against the meaning score, and what they make together."""
    return f"words {percent(source.by_words)} · meaning {meaning_told(source)} · together {percent(source.fused)}"


def meaning_told(source: SourceAccount) -> str:
    """The meaning score; a passage that was only just read has none."""
    return "no vector yet" if source.vectors is None else percent(source.by_meaning)


def percent(share: float) -> str:
    """A share of 0 to 1 as a person reads it."""
    return f"{round(100 * share)}\N{NO-BREAK SPACE}%"


def counted(number: int, thing: str) -> str:
    """ "1 passage", "1,200 passages"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _lines(answer: Answer, account: Account) -> Iterator[tuple[str, str]]:
    yield "Searched", _searched(answer, account)
    if answer.searched_for:
        yield "Searched for", f"“{answer.searched_for}”"
    if account.searched:
        yield "Read", _read(answer, account)
        yield "Left out", _left_out(account)
        yield "Answerable", _answerable(answer, account)
    yield "Model", _model(answer, account)
    if account.model is not None:
        yield "File", account.model.file
        yield "Settings", _settings(account.model)
        yield "Certainty", _certainty(account, account.model)
    yield "Time", _time(answer, account)


def _searched(answer: Answer, account: Account) -> str:
    if not account.searched:
        return "Nothing: it was answered without your documents." if answer.mode is Mode.FREE else ""
    where = "Only " + ", ".join(f"“{name}”" for name in account.scope) if account.scope else "All your documents"
    return f"{where}: {counted(account.documents, 'document')}, {counted(account.passages, 'passage')}."


def _read(answer: Answer, account: Account) -> str:
    if not account.read:
        return "No passage was found."
    read = f"The nearest {counted(account.read, 'passage')} for words that answer"
    if account.model is not None:
        return f"{read}; {account.given:,} stood before the model."
    return f"{read}; the quotes are from the best {len(account.sources):,}." if answer.quotes else f"{read}."


def _left_out(account: Account) -> str:
    if account.model is None:
        return ""
    parts = [counted(account.left_out, "passage")] if account.left_out else []
    if account.turns_left_out:
        several = f"{account.turns_left_out} questions" if account.turns_left_out > 1 else "question"
        parts.append(f"the oldest {several} of this conversation")
    return f"{_capitalised(' and '.join(parts))}, for want of space in the model's context." if parts else "Nothing."


def _answerable(answer: Answer, account: Account) -> str:
    if not account.relevant:
        return "Nothing that was found speaks to the question."
    if answer.confidence is None:
        return ""
    return f"The passages hold an answer with a probability of {percent(answer.confidence)}."


def _model(answer: Answer, account: Account) -> str:
    model = account.model
    if model is None:
        asked = answer.mode is Mode.QUOTES or answer.abstained
        return "None was asked." if asked else ""
    size = f", {model.parameters / 1e6:,.0f} million parameters" if model.parameters else ""
    device = f", on {'the CPU' if model.device == 'cpu' else model.device.upper()}" if model.device else ""
    return f"{model.name}{size}{device}."


def _settings(model: ModelAccount) -> str:
    if model.temperature == 0:
        sampling = "temperature 0 (always the likeliest word)"
    else:
        seed = "random" if model.seed < 0 else f"{model.seed}"
        sampling = (
            f"temperature {model.temperature:g}, seed {seed}, top-p {model.top_p:g}, top-k {model.top_k}, "
            f"min-p {model.min_p:g}"
        )
    held = _STRENGTHS.get(model.strength, "")
    limits = f"context of {model.n_ctx:,} tokens, answers of at most {model.max_tokens:,}"
    words = "; ".join(part for part in (held, sampling, f"repeat penalty {model.repeat_penalty:g}", limits) if part)
    return f"{_capitalised(words)}."


def _certainty(account: Account, model: ModelAccount) -> str:
    values = sorted(each.value for each in account.certainties)
    parts = []
    if values:
        by_sentence = (
            f"{percent(values[0])} to {percent(values[-1])} by sentence" if len(values) > 1 else percent(values[0])
        )
        parts.append(f"{by_sentence}: {CERTAINTY_MEANS}")
    if values and model.strength in (Strength.VERBATIM, Strength.PHRASED):
        parts.append(COPYING_MEANS)
    if account.abstain_probability is not None:
        chance = percent(account.abstain_probability)
        parts.append(f"To “Your documents do not say” it gave {chance} before it began (not calibrated).")
    return " ".join(parts)


def _time(answer: Answer, account: Account) -> str:
    times = answer.timings
    parts = [f"{times.retrieval_s:.2f} s to search"] if times.retrieval_s else []
    if times.first_token_s:
        parts.append(f"{times.first_token_s:.1f} s to the first word")
    parts.append(f"{times.total_s:.1f} s in all")
    text = ", ".join(parts) + "."
    if not answer.prompt_tokens:
        return text
    kept = f" ({account.reused_tokens:,} of them remembered)" if account.reused_tokens else ""
    return f"{text} {answer.prompt_tokens:,} tokens read{kept}, {answer.completion_tokens:,} written."


def _name_reasons(source: SourceAccount) -> Iterator[str]:
    if source.named_in:
        yield f"its document is named in “{source.named_in}”, which speaks to the question"


def _word_reasons(source: SourceAccount) -> Iterator[str]:
    if source.rare:
        also = f", and {_quoted(source.common)}" if source.common else ""
        yield f"shares the rare {_listed(source.rare)}{also}"
    elif source.common:
        yield f"shares the {_listed(source.common)}"


def _meaning_reasons(source: SourceAccount) -> Iterator[str]:
    if source.vectors is None:
        return
    for least, words in ((VERY_CLOSE, "very close in meaning"), (CLOSE, "close in meaning"), (NEAR, "near in meaning")):
        if source.by_meaning >= least:
            yield words
            return


def _found_reasons(source: SourceAccount) -> Iterator[str]:
    if source.found and source.probability >= PERHAPS:
        what = "holds the likely answer" if source.probability >= LIKELY else "holds words that may answer:"
        yield f"{what} “{source.found}” ({percent(source.probability)})"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _listed(words: tuple[str, ...]) -> str:
    several = len(words) > 1 or " " in words[0]
    return f"word{'s' if several else ''} {_quoted(words)}"


def _quoted(words: tuple[str, ...]) -> str:
    shown = [f"“{word}”" for word in words[:MOST_WORDS]]
    more = len(words) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
