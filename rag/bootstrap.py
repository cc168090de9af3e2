"""The one place where ports meet implementations. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from local_models.bundled import bundled_entailment, bundled_models, bundled_span_reader
from local_models.client import WorkerClient, worker_command
from local_models.embedders.child import ChildEmbedder
from local_models.embedders.current import CurrentEmbedder
from local_models.embedders.entailment_child import ChildEntailment
from local_models.embedders.folder import default_folder
from local_models.embedders.reranker_child import ChildReranker
from local_models.embedders.span_child import ChildSpanReader
from local_models.files import ModelFolder
from local_models.generator import LlamaGenerator
from local_models.offline import NetworkGate
from local_models.types import ModelSettings
from rag.answering import Answering
from rag.assistant import Assistant
from rag.chunking import passage_limit
from rag.errors import ModelError
from rag.extraction import Extractor
from rag.file_desk import note_accused
from rag.folders.known import KnownFolders
from rag.folders.service import Folders
from rag.index_in_use import IndexInUse, adopting
from rag.ingest import Ingest
from rag.models import Models
from rag.parsers.cutting_child import ChildCutter
from rag.parsers.formats import looks_readable
from rag.parsers.ocr import find_tesseract
from rag.parsers.reading import ChildReader
from rag.parsers.reading_folder import ReadingFolder
from rag.parsers.several import SeveralReaders, suitable_number
from rag.ports import Embedder, Entailment
from rag.recognition import Recognition
from rag.reports.desk import Desk
from rag.reports.running import Reports
from rag.reranking import Reranking
from rag.restaging import Restaging
from rag.retrieval import Retriever
from rag.right_of_way import PatientEmbedder, RightOfWay
from rag.store.preferences import PreferencesStore
from rag.store.store import Store
from rag.user_types import Preferences
from rag.verifying import Verifier


def open_assistant(data_dir: Path, *, gate: NetworkGate | None = None) -> Assistant:
    """Open the library in `data_dir`, made if it is missing. Starts no child and loads no model.

    `gate`: what lets a download through when this process refuses the network (local_models.offline).
    A chosen embedder that can't be used gives way to the built-in one, and Assistant.standing_notices says so: the
    vectors of both are kept. Raises LibraryLocked, LibraryTooNew, LibraryDamaged, DiskFull; ModelNotFound or
    ModelBroken for the built-in embedder.
    """
    with ExitStack() as opened:
        store = Store.open(data_dir)
        opened.callback(store.close)
        preferences = store.preferences.load()
        client = WorkerClient("embed", worker_command("embed"))
        chosen, problem = _embedder(client, data_dir, preferences)
        embedder = CurrentEmbedder(chosen)
        opened.callback(embedder.close)
        spans = ChildSpanReader(client, bundled_span_reader(), threads=preferences.threads)
        entailment = ChildEntailment(client, bundled_entailment(), threads=preferences.threads)
        in_use = IndexInUse(data_dir / "index", store.library, embedder)
        opened.callback(in_use.close)
        reading = ReadingFolder(data_dir / "reading")
        note_accused(store.folders, reading.accused)
        reader = SeveralReaders(
            [
                ChildReader(
                    lambda: embedder.tokenizer_json,
                    passage_tokens=partial(_passage_tokens, store.preferences, embedder),
                    scratch=reading.scratch(number),
                    folder=reading,
                )
                for number in range(suitable_number())
            ]
        )
        opened.callback(reader.close)
        generator = LlamaGenerator(WorkerClient("llm", worker_command("llm")), ModelSettings(Path()))
        opened.callback(generator.close)
        folder = ModelFolder(data_dir / "models", bundled_models())
        reranking = Reranking(store.library, partial(ChildReranker, client, threads=preferences.threads))
        models = Models(
            folder,
            generator,
            embedder,
            spans,
            entailment,
            store.preferences,
            gate or NetworkGate(),
            reranking,
            problems=[told for told in (problem, _use_reranker(reranking, preferences)) if told],
            has_passages=lambda: store.library.passage_count() > 0,
        )
        models.apply(preferences)
        retriever = Retriever(store.library, in_use.index, chosen, reranking)
        way = RightOfWay()
        recognition = Recognition(
            installed=lambda: find_tesseract() is not None, wanted=lambda: store.preferences.load().pictures
        )
        ingest = Ingest(
            store.library,
            reader,
            PatientEmbedder(embedder, way),
            in_use.index,
            looks_readable,
            store.folders,
            way=way,
            at_once=reader.at_once,
            recognition=recognition,
        )
        known = KnownFolders(store.folders, looks_readable, data_dir, recognition)
        cutter = ChildCutter()
        opened.callback(cutter.close)
        embedder_of = partial(_embedder_of, client, data_dir, preferences.threads)
        restaging = Restaging(
            store.library,
            store.staging,
            cutter,
            embedder_of,
            adopting(in_use, embedder_of, retriever, ingest),
            store.preferences.load,
            way=way,
        )
        return Assistant(
            data_dir=data_dir,
            store=store,
            ingest=ingest,
            retriever=retriever,
            answering=Answering(retriever, Extractor(spans, embedder), store.journal, generator, Verifier(entailment)),
            model_room=models,
            reports=Reports(Desk(store.library, retriever, embedder, spans, generator), store.reports),
            folders=Folders(ingest, store.folders, known),
            restaging=restaging,
            way=way,
            children={"llm": generator.memory, "embed": embedder.memory, "parse": reader.memory},
            shut=opened.pop_all().close,
        )


@contextmanager
def open_embed_child(data_dir: Path) -> Iterator[tuple[Embedder, Entailment]]:
    """The built-in embedder and model of entailment alone, without a library; their child starts with the first text.

    Raises ModelNotFound.
    """
    client = WorkerClient("embed", worker_command("embed"))
    embedder, _ = _embedder(client, data_dir, Preferences())
    try:
        yield embedder, ChildEntailment(client, bundled_entailment())
    finally:
        embedder.close()


def _embedder(client: WorkerClient, data_dir: Path, preferences: Preferences) -> tuple[ChildEmbedder, str]:
    """The chosen embedder, or the built-in one and why it had to be."""
    make = partial(_embedder_of, client, data_dir, preferences.threads)
    if not preferences.embedder:
        return make(None), ""
    try:
        return make(Path(preferences.embedder)), ""
    except ModelError as error:
        return make(None), f"{error} Until then the built-in embedder is used."


def _use_reranker(reranking: Reranking, preferences: Preferences) -> str:
    """Why the chosen reranker can't be used; empty if it can."""
    try:
        reranking.use(preferences.reranker)
    except ModelError as error:
        return f"{error} Until then nothing is reranked."
    return ""


def _embedder_of(client: WorkerClient, data_dir: Path, threads: int, folder: Path | None) -> ChildEmbedder:
    """The embedder of a folder, the built-in one for None."""
    return ChildEmbedder(client, folder or default_folder(), digests=data_dir / "embedders.json", threads=threads)


def _passage_tokens(preferences: PreferencesStore, embedder: Embedder) -> int:
    """How long the passages of files that are read now may be."""
    return passage_limit(embedder.identity.max_tokens, preferences.load().passage_tokens)
