"""Write requirements.lock and requirements-dev.lock: the exact versions that pip chooses today, and nothing else.

pip itself resolves pyproject.toml's dependencies in an empty environment (`--dry-run --report`: nothing is installed).
Its report also holds where each file came from; only names and versions are kept, so no index and no path of the
machine it ran on enters the lock. The CUDA parts that some indexes attach to torch are left out: `make run` installs
torch by itself first, and the computer's own index decides which build that is.

Needs only the standard library. Run it through `make lock`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ACCELERATOR = re.compile(r"^(nvidia-|cuda-|triton$|pytorch-triton)")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted: list[str] = project["dependencies"]
    with tempfile.TemporaryDirectory() as folder:
        python = empty_environment(Path(folder))
        run_time = resolve(python, wanted, Path(folder))
        pins = [f"{name}=={version}" for name, version in sorted(run_time.items())]
        everything = resolve(python, [*pins, *project["optional-dependencies"]["dev"]], Path(folder))
    dev = {name: version for name, version in everything.items() if name not in run_time}
    write(ROOT / "requirements.lock", "What Footnote runs on", run_time)
    write(ROOT / "requirements-dev.lock", "What its tests and checks need besides requirements.lock", dev)


def empty_environment(folder: Path) -> Path:
    venv.create(folder / "env", with_pip=True)
    return folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def resolve(python: Path, requirements: list[str], folder: Path) -> dict[str, str]:
    """Version by normalised name, for everything that `requirements` pull in."""
    listed, report = folder / "wanted.txt", folder / "report.json"
    listed.write_text("\n".join(requirements), encoding="utf-8")
    command = [str(python), "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    subprocess.run([*command, "--report", str(report), "-r", str(listed)], check=True)
    items = json.loads(report.read_text(encoding="utf-8"))["install"]
    found = {normal(item["metadata"]["name"]): item["metadata"]["version"].split("+")[0] for item in items}
    return {name: version for name, version in found.items() if not ACCELERATOR.match(name)}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def write(path: Path, title: str, versions: dict[str, str]) -> None:
    lines = [f"# {title}. Written by `make lock`; change pyproject.toml instead.", ""]
    lines += [f"{name}=={version}" for name, version in sorted(versions.items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path.name}: {len(versions)} packages")


if __name__ == "__main__":
    main()
