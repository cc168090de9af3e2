"""Takes the records of a table kept as text apart: which sign parts its fields, and where its quotes end.

Over the standard library's reader, which is right about quotes, line breaks in them and doubled ones, but swallows the
rest of a file behind one quote that is never closed, and whose guess of the sign takes minutes on a text of quotes.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from _csv import Reader

TAB = "\t"
SIGNS = (",", ";", TAB, "|")

SAMPLE = 64 * 2**10
"""Characters from which the sign is told; a table that is even in its first thousand rows is even behind them."""

SAMPLE_ROWS = 500

MOST_SLIPS = 100
"""Quotes that are never closed, each of which is read over again; a file of more is read without quotes."""


def sniff(text: str) -> str:
    """The sign that parts the fields: the one by which most records have as many fields as the others.

    A sign that parts the first record too is preferred, since a decimal comma is found only below the header.
    """
    sample = text[:SAMPLE]
    if len(text) > SAMPLE and "\n" in sample:
        sample = sample[: sample.rindex("\n")]
    return max(SIGNS, key=lambda sign: _evenness(sample, sign))


def _evenness(sample: str, sign: str) -> tuple[float, int]:
    widths = [len(record) for record in islice(records(sample, sign), SAMPLE_ROWS) if any(record)]
    if sign not in sample or not widths:
        return 0.0, 0
    (width, count), *_ = Counter(widths).most_common(1)
    if width < 2:
        return sum(1 for other in widths if other > 1) / len(widths) / 4, width
    return count / len(widths) * (1.0 if widths[0] > 1 else 0.5), width


def records(text: str, sign: str) -> Iterator[list[str]]:
    """The fields of each record, in order; a blank line is a record of no fields. A quote never closed is a letter."""
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    at = slips = 0
    while at < len(lines):
        for upto, record in _whole(_reader(lines, at, sign, slips), lines, at):
            at = upto
            yield record
        if at < len(lines):
            slips += 1
            yield lines[at].split(sign)
            at += 1


def _reader(lines: list[str], at: int, sign: str, slips: int) -> Reader:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if slips < MOST_SLIPS else csv.QUOTE_NONE
    rest = (line + "\n" for line in islice(lines, at, None))
    return csv.reader(rest, delimiter=sign, quoting=quoting, skipinitialspace=True)


def _whole(reader: Reader, lines: list[str], at: int) -> Iterator[tuple[int, list[str]]]:
    """Records from line `at` on, each with the line behind it, until the first with a quote that is never closed."""
    begin = at
    while True:
        try:
            record = next(reader)
        except (StopIteration, csv.Error):
            return
        end = at + reader.line_num
        if end - begin > 1 and sum(line.count('"') for line in lines[begin:end]) % 2:
            return
        yield end, record
        begin = end
