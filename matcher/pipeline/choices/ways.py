"""The ways in which an amount may be paid on open items, the likeliest first. Pure: a person chooses, nothing is posted on these."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Protocol

from matcher.pipeline.choices.records import Choice, OpenItem, Share

MOST_ITEMS = 400
"""Items of one customer among which pairs are looked for."""


class Making(Protocol):
    """Makes a choice of what is paid, why, and for which customer when nothing is."""

    def __call__(self, shares: Sequence[Share], words: str, customer: str = "") -> Choice: ...  # noqa: D102 - see above


def ways(
    amount: int, entity: str, items: Sequence[OpenItem], named: Collection[str], likely: Sequence[tuple[str, str]], names: Mapping[str, str]
) -> Iterator[Choice]:
    """Choices, the likeliest first; the same one may come twice.

    Args:
        amount: what the line has to give, above zero: minor units of the currency that all items are in.
        entity: the line's legal entity; its items come before others'.
        items: open items, all with something open.
        named: ids of items whose number the bank's text holds.
        likely: customers whose money it may be, the likeliest first, each with the words for why.
        names: names of customers by id.
    """
    mine = sorted((i for i in items if i.open > 0), key=lambda i: (i.entity != entity, i.due_date or i.issue_date, i.item_id))
    why = dict(likely)
    order = [customer for customer, _ in likely]

    def choice(shares: Sequence[Share], words: str, customer: str = "") -> Choice:
        whose = customer or (shares[0].item.customer_id if shares else "")
        return Choice(whose, names.get(whose, ""), tuple(shares), amount - sum(s.cash for s in shares), words)

    called = [i for i in mine if i.item_id in named]
    yield from _named(amount, called, choice)
    by_customer = {customer: [i for i in mine if i.customer_id == customer] for customer in order}
    for customer in order:
        for item in by_customer[customer]:
            if item.open == amount:
                yield choice([Share(item, amount)], f"{why[customer]}; the amount is one open item's")
    for customer in order:
        yield from _sums(amount, by_customer[customer], why[customer], choice)
    for item in called:
        yield choice([Share(item, min(amount, item.open))], "the text names the document; the amount is another one")
    for customer in order:
        yield choice((), f"{why[customer]}: on account", customer)
    for item in mine:
        if item.open == amount:
            yield choice([Share(item, amount)], "the amount is one open item's")


def _named(amount: int, called: Sequence[OpenItem], choice: Making) -> Iterator[Choice]:
    whole = sum(i.open for i in called)
    if len(called) > 1 and whole == amount:
        yield choice([Share(i, i.open) for i in called], "the text names the documents, and their sum is the amount")
    for item in called:
        if item.open == amount:
            yield choice([Share(item, amount)], "the text names the document, and the amount is its own")
    for item in called:
        if item.discount and item.open - item.discount == amount:
            yield choice([_less_discount(item)], "the text names the document; the amount is its own less the discount")


def _sums(amount: int, items: Sequence[OpenItem], why: str, choice: Making) -> Iterator[Choice]:
    if len(items) > 1 and sum(i.open for i in items) == amount:
        yield choice([Share(i, i.open) for i in items], f"{why}; the amount is all that is open")
    for item in items:
        if item.discount and item.open - item.discount == amount:
            yield choice([_less_discount(item)], f"{why}; the amount is one item's less the discount")
    running: list[OpenItem] = []
    for item in items:
        running.append(item)
        if len(running) > 1 and sum(i.open for i in running) == amount:
            yield choice([Share(i, i.open) for i in running], f"{why}; the amount is that of the oldest items")
    less = [_less_discount(i) if i.discount else Share(i, i.open) for i in items]
    if len(less) > 1 and any(s.adjustment for s in less) and sum(s.cash for s in less) == amount:
        yield choice(less, f"{why}; the amount is all that is open, less the discounts")
    seen: dict[int, OpenItem] = {}
    for item in items[:MOST_ITEMS]:
        other = seen.get(amount - item.open)
        if other is not None:
            yield choice([Share(other, other.open), Share(item, item.open)], f"{why}; the amount is the sum of two items")
        seen.setdefault(item.open, item)


def _less_discount(item: OpenItem) -> Share:
    return Share(item, item.open - item.discount, item.discount, "discount")
