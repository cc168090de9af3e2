import hashlib
import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from local_models.errors import Cancelled, ModelBroken, ModelError, ModelNotFound, UsageError
from local_models.files import ModelFolder, check_sum
from tests.fakes.tiny_gguf import write_tiny_gguf

Disk = namedtuple("Disk", "total used free")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_tiny_gguf(folder / "reader.gguf")
    write_tiny_gguf(folder / "mine.gguf", seed=1)
    return folder


@pytest.fixture
def folder(models: Path, tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "data" / "models", [models / "reader.gguf", models / "not-built-yet.gguf"])


def add(folder: ModelFolder, path: Path) -> None:
    list(folder.add(path, never()))


def test_bundled_models_come_first_and_need_no_folder(folder: ModelFolder) -> None:
    (model,) = folder.list()
    assert (model.name, model.bundled, model.problem) == ("reader", True, "")


def test_a_model_is_added_with_progress_and_found(folder: ModelFolder, models: Path) -> None:
    progress = list(folder.add(models / "mine.gguf", never()))
    assert progress[-1].done == progress[-1].total == (models / "mine.gguf").stat().st_size
    assert [model.name for model in folder.list()] == ["reader", "mine"]
    for name in ("mine", "mine.gguf", str(models / "mine.gguf")):
        assert folder.find(name).name == "mine"


def test_adding_the_same_file_again_is_fine(folder: ModelFolder, models: Path) -> None:
    add(folder, models / "mine.gguf")
    add(folder, models / "mine.gguf")
    add(folder, folder.folder / "mine.gguf")
    assert len(folder.list()) == 2


def test_another_model_of_the_same_name_is_refused(folder: ModelFolder, models: Path, tmp_path: Path) -> None:
    add(folder, models / "mine.gguf")
    shutil.copy(models / "reader.gguf", tmp_path / "mine.gguf")
    with pytest.raises(UsageError, match="another model named “mine”"):
        add(folder, tmp_path / "mine.gguf")


def test_what_is_no_model_is_refused_and_leaves_nothing(folder: ModelFolder, tmp_path: Path) -> None:
    (tmp_path / "letter.gguf").write_bytes(b"Dear Sir")
    with pytest.raises(ModelBroken, match="letter"):
        add(folder, tmp_path / "letter.gguf")
    assert not folder.folder.exists()


def test_a_cancelled_copy_leaves_nothing(folder: ModelFolder, models: Path) -> None:
    cancel = CancelToken()
    copying = folder.add(models / "mine.gguf", cancel)
    next(copying)
    copying.close()
    cancel.cancel()
    with pytest.raises(Cancelled):
        list(folder.add(models / "mine.gguf", cancel))
    assert list(folder.folder.iterdir()) == []


def test_a_disk_without_room_is_told_before_copying(
    folder: ModelFolder, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(10**9, 10**9, 0))
    with pytest.raises(ModelError, match=r"0\.0 GB are free"):
        add(folder, models / "mine.gguf")


def test_an_unknown_model_is_answered_with_the_known_ones(folder: ModelFolder) -> None:
    with pytest.raises(ModelNotFound, match="“gpt”") as unknown:
        folder.find("gpt")
    assert "reader" in unknown.value.advice


def test_a_broken_model_is_listed_with_its_problem_but_not_chosen(folder: ModelFolder, models: Path) -> None:
    folder.folder.mkdir(parents=True)
    (folder.folder / "broken.gguf").write_bytes((models / "mine.gguf").read_bytes()[:5000])
    assert "cut short" in folder.list()[-1].problem
    with pytest.raises(ModelBroken, match="cut short"):
        folder.find("broken")
    folder.remove("broken")
    assert len(folder.list()) == 1


def test_only_the_users_own_models_are_removed(folder: ModelFolder, models: Path) -> None:
    add(folder, models / "mine.gguf")
    folder.remove("mine")
    assert [model.name for model in folder.list()] == ["reader"]
    with pytest.raises(UsageError, match="stays"):
        folder.remove("reader")
    with pytest.raises(ModelNotFound, match="mine"):
        folder.remove("mine")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/tiny-q4.gguf", "tiny-q4.gguf"),
        ("https://example.org/tiny%20q4.gguf?download=true", "tiny q4.gguf"),
    ],
)
def test_a_download_is_named_by_its_address(folder: ModelFolder, url: str, name: str) -> None:
    assert folder.target_for(url) == folder.folder / name


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/",
        "https://example.org/page.html",
        "https://example.org/.gguf",
        "https://example.org/..%5Cx.gguf",
    ],
)
def test_an_address_that_names_no_model_is_refused(folder: ModelFolder, url: str) -> None:
    with pytest.raises(UsageError, match="does not name"):
        folder.target_for(url)


def test_a_name_with_folders_in_it_stays_in_the_folder(folder: ModelFolder) -> None:
    assert folder.target_for("https://example.org/x/..%2F..%2Fevil.gguf").parent == folder.folder


def test_bundled_files_are_checked_against_the_sums_beside_them(models: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(models / "reader.gguf", tmp_path))
    check_sum(path)
    good = hashlib.sha256(path.read_bytes()).hexdigest()
    (tmp_path / "checksums.json").write_text(json.dumps({"reader.gguf": good}))
    check_sum(path)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelBroken, match=r"reader\.gguf was changed"):
        check_sum(path)


def test_a_model_behind_a_closed_door_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Path.is_file

    def closed(path: Path) -> bool:
        if path.name == "other.gguf":
            raise PermissionError(13, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr(Path, "is_file", closed)
    with pytest.raises(ModelNotFound, match=r"other\.gguf"):
        ModelFolder(tmp_path / "models").find(str(tmp_path / "other.gguf"))
