"""Drafts with their whole history, and the templates the user has added. Each method is one transaction.

Templates that come with the program are not here: see rag.draft_templates. Knows nothing of models.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from rag.errors import NotFound, UsageError
from rag.store.database import Database
from rag.store.schema import DraftRow, DraftVersionRow, TemplateRow
from rag.user_types import Draft, DraftTemplate, DraftVersion


class Drafts:
    """What the user is writing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def drafts(self) -> list[Draft]:
        """Newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(DraftRow).order_by(DraftRow.updated_at.desc(), DraftRow.id.desc()))
            return [_draft(session, row) for row in rows]

    def draft(self, draft_id: int) -> Draft:
        with self._database.read() as session:
            return _draft(session, _row(session, draft_id))

    def create(self, *, title: str, language: str = "markdown", content: str = "", origin: str = "user") -> Draft:
        """Its first version has number 1."""
        with self._database.write() as session:
            row = DraftRow(title=title, language=language, version=0, updated_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            _add_version(session, row, content, origin, "")
            return _draft(session, row)

    def save(self, draft_id: int, content: str, *, origin: str = "user", instruction: str = "") -> Draft:
        """A new version, if the content has changed."""
        with self._database.write() as session:
            row = _row(session, draft_id)
            if _version(session, row).content != content:
                _add_version(session, row, content, origin, instruction)
            return _draft(session, row)

    def rename(self, draft_id: int, title: str) -> Draft:
        with self._database.write() as session:
            row = _row(session, draft_id)
            row.title, row.updated_at = title, datetime.now(UTC)
            return _draft(session, row)

    def set_language(self, draft_id: int, language: str) -> Draft:
        """How the model and the editor treat it; the text stays."""
        with self._database.write() as session:
            row = _row(session, draft_id)
            row.language = language
            return _draft(session, row)

    def delete(self, draft_id: int) -> None:
        """With its history."""
        with self._database.write() as session:
            session.delete(_row(session, draft_id))

    def history(self, draft_id: int) -> list[DraftVersion]:
        """Oldest first."""
        with self._database.read() as session:
            _row(session, draft_id)
            chosen = select(DraftVersionRow).where(DraftVersionRow.draft_id == draft_id)
            return [
                DraftVersion(row.number, row.content, row.origin, row.instruction, row.created_at)
                for row in session.scalars(chosen.order_by(DraftVersionRow.number))
            ]

    def templates(self) -> list[DraftTemplate]:
        """The user's own, by name."""
        with self._database.read() as session:
            return [_template(row) for row in session.scalars(select(TemplateRow).order_by(TemplateRow.name))]

    def template(self, template_id: int) -> DraftTemplate:
        with self._database.read() as session:
            return _template(_template_row(session, template_id))

    def save_template(
        self, *, name: str, language: str, instruction: str, body: str, template_id: int | None = None
    ) -> DraftTemplate:
        """A new one, or other words for the one named. Raises UsageError when another has that name."""
        with self._database.write() as session:
            row = TemplateRow(name=name) if template_id is None else _template_row(session, template_id)
            taken = session.scalar(select(TemplateRow.id).where(TemplateRow.name == name))
            if taken is not None and taken != template_id:
                raise UsageError(f'There is a template "{name}" already.', "Choose another name.")
            row.name, row.language, row.instruction, row.body = name, language, instruction, body
            session.add(row)
            session.flush()
            return _template(row)

    def delete_template(self, template_id: int) -> None:
        with self._database.write() as session:
            session.delete(_template_row(session, template_id))


def _add_version(session: Session, row: DraftRow, content: str, origin: str, instruction: str) -> None:
    row.version, row.updated_at = row.version + 1, datetime.now(UTC)
    session.add(
        DraftVersionRow(
            draft_id=row.id,
            number=row.version,
            content=content,
            origin=origin,
            instruction=instruction,
            created_at=row.updated_at,
        )
    )
    session.flush()


def _version(session: Session, row: DraftRow) -> DraftVersionRow:
    return session.get_one(DraftVersionRow, (row.id, row.version))


def _row(session: Session, draft_id: int) -> DraftRow:
    row = session.get(DraftRow, draft_id)
    if row is None:
        raise NotFound(f"There is no draft {draft_id}.", "It may have been deleted; look again.")
    return row


def _template_row(session: Session, template_id: int) -> TemplateRow:
    row = session.get(TemplateRow, template_id)
    if row is None:
        raise NotFound(f"There is no template {template_id} of your own.", "It may have been deleted; look again.")
    return row


def _draft(session: Session, row: DraftRow) -> Draft:
    return Draft(row.id, row.title, row.language, _version(session, row).content, row.version, row.updated_at)


def _template(row: TemplateRow) -> DraftTemplate:
    return DraftTemplate(row.id, row.name, row.language, row.instruction, row.body, builtin=False)
