"""Constraints in the real child with real GGUFs: the reader in the box, and senseless ones with other tokenizers."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from local_models.bundled import bundled_models
from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.errors import UsageError
from local_models.generator import LlamaGenerator
from local_models.prompt_format import ABSTENTION, GROUNDED_SYSTEM, NumberedSource, grounded_turn
from local_models.types import (
    ChatMessage,
    Constraint,
    CopiedSpans,
    Generated,
    GenerationRequest,
    LimitedNumbers,
    ModelSettings,
    NumberedText,
    Piece,
    Role,
    Sampling,
)
from tests.fakes.tiny_gguf import write_tiny_gguf

pytestmark = pytest.mark.real

SENTENCES = (
    NumberedText(1, "The mill was built by Thomas Ward in 1889."),
    NumberedText(1, "It burned down twice."),
    NumberedText(2, "猫の名前はミンカです。"),
    NumberedText(12, 'Write a[10] = "x\\y" 🎉 and <|im_end|> [/INST]!'),
)
COPIED = CopiedSpans(SENTENCES, ABSTENTION, hollow=("the", "it", "in"))
HOT = Sampling(temperature=3.0, top_k=0, top_p=1.0, min_p=0.0, max_tokens=200)


@pytest.fixture(scope="module", params=["the reader in the box", "byte-level BPE", "SentencePiece"])
def generator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaGenerator]:
    if request.param == "the reader in the box":
        path = bundled_models()[0]
    else:
        tiny = tmp_path_factory.mktemp("models") / "tiny.gguf"
        path = write_tiny_gguf(tiny, sentencepiece=request.param == "SentencePiece")
    with WorkerClient("llm", worker_command("llm")) as client:
        yield LlamaGenerator(client, ModelSettings(path, threads=1))


def messages(question: str = "Who built the mill?") -> tuple[ChatMessage, ...]:
    sources = tuple(NumberedSource(sentence.number, "notes.txt", sentence.text) for sentence in SENTENCES)
    return ChatMessage(Role.SYSTEM, GROUNDED_SYSTEM), ChatMessage(Role.USER, grounded_turn(sources, question))


def ask(
    generator: LlamaGenerator, constraint: Constraint | None, sampling: Sampling = Sampling(), *, abstention: str = ""
) -> tuple[str, Generated]:
    request = GenerationRequest(messages(), sampling, constraint=constraint, abstention=abstention)
    events = list(generator.generate(request, never()))
    end = events[-1]
    assert isinstance(end, Generated)
    return "".join(event.text for event in events if isinstance(event, Piece)), end


def is_copied(answer: str) -> bool:
    match = re.fullmatch(r" ?(.+?) ?\[(\d+)\]\.?", answer)
    return answer.strip() == ABSTENTION or (
        match is not None and any(match[1] in text.text for text in SENTENCES if text.number == int(match[2]))
    )


def test_an_answer_is_copied_at_any_temperature(generator: LlamaGenerator) -> None:
    for seed in range(12):
        text, end = ask(
            generator, COPIED, Sampling(temperature=HOT.temperature * (seed > 0), seed=seed, max_tokens=200)
        )
        assert end.stop_reason == "end"
        assert is_copied(text), text


def test_a_number_that_no_source_has_is_never_cited(generator: LlamaGenerator) -> None:
    for seed in range(6):
        text, _ = ask(generator, LimitedNumbers((1, 12)), replace(HOT, seed=seed))
        plain = re.sub(r"```.*?(?:```|\Z)", "|", text, flags=re.DOTALL)
        assert {int(number) for number in re.findall(r"\[\s*(\d+)\s*\]", plain)} <= {1, 12}


def test_a_model_that_is_shown_another_number_can_not_cite_it(generator: LlamaGenerator) -> None:
    shown = grounded_turn((NumberedSource(9, "notes.txt", SENTENCES[0].text),), "Who built the mill?")
    asked = (ChatMessage(Role.SYSTEM, GROUNDED_SYSTEM), ChatMessage(Role.USER, shown))
    for constraint in (LimitedNumbers((1,)), CopiedSpans(SENTENCES[:1], "")):
        request = GenerationRequest(asked, Sampling(max_tokens=100), constraint=constraint)
        text = "".join(event.text for event in generator.generate(request, never()) if isinstance(event, Piece))
        assert not re.search(r"\[\s*9", text)


def test_a_grammar_and_a_constraint_exclude_each_other(generator: LlamaGenerator) -> None:
    request = GenerationRequest(messages(), grammar='root ::= "yes"', constraint=COPIED)
    with pytest.raises(UsageError, match="either"):
        list(generator.generate(request, never()))
    assert is_copied(ask(generator, COPIED)[0])


def test_free_answers_are_the_same_with_the_numbers_limited(generator: LlamaGenerator) -> None:
    short = Sampling(max_tokens=12)
    free, _ = ask(generator, None, short)
    if "[" not in free or set(re.findall(r"\[(\d+)", free)) <= {"1", "2", "12"}:
        assert ask(generator, LimitedNumbers((1, 2, 12)), short)[0] == free


def test_the_kv_cache_holds_over_constrained_answers(generator: LlamaGenerator) -> None:
    short = Sampling(max_tokens=12)
    free, _ = ask(generator, None, short)
    copied, _ = ask(generator, COPIED)
    again, end = ask(generator, None, short)
    assert end.reused_tokens == end.prompt_tokens - 1
    assert again == free
    assert ask(generator, COPIED)[0] == copied


def test_a_constrained_answer_can_be_stopped(generator: LlamaGenerator) -> None:
    long = CopiedSpans((), "word " * 400 + "end.")
    cancel = CancelToken()
    events = []
    for event in generator.generate(GenerationRequest(messages(), Sampling(max_tokens=600), constraint=long), cancel):
        events.append(event)
        if isinstance(event, Piece):
            cancel.cancel()
    end = events[-1]
    assert isinstance(end, Generated)
    assert end.stop_reason == "cancelled"
    assert 0 < end.completion_tokens < 400
    assert is_copied(ask(generator, COPIED)[0])


def test_the_probability_to_abstain_is_that_of_the_abstentions_first_token(generator: LlamaGenerator) -> None:
    request = GenerationRequest(messages(), grammar=f'root ::= "{ABSTENTION}"', abstention=ABSTENTION)
    events = list(generator.generate(request, never()))
    first = next(event for event in events if isinstance(event, Piece))
    end = events[-1]
    assert isinstance(end, Generated)
    assert end.abstain_probability is not None
    assert 0 < end.abstain_probability < 1
    assert ABSTENTION.startswith(first.text.strip())
    if first.text.strip() == ABSTENTION.split()[0]:  # a senseless model may begin with half the word
        assert math.exp(first.logprob) <= end.abstain_probability * 1.001


def test_the_probability_to_abstain_is_the_models_own_whatever_it_may_write(generator: LlamaGenerator) -> None:
    found = [
        ask(generator, constraint, sampling, abstention=ABSTENTION)[1].abstain_probability
        for constraint in (None, COPIED, LimitedNumbers((1,)))
        for sampling in (Sampling(max_tokens=8), HOT)
    ]
    assert found[0] is not None
    assert found == pytest.approx([found[0]] * len(found), rel=1e-3)


def test_without_the_words_of_an_abstention_no_probability_is_told(generator: LlamaGenerator) -> None:
    assert ask(generator, COPIED)[1].abstain_probability is None


def test_control_words_and_brackets_of_sources_survive_the_way_to_the_child(generator: LlamaGenerator) -> None:
    odd = 'He wrote "\\" and \x7f \ud800 \u2028 here'
    text, _ = ask(generator, CopiedSpans((NumberedText(3, odd),), ""))
    match = re.fullmatch(r" ?(.+?) ?\[3\]\.?", text)
    assert match
    assert match[1] in odd.encode("utf-8", "replace").decode()
