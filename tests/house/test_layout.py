"""The house keeps its shape: floors, who may import what, short files, one version."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("desktop", "rag", "local_models")
LONGEST_FILE, LONGEST_TEST_FILE = 400, 500
"""Lines. A file of tests is a list and may be a little longer."""

ONLY = {
    "PySide6": ("desktop",),
    "shiboken6": ("desktop",),
    "llama_cpp": ("local_models/llama.py", "local_models/training/export.py"),
    "sentence_transformers": ("local_models/embedders", "local_models/training"),
    "torch": ("local_models/embedders", "local_models/training", "local_models/finetune"),
    "transformers": ("local_models/embedders", "local_models/training", "local_models/finetune"),
    "onnxruntime": ("local_models/embedders", "local_models/training"),
    "faiss": ("rag/index/flat.py", "rag/index/compact.py"),
    "sqlalchemy": ("rag/store",),
    "alembic": ("rag/store",),
    "sqlite3": ("rag/store", "rag/examination.py"),  # the examination asks for its version only
    "socket": ("local_models/download.py", "local_models/offline.py"),
    "ssl": ("local_models/download.py",),
    "http.client": ("local_models/download.py",),
    "urllib.request": ("local_models/download.py",),
    "requests": (),
}
"""Who alone may import a library; everyone else asks that room. What may open a socket stands at the end."""

BROAD_CATCHES = {"desktop/jobs.py", "local_models/worker.py", "rag/parsers/worker.py", "rag/cli/main.py"}
"""The job runners and the worker loops: where a bug is turned into words. Raising on is no catch."""


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


@cache
def walked(path: Path) -> tuple[frozenset[str], tuple[ast.ExceptHandler, ...]]:
    """What a file imports, and what it catches."""
    nodes = list(statements(ast.parse(path.read_text(encoding="utf-8"))))
    return frozenset(imported(nodes)), tuple(node for node in nodes if isinstance(node, ast.ExceptHandler))


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Of all blocks, without the expressions in them: a fifth of what ast.walk visits."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, block, ())


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_imports_go_down_only() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == EXIT_STATUS_SUCCESS


def test_each_heavy_library_is_imported_in_its_one_place_only() -> None:
    wrong = {
        f"{name_of(path)} imports {library}"
        for path in sources()
        for module in walked(path)[0]
        for library, allowed in ONLY.items()
        if f"{module}.".startswith(f"{library}.")
        and not any(name_of(path) == place or name_of(path).startswith(f"{place}/") for place in allowed)
    }
    assert wrong == set()


def test_a_bug_is_caught_only_where_it_is_turned_into_words() -> None:
    wrong = [
        f"{name_of(path)}:{node.lineno}"
        for path in sources()
        for node in walked(path)[1]
        if (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and name_of(path) not in BROAD_CATCHES
        and not (isinstance(last := node.body[-1], ast.Raise) and (last.exc is None or last.cause is not None))
    ]
    assert wrong == []


def test_no_file_is_longer_than_one_idea() -> None:
    limits = dict.fromkeys([*sources(), *(ROOT / "packaging").rglob("*.py")], LONGEST_FILE)
    limits |= dict.fromkeys((ROOT / "tests").rglob("*.py"), LONGEST_TEST_FILE)
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in limits}
    assert {name_of(path): length for path, length in lengths.items() if length > limits[path]} == {}


def test_packaging_is_no_package_so_that_it_never_hides_the_library_of_that_name() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = project["tool"]["setuptools"]["packages"]["find"]
    assert found["namespaces"] is False
    assert found["include"] == [f"{room}*" for room in ROOMS]


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version("footnote") == project["version"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_lock_pins_every_dependency_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for lock, wanted in (
        ("requirements.lock", project["dependencies"]),
        ("requirements-dev.lock", project["optional-dependencies"]["dev"]),
    ):
        pins = dict(line.split("==") for line in (ROOT / lock).read_text().splitlines() if "==" in line)
        for requirement in map(Requirement, wanted):
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            assert name in pins, f"{lock} does not pin {name}: run `make lock`"
            assert requirement.specifier.contains(pins[name], prereleases=True), f"{name}=={pins[name]}"


def test_the_lock_names_no_machine_no_index_and_no_accelerator() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
            assert re.fullmatch(r"|#.*|[a-z0-9][a-z0-9-]*==[0-9][0-9a-z.]*", line), line
            assert not line.startswith(("nvidia", "cuda", "triton"))


def test_no_file_names_the_machine_it_was_written_on() -> None:
    home = re.compile(rb"/(?:root|work)/[\w.]")
    allowed = {"tests/house/test_layout.py"}
    wrong = [
        name_of(path)
        for path in tracked_files()
        if name_of(path) not in allowed
        and path.suffix not in {".gguf", ".onnx", ".pdf"}
        and home.search(path.read_bytes())
    ]
    assert wrong == []
