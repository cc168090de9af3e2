"""Notes down, step by step, how an answer is made (rag.account). Takes what each step has at hand and asks nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from local_models.types import Generated, ModelInfo, Sampling
from rag.account import Account, ModelAccount, SourceAccount
from rag.constraint import Strength
from rag.events import Retrieved
from rag.extraction import ReadHit
from rag.prompting import Prompt
from rag.types import Source
from rag.why import Grounds


def of_search(found: Retrieved, scope: Sequence[str]) -> Account:
    """What was searched; `scope` are the names of what it was limited to."""
    return Account(
        searched=True,
        documents=found.documents_searched,
        passages=found.passages_searched,
        scope=tuple(scope),
        relevant=found.relevant,
        read=len(found.hits),
    )


def with_sources(
    account: Account, sources: Sequence[Source], hits: Sequence[ReadHit], why: Sequence[Grounds]
) -> Account:
    """Why each of the sources, which go with `hits` and `why` one by one, became one; behind those noted already."""
    noted = tuple(_source(*each) for each in zip(sources, hits, why, strict=True))
    return replace(account, sources=account.sources + noted)


def with_model(account: Account, info: ModelInfo, sampling: Sampling, strength: Strength | None) -> Account:
    """`strength` is None in free mode, where nothing is held to anything."""
    model = ModelAccount(
        name=info.name,
        file=str(info.path),
        parameters=info.parameters,
        n_ctx=info.n_ctx,
        device=info.device,
        temperature=sampling.temperature,
        top_p=sampling.top_p,
        top_k=sampling.top_k,
        min_p=sampling.min_p,
        repeat_penalty=sampling.repeat_penalty,
        seed=sampling.seed,
        max_tokens=sampling.max_tokens,
        strength=strength.value if strength else "",
    )
    return replace(account, model=model)


def with_prompt(account: Account, prompt: Prompt) -> Account:
    """Which passages stood before the model, earlier turns' included, and how many did not fit."""
    standing = {source.number for source in prompt.sources}
    return replace(
        account,
        given=len(standing),
        left_out=prompt.sources_left_out,
        turns_left_out=prompt.turns_left_out,
        sources=tuple(replace(source, given=source.number in standing) for source in account.sources),
    )


def with_generation(account: Account, generated: Generated) -> Account:
    return replace(
        account,
        reused_tokens=generated.reused_tokens,
        prefill_s=round(generated.prefill_s, 3),
        decode_s=round(generated.decode_s, 3),
        abstain_probability=generated.abstain_probability,
    )


def _source(source: Source, read: ReadHit, why: Grounds) -> SourceAccount:
    scores = read.hit.scores
    best = read.spans[0] if read.spans else None
    return SourceAccount(
        number=source.number,
        words=scores.words,
        vectors=scores.vectors,
        fused=scores.fused,
        by_words=why.by_words,
        by_meaning=why.by_meaning,
        rare=why.rare,
        common=why.common,
        found=" ".join(read.hit.passage.text[best.start : best.end].split()) if best else "",
        probability=best.probability if best else 0.0,
        given=True,
        named_in=why.named_in,
    )
