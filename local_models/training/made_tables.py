"""Made-up tables, with claims about their cells: true ones, and ones that took the wrong row or column.

    Flat | Rent | Deposit           "The rent of Flat 3 is 940"   (true)
    Flat 3 | 940 | 1,900            "The deposit of Flat 3 is 940", "The rent of Flat 5 is 940"   (not)

A row of a table shares all its words with a claim about the row above, so this has to be learned apart. Our own
headings and ranges; only the names come from elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MONEY = (
    "Rent",
    "Price",
    "Cost",
    "Budget",
    "Deposit",
    "Revenue",
    "Salary",
    "Fee",
    "Balance",
    "Total",
    "Expenses",
    "Profit",
)
_COUNT = (
    "Quantity",
    "Staff",
    "Units",
    "Seats",
    "Pages",
    "Population",
    "Orders",
    "Members",
    "Rooms",
    "Visitors",
    "Stock",
)
_SHARE = ("Share", "Margin", "Growth", "Tax rate", "Discount", "Turnout", "Interest")
_DATE = ("Start", "End", "Due", "Delivered", "Founded", "Opened", "Expires", "Last checked", "Year")
_WORD = ("Status", "Colour", "Region", "Grade", "Type", "Priority")
_NAMED = ("Owner", "Manager", "Contact", "Supplier", "Tenant", "Author", "City", "Client")
_FIRST = (
    "Name",
    "Project",
    "Item",
    "Flat",
    "Department",
    "Employee",
    "Country",
    "Product",
    "Branch",
    "Account",
    "Team",
)
_WORDS = "open closed pending paid late red green blue north south east west A B C high low medium new used".split()
_MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class TableClaim:
    """`rows` as they stand in a passage, the header first; `entailed`: whether they say what `claim` says."""

    claim: str
    rows: str
    entailed: bool


class TableMaker:
    """Draws tables and claims; `names` name what the rows and some cells are about."""

    def __init__(self, names: Sequence[str], rng: random.Random) -> None:
        self._names = names
        self._rng = rng
        self._kinds: tuple[tuple[Sequence[str], Callable[[], str]], ...] = (
            (_MONEY, self._money), (_COUNT, self._count), (_SHARE, self._share),
            (_DATE, self._date), (_WORD, lambda: rng.choice(_WORDS)), (_NAMED, lambda: rng.choice(names)),
        )  # fmt: skip

    def draw(self) -> tuple[TableClaim, TableClaim]:
        """One true claim and one false one about the same table."""
        rng = self._rng
        columns = self._columns(rng.randint(2, 5))
        first = rng.choice(_FIRST)
        names = rng.sample(self._names, rng.randint(2, 6))
        if rng.random() < 0.3:
            names = [f"{first} {number}" for number in rng.sample(range(1, 40), len(names))]
        rows = [[name, *(draw() for _, draw in columns)] for name in names]
        heads = [first, *(head for head, _ in columns)]
        text = self._shown(heads, rows)
        row, column = rng.choice(rows), rng.randrange(1, len(heads))
        true = self._told(row[0], heads[column], row[column])
        return TableClaim(true, text, entailed=True), TableClaim(
            self._false(heads, rows, row, column), text, entailed=False
        )

    def _columns(self, count: int) -> list[tuple[str, Callable[[], str]]]:
        found: dict[str, Callable[[], str]] = {}
        for heads, draw in self._rng.choices(self._kinds, k=count):
            found[self._rng.choice(heads)] = draw
        return list(found.items())

    def _shown(self, heads: list[str], rows: list[list[str]]) -> str:
        lines = [" | ".join(heads), *(" | ".join(row) for row in rows)]
        if self._rng.random() < 0.25:  # one row a line, each cell with its heading
            lines = ["; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True)) for row in rows]
        return "\n".join(lines)

    def _false(self, heads: list[str], rows: list[list[str]], row: list[str], column: int) -> str:
        others = [other for other in rows if other[column] != row[column]]
        chance = self._rng.random()
        if others and chance < 0.6:
            return self._told(row[0], heads[column], self._rng.choice(others)[column])
        columns = [place for place in range(1, len(heads)) if row[place] != row[column]]
        if columns and chance < 0.85:
            return self._told(row[0], heads[column], row[self._rng.choice(columns)])
        absent = [name for name in self._rng.sample(self._names, 8) if all(name != other[0] for other in rows)]
        return (
            self._told(absent[0], heads[column], row[column]) if absent else self._told(row[0], "Number", row[column])
        )

    def _told(self, name: str, head: str, cell: str) -> str:
        head = head.lower()
        return self._rng.choice(
            (
                f"The {head} of {name} is {cell}.", f"{name}'s {head} is {cell}.", f"{name} has a {head} of {cell}.",
                f"For {name} the {head} was {cell}.", f"What is the {head} of {name}? {cell}", f"{name}: {head} {cell}",
            )
        )  # fmt: skip

    def _money(self) -> str:
        amount = self._rng.choice(
            (self._rng.randint(20, 990), self._rng.randint(10, 900) * 100, self._rng.randint(1, 99) * 1000)
        )
        return self._rng.choice(("{:,}", "${:,}", "€{:,}", "£{:,}.00", "{}")).format(amount)

    def _count(self) -> str:
        draw = self._rng.randint
        return f"{self._rng.choice((draw(1, 60), draw(60, 9000), draw(9, 900) * 1000)):,}"

    def _share(self) -> str:
        return self._rng.choice(("{:.1f}%", "{:.1f} %", "{:.0f}%")).format(self._rng.uniform(0.5, 99))

    def _date(self) -> str:
        year, month, day = self._rng.randint(1950, 2030), self._rng.randint(1, 12), self._rng.randint(1, 28)
        return self._rng.choice(
            (
                f"{year}",
                f"{day} {_MONTHS[month - 1]} {year}",
                f"{year}-{month:02}-{day:02}",
                f"{_MONTHS[month - 1]} {year}",
            )
        )
