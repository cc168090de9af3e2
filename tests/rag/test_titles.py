"""Where a source stands, in one line that says nothing twice."""

from __future__ import annotations

import pytest

from rag.titles import where_in
from rag.types import Place


@pytest.mark.parametrize(
    ("place", "heading", "told"),
    [
        (Place(cells="Prices!B4"), "Prices", "file · Prices!B4"),
        (Place(cells="Prices!B4"), "Prices › Lease", "file · Prices!B4 · Lease"),
        (Place(chapter="message 2: Rent"), "Rent", "file · message 2: Rent"),
        (Place(lines=(4, 4), keys="servers › port"), "servers, mail", "file · line 4 · servers › port"),
        (Place(page=3), "Rent", "file · page 3 · Rent"),
        (Place(chapter="Rent"), "House › Rent", "file · Rent"),
    ],
)
def test_a_heading_that_the_place_tells_stands_once(place: Place, heading: str, told: str) -> None:
    assert where_in("file", place, heading) == told
