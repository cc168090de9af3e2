"""A tiny library to train on: made-up towns, written the way reading data is, enough for a tokenizer and a batch."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

TOWNS = ("Aldmoor", "Brightwick", "Carrow", "Dunhythe", "Elmstead", "Farleigh", "Gorsefield", "Hollin")
TRADES = ("glass", "rope", "clocks", "paper", "boats", "bells", "lace", "salt")


def passage_of(number: int) -> dict[str, object]:
    """One row of reading data about one town."""
    town, trade = TOWNS[number % len(TOWNS)], TRADES[(number * 3) % len(TRADES)]
    year, people = 1500 + number, 200 + 7 * number
    text = (
        f"{town} is a small town on the river Wend. It was founded in {year} by traders from the north. "
        f"For a long time the town of {town} lived by making {trade}. Today {people} people live there, "
        f"and the old market hall of {town} is open to visitors on every second Sunday of the month."
    )
    questions = [
        [f"When was {town} founded?", [str(year)], "span"],
        [f"What did {town} live by making?", [trade], "span"],
        [f"How many people live in {town} today?", [str(people)], "span"],
    ]
    return {"s": "towns", "t": f"{town} {number}", "c": text, "qa": questions}


def write_data(folder: Path, passages: int = 120) -> Path:
    """A folder like the one training reads: reading.jsonl.xz and one shard of prose."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [passage_of(number) for number in range(passages)]
    _write(folder / "reading.jsonl.xz", rows)
    _write(folder / "prose-00.jsonl.xz", [{"s": "towns", "t": row["t"], "x": row["c"]} for row in rows])
    return folder


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with lzma.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)
