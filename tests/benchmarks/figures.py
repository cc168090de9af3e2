"""What a benchmark says: a figure, what it is compared with in the same run, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio` is value over baseline where there is a baseline; `asked` in words, empty when nothing was asked."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    baseline_name: str = ""
    asked: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    def __str__(self) -> str:
        against = f"  ({self.ratio:.2f}x {self.baseline_name}: {self.baseline:.4g})" if self.ratio is not None else ""
        asked = f"  asked: {self.asked}" if self.asked else ""
        return f"{self.name:<58} {self.value:>10.4g} {self.unit}{against}{asked}"
