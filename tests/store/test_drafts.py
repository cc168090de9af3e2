"""Drafts, their history and the user's templates."""

from __future__ import annotations

import pytest

from rag.errors import NotFound, UsageError
from rag.store.drafts import Drafts
from rag.store.store import Store


@pytest.fixture
def drafts(store: Store) -> Drafts:
    return store.drafts


def test_a_new_draft_is_its_first_version(drafts: Drafts) -> None:
    draft = drafts.create(title="Letter", content="Dear", origin="template")
    assert (draft.version, draft.content, draft.language) == (1, "Dear", "markdown")
    assert [(version.number, version.origin) for version in drafts.history(draft.id)] == [(1, "template")]


def test_saving_other_content_adds_a_version_and_keeps_the_old(drafts: Drafts) -> None:
    draft = drafts.create(title="Letter", content="Dear")
    saved = drafts.save(draft.id, "Dear all", origin="rewrite", instruction="To all")
    assert (saved.version, saved.content) == (2, "Dear all")
    assert [(version.content, version.instruction) for version in drafts.history(draft.id)] == [
        ("Dear", ""),
        ("Dear all", "To all"),
    ]


def test_saving_the_same_content_adds_nothing(drafts: Drafts) -> None:
    draft = drafts.create(title="Letter", content="Dear")
    assert drafts.save(draft.id, "Dear") == draft


def test_going_back_is_a_version_too(drafts: Drafts) -> None:
    draft = drafts.create(title="Letter", content="a")
    drafts.save(draft.id, "b")
    assert drafts.save(draft.id, "a").version == 3


def test_the_draft_worked_on_last_comes_first(drafts: Drafts) -> None:
    first = drafts.create(title="first")
    second = drafts.create(title="second")
    assert [draft.id for draft in drafts.drafts()] == [second.id, first.id]
    drafts.save(first.id, "more")
    assert [draft.id for draft in drafts.drafts()] == [first.id, second.id]


def test_a_renamed_draft_keeps_its_version(drafts: Drafts) -> None:
    draft = drafts.create(title="first")
    assert (drafts.rename(draft.id, "better").title, drafts.draft(draft.id).version) == ("better", 1)


def test_a_deleted_draft_is_gone_with_its_history(drafts: Drafts) -> None:
    draft = drafts.create(title="first")
    drafts.delete(draft.id)
    with pytest.raises(NotFound, match=f"draft {draft.id}"):
        drafts.history(draft.id)


def test_a_template_is_the_users_to_add_change_and_delete(drafts: Drafts) -> None:
    added = drafts.save_template(name="Note", language="markdown", instruction="Be short.", body="# {subject}")
    assert not added.builtin
    changed = drafts.save_template(name="Memo", language="text", instruction="", body="{subject}", template_id=added.id)
    assert drafts.templates() == [changed]
    assert drafts.template(added.id).name == "Memo"
    drafts.delete_template(added.id)
    assert drafts.templates() == []


def test_two_templates_of_one_name_are_refused(drafts: Drafts) -> None:
    drafts.save_template(name="Note", language="text", instruction="", body="")
    other = drafts.save_template(name="Memo", language="text", instruction="", body="")
    with pytest.raises(UsageError, match="Note"):
        drafts.save_template(name="Note", language="text", instruction="", body="x")
    with pytest.raises(UsageError, match="Note"):
        drafts.save_template(name="Note", language="text", instruction="", body="x", template_id=other.id)
    assert [template.name for template in drafts.templates()] == ["Memo", "Note"]
