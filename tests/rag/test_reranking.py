"""The best passages are read once more by a reranker, if there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

from local_models.cancel import CancelToken, never
from rag.errors import ModelBroken, ModelNotFound
from rag.index.fusion import Ranked
from rag.reranking import RERANKED, Reranking
from rag.store.library import Library
from rag.types import Passage, Scores
from tests.fakes.store import add_document, new_store


class LongestFirst:
    """Prefers long texts; `broken` can't be asked."""

    def __init__(self, folder: Path) -> None:
        if folder.name == "gone":
            raise ModelNotFound(f"There is no reranker folder {folder}.", "Choose another.")
        self.broken = folder.name == "broken"
        self.asked: list[str] = []
        self.unloaded = 0

    def probabilities(self, question: str, texts: Sequence[str], cancel: CancelToken) -> list[float]:
        cancel.check()
        if self.broken:
            raise ModelBroken("The reranker is damaged.", "Copy it again.")
        self.asked += [f"{question} {text}" for text in texts]
        return [min(len(text) / 100, 1.0) for text in texts]

    def unload(self) -> None:
        self.unloaded += 1


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    store = new_store(tmp_path)
    add_document(store.library, "/rent.txt", ["short", "a longer text", "a text that is longer than both of these"])
    yield store.library
    store.close()


def ranked(*fused: float) -> Ranked:
    return [(id_, Scores(None, 0.5, score)) for id_, score in enumerate(fused, 1)]


def test_without_a_reranker_the_order_stays(library: Library) -> None:
    before = ranked(0.5, 0.4, 0.3)
    assert Reranking(library, LongestFirst).rerank("rent?", before, never()) == (before, "")


def test_what_the_reranker_prefers_comes_first_and_the_fused_score_stays(library: Library) -> None:
    reranking = Reranking(library, LongestFirst)
    reranking.use("/models/long")
    anew, problem = reranking.rerank("rent?", ranked(0.5, 0.45, 0.4), never())
    assert ([id_ for id_, _ in anew], problem) == ([3, 2, 1], "")
    assert [scores.fused for _, scores in anew] == [0.4, 0.45, 0.5]
    assert all(scores.rank > scores.fused for _, scores in anew)


def test_it_reads_the_title_with_the_text_of_the_first_passages_only(library: Library, tmp_path: Path) -> None:
    del tmp_path
    made: list[LongestFirst] = []

    def of_folder(folder: Path) -> LongestFirst:
        made.append(LongestFirst(folder))
        return made[-1]

    add_document(library, "/more.txt", [f"text {number}" for number in range(RERANKED)])
    reranking = Reranking(library, of_folder)
    reranking.use("/models/long")
    before = ranked(*(0.9 - number / 100 for number in range(RERANKED + 3)))
    anew, _ = reranking.rerank("rent?", before, never())
    assert len(made[0].asked) == RERANKED
    assert all("rent" in text or "more" in text for text in made[0].asked)
    assert [scores.reranked for _, scores in anew[RERANKED:]] == [None] * 3


def test_one_that_cannot_be_asked_leaves_the_order_and_says_why(library: Library) -> None:
    reranking = Reranking(library, LongestFirst)
    reranking.use("/models/broken")
    before = ranked(0.5, 0.4)
    assert reranking.rerank("rent?", before, never()) == (before, "The reranker is damaged. Copy it again.")


def test_a_folder_that_is_none_leaves_the_one_in_use(library: Library) -> None:
    reranking = Reranking(library, LongestFirst)
    reranking.use("/models/long")
    with pytest.raises(ModelNotFound):
        reranking.use("/models/gone")
    assert reranking.folder == "/models/long"
    reranking.use("")
    assert reranking.folder == ""


def test_the_one_in_use_is_let_go_only_when_its_question_is_reranked(library: Library) -> None:
    events: list[str] = []

    class Replaced(LongestFirst):
        """Another is chosen while it reads."""

        def probabilities(self, question: str, texts: Sequence[str], cancel: CancelToken) -> list[float]:
            chooser.start()
            chooser.join(0.2)
            events.append("read")
            return super().probabilities(question, texts, cancel)

        def unload(self) -> None:
            events.append("unloaded")

    reranking = Reranking(library, Replaced)
    chooser = Thread(target=partial(reranking.use, ""))
    reranking.use("/models/long")
    reranking.rerank("rent?", ranked(0.5, 0.4), never())
    chooser.join()
    assert events == ["read", "unloaded"]


def test_one_that_is_let_go_while_texts_are_looked_up_is_not_asked(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    reranking = Reranking(library, LongestFirst)
    reranking.use("/models/long")
    passages = library.passages

    def let_go(ids: Sequence[int]) -> list[Passage]:
        reranking.use("")
        return passages(ids)

    monkeypatch.setattr(library, "passages", let_go)
    before = ranked(0.5, 0.4)
    assert reranking.rerank("rent?", before, never()) == (before, "")
