"""A few kills of all of Footnote, with its real children; `python -m tests.survival` makes as many as one likes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.survival.killing import Killing, program
from tests.survival.whole_program import KILLED

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the program is copied by a fork"),
]

KILLS = 7


def test_nothing_tells_of_kills_of_the_program_of_its_children_or_of_both(tmp_path: Path) -> None:
    with program() as running:
        tally = Killing(running, tmp_path.resolve(), seed=3, small=True).kill(KILLS)
    assert tally.wrong == []
    assert tally.count() == KILLS
    assert {name.split()[0] for name in tally.kills} == set(KILLED)
    assert tally.vectors > 50
