"""Tells a question that a few words answer from one that asks for sentences. English, by its form; knows no documents.

    How long is the notice?          a few words
    How do I give notice?            sentences
    What are the steps to appeal?    sentences

The bundled reader phrases a few words that were found; to the other kind it would give a part for the whole.
"""

from __future__ import annotations

import re

_SENTENCES = re.compile(
    r"""
    ^\W*(?:and\s+|so\s+|but\s+|please\s+|(?:can|could|would)\s+you\s+(?:please\s+)?)?
    (?:
        (?:explain|describe|discuss|summari[sz]e|outline|compare|contrast|list|tell\s+me|define)\b
      | why\b
      | how\s+(?:come\b|(?:is|are|was|were|do|does|did|can|could|should|would|will|has|have|had|to|might|may|must)\b)
      | what\s+(?:should|must|can|could|may|might|do|does)\s+(?:i|we|you|one|they|members?|employees?|people)\b
      | what\s+(?:do|does|did)\b.*\b(?:cover|include|offer)\b
      | what\s+happen(?:s|ed)?\b
      | what\s+(?:is|was)\s+(?:the\s+)?(?:meant\s+by|purpose|role|function|process|difference|relationship
            |importance|significance|procedure|reason|point\s+of|use\s+of)\b
      | (?:what|which)\s+(?:(?:are|were)\s+)?(?:\w+\s+){0,4}?(?:steps|differences|exceptions|requirements|benefits
            |conditions|responsibilities|reasons|factors|measures|rules|tips|services|types|kinds|advantages
            |disadvantages|duties|obligations|aspects|points|things)\b
      | (?:what|which|when|who|where)\b.*\band\s+(?:how|why|what|which|when|who|where)\b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_sentences(question: str) -> bool:
    """Whether a few words would be too little of an answer."""
    return _SENTENCES.search(question) is not None
