"""Which language model answers: choosing, adding, downloading, and getting it ready before the first question.

The choice is a preference, so it outlives the program. A model that can't be loaded leaves the one before in place.
Knows nothing of documents, conversations or llama.cpp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from local_models.bundled import bundled_models, is_reader_name
from local_models.cancel import CancelToken
from local_models.download import download
from local_models.files import ModelFolder
from local_models.generator import LlamaGenerator
from local_models.gguf import describe
from local_models.offline import NetworkGate
from local_models.types import DownloadProgress, ModelFile, ModelInfo, ModelSettings
from rag.errors import FootnoteError, ModelBroken, ModelError, ModelNotFound
from rag.events import Notice, Progress
from rag.ports import Embedder, Entailment, SpanReader
from rag.reranking import Reranking
from rag.store.preferences import PreferencesStore
from rag.types import Mode
from rag.user_types import Preferences
from rag.wording import FREE_NEEDS

_Load = Callable[[CancelToken], str]


class Models:
    """The models on this computer and the one in use."""

    def __init__(
        self,
        folder: ModelFolder,
        generator: LlamaGenerator,
        embedder: Embedder,
        spans: SpanReader,
        entailment: Entailment,
        preferences: PreferencesStore,
        gate: NetworkGate,
        reranking: Reranking,
        *,
        problems: Sequence[str] = (),
        has_passages: Callable[[], bool] = lambda: True,
    ) -> None:
        """`gate` is opened for a download, and for nothing else.

        `problems` say why the embedder or the reranker is not the one the user chose.
        """
        self.generator = generator
        self.embedder = embedder
        self._spans = spans
        self._entailment = entailment
        self._folder = folder
        self._preferences = preferences
        self._gate = gate
        self._reranking = reranking
        self._problems = list(problems)
        self._has_passages = has_passages

    def files(self) -> list[ModelFile]:
        """The bundled ones first, then those of the data directory, then a chosen one from elsewhere."""
        files = self._folder.list()
        chosen = self._preferences.load().model
        if Path(chosen).is_absolute() and Path(chosen) not in {file.path for file in files}:
            files.append(describe(Path(chosen)))
        return files

    def chosen_name(self) -> str:
        """The name of the model in use; empty when there is none that can be used."""
        try:
            return self._chosen(self._preferences.load()).name
        except ModelError:
            return ""

    def only_reads(self) -> bool:
        """Whether the model in use is the bundled reader, which can't answer without documents. Reads no file."""
        chosen = self._preferences.load().model
        bundled = bundled_models()
        name = Path(chosen).name if chosen or not bundled else bundled[0].name
        return is_reader_name(name)

    def check_answers_freely(self) -> None:
        """Raises ModelError if the model in use can't; asked before a question is stored."""
        if self.only_reads():
            raise ModelError(*FREE_NEEDS)

    def use(self, name_or_path: str) -> ModelFile:
        """Choose a model by its name or by a path. Raises ModelNotFound, or ModelBroken with what is wrong with it."""
        file = self._folder.find(name_or_path)
        if file.problem:
            raise ModelBroken(f"“{file.name}” can't be used: {file.problem}", "Add it again, or choose another model.")
        elsewhere = file.name not in {known.name for known in self._folder.list()}
        chosen = str(file.path) if elsewhere else file.name
        preferences = replace(self._preferences.load(), model=chosen)
        self._preferences.save(preferences)
        self.apply(preferences)
        return file

    def apply(self, preferences: Preferences) -> None:
        """Let the next answer use these settings. Without any model nothing happens, and the next answer says so."""
        settings = self.settings(preferences)
        if settings != self.generator.settings:
            self.generator.switch(settings)

    def settings(self, preferences: Preferences) -> ModelSettings:
        """How the chosen model is to be loaded. What is wrong with its file is told by the next answer."""
        try:
            path = self._chosen(preferences).path
        except ModelError:
            path = Path(preferences.model)
        return ModelSettings(
            path, n_ctx=preferences.n_ctx, n_gpu_layers=preferences.n_gpu_layers, threads=preferences.threads
        )

    def add(self, path: Path, cancel: CancelToken) -> Iterator[Progress]:
        """Copy a GGUF into the data directory. Raises ModelNotFound, ModelBroken, DiskFull, Cancelled."""
        for copied in self._folder.add(path, cancel):
            yield Progress(copied.done, copied.total, path.name)

    def download(self, url: str, sha256: str, cancel: CancelToken) -> Iterator[DownloadProgress]:
        """Fetch a GGUF over HTTPS and check it. Raises DownloadError, UsageError, Cancelled (what came is kept)."""
        return download(url, sha256, self._folder.target_for(url), self._gate, cancel)

    def remove(self, name: str) -> None:
        """Delete a model of the data directory. If it was in use, the bundled one is used again."""
        if name == self.chosen_name():
            preferences = replace(self._preferences.load(), model="")
            self._preferences.save(preferences)
            self.apply(preferences)
        self._folder.remove(name)

    def standing_notices(self) -> list[str]:
        """What has not been as the user set it since the library was opened."""
        return list(self._problems)

    def use_reranker(self, folder: str) -> None:
        """Rerank with this folder's cross-encoder from now on; empty: with none. Raises ModelNotFound, ModelBroken."""
        self._reranking.use(str(Path(folder).absolute()) if folder else "")
        self._preferences.save(replace(self._preferences.load(), reranker=self._reranking.folder))

    def loaded(self) -> ModelInfo | None:
        """The model in memory; None while none is."""
        return self.generator.loaded

    def warm_up(self, cancel: CancelToken, mode: Mode = Mode.GROUNDED) -> Iterator[Notice]:
        """Load what the mode needs, side by side: what searches and reads, unless the library is empty, and the
        language model. What fails is told, and tried again by the first question. Raises Cancelled.
        """
        yield from map(Notice, self.standing_notices())
        loads: list[_Load] = []
        if mode is not Mode.FREE and self._has_passages():
            loads.append(partial(self._load_search, checks=mode is Mode.GROUNDED))
        if mode is not Mode.QUOTES:
            loads.append(self._load_model)
        with ThreadPoolExecutor(max(1, len(loads))) as side_by_side:
            for told in side_by_side.map(lambda load: _problem_of(load, cancel), loads):
                if told:
                    yield Notice(told)

    def _load_search(self, cancel: CancelToken, *, checks: bool) -> str:
        """With `checks` also what holds a language model's words against the sources."""
        self.embedder.embed(["ready"], cancel)
        self._spans.find("ready?", ["ready"], cancel)
        if checks:
            self._entailment.probabilities([("ready", "ready")], cancel)
        return ""

    def _load_model(self, cancel: CancelToken) -> str:
        return self.generator.info(cancel).fallback_reason

    def _chosen(self, preferences: Preferences) -> ModelFile:
        if preferences.model:
            return self._folder.find(preferences.model)
        files = self._folder.list()
        if not files:
            raise ModelNotFound(
                "No language model is installed.", "Add a GGUF with `footnote models add FILE`, or ask for quotes."
            )
        return files[0]


def _problem_of(load: _Load, cancel: CancelToken) -> str:
    """What the load has to tell, or why it failed; empty if all is well."""
    try:
        return load(cancel)
    except FootnoteError as error:
        return str(error)
