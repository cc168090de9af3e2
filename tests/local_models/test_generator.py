"""The language model in its child, with a real (if senseless) GGUF and the real llama.cpp."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gguf
import psutil
import pytest

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.errors import Cancelled, ContextTooSmall, ModelBroken, ModelTooLarge, UsageError, WorkerDied
from local_models.generator import LlamaGenerator
from local_models.types import (
    ChatMessage,
    Generated,
    GenerationEvent,
    GenerationRequest,
    ModelSettings,
    Piece,
    Prefilling,
    Role,
    Sampling,
)
from tests.fakes.tiny_gguf import TinySize, write_tiny_gguf

pytestmark = pytest.mark.real
SHORT = Sampling(max_tokens=24)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="module")
def generator(tiny: Path) -> Iterator[LlamaGenerator]:
    with WorkerClient("llm", worker_command("llm")) as client:
        yield LlamaGenerator(client, ModelSettings(tiny, threads=1))


@pytest.fixture
def fresh(tiny: Path) -> Iterator[LlamaGenerator]:
    with WorkerClient("llm", worker_command("llm")) as client:
        yield LlamaGenerator(client, ModelSettings(tiny, threads=1))


def ask(
    generator: LlamaGenerator, *turns: str, sampling: Sampling = SHORT, grammar: str = "", stop: tuple[str, ...] = ()
) -> tuple[str, Generated, list[GenerationEvent]]:
    roles = [Role.USER, Role.ASSISTANT] * len(turns)
    messages = tuple(ChatMessage(role, text) for role, text in zip(roles, turns, strict=False))
    events = list(generator.generate(GenerationRequest(messages, sampling, grammar, stop), never()))
    end = events[-1]
    assert isinstance(end, Generated)
    return "".join(event.text for event in events if isinstance(event, Piece)), end, events


def test_a_model_tells_what_it_is(generator: LlamaGenerator) -> None:
    info = generator.info()
    assert (info.name, info.architecture, info.n_ctx, info.device) == ("tiny", "llama", 2048, "cpu")
    assert info.parameters == 123_968
    assert generator.loaded == info
    assert generator.memory() > 10_000_000


def test_events_come_in_order_and_account_for_every_token(generator: LlamaGenerator) -> None:
    _, end, events = ask(generator, "Who pays the rent? " * 30)
    kinds = [type(event) for event in events]
    assert kinds == sorted(kinds, key=[Prefilling, Piece, Generated].index)
    readings = [event for event in events if isinstance(event, Prefilling)]
    assert readings[-1].done == readings[-1].total == end.prompt_tokens
    pieces = [event for event in events if isinstance(event, Piece)]
    assert sum(piece.tokens for piece in pieces) == end.completion_tokens == 24
    assert end.stop_reason == "length"
    assert all(piece.logprob < 0 for piece in pieces)


def test_greedy_answers_are_the_same_each_time(generator: LlamaGenerator) -> None:
    first = ask(generator, "Who pays the rent?")[0]
    ask(generator, "Something else entirely")
    assert ask(generator, "Who pays the rent?")[0] == first


def test_a_seed_makes_a_random_answer_repeatable(generator: LlamaGenerator) -> None:
    warm = Sampling(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=7, max_tokens=24)
    answers = [ask(generator, "Who?", sampling=replace(warm, seed=seed))[0] for seed in (7, 7, 8)]
    assert answers[0] == answers[1] != answers[2]


def test_a_repeat_penalty_changes_what_repeats(generator: LlamaGenerator) -> None:
    free = ask(generator, "Who?", sampling=replace(SHORT, repeat_penalty=1.0))[0]
    assert ask(generator, "Who?", sampling=replace(SHORT, repeat_penalty=1.8))[0] != free


def test_a_grammar_is_obeyed(generator: LlamaGenerator) -> None:
    text, end, _ = ask(generator, "Yes or no?", grammar='root ::= "yes" | "no"')
    assert text in ("yes", "no")
    assert end.stop_reason == "end"


def test_a_wrong_grammar_is_an_error_in_words(generator: LlamaGenerator) -> None:
    with pytest.raises(UsageError, match="GBNF"):
        ask(generator, "Yes or no?", grammar="root ::= (")
    assert ask(generator, "Yes or no?")[0]


def test_a_stop_string_ends_the_answer(generator: LlamaGenerator) -> None:
    text = ask(generator, "Who?")[0]
    stop = text[5:8]
    shown, end, _ = ask(generator, "Who?", stop=(stop,))
    assert shown == text[: text.index(stop)]
    assert end.stop_reason == "stop"


def test_a_second_turn_reads_only_what_is_new(generator: LlamaGenerator) -> None:
    question, more = "What does the agreement say? " * 20, "And the deposit?"
    answer, first, _ = ask(generator, question)
    _, second, _ = ask(generator, question, answer, more)
    # The last sampled token was never read, and a text's tokens may differ from those that made it.
    assert first.prompt_tokens <= second.reused_tokens < first.prompt_tokens + first.completion_tokens
    assert second.reused_tokens + 40 > second.prompt_tokens - generator.count([answer])[0]


def test_reuse_does_not_change_the_answer(generator: LlamaGenerator, fresh: LlamaGenerator) -> None:
    turns = ("Who pays? " * 30, "The tenant pays.", "When?")
    ask(generator, *turns[:1])
    reused, end, _ = ask(generator, *turns)
    assert end.reused_tokens > 0
    anew, end, _ = ask(fresh, *turns)
    assert end.reused_tokens == 0
    assert reused == anew


def test_the_same_prompt_again_is_reused_but_for_its_last_token(generator: LlamaGenerator) -> None:
    ask(generator, "Who pays?")
    end = ask(generator, "Who pays?")[1]
    assert end.reused_tokens == end.prompt_tokens - 1


def test_a_marker_in_a_content_costs_more_than_one_token(generator: LlamaGenerator) -> None:
    plain = ask(generator, "")[1].prompt_tokens
    marker = ask(generator, "<|im_start|>")[1].prompt_tokens
    assert marker - plain == generator.count(["<|im_start|>"])[0] > 5


def test_a_marker_that_the_vocabulary_finds_in_any_text_is_cut_in_contents(tmp_path: Path) -> None:
    loose = write_tiny_gguf(tmp_path / "loose.gguf", special_type=gguf.TokenType.USER_DEFINED)
    with WorkerClient("llm", worker_command("llm")) as client:
        generator = LlamaGenerator(client, ModelSettings(loose, threads=1))
        assert generator.count(["<|im_start|>"]) == [1]
        plain = ask(generator, "")[1].prompt_tokens
        assert ask(generator, "<|im_start|>")[1].prompt_tokens - plain > 5


def test_a_prompt_that_does_not_fit_is_refused_with_the_numbers(generator: LlamaGenerator) -> None:
    with pytest.raises(ContextTooSmall, match="2048"):
        ask(generator, "word " * 3000)
    with pytest.raises(ContextTooSmall, match="2048"):
        ask(generator, "word", sampling=Sampling(max_tokens=2048))


def test_stopping_while_it_writes_keeps_what_came(generator: LlamaGenerator) -> None:
    cancel = CancelToken()
    long = GenerationRequest((ChatMessage(Role.USER, "Who?"),), Sampling(max_tokens=1900))
    events = []
    for event in generator.generate(long, cancel):
        events.append(event)
        if isinstance(event, Piece):
            cancel.cancel()
    end = events[-1]
    assert isinstance(end, Generated)
    assert end.stop_reason == "cancelled"
    assert 0 < end.completion_tokens < 1900


def test_stopping_in_the_middle_of_reading_is_heard_at_once(tmp_path: Path) -> None:
    slow = write_tiny_gguf(tmp_path / "slow.gguf", size=TinySize(width=512, layers=8, context=8192))
    with WorkerClient("llm", worker_command("llm")) as client:
        generator = LlamaGenerator(client, ModelSettings(slow, threads=1))
        expected = ask(generator, "Who pays?")[0]
        pid, cancel = client.pid, CancelToken()
        long = GenerationRequest((ChatMessage(Role.USER, "The landlord repairs it. " * 800),), SHORT)
        events = generator.generate(long, cancel)
        while not (isinstance(reading := next(events), Prefilling) and reading.done > reading.reused):
            pass
        started = time.monotonic()
        cancel.cancel()
        end = list(events)[-1]
        assert time.monotonic() - started < 1
        assert isinstance(end, Generated)
        assert (end.stop_reason, end.completion_tokens) == ("cancelled", 0)
        assert ask(generator, "Who pays?")[0] == expected
        assert client.pid == pid


def test_an_abort_within_a_batch_leaves_the_kv_cache_right(tmp_path: Path) -> None:
    slow = write_tiny_gguf(tmp_path / "slow.gguf", size=TinySize(width=512, layers=8, context=8192))
    question = "The landlord repairs it. " * 400
    with WorkerClient("llm", worker_command("llm")) as client:
        generator = LlamaGenerator(client, ModelSettings(slow, threads=1))
        expected = ask(generator, question)[0]
        ask(generator, "Something else")
        for cut in range(1, 4):
            cancel = CancelToken()
            events = generator.generate(GenerationRequest((ChatMessage(Role.USER, question),), SHORT), cancel)
            for _ in range(cut):
                next(events)
            cancel.cancel()
            list(events)
        text, end, _ = ask(generator, question)
        assert 0 < end.reused_tokens < end.prompt_tokens - 1
        assert text == expected


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_child_is_an_error_and_the_next_question_is_answered(fresh: LlamaGenerator) -> None:
    expected = ask(fresh, "Who pays?")[0]
    events = fresh.generate(GenerationRequest((ChatMessage(Role.USER, "Who?"),), Sampling(max_tokens=1900)), never())
    next(events)
    (child,) = [process for process in psutil.Process().children() if "llm" in process.cmdline()[-1:]][-1:]
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(WorkerDied, match=r"language model.*SIGKILL"):
        list(events)
    assert fresh.loaded is None
    assert ask(fresh, "Who pays?")[0] == expected


def test_switching_the_model_loads_another_and_gives_the_first_ones_memory_back(
    fresh: LlamaGenerator, tmp_path: Path
) -> None:
    assert fresh.info().n_ctx == 2048
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=1)
    fresh.switch(ModelSettings(other, n_ctx=512, threads=1))
    assert fresh.loaded is None
    assert fresh.info().n_ctx == 512
    assert fresh.info().path == other


def test_a_gpu_that_is_not_there_is_replaced_by_the_cpu_with_the_reason(fresh: LlamaGenerator, tiny: Path) -> None:
    fresh.switch(ModelSettings(tiny, n_gpu_layers=-1, threads=1))
    info = fresh.info()
    assert ask(fresh, "Who pays?")[0]
    assert (info.device != "cpu") != bool(info.fallback_reason)


def test_a_model_without_a_template_is_asked_in_chatml(fresh: LlamaGenerator, tmp_path: Path, tiny: Path) -> None:
    bare = write_tiny_gguf(tmp_path / "bare.gguf", chat_template=None)
    expected = ask(fresh, "Who pays?")[0]
    fresh.switch(ModelSettings(bare, threads=1))
    assert ask(fresh, "Who pays?")[0] == expected


def test_a_broken_model_is_named_and_the_child_lives(fresh: LlamaGenerator, tmp_path: Path, tiny: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(tiny.read_bytes()[:20_000])
    fresh.switch(ModelSettings(broken))
    with pytest.raises(ModelBroken, match=r"broken\.gguf is cut short"):
        fresh.info()
    fresh.switch(ModelSettings(tiny, threads=1))
    assert ask(fresh, "Who pays?")[0]


def test_a_model_that_llama_cpp_refuses_is_an_error_with_its_reason(fresh: LlamaGenerator, tmp_path: Path) -> None:
    foreign = write_tiny_gguf(tmp_path / "foreign.gguf", architecture="mamba")
    fresh.switch(ModelSettings(foreign))
    with pytest.raises(ModelBroken, match=r"foreign\.gguf: .*mamba"):
        fresh.info()


def test_a_context_larger_than_memory_is_refused_with_the_numbers(fresh: LlamaGenerator, tmp_path: Path) -> None:
    vast = write_tiny_gguf(tmp_path / "vast.gguf", size=TinySize(width=1024, layers=4, context=2**31 - 1))
    fresh.switch(ModelSettings(vast, n_ctx=2**31 - 1))
    with pytest.raises(ModelTooLarge, match=r"needs about .* GB.*are free"):
        fresh.info()


def test_a_cancel_before_anything_starts_is_a_cancel(fresh: LlamaGenerator) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(fresh.generate(GenerationRequest((ChatMessage(Role.USER, "Who?"),)), cancel))


def test_the_first_model_that_is_named_starts_no_child(tiny: Path) -> None:
    with WorkerClient("llm", worker_command("llm")) as client:
        generator = LlamaGenerator(client, ModelSettings(Path()))
        generator.switch(ModelSettings(tiny, threads=1))
        assert generator.memory() == 0
        assert generator.settings.path == tiny
