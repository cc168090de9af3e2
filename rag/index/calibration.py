"""What a cosine of zero means to an embedder: some models call any two texts 0.7 alike, others 0.03.

It embeds a few sentences that have nothing in common, once per model, and knows nothing else of models.
"""

from __future__ import annotations

import numpy as np

from local_models.cancel import CancelToken
from rag.ports import Embedder

_UNRELATED = (
    "The tenant pays the rent on the first day of each month.",
    "Photosynthesis turns light into chemical energy in plants.",
    "The match ended in a draw after extra time.",
    "def load(path): return json.loads(path.read_text())",
    "Add the onions and stir until they are golden brown.",
    "Blood pressure should be measured while the patient is sitting.",
    "The orchestra played the second symphony without a break.",
    "Interest rates were raised by a quarter of a percent.",
)
_HIGHEST = 0.95
"""Above it an embedder tells nothing apart; a division by almost zero would only make noise of it."""


def unrelated_cosine(embedder: Embedder, cancel: CancelToken) -> float:
    """The mean cosine of texts that have nothing in common, 0 to 0.95. MiniLM: 0.03. Raises as Embedder.embed."""
    vectors = embedder.embed(_UNRELATED, cancel)
    cosines = (vectors @ vectors.T)[np.triu_indices(len(_UNRELATED), k=1)]
    return float(np.clip(cosines.mean(), 0.0, _HIGHEST))
