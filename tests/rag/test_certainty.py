"""How sure the model was of each sentence, brought from what it wrote to what is read."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from rag.certainty import WrittenPiece, certainties


def written(text: str, chances: Mapping[str, float]) -> list[WrittenPiece]:
    """A token for each word with what stands behind it, as probable as told; others are certain."""
    return [
        WrittenPiece(piece, 1, math.log(chances.get(piece.strip(" .[]"), 1.0))) for piece in re.findall(r"\S+\s*", text)
    ]


def test_a_sentence_is_as_sure_as_the_geometric_mean_of_its_tokens() -> None:
    pieces = written("The rent is 950 euros. Pets sleep.", {"950": 0.25, "euros": 0.5, "Pets": 0.5})
    first, second = certainties(pieces, "The rent is 950 euros. Pets sleep.")
    assert math.isclose(first.value, (0.25 * 0.5) ** (1 / 5), abs_tol=1e-4)
    assert math.isclose(second.value, 0.5**0.5, abs_tol=1e-4)
    assert (first.start, first.end) == (0, 22)


def test_numbers_that_the_check_moved_or_dropped_do_not_disturb() -> None:
    pieces = written("The rent [7] is 950 euros [1]. Pets sleep [27].", {"7": 0.01, "Pets": 0.25})
    text = "The rent is 950 euros. [1] Pets sleep."
    first, second = certainties(pieces, text)
    assert first.value == 1.0
    assert second.value == 0.5
    assert text[second.start : second.end] == "Pets sleep."


def test_words_that_the_model_did_not_write_get_no_certainty() -> None:
    assert certainties(written("The rent is high.", {}), "950 euros [1]") == ()


def test_an_answer_that_was_cut_short_keeps_what_it_has() -> None:
    (only,) = certainties(written("Pets sleep. Dogs ba", {"Pets": 0.25}), "Pets sleep.")
    assert only.value == 0.5


def test_nothing_written_is_nothing_to_be_sure_of() -> None:
    assert certainties([], "") == ()
    assert certainties([], "Your documents do not say.") == ()
