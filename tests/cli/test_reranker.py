"""models reranker: a cross-encoder of the user's own, for real: chosen, used, taken away, gone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from local_models.cancel import never
from rag.bootstrap import open_assistant
from rag.reranking import RERANKED
from tests.cli.test_real import run
from tests.fakes.cross_encoder import make_cross_encoder

pytestmark = pytest.mark.real


def test_a_cross_encoder_of_the_users_own_reads_what_is_found_once_more(tmp_path: Path) -> None:
    data, files, folder = tmp_path / "data", tmp_path / "files", tmp_path / "my reranker"
    files.mkdir()
    for number in range(RERANKED + 5):
        (files / f"{number}.txt").write_text(f"Receipt {number}: the harbour was paid {number} euros.", "utf-8")
    run(data, "add", str(files))
    assert run(data, "models", "reranker") == {"reranker": None}
    make_cross_encoder(folder)
    assert run(data, "models", "reranker", str(folder)) == {"reranker": str(folder)}

    assistant = open_assistant(data)
    try:
        found = assistant.search("What was the harbour paid?", never(), limit=RERANKED + 5).hits
        read = [hit.scores.reranked for hit in found if hit.scores.reranked is not None]
        assert len(read) == RERANKED
        assert [hit.scores.rank for hit in found] == sorted((hit.scores.rank for hit in found), reverse=True)
        assistant.model_room.use_reranker("")
        assert all(hit.scores.reranked is None for hit in assistant.search("harbour paid?", never()).hits)
        assistant.model_room.use_reranker(str(folder))
    finally:
        assistant.close()

    shutil.rmtree(folder)
    assistant = open_assistant(data)
    try:
        (notice,) = assistant.standing_notices()
        assert str(folder) in notice
        assert "Until then nothing is reranked." in notice
        assert assistant.search("harbour paid?", never()).hits
    finally:
        assistant.close()
    assert run(data, "models", "reranker", "none") == {"reranker": None}
