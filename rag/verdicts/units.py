"""Units of measure, currencies and what a number may be multiplied by: one spelling for each.

A table and no library: pint alone takes 0.3 s to import and knows neither currencies nor "basis points". Factors are
those of the International System; a month and a year are not turned into days, because texts do not mean that.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A dimension and how many of its smallest unit one is: 1 km is 1,000,000 mm."""

    dimension: str
    factor: Decimal


_TABLE = """
percent       1            % percent pct prozent pourcent porcentaje
percent       0.1          ‰ permille
basis point   1            bp bps
length        1            mm millimetre millimeter
length        10           cm centimetre centimeter
length        1000         m metre meter
length        1000000      km kilometre kilometer
length        25.4         inch inches
length        304.8        ft foot feet
length        914.4        yd yard
length        1609344      mile mi
mass          1            mg milligram
mass          1000         g gram gramme
mass          1000000      kg kilogram kilo
mass          1000000000   tonne
mass          0.001        µg mcg microgram
mass          28349.5      oz ounce
mass          453592       lb lbs
area          1            m² sqm m2
area          1000000      km² sqkm km2
area          10000        hectare ha
area          4046.86      acre
volume        1            ml millilitre milliliter
volume        10           cl centilitre
volume        1000         l litre liter
volume        1000000      m³ m3
volume        3785.41      gallon
time          1            second sec s
time          60           minute min
time          3600         hour hr h
time          86400        day
time          604800       week
time          0.001        millisecond ms
calendar      1            month
calendar      3            quarter
calendar      12           year yr
calendar      120          decade
calendar      1200         century
speed         1            km/h kph kmh
speed         1.609344     mph
temperature   1            °c celsius centigrade
fahrenheit    1            °f fahrenheit
kelvin        1            kelvin
power         1            w watt
power         1000         kw kilowatt
power         1000000      mw megawatt
power         1000000000   gw gigawatt
energy        1            wh
energy        1000         kwh
energy        1000000      mwh
energy        1000000000   gwh
joule         1            j joule
joule         1000         kj kilojoule
calorie       1            cal calorie
calorie       1000         kcal kilocalorie
voltage       1            v volt
voltage       0.001        mv millivolt
voltage       1000         kv kilovolt
current       1            a amp ampere
current       0.001        ma milliampere
frequency     1            hz hertz
frequency     1000         khz kilohertz
frequency     1000000      mhz megahertz
frequency     1000000000   ghz gigahertz
pressure      1            pa pascal
pressure      100          hpa mbar
pressure      1000         kpa
pressure      100000       bar
pressure      6894.76      psi
force         1            nm
data          1            byte
data          1000         kb kilobyte
data          1000000      mb megabyte
data          1000000000   gb gigabyte
data          1000000000000 tb terabyte
noise         1            db decibel
euro          1            € eur euro
euro          0.01         eurocent
dollar        1            $ usd dollar
dollar        0.01         cent
pound         1            £ gbp pound
yen           1            ¥ jpy yen
franc         1            chf franc
rupee         1            ₹ inr rupee
krone         1            krone kroner sek nok dkk
"""


def _read_table() -> dict[str, Unit]:
    units = {}
    for line in _TABLE.strip().splitlines():
        parts = line.split()
        place = next(i for i, part in enumerate(parts) if part[0].isdigit())
        for name in parts[place + 1 :]:
            units[name] = Unit(" ".join(parts[:place]), Decimal(parts[place]))
    return units


UNITS = _read_table()

MONEY = frozenset("euro dollar pound yen franc rupee krone".split())

SCALES = {
    "thousand": Decimal(10**3), "k": Decimal(10**3), "tausend": Decimal(10**3),
    "million": Decimal(10**6), "mn": Decimal(10**6), "mio": Decimal(10**6), "millionen": Decimal(10**6),
    "billion": Decimal(10**9), "bn": Decimal(10**9), "mrd": Decimal(10**9), "milliarden": Decimal(10**9),
    "trillion": Decimal(10**12), "tn": Decimal(10**12), "dozen": Decimal(12),
}  # fmt: skip


def unit_of(word: str) -> Unit | None:
    """By its name in lower case, singular or plural; None for a word that is no unit."""
    return UNITS.get(word) or (UNITS.get(word.removesuffix("s")) if len(word) > 3 else None)
