"""Step 1: the tokenizer. Byte-level BPE, learned from our own text.

    python -m local_models.training.tokenizer --data FOLDER --out RUN [--vocabulary 8192] [--megabytes 40]

Text is cut as llama.cpp's pre-tokenizer "smollm" cuts it (each digit alone, then GPT-2's pattern), so an unpatched
llama.cpp gives the same ids. Two kinds of marker are single tokens:

- roles and the ends of turns are CONTROL tokens: llama.cpp never reads them out of text;
- [1] to [32] are USER_DEFINED: the program itself writes them into the prompt's text, so they must be read out of
  it, and `prompt_format.neutralise` takes them from everything that a document or a person wrote.

It knows nothing of models. The markers come first, so their ids do not depend on the text.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from local_models.prompt_format import MAX_SOURCE_NUMBER
from local_models.training.data import Part, read_passages, read_prose
from local_models.training.progress import say

PAD, BOS, EOS = "<|pad|>", "<|bos|>", "<|eos|>"
SYSTEM, USER, ASSISTANT, END = "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"
CONTROL_TOKENS = (PAD, BOS, EOS, SYSTEM, USER, ASSISTANT, END)
SOURCE_TOKENS = tuple(f"[{number}]" for number in range(1, MAX_SOURCE_NUMBER + 1))
PRE_TOKENIZER = "smollm"

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

FILE = "tokenizer.json"


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A tokenizer of at most `vocabulary` tokens, markers and the 256 bytes among them."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[*CONTROL_TOKENS, *SOURCE_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=3,
        max_token_length=20,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return _with_visible_source_tokens(tokenizer)


def load_tokenizer(run: Path) -> Tokenizer:
    """The tokenizer of a run's folder."""
    return Tokenizer.from_file(str(run / FILE))


def token_id(tokenizer: Tokenizer, token: str) -> int:
    """The id of a token that must exist."""
    found = tokenizer.token_to_id(token)
    if found is None:
        raise KeyError(token)
    return int(found)


def _with_visible_source_tokens(tokenizer: Tokenizer) -> Tokenizer:
    """[1] and its like are part of what is shown: decoding must not drop them as it drops roles."""
    state = json.loads(tokenizer.to_str())
    for added in state["added_tokens"]:
        added["special"] = added["content"] in CONTROL_TOKENS
        added["normalized"] = False
    return Tokenizer.from_str(json.dumps(state))


def _sample(folder: Path, megabytes: float, rng: random.Random) -> Iterator[str]:
    """Half reading passages with their questions, half prose: what the reader will see, and what it may see."""
    budget = megabytes * 1e6 / 2
    passages = read_passages(folder, Part.TRAINING)
    rng.shuffle(passages)
    reading = (
        "\n\nQuestion: ".join((f"Sources:\n{passage.text}", *(question.text for question in passage.questions)))
        for passage in passages
    )
    yield from _until(budget, reading)
    yield from _until(budget, read_prose(folder))


def _until(budget: float, texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield text
        budget -= len(text)
        if budget < 0:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description="Learn the reader's tokenizer.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--out", type=Path, required=True, help="folder of this run")
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--megabytes", type=float, default=40, help="how much text to learn from")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    sample = _sample(options.data, options.megabytes, random.Random(options.seed))
    tokenizer = train_tokenizer(sample, options.vocabulary)
    options.out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(options.out / FILE))
    say(f"{tokenizer.get_vocab_size()} tokens in {options.out / FILE}")


if __name__ == "__main__":
    main()
