"""The embedder: its folder, its tokens, and the child that computes."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.child import ChildEmbedder
from local_models.embedders.folder import default_folder, read_folder
from local_models.embedders.tokens import EmbedderTokens
from local_models.errors import Cancelled, ModelBroken, ModelNotFound

TEXTS = [
    "The tenant pays the rent on the first day of each month.",
    "x",
    "",
    "Das Dach wird vom Vermieter repariert. 你好，世界",
    "A long one: " + "and then the landlord came to see the roof, the windows and the garden. " * 40,
    *(f"Paragraph {number} speaks of " + "deposits and interest " * (number % 7) for number in range(30)),
]


@pytest.fixture(scope="module")
def embedder() -> Iterator[ChildEmbedder]:
    with WorkerClient("embed", worker_command("embed")) as client:
        yield ChildEmbedder(client, default_folder(), threads=1)


def copy_without_weights(folder: Path) -> Path:
    shutil.copytree(default_folder(), folder, ignore=shutil.ignore_patterns("model.safetensors", "*.md", "data_*"))
    return folder


def test_the_default_embedder_is_identified_without_loading_it() -> None:
    identity = read_folder(default_folder()).identity
    assert (identity.name, identity.dimension, identity.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)
    assert identity.languages == ("en",)
    assert len(identity.digest) == 64


def test_reading_a_folder_imports_nothing_heavy() -> None:
    program = (
        "import sys, local_models.embedders.child, local_models.generator;"
        "print({'torch', 'sentence_transformers', 'transformers', 'llama_cpp'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "set()\n"


def test_other_weights_have_another_digest_and_checksums_are_remembered(tmp_path: Path) -> None:
    folder = copy_without_weights(tmp_path / "mine")
    digests = tmp_path / "data" / "embedders.json"
    (folder / "model.safetensors").write_bytes(b"one")
    first = read_folder(folder, digests).identity
    assert first.name == "mine"
    assert read_folder(folder, digests).identity == first
    assert list(json.loads(digests.read_text()).values()) == [first.digest]
    (folder / "model.safetensors").write_bytes(b"other")
    assert read_folder(folder, digests).identity.digest != first.digest


def test_a_damaged_memory_of_checksums_is_computed_again(tmp_path: Path) -> None:
    folder = copy_without_weights(tmp_path / "mine")
    (folder / "model.safetensors").write_bytes(b"one")
    (tmp_path / "embedders.json").write_text("{cut")
    assert len(read_folder(folder, tmp_path / "embedders.json").identity.digest) == 64


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="nowhere"):
        read_folder(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["config.json", "modules.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_with_a_file_missing_is_named_with_the_file(tmp_path: Path, name: str) -> None:
    folder = copy_without_weights(tmp_path / "mine")
    (folder / "model.safetensors").write_bytes(b"one")
    (folder / name).unlink()
    with pytest.raises(ModelBroken, match=f"mine.*{name} is missing"):
        read_folder(folder)


def test_a_folder_with_nonsense_in_it_is_broken(tmp_path: Path) -> None:
    folder = copy_without_weights(tmp_path / "mine")
    (folder / "config.json").write_text("[]")
    (folder / "model.safetensors").write_bytes(b"one")
    with pytest.raises(ModelBroken, match="mine"):
        read_folder(folder)


def test_tokens_are_counted_without_special_ones_and_without_a_limit() -> None:
    tokens = EmbedderTokens(read_folder(default_folder()).tokenizer_json)
    assert tokens.count("") == 0
    assert tokens.count("the tenant pays") == 3
    assert tokens.count("the tenant pays " * 500) == 1500


def test_offsets_count_code_points() -> None:
    tokens = EmbedderTokens(read_folder(default_folder()).tokenizer_json)
    text = "café 你好 🙂 rent"
    assert [text[start:end] for start, end in tokens.offsets(text)] == ["café", "你", "好", "🙂", "rent"]


def test_a_missing_or_damaged_tokenizer_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"tokenizer\.json"):
        EmbedderTokens(tmp_path / "tokenizer.json")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelBroken, match=r"tokenizer\.json"):
        EmbedderTokens(tmp_path / "tokenizer.json")


@pytest.mark.real
def test_vectors_equal_those_of_sentence_transformers(embedder: ChildEmbedder, tmp_path: Path) -> None:
    program = (
        "import sys, json, numpy; from sentence_transformers import SentenceTransformer;"
        "model = SentenceTransformer(sys.argv[1], device='cpu');"
        "numpy.save(sys.argv[2], model.encode(json.loads(sys.stdin.read())))"
    )
    command = [sys.executable, "-c", program, str(default_folder()), str(tmp_path / "theirs.npy")]
    subprocess.run(command, input=json.dumps(TEXTS), text=True, check=True, capture_output=True)
    ours, theirs = embedder.embed(TEXTS, never()), np.load(tmp_path / "theirs.npy")
    assert ours.shape == theirs.shape
    assert np.allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert (ours * theirs).sum(1).min() > 0.9998  # bfloat16 where the processor has it, else 1.0


@pytest.mark.real
def test_no_texts_give_no_vectors(embedder: ChildEmbedder) -> None:
    assert embedder.embed([], never()).shape == (0, 384)


@pytest.mark.real
def test_a_question_does_not_wait_for_the_end_of_indexing(embedder: ChildEmbedder) -> None:
    indexing_done, indexing_cancel = threading.Event(), CancelToken()

    def index() -> None:
        with pytest.raises(Cancelled):
            embedder.embed(["a passage of a long document " * 20] * 20_000, indexing_cancel)
        indexing_done.set()

    embedder.embed(["warm"], never())
    thread = threading.Thread(target=index)
    thread.start()
    assert embedder.embed(["a question?"], never()).shape == (1, 384)
    assert not indexing_done.is_set()
    indexing_cancel.cancel()
    thread.join()


@pytest.mark.real
def test_any_sentence_transformers_folder_can_replace_the_default(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(default_folder(), folder)
    pooling = folder / "1_Pooling" / "config.json"
    settings = json.loads(pooling.read_text())
    settings.update(pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    pooling.write_text(json.dumps(settings))
    assert not read_folder(folder).plain_bert
    with WorkerClient("embed", worker_command("embed")) as client:
        embedder = ChildEmbedder(client, folder, threads=1)
        vectors = embedder.embed(["one", "two words"], never())
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.real
def test_a_model_that_another_has_unloaded_is_loaded_again(embedder: ChildEmbedder) -> None:
    with WorkerClient("embed", worker_command("embed")) as client:
        asking, unloading = (ChildEmbedder(client, default_folder(), threads=1) for _ in range(2))
        asking.embed(["one"], never())
        unloading.unload()
        np.testing.assert_allclose(asking.embed(["one"], never()), embedder.embed(["one"], never()), atol=1e-5)


@pytest.mark.real
def test_damaged_weights_are_an_error_that_names_the_folder(tmp_path: Path) -> None:
    folder = copy_without_weights(tmp_path / "mine")
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with WorkerClient("embed", worker_command("embed")) as client, pytest.raises(ModelBroken, match="mine"):
        ChildEmbedder(client, folder, threads=1).embed(["one"], never())


def test_a_folder_behind_a_closed_door_is_an_error_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", closed)
    with pytest.raises(ModelBroken, match="mine"):
        read_folder(tmp_path / "mine")
