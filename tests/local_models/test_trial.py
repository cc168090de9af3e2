"""Which encoder computes: only one that is faster here and gives the same vectors, tried once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from local_models.embedders import staged
from local_models.embedders.folder import default_folder, read_folder
from local_models.embedders.trial import SAME, RememberedTrials, is_better, trial_texts


class Clock:
    """Goes on only when an encoder works."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Turning:
    """Unit vectors of two numbers, turned by an angle whose cosine is given, in so many seconds a call."""

    def __init__(self, clock: Clock, *, seconds: float, cosine: float = 1.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._row = (cosine, (1 - cosine**2) ** 0.5)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self._clock.now += self._seconds
        return np.array([self._row] * len(texts), np.float32)


def test_a_faster_encoder_with_the_same_vectors_is_better() -> None:
    clock = Clock()
    assert is_better(Turning(clock, seconds=1.0, cosine=SAME + 1e-4), Turning(clock, seconds=2.0), clock=clock)


def test_a_slower_one_is_not() -> None:
    clock = Clock()
    assert not is_better(Turning(clock, seconds=2.0), Turning(clock, seconds=1.0), clock=clock)


def test_other_vectors_are_refused_however_fast_they_come() -> None:
    clock = Clock()
    assert not is_better(Turning(clock, seconds=0.1, cosine=0.995), Turning(clock, seconds=2.0), clock=clock)


def test_the_texts_of_the_trial_differ_in_words_and_length() -> None:
    texts = trial_texts()
    assert len(set(texts)) == len(texts) == 16
    assert max(map(len, texts)) > 5 * min(map(len, texts))


def test_an_outcome_is_remembered_for_this_computer_and_embedder(tmp_path: Path) -> None:
    file = tmp_path / "data" / "encoders.json"
    assert RememberedTrials(file).outcome("one") is None
    RememberedTrials(file).remember("one", better=True)
    RememberedTrials(file).remember("two", better=False)
    assert (RememberedTrials(file).outcome("one"), RememberedTrials(file).outcome("two")) == (True, False)
    assert RememberedTrials(file).outcome("three") is None


@pytest.mark.parametrize("written", ["{cut", "[]", '{"one": 3}'])
def test_a_damaged_memory_costs_another_trial(tmp_path: Path, written: str) -> None:
    (tmp_path / "encoders.json").write_text(written)
    assert RememberedTrials(tmp_path / "encoders.json").outcome("one") is None


def test_without_a_file_nothing_is_remembered() -> None:
    RememberedTrials(None).remember("one", better=True)
    assert RememberedTrials(None).outcome("one") is None


def test_what_lost_its_trial_is_not_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = read_folder(default_folder())
    trials = RememberedTrials(tmp_path / "encoders.json")
    trials.remember(folder.identity.digest, better=False)
    fetched: list[str] = []
    note: Callable[[str], None] = fetched.append
    monkeypatch.setattr("importlib.import_module", note)
    assert staged._faster(Turning(Clock(), seconds=1.0), folder, 1, trials) is None
    assert fetched == []
