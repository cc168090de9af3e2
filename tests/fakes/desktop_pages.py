"""A service in memory for the library, drafting, models, feedback and settings pages.

It keeps what it is told and says what a test set beforehand. `hold` is an event that long jobs wait for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_models.cancel import CancelToken
from local_models.types import DownloadProgress, ModelFile, ModelInfo
from rag.draft_templates import BUILTIN
from rag.errors import FootnoteError, ModelNotFound
from rag.events import (
    AddEvent,
    AddFinished,
    Delta,
    DocumentAdded,
    DocumentFailed,
    DocumentUnchanged,
    DraftEvent,
    DraftSuggested,
    Progress,
    Reading,
)
from rag.types import Collection, Document, DocumentState, Feedback, Scope
from rag.user_types import Draft, DraftTemplate, DraftVersion, Preferences
from tests.fakes.folders import FakeFolders
from tests.fakes.restaging import FakeRestaging

NOW = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


class FakeModelRoom:
    """A folder called "gone" is not there."""

    def __init__(self, assistant: PagesAssistant) -> None:
        self._assistant = assistant

    def use_reranker(self, folder: str) -> None:
        if folder.endswith("gone"):
            raise ModelNotFound(f"There is no reranker folder {folder}.", "Choose another.")
        self._assistant.wishes = replace(self._assistant.wishes, reranker=folder)


class PagesAssistant:
    def __init__(self, data_dir: Path = Path("/nowhere/footnote")) -> None:
        self.data_dir = data_dir
        self.kept: dict[int, Document] = {}
        self.sets: dict[int, tuple[Collection, set[int]]] = {}
        self.failing: dict[str, str] = {}
        self.fail_with: FootnoteError | None = None
        self.hold: threading.Event | None = None
        self.held = threading.Event()
        self.calls: list[tuple[object, ...]] = []
        self.folders = FakeFolders(self.calls)
        self.restaging = FakeRestaging()
        self.model_room = FakeModelRoom(self)
        self.finished: AddFinished | None = None
        self.ratings: dict[int, Feedback] = {}
        self.counts = {"up": 0, "down": 0, "corrected": 0}
        self.lines: dict[str, list[dict[str, object]]] = {}
        self.texts: dict[int, Draft] = {}
        self.versions: dict[int, list[DraftVersion]] = {}
        self.templates: list[DraftTemplate] = list(BUILTIN)
        self.suggestion = "A better text."
        self.files: list[ModelFile] = []
        self.wishes = Preferences()
        self.checks: list[object] = []
        self.bytes = {"window": 180 << 20, "llm": 900 << 20, "embed": 400 << 20}

    # library

    def put(
        self, path: Path, state: DocumentState = DocumentState.COMPLETE, reason: str = "", pages: int = 3
    ) -> Document:
        known = next((each for each in self.kept.values() if each.path == path), None)
        number = known.id if known else len(self.kept) + 1
        document = Document(
            number, path, path.stem, "", "0" * 64, 10, state, reason, pages, 5, NOW - timedelta(hours=number)
        )
        self.kept[number] = document
        return document

    def collect(self, name: str, root: Path | None, ids: Sequence[int]) -> Collection:
        number = len(self.sets) + 1
        collection = Collection(number, name, root, len(ids))
        self.sets[number] = (collection, set(ids))
        return collection

    def add(self, paths: Sequence[Path], cancel: CancelToken, *, collection: str | None = None) -> Iterator[AddEvent]:
        self.calls.append(("add", tuple(paths), collection))
        added, failed = 0, []
        for done, path in enumerate(paths, start=1):
            self._wait(cancel)
            yield Progress(done, len(paths), str(path))
            if path.name in self.failing:
                failed.append(DocumentFailed(path, self.failing[path.name], "document_broken"))
                yield failed[-1]
            elif any(each.path == path for each in self.kept.values()):
                yield DocumentUnchanged(next(each for each in self.kept.values() if each.path == path))
            else:
                added += 1
                yield DocumentAdded(self.put(path, DocumentState.READ), replaced=False)
        yield AddFinished(added, len(paths) - added - len(failed), tuple(failed), 5 * added)

    def retry(self, document_ids: Sequence[int], cancel: CancelToken) -> Iterator[AddEvent]:
        self.calls.append(("retry", tuple(document_ids)))
        cancel.check()
        yield AddFinished(0, len(document_ids), (), 0)

    def refresh(self, cancel: CancelToken) -> Iterator[AddEvent]:
        self.calls.append(("refresh",))
        cancel.check()
        yield self.finished or AddFinished(0, len(self.kept), (), 0)

    def embed_pending(self, cancel: CancelToken) -> Iterator[Progress]:
        self.calls.append(("embed_pending",))
        cancel.check()
        if self.fail_with is not None:
            raise self.fail_with
        waiting = [each for each in self.kept.values() if each.state is DocumentState.READ]
        for done, document in enumerate(waiting, start=1):
            self.kept[document.id] = replace(document, state=DocumentState.COMPLETE)
            yield Progress(5 * done, 5 * len(waiting), "")

    def remove(self, document_ids: Sequence[int]) -> int:
        for number in document_ids:
            self.kept.pop(number)
        return len(document_ids)

    def documents(self, scope: Scope | None = None) -> list[Document]:
        if scope is None or scope.everything:
            return list(self.kept.values())
        ids = set[int]().union(*(self.sets[number][1] for number in scope.collections))
        return [each for each in self.kept.values() if each.id in ids]

    def collections(self) -> list[Collection]:
        return [collection for collection, _ in self.sets.values()]

    def remove_collection(self, collection_id: int) -> None:
        self.sets.pop(collection_id)

    # feedback

    def rate(self, answer_id: int, feedback: Feedback) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.ratings[answer_id] = feedback

    def withdraw_feedback(self, answer_id: int) -> None:
        self.ratings.pop(answer_id)

    def feedback_count(self) -> dict[str, int]:
        return dict(self.counts)

    def export_feedback(self, layout: str) -> Iterator[dict[str, object]]:
        yield from self.lines.get(layout, [])

    # drafting

    def drafts(self) -> list[Draft]:
        return sorted(self.texts.values(), key=lambda draft: draft.updated_at, reverse=True)

    def draft(self, draft_id: int) -> Draft:
        return self.texts[draft_id]

    def new_draft(
        self, *, title: str, language: str = "markdown", content: str = "", template_id: int | None = None
    ) -> Draft:
        number = len(self.versions) + 1
        self.texts[number] = Draft(number, title, language, content, 1, NOW + timedelta(minutes=number))
        self.versions[number] = [DraftVersion(1, content, "template" if template_id else "user", "", NOW)]
        return self.texts[number]

    def save_draft(self, draft_id: int, content: str, *, origin: str = "user", instruction: str = "") -> Draft:
        self.calls.append(("save_draft", draft_id, content, origin))
        draft = self.texts[draft_id]
        if content != draft.content:
            number = draft.version + 1
            self.texts[draft_id] = replace(draft, content=content, version=number)
            moment = NOW + timedelta(minutes=number)
            self.versions[draft_id].append(DraftVersion(number, content, origin, instruction, moment))
        return self.texts[draft_id]

    def rename_draft(self, draft_id: int, title: str) -> Draft:
        self.texts[draft_id] = replace(self.texts[draft_id], title=title)
        return self.texts[draft_id]

    def set_draft_language(self, draft_id: int, language: str) -> Draft:
        self.texts[draft_id] = replace(self.texts[draft_id], language=language)
        return self.texts[draft_id]

    def delete_draft(self, draft_id: int) -> None:
        self.texts.pop(draft_id)

    def draft_history(self, draft_id: int) -> list[DraftVersion]:
        return list(self.versions[draft_id])

    def suggest(
        self,
        draft_id: int,
        action: str,
        cancel: CancelToken,
        *,
        selection: tuple[int, int] | None = None,
        instruction: str = "",
        sampling: object = None,
    ) -> Iterator[DraftEvent]:
        self.calls.append(("suggest", draft_id, str(action), selection, instruction))
        if self.fail_with is not None:
            raise self.fail_with
        yield Reading(10, 10)
        for word in self.suggestion.split(" "):
            self._wait(cancel)
            yield Delta(word + " ")
        yield DraftSuggested(self.suggestion)

    def draft_templates(self) -> list[DraftTemplate]:
        return list(self.templates)

    def save_template(
        self, *, name: str, language: str, instruction: str, body: str, template_id: int | None = None
    ) -> DraftTemplate:
        number = template_id or len(self.templates) + 1
        made = DraftTemplate(number, name, language, instruction, body, builtin=False)
        self.templates = [each for each in self.templates if each.id != number] + [made]
        return made

    def delete_template(self, template_id: int) -> None:
        self.templates = [each for each in self.templates if each.id != template_id]

    # models

    def models(self) -> list[ModelFile]:
        return list(self.files)

    def use_model(self, name_or_path: str) -> ModelFile:
        if self.fail_with is not None:
            raise self.fail_with
        self.wishes = replace(self.wishes, model=name_or_path)
        return next(each for each in self.files if each.name == name_or_path)

    def add_model(self, path: Path, cancel: CancelToken) -> Iterator[Progress]:
        for done in range(1, 5):
            self._wait(cancel)
            yield Progress(done << 20, 4 << 20, path.name)
        self.files.append(ModelFile(path.stem, path, 4 << 20, "llama", 1_000_000, "Q4_K_M", 2048))

    def download_model(self, url: str, sha256: str, cancel: CancelToken) -> Iterator[DownloadProgress]:
        self.calls.append(("download_model", url, sha256))
        if self.fail_with is not None:
            raise self.fail_with
        for done in range(1, 5):
            self._wait(cancel)
            yield DownloadProgress(done << 20, 4 << 20, 0)

    def remove_model(self, name: str) -> None:
        self.files = [each for each in self.files if each.name != name]

    def model_info(self) -> ModelInfo | None:
        return None

    def preferences(self) -> Preferences:
        return self.wishes

    def save_preferences(self, preferences: Preferences) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.wishes = preferences

    # self-examination

    def doctor(self) -> list[object]:
        return list(self.checks)

    def memory(self) -> dict[str, int]:
        return dict(self.bytes)

    def _wait(self, cancel: CancelToken) -> None:
        """As a long job does: stop between two pieces of work, or wait until the test lets it go on."""
        cancel.check()
        if self.hold is not None:
            self.held.set()
            cancel.on_cancel(self.hold.set)
            self.hold.wait(10)
            cancel.check()
