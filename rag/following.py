"""The second step of a question that needs two documents: what the best passages name is looked at too.

"When was the founder of the mill born?": the best passage says that Otto Brandt founded it, and speaks of no birth; the
document “Otto Brandt” does, and the question shares no word with it. So the documents that the best passages name
(rag.naming) are searched for their best passages, and each of these is lent a share of the score of the passage that
named it. Knows no SQL, no FAISS and no embedder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from rag.index.fusion import Ranked, in_order
from rag.index.terms import forms_of, occurrences, query_terms
from rag.naming import names_in
from rag.types import Passage, Scores

FOLLOWED = 3
"""Best passages whose names are followed; 2 and 5 give the same nDCG@10 within .005."""

LENT = 0.3
"""Of the score of the passage that names a document; .2 to .4 give the same nDCG@10 within .015, .5 gives .02 less."""

SHARED_BY = 3
"""Documents of one name at most: what more are called by (“Invoice”) names none of them."""

MOST = 10
"""Documents followed for a question, those that the best passages name first."""

LIKE_LARGER = 1_000
"""A smaller library is taken for a part of one with so many passages when a name is one word: of thirty passages one or
two say “notes”, and the file Notes.md is meant by none of them."""

BY_CHANCE = 5.0
"""Passages that may hold all words of a name by chance: “Otto Brandt” names a document, “heat” or “the results” does
not, though files are called so. Without it nDCG@10 falls by .04 among papers whose files are named by a word."""


def names_followed(question: str, passages: Sequence[Passage]) -> dict[str, tuple[int, ...]]:
    """The keys of all that the passages could name, and by which passages, best first; not what the question names."""
    asked = names_in(question)
    naming: dict[str, tuple[int, ...]] = {}
    for passage in passages:
        for key in names_in(passage.text) - asked:
            naming[key] = (*naming.get(key, ()), passage.id)
    return naming


def documents_named(
    naming: Mapping[str, tuple[int, ...]],
    named: Mapping[str, Sequence[int]],
    passages: Sequence[Passage],
    telling: Callable[[str], bool],
) -> dict[int, int]:
    """By document the passage that names it, the best one; never one of its own. `named`: the documents of each key."""
    home = {passage.id: passage.document_id for passage in passages}
    order = {passage.id: place for place, passage in enumerate(passages)}
    naming_it: dict[int, set[int]] = {}
    for key, documents in named.items():
        if len(documents) <= SHARED_BY and telling(key):
            for document in documents:
                others = (passage for passage in naming[key] if home[passage] != document)
                naming_it.setdefault(document, set()).update(others)
    best = {document: min(ids, key=order.__getitem__) for document, ids in naming_it.items() if ids}
    ranked = sorted(best, key=lambda document: (order[best[document]], document))
    return {document: best[document] for document in ranked[:MOST]}


def with_lent_scores(ranked: Ranked, home: Mapping[int, int], named: Mapping[int, int]) -> list[tuple[int, Scores]]:
    """The ranking anew, after the best passage of each named document was lent its share.

    `home`: the document of each passage of a named document; `named`: by document the passage that names it.
    """
    own = dict(ranked)
    waiting = {document: naming for document, naming in named.items() if naming in own}
    ordered = []
    for id_, scores in ranked:
        naming = waiting.pop(home[id_], None) if id_ in home else None
        if naming is None:
            ordered.append((id_, scores))
        else:
            ordered.append((id_, replace(scores, lent=LENT * own[naming].fused, named_by=naming)))
    return sorted(ordered, key=in_order)


def is_telling(key: str, frequencies: Mapping[str, int], total: int) -> bool:
    """Whether the words of the name are seldom found together; `frequencies`: in how many of `total` passages, by form.

    As if words came independently of each other, which they do not: it is an order of rarity, not a count.
    """
    terms = query_terms(key)
    having = occurrences(terms, frequencies)
    among = total if len(having) > 1 else max(total, LIKE_LARGER)
    return among * math.prod(max(many, 1) / max(total, 1) for many in having) <= BY_CHANCE


def forms_of_names(keys: Iterable[str]) -> list[str]:
    """What `is_telling` wants counted."""
    return forms_of(term for key in keys for term in query_terms(key))
