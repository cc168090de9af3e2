"""Kill all of Footnote at random moments and say what tells of it: `python -m tests.survival --kills 50`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.survival.killing import Killing, program


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.survival", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as room, program() as running:
        tally = Killing(running, Path(room).resolve(), args.seed, lambda line: print(line, flush=True)).kill(args.kills)
    print(f"{tally.count()} kills in {tally.rounds} rounds, {time.monotonic() - began:.0f} s: {dict(tally.kills)}")
    print(f"in phases {dict(tally.phases)}; {tally.missed} came too late")
    print(f"{tally.vectors} vectors compared, {tally.turned} differ in a last bit")
    print(f"{len(tally.wrong)} wrong", *tally.wrong, sep="\n  ")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
