"""A reranker's folder, and the real thing in the child that also embeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_models.cancel import CancelToken, never
from local_models.client import WorkerClient, worker_command
from local_models.embedders.cross_encoder_folder import check_cross_encoder
from local_models.embedders.folder import default_folder
from local_models.embedders.reranker_child import REQUEST_TEXTS, ChildReranker
from local_models.errors import Cancelled, ModelBroken, ModelNotFound
from tests.fakes.cross_encoder import make_cross_encoder, write_settings

TEXTS = ["The rent is 950 euros.", "", "Pets need consent.", "你好，世界", "word " * 2000, "x"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=re.escape(str(tmp_path / "gone"))):
        check_cross_encoder(tmp_path / "gone")


def test_an_embedder_is_no_reranker() -> None:
    with pytest.raises(ModelBroken, match="another kind of model"):
        check_cross_encoder(default_folder())


def test_a_classifier_is_no_reranker(tmp_path: Path) -> None:
    folder = write_settings(tmp_path / "three", id2label={"0": "no", "1": "perhaps", "2": "yes"})
    with pytest.raises(ModelBroken, match="3 labels"):
        check_cross_encoder(folder)


@pytest.mark.parametrize(("missing", "told"), [("model.safetensors", "weights"), ("tokenizer.json", "tokenizer")])
def test_what_a_folder_lacks_is_told(tmp_path: Path, missing: str, told: str) -> None:
    folder = write_settings(tmp_path / "part")
    (folder / missing).unlink()
    with pytest.raises(ModelBroken, match=told):
        check_cross_encoder(folder)


@pytest.mark.parametrize("text", ["", "[]", '{"architectures": 3}'])
def test_settings_that_cannot_be_read_are_told(tmp_path: Path, text: str) -> None:
    folder = write_settings(tmp_path / "odd")
    (folder / "config.json").write_text(text, "utf-8")
    with pytest.raises(ModelBroken, match="odd"):
        check_cross_encoder(folder)


@pytest.fixture(scope="module")
def client() -> Iterator[WorkerClient]:
    with WorkerClient("embed", worker_command("embed")) as client:
        yield client


@pytest.mark.real
def test_texts_are_scored_together_as_they_are_one_by_one(
    client: WorkerClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reranker = ChildReranker(client, make_cross_encoder(tmp_path_factory.mktemp("models") / "tiny"), threads=1)
    together = reranker.probabilities("What is the rent?", TEXTS, never())
    assert len(together) == len(TEXTS) > REQUEST_TEXTS
    assert all(0 < one < 1 for one in together)
    assert len({round(one, 3) for one in together}) > 2
    alone = [reranker.probabilities("What is the rent?", [text], never())[0] for text in TEXTS]
    assert together == pytest.approx(alone, abs=1e-4)
    assert reranker.probabilities("Pets?", TEXTS[:1], never()) != pytest.approx(together[:1], abs=1e-4)
    reranker.unload()
    assert reranker.probabilities("What is the rent?", TEXTS, never()) == pytest.approx(together, abs=1e-6)
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(Cancelled):
        reranker.probabilities("What is the rent?", TEXTS, cancelled)


@pytest.mark.real
def test_weights_that_are_none_are_told_and_the_child_goes_on(client: WorkerClient, tmp_path: Path) -> None:
    reranker = ChildReranker(client, write_settings(tmp_path / "empty", model_type="bert"), threads=1)
    with pytest.raises(ModelBroken, match="empty"):
        reranker.probabilities("What?", ["text"], never())
    assert client.running
