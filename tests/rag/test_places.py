"""Labels that count make a range."""

from __future__ import annotations

import pytest

from rag.places import label_range


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("cell 2", "cell 5", "cells 2–5"),
        ("cell 2", "cell 2", "cell 2"),
        ("cells 1–3", "cell 5", "cells 1–5"),
        ("cells 1–3", "cells 4–6", "cells 1–6"),
        ("0:10–0:20", "0:21–0:30", "0:10–0:30"),
        ("59:10–1:00:20", "1:02:21–1:03:30", "59:10–1:03:30"),
        ("part 2, paragraph 3", "part 2, paragraph 7", "part 2, paragraphs 3–7"),
        ("Intro", "Storm", "Intro – Storm"),
    ],
)
def test_two_labels_make_one(first: str, last: str, told: str) -> None:
    assert label_range(first, last) == told
