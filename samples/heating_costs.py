"""Share the heating bill of a house among its flats: half by floor area, half by the meters."""

from __future__ import annotations

from dataclasses import dataclass

AREA_SHARE = 0.5
"""The part of the bill that is shared by floor area. The other part follows the meters."""


@dataclass(frozen=True)
class Flat:
    """A flat, its floor area in square metres and the units its meters counted in the year."""

    name: str
    area: float
    units: float


def shares(bill: float, flats: list[Flat]) -> dict[str, float]:
    """What each flat pays, in euros and cents. The last flat takes what rounding leaves over."""
    area = sum(flat.area for flat in flats)
    units = sum(flat.units for flat in flats)
    paid: dict[str, float] = {}
    for flat in flats[:-1]:
        by_area = AREA_SHARE * flat.area / area
        by_meter = (1 - AREA_SHARE) * (flat.units / units if units else flat.area / area)
        paid[flat.name] = round(bill * (by_area + by_meter), 2)
    paid[flats[-1].name] = round(bill - sum(paid.values()), 2)
    return paid


if __name__ == "__main__":
    house = [Flat("Okafor", 58, 1210), Flat("Lindqvist", 74, 1650), Flat("Almeida", 74, 980)]
    for name, euros in shares(4120.50, house).items():
        print(f"{name}: {euros:.2f} euros")
