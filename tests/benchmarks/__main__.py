"""Run the benchmarks and print their figures. Run it on a computer that does nothing else."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.benchmarks import (
    answering,
    asking_beside,
    embedding,
    first_question,
    indexing,
    memory,
    responsiveness,
    scale,
    starting,
    viewing,
    window,
)

BENCHMARKS = {
    "window": window.measure,
    "indexing": indexing.measure,
    "embedding": embedding.measure,
    "first_question": first_question.measure,
    "asking_beside": asking_beside.measure,
    "starting": starting.measure,
    "answering": answering.measure,
    "responsiveness": responsiveness.measure,
    "memory": memory.measure,
    "viewing": viewing.measure,
}
ASKED_FOR = ("scale",)
"""Run only when named: making a large library takes minutes."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS, *ASKED_FOR], help="all but scale if none")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--passages", type=int, default=200_000, help="of the library that scale makes")
    parser.add_argument("--keep", type=Path, help="folder in which scale keeps its library for the next run")
    args = parser.parse_args()
    figures = []
    for name in args.names or BENCHMARKS:
        run = BENCHMARKS.get(name, partial(scale.measure, args.passages, args.keep))
        for figure in run():
            figures.append(figure)
            if not args.json:
                print(figure, flush=True)
    if args.json:
        print(json.dumps([{**asdict(figure), "ratio": figure.ratio} for figure in figures], indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
