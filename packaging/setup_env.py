"""Set up .venv in the project's folder: what `make run` and `make test` do first. Standard library only.

It says what it does and how long each step took, names plainly what the computer lacks, and leaves a stamp, so that
the next start asks nobody and takes no time. The exact versions stand in requirements.lock; torch comes first and by
itself, so that the computer's own package index decides which build of it fits.

    python packaging/setup_env.py          what the program needs
    python packaging/setup_env.py --dev    what its tests and checks need besides
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUN_TIME, DEV = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
PYTHONS = ((3, 11), (3, 14))
"""From the first up to, not including, the second."""
COMPILERS = ("c++", "g++", "clang++", "cl")
QUIET_S = 60
"""A step that runs longer says so this often: compiling llama.cpp takes minutes and prints nothing by itself."""
QT_LIBRARIES = "libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1"


class Missing(Exception):
    """What the computer lacks, and what to do about it."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Set up .venv in the project's folder.")
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    locks = [RUN_TIME, DEV] if parser.parse_args().dev else [RUN_TIME]
    try:
        set_up(locks)
    except Missing as missing:
        sys.exit(f"\nSet-up can't go on. {missing}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"\nSet-up stopped: a step ended with code {error.returncode}. What it printed above says why.")


def set_up(locks: Sequence[Path]) -> None:
    stamps = {lock: ENVIRONMENT / f"footnote-{lock.stem}.stamp" for lock in locks}
    digests = {lock: digest(lock) for lock in locks}
    if PYTHON.exists() and all(read(stamps[lock]) == digests[lock] for lock in locks):
        return
    started = time.monotonic()
    say(f"Setting up {ENVIRONMENT} (once; a few minutes)")
    create_environment()
    for lock in locks:
        if read(stamps[lock]) != digests[lock]:
            install(lock)
            stamps[lock].write_text(digests[lock], encoding="utf-8")
    report_qt()
    say(f"Ready after {time.monotonic() - started:.0f} s")


def create_environment() -> None:
    if PYTHON.exists() and is_fit(version_of(str(PYTHON))):
        return
    maker = fitting_python()
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)  # its Python is gone, or too old, or too new
    step("Making the environment", [maker, "-m", "venv", str(ENVIRONMENT)])


def fitting_python() -> str:
    """The Python that runs this, or another one on the PATH that Footnote works with."""
    for candidate in (sys.executable, "python3.12", "python3.13", "python3.11"):
        if is_fit(version_of(candidate)):
            return candidate
    found = ".".join(map(str, sys.version_info[:2]))
    raise Missing(f"Footnote needs Python 3.11, 3.12 or 3.13, and only {found} was found. Install one of them.")


def version_of(python: str) -> tuple[int, ...]:
    """Empty when there is no such Python."""
    if shutil.which(python) is None:
        return ()
    told = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"], check=False, capture_output=True, text=True
    )
    return tuple(map(int, told.stdout.split()))


def is_fit(version: Sequence[int]) -> bool:
    return PYTHONS[0] <= tuple(version) < PYTHONS[1]


def install(lock: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if lock == RUN_TIME:
        step("Installing torch (the largest part)", [*pip, pin("torch")])
        if not installed("llama_cpp"):
            check_compiler()
            step(
                "Compiling llama-cpp-python for this computer (minutes, unless pip has kept it from before)",
                [*pip, pin("llama-cpp-python")],
            )
    step(f"Installing what {lock.name} lists", [*pip, "-r", str(lock)])
    if lock == RUN_TIME:
        step("Installing Footnote itself", [*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def check_compiler() -> None:
    """llama.cpp is compiled here, so that it uses what this processor can do."""
    candidates = [os.environ["CXX"].split()[0]] if os.environ.get("CXX") else COMPILERS
    if not any(shutil.which(name) for name in candidates):
        raise Missing(
            "There is no C++ compiler. Debian and Ubuntu: sudo apt-get install g++; Fedora: sudo dnf install gcc-c++; "
            "macOS: xcode-select --install; Windows: the Build Tools for Visual Studio."
        )


def report_qt() -> None:
    """The window needs a few of the system's libraries; say which one is missing, because Qt itself says little."""
    tried = subprocess.run([PYTHON, "-c", "import PySide6.QtWidgets"], check=False, capture_output=True, text=True)
    if tried.returncode != 0:
        lines = tried.stderr.strip().splitlines()
        say(f"The window can't open on this computer: {lines[-1] if lines else 'Qt could not be loaded'}")
        if sys.platform == "linux":
            say(f"On Debian and Ubuntu: sudo apt-get install {QT_LIBRARIES}")


def step(label: str, command: Sequence[str]) -> None:
    """Run one command, saying how long it took, and on the way that it still runs. What it prints is for failures."""
    started = time.monotonic()
    say(f"{label} …")
    done = threading.Event()

    def remind() -> None:
        while not done.wait(QUIET_S):
            say(f"  still at it, {(time.monotonic() - started) / 60:.0f} min")

    reminder = threading.Thread(target=remind)
    reminder.start()
    try:
        ended = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    finally:
        done.set()
        reminder.join()
    if ended.returncode != 0:
        say(ended.stdout)
        ended.check_returncode()
    say(f"  done in {time.monotonic() - started:.0f} s")


def pin(name: str) -> str:
    """The line of requirements.lock for one package."""
    for line in RUN_TIME.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{name}=="):
            return line
    raise Missing(f"requirements.lock does not name {name}. Run `make lock`.")


def installed(module: str) -> bool:
    find = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"
    return subprocess.run([PYTHON, "-c", find], check=False).returncode == 0


def digest(lock: Path) -> str:
    """Changes with the pins, and with what the installed project's own description says."""
    parts = [lock.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
