"""The ways to pay that a payer's habit of naming documents points to: they come before those of `ways`. A person chooses among them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

from matcher.matching import naming
from matcher.matching.naming import Document, Naming
from matcher.pipeline.choices.records import Choice, OpenItem, Share
from matcher.pipeline.choices.ways import Making
from matcher.pipeline.learned import Habit

Habits = Mapping[str, Sequence[Habit]]
"""What counts of the ways in which customers name documents, by customer."""

_SAYS = {
    Naming.ORDER: "the text holds the number of the purchase order",
    Naming.END: "the text holds the end of the document's number",
    Naming.MONTH: "all that is open of one month's documents",
}


def first(likely: Sequence[tuple[str, str]], habits: Habits, text: str) -> list[tuple[str, str]]:
    """The customers whose money it may be, those before the others whose own number stands in the text."""
    told: dict[str, str] = {}
    for customer, _ in likely:
        for habit in habits.get(customer, ()):
            if habit.key not in naming.WORDS and naming.holds_own(habit.key, text):
                told.setdefault(customer, f"the text holds the payer's own number {habit.value}, {_as_in(habit)}")
    return sorted(((customer, told.get(customer, why)) for customer, why in likely), key=lambda one: one[0] not in told)


def ways(
    amount: int,
    entity: str,
    items: Sequence[OpenItem],
    likely: Sequence[tuple[str, str]],
    habits: Habits,
    names: Mapping[str, str],
    text: str,
) -> Iterator[Choice]:
    """Choices of documents that are named as the customer has named them before, where they have the amount. Arguments as of `ways.ways`.

    Args:
        habits: see `Habits`.
        text: what the payer wrote.
    """

    def choice(shares: Sequence[Share], words: str, customer: str = "") -> Choice:
        whose = customer or shares[0].item.customer_id
        return Choice(whose, names.get(whose, ""), tuple(shares), amount - sum(s.cash for s in shares), words)

    for customer, _ in likely:
        mine = sorted(
            (i for i in items if i.customer_id == customer and i.entity == entity and i.open > 0),
            key=lambda i: (i.due_date or i.issue_date, i.item_id),
        )
        for habit in habits.get(customer, ()):
            if habit.key in (Naming.ORDER, Naming.END):
                yield from _named(amount, [i for i in mine if naming.names(habit.key, text, _document(i))], habit, choice)
            elif habit.key == Naming.MONTH:
                yield from _months(amount, mine, habit, choice)


def _named(amount: int, called: Sequence[OpenItem], habit: Habit, choice: Making) -> Iterator[Choice]:
    says = f"{_SAYS[Naming(habit.key)]}, {_as_in(habit)}"
    if len(called) > 1 and sum(i.open for i in called) == amount:
        yield choice([Share(i, i.open) for i in called], f"{says}; their sum is the amount")
    for item in called:
        if item.open == amount:
            yield choice([Share(item, amount)], f"{says}; the amount is its own")
    for item in called:
        if item.discount and item.open - item.discount == amount:
            yield choice([Share(item, amount, item.discount, "discount")], f"{says}; the amount is its own less the discount")


def _months(amount: int, mine: Sequence[OpenItem], habit: Habit, choice: Making) -> Iterator[Choice]:
    for _, month in groupby(sorted(mine, key=_month), key=_month):
        items = list(month)
        if len(items) > 1 and sum(i.open for i in items) == amount:
            yield choice([Share(i, i.open) for i in items], f"{_SAYS[Naming.MONTH]}, {_as_in(habit)}")


def _month(item: OpenItem) -> date:
    return item.issue_date.replace(day=1)


def _document(item: OpenItem) -> Document:
    return Document(item.item_id, item.document_no, item.purchase_order, item.issue_date)


def _as_in(habit: Habit) -> str:
    n = habit.counted
    return f"as in {n} confirmed payments of this customer"
