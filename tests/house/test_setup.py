"""The set-up script: what it refuses in words, and that it does nothing twice."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module, working on a folder of its own and writing down its steps instead of taking them."""
    spec = importlib.util.spec_from_file_location("setup_env", ROOT / "packaging" / "setup_env.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    environment = tmp_path / "env"
    monkeypatch.setattr(module, "ENVIRONMENT", environment)
    monkeypatch.setattr(module, "PYTHON", environment / "python")
    steps: list[str] = []

    def note(label: str, _command: object) -> None:
        steps.append(label)
        environment.mkdir(exist_ok=True)

    monkeypatch.setattr(module, "step", note)
    monkeypatch.setattr(module, "installed", lambda _module: False)
    monkeypatch.setattr(module, "report_qt", lambda: None)
    monkeypatch.setattr(module, "steps", steps, raising=False)
    return module


def test_torch_comes_first_then_llama_cpp_then_the_lock_then_footnote(setup: ModuleType) -> None:
    setup.install(setup.RUN_TIME)
    assert [label.split()[1].split("-")[0] for label in setup.steps] == ["torch", "llama", "what", "Footnote"]


def test_what_is_set_up_is_not_set_up_again(setup: ModuleType, tmp_path: Path) -> None:
    setup.set_up([setup.RUN_TIME])
    assert setup.steps
    setup.steps.clear()
    (tmp_path / "env" / "python").touch()
    setup.set_up([setup.RUN_TIME])
    assert setup.steps == []


def test_a_changed_lock_is_installed(setup: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("torch==2.13.0\nllama-cpp-python==0.3.36\n", encoding="utf-8")
    monkeypatch.setattr(setup, "RUN_TIME", lock)
    setup.set_up([lock])
    setup.steps.clear()
    (tmp_path / "env" / "python").symlink_to(sys.executable)
    lock.write_text("torch==2.13.0\nllama-cpp-python==0.3.37\n", encoding="utf-8")
    setup.set_up([lock])
    assert any("lock" in label for label in setup.steps)
    assert not any("environment" in label for label in setup.steps)


def test_a_missing_compiler_is_named_with_how_to_get_one(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "COMPILERS", ("no-such-compiler",))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(setup.Missing, match=r"no C\+\+ compiler.*apt-get install g\+\+"):
        setup.check_compiler()


def test_a_python_that_is_too_old_or_too_new_is_refused(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [setup.is_fit(version) for version in ((3, 10), (3, 11), (3, 13), (3, 14), ())] == [
        False,
        True,
        True,
        False,
        False,
    ]
    monkeypatch.setattr(setup, "version_of", lambda _python: (3, 10))
    with pytest.raises(setup.Missing, match=r"needs Python 3\.11, 3\.12 or 3\.13"):
        setup.fitting_python()
