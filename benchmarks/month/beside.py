"""Items that have, by chance, the amount of a line that does not pay them: the sum of a batch, a part payment, a second payment."""

import numpy as np

from benchmarks.month.draws import Draws, Ints
from benchmarks.month.kinds import CODE
from benchmarks.month.knobs import Knobs
from benchmarks.month.plan import WRITTEN, Calendar, Plan

_LATER = 500  # of those beside money for which there is no invoice yet
_SMALLEST = 20


def chosen(draws: Draws, knobs: Knobs, month: Plan) -> Ints:
    """The lines that get an item beside them."""
    share = np.zeros(len(month), dtype=np.int64)
    for name, per_mille in knobs.beside.items():
        share[month.kind == CODE[name]] = per_mille
    # a part payment that names nothing would be a riddle without an answer
    silent = month.of("part_payment") & (month.written == WRITTEN.index("none"))
    return np.flatnonzero(draws.chance("beside", len(month), share) & (month.customer >= 0) & ~silent)


def issued(draws: Draws, month: Plan, calendar: Calendar, line: Ints) -> Ints:
    """Days of issue: in the weeks before the line, or a few days after it where it pays in advance."""
    day, count = month.day[line], len(line)
    early = day - 3 - draws.below("beside before", count, 40)
    advance = month.of("prepayment", "deposit")[line] & draws.chance("beside after", count, _LATER)
    late = np.minimum(day + 1 + draws.below("beside later", count, 12), calendar.last)
    return np.where(advance, late, early)


def amounts(draws: Draws, month: Plan, line: Ints, own: Ints, amount: Ints, named_by: Ints) -> Ints:
    """Amounts of the items beside lines.

    Args:
        line: the line of each of them.
        own: what they would cost by themselves; kept beside money that pays nothing.
        amount: of all items, the paid ones first and in the order of their lines.
        named_by: for each item the line that names it although it is closed, or -1.
    """
    paying = np.where(month.copy_of[line] >= 0, month.copy_of[line], line)
    sums = np.concatenate([[0], np.cumsum(amount)])
    total = sums[month.first[paying] + month.size[paying]] - sums[month.first[paying]]
    percent = np.where(month.of("part_payment")[paying], draws.between("beside part", len(line), 10, 90), 100)
    named = np.flatnonzero(named_by >= 0)
    closed = np.zeros(len(month), dtype=np.int64)
    closed[named_by[named]] = amount[named]
    found = np.where(month.size[paying] > 0, total * percent // 100, closed[line])
    return np.where(found > 0, np.maximum(found, _SMALLEST), own)
