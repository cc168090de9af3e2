"""Words that stand for one thing and its contrary: a pair a line, the two sides parted by a bar.

Our own list; what is indented goes on with the line before. It holds what contracts, reports and manuals turn on. The
words are found as they are or by their stems.
"""

from __future__ import annotations

from rag.support import stem
from rag.verdicts.statement import Token

_PAIRS = """
allow permit may authorise authorize permissible entitled can possible | impossible forbid forbidden prohibit
    ban bar disallow
require must shall need mandatory obligatory compulsory obliged necessary | optional voluntary unnecessary
    exempt waive
include cover contain comprise encompass | exclude omit
accept approve grant consent | reject refuse deny decline turn-down
increase rise rose risen grow grew grown climb gain raise raised higher expand growth up upward elevate
    elevated enhance promote stimulate induce trigger activate accelerate facilitate upregulate | decrease fall
    fell fallen drop decline reduce reduction shrink shrank lower diminish down downward suppress inhibit block
    prevent attenuate impair hinder slow downregulate
more | less fewer
before prior earlier precede ahead | after later following subsequent since
first earliest initial | last latest final
largest biggest highest greatest most maximum longest tallest heaviest | smallest lowest least minimum fewest
    shortest lightest
above over exceed exceeding | below under beneath
open opened | close closed shut
start begin began begun commence open | end terminate finish cease expire stop conclude
win won winner victory | lose lost loser defeat
buy bought purchase buyer purchaser | sell sold sale seller vendor
lend lender | borrow borrower
landlord lessor | tenant lessee renter
employer | employee
hot warm | cold chill
true correct | false wrong incorrect
present attend | absent
alive survive survived living | dead die died death
safe harmless | dangerous unsafe hazardous harmful
same identical equal | different differ unequal
valid | invalid void
able | unable incapable
active | inactive deactivate
effective efficient | ineffective
succeed success successful | fail failure unsuccessful
enable switch-on turn-on | disable switch-off turn-off
left | right
north northern | south southern
east eastern | west western
public | private
full | empty
early | late
long longer | short shorter
fast quick rapid faster | slower
always | never
with | without
agree | disagree
positive positively | negative negatively
strengthen strong stronger | weaken weak weaker
improve improvement better best | worsen deteriorate worse worst
benefit beneficial protect | harm harmful detrimental damage
internal inside indoor indoors | external outside outdoor outdoors
import | export
major majority | minor minority
permanent | temporary provisional
legal lawful | illegal unlawful
known | unknown
dependent | independent
direct directly | indirect indirectly
sufficient enough adequate | insufficient inadequate
paid | unpaid
limited | unlimited
furnished | unfurnished
married | unmarried single
likely | unlikely
reversible | irreversible
refundable | non-refundable nonrefundable
common frequent often | rare rarely seldom
young younger youngest | old older oldest
rich wealthy | poor
cheap cheaper inexpensive | expensive dearer costly
easy easier simple | difficult hard harder
visible | invisible hidden
dry | wet
clockwise | anticlockwise counterclockwise
vertical vertically | horizontal horizontally
add added | remove removed subtract
lock locked | unlock unlocked
connect connected | disconnect disconnected
deny denied | admit admitted confirm confirmed
guilty | innocent
profit surplus | loss deficit
advantage | disadvantage
top | bottom
front | rear back
male men man boy | female women woman girl
day daytime | night
morning | evening
complete | incomplete
eligible | ineligible
compatible | incompatible
accessible | inaccessible
formal | informal
secure | insecure
accurate | inaccurate
consistent | inconsistent
experienced | inexperienced
"""


def _read() -> dict[str, tuple[tuple[int, int], ...]]:
    sides: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(_PAIRS.strip().replace("\n    ", " ").splitlines()):
        for sign, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                side = (number, sign)
                for key in {word, stem(word)}:
                    if side not in sides.setdefault(key, []):
                        sides[key].append(side)
    return {word: tuple(found) for word, found in sides.items()}


SIDES = _read()
"""For a word, and for its stem, the pairs it belongs to and the side, 1 or -1, on which it stands."""


def sides(token: Token) -> tuple[tuple[int, int], ...]:
    """The pairs and sides of a token, by its form and else by its stem; none for a mark."""
    return SIDES.get(token.folded) or SIDES.get(token.stem, ())
