"""A part of a labelled set, for a quick look: picked evenly at random, and always the same."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def picked(items: Sequence[Item], limit: int | None) -> tuple[Item, ...]:
    """At most `limit` of the items, in their order; all of them for None."""
    if limit is None or limit >= len(items):
        return tuple(items)
    places = sorted(Random(0).sample(range(len(items)), limit))  # noqa: S311 - a sample, not a secret
    return tuple(items[place] for place in places)
