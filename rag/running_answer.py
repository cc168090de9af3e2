"""An answer as it grows, step by step, from the search to the check. Knows nothing of how a step is done."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from local_models.types import Generated
from rag.account import Account
from rag.certainty import WrittenPiece, certainties
from rag.citing import CitedText
from rag.types import Answer, Mode, Quote, Source, Timings


@dataclass
class RunningAnswer:
    """One answer while it is worked on; `started` is time.monotonic() at its beginning."""

    answer_id: int
    mode: Mode
    started: float
    text: str = ""
    raw: str = ""
    model: str = ""
    abstained: bool = False
    sources: tuple[Source, ...] = ()
    quotes: tuple[Quote, ...] = ()
    cited: CitedText | None = None
    notices: list[str] = field(default_factory=list)
    retrieval_s: float = 0.0
    first_token_s: float = 0.0
    confidence: float | None = None
    searched_for: str = ""
    generated: Generated | None = None
    account: Account = Account()
    pieces: list[WrittenPiece] = field(default_factory=list)

    def answer(self) -> Answer:
        """The answer as it stands now."""
        generated = self.generated
        return Answer(
            text=self.text,
            mode=self.mode,
            abstained=self.abstained,
            citations=self.cited.citations if self.cited else (),
            sources=self.sources,
            quotes=self.quotes,
            notices=tuple(self.notices),
            model=self.model,
            timings=Timings(self.retrieval_s, self.first_token_s, time.monotonic() - self.started),
            prompt_tokens=generated.prompt_tokens if generated else 0,
            completion_tokens=generated.completion_tokens if generated else 0,
            confidence=self.confidence,
            raw=self.raw,
            account=replace(self.account, certainties=certainties(self.pieces, self.text)),
            searched_for=self.searched_for,
            sentences=self.cited.sentences if self.cited else (),
        )
