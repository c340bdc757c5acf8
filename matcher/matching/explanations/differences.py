"""What lies between the sum of some items and the amount of a receipt: every way to name it, to the cent."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Item, Receipt
from matcher.model import Allocation
from matcher.money import PPM, SCALE
from matcher.rules.rulebook import Limits, Rulebook
from matcher.states import Outcome

NET_TAX = (
    40, 50, 55, 60, 70, 77, 80, 81, 90, 100, 105, 110, 120, 130, 135, 140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 255,
    260, 270,
)  # fmt: skip
"""Usual rates of sales tax, in thousandths of the net amount. Some payers take the discount on the net amount alone."""

_FEE_SAID = re.compile(
    r"\b(?:ben deduct\w*|fees?|charges?|(?:bank)?geb(?:ü|ue|u)hr(?:en)?|entgelt|spesen|frais|spese|comision(?:es)?|prowizja)\b|"
    "手续费|手數料|комисси",
    re.IGNORECASE,
)

_DEDUCTED = re.compile(
    r"\b(?:deduct\w*|short(?:age|ages|\W?paid|\W?pay\w*|\W?deliver\w*|\W?ship\w*)|damage\w*|rebates?|bonus|claims?|debit\W?(?:note|memo)s?|chargebacks?|"
    r"quality|returns?|returned|gekürzt|gekuerzt|kürzung|kuerzung|einbehalt\w*|mängel\w*|maengel\w*|mangel\w*|abzug|\w*schäden|\w*schaden|"
    r"fehlmenge\w*|reklamation\w*|belastung\w*|déduction|deduction|ristourne|retenue|litige|trattenuta|reso|deduccion|deducción|devolucion|"
    r"avarie|korting|inhouding|\w*schade|retour|fradrag|fratrukket|avdrag|\w*skade|reklamasjon|vähennys|potrącenie|szkoda)\b|扣款|扣除|质量|索赔|返利|удержан",
    re.IGNORECASE,
)
"""What says that the payer keeps something back himself."""

_IBAN = re.compile(r"[A-Z]{2}(?=\d\d[A-Z0-9]{11,30}$)")

MUCH = 2
"""What is left over is much when it is more than one part in so many of the items: that is rarely paid by mistake."""

EVEN = 10
"""Whole tens of the currency are round sums: they are paid on purpose."""


class Difference(NamedTuple):
    """One way: its kind, what each item gets, the outcome of the line, and the evidence that it gives."""

    kind: str
    shares: tuple[Allocation, ...]
    outcome: str
    evidence: tuple[str, ...]
    note: str = ""


class _Terms(NamedTuple):
    """What the terms of one item say: whether a discount makes up the difference, the steps that are over, and the one still earned.

    `doubt`: evidence that the discount may be that of another document.
    """

    met: bool
    ended: Sequence[int]
    earned: int
    doubt: tuple[str, ...] = ()


def discounts_of(item: Item, receipt: Receipt, grace_days: int) -> list[int]:
    """The early-payment discounts that this payment may take, the largest first: by value date, and only on an item not yet part paid.

    That is the step in whose days the money comes; in the days of grace of a step also the next one.
    """
    grace, day, found = timedelta(days=grace_days), receipt.value_date, []
    before = date.min
    for discount, until in item.steps:
        if before < day <= until + grace:
            found.append(discount)
        before = until
    return found


def ended_discounts(item: Item, receipt: Receipt, grace_days: int) -> list[int]:
    """The steps of the discount whose days are over when the money comes."""
    return [discount for discount, until in item.steps if receipt.value_date > until + timedelta(days=grace_days)]


def explain(items: Sequence[Item], receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int) -> Iterator[Difference]:
    """All ways in which the amount may pay these items of one customer; the items are in the order of settling.

    Items in another currency than the line are explained one at a time.
    """
    if any(item.currency != receipt.currency for item in items):
        if len(items) == 1:
            yield from _abroad(items[0], receipt, pool, book)
        return
    total = sum([item.open for item in items])
    difference = total - receipt.amount
    if difference == 0:
        yield Difference(
            "none",
            tuple([Allocation(i.item_id, i.open, i.open) for i in items]),
            Outcome.MATCHED,
            (_full(items, receipt, pool, book.limits),),
        )
        return
    if difference > 0 and total > 0:
        allowed = [discounts_of(i, receipt, grace_days) for i in items]
        discounts, own, taken = _of_terms(items, allowed, difference)
        doubt = ("date_discount",) if taken and _of_another(items, difference, receipt, grace_days) else ()
        if taken:
            shares = (Allocation(i.item_id, i.open - d, i.open - d, d, "discount" if d else "") for i, d in zip(items, taken, strict=True))
            if own and abs(difference - sum(discounts)) > _cents(discounts):
                yield Difference("discount_net", tuple(shares), Outcome.MATCHED, ("difference_discount_net", *doubt), _NET)
            else:
                yield Difference("discount", tuple(shares), Outcome.MATCHED, ("difference_discount", *doubt))
        ended = ended_discounts(items[0], receipt, grace_days) if len(items) == 1 and not taken else []
        yield from _short(items, difference, _Terms(bool(taken), ended, allowed[0][-1] if allowed[0] else 0, doubt), receipt, pool, book)
    elif difference < 0 < total:
        shares = (Allocation(i.item_id, i.open, i.open) for i in items)
        even = receipt.amount % (EVEN * 10 ** SCALE[receipt.currency]) == 0
        much = -difference * MUCH > total
        kind = (
            "difference_over_list" if len(items) > 1 else "difference_over_large" if much else "difference_over_even" if even
            else "difference_over"
        )  # fmt: skip
        yield Difference("over", tuple(shares), Outcome.OVERPAID, (kind,))


def _of_terms(items: Sequence[Item], allowed: Sequence[Sequence[int]], difference: int) -> tuple[list[int], bool, list[int]]:
    """The discounts that may be taken, whether they alone make up the difference, and what each item takes; nothing when none does."""
    for choice in (0, -1):  # the largest step, else in its days of grace the next one
        discounts = [steps[choice] if steps else 0 for steps in allowed]
        own = _taken(discounts, difference)
        if taken := own or _less_credit(items, discounts, difference):
            return discounts, bool(own), taken
    return [], False, []


def _of_another(items: Sequence[Item], difference: int, receipt: Receipt, grace_days: int) -> bool:
    """Whether, of several items, the discount of one that is over is just what is missing too."""
    return len(items) > 1 and any(difference in ended_discounts(item, receipt, grace_days) for item in items if item.steps)


def _full(items: Sequence[Item], receipt: Receipt, pool: OpenItems, limits: Limits) -> str:
    if len(items) > 1:
        return "amount_sum"
    item_count = pool.rarity(receipt.currency, items[0].open)
    return (
        "amount_unique" if item_count <= 1 and pool.size >= limits.unique_among else "amount_rare" if item_count <= 5 else "amount_common"
    )


_NET = "the difference is the early-payment discount on the amount without tax"


def _cents(discounts: Sequence[int]) -> int:
    """How far the payer's discount may be from ours because it was rounded otherwise, or of the total instead of each item."""
    return sum(1 for discount in discounts if discount)


def _on_net(discounts: Sequence[int], difference: int) -> bool:
    """Whether the difference is the discount on the amount without tax, at a usual rate of tax."""
    off = _cents(discounts)
    return any(abs(difference * (1000 + rate) - sum(discounts) * 1000) <= off * (1000 + rate) for rate in NET_TAX)


def _taken(discounts: Sequence[int], difference: int) -> list[int]:
    """The discounts that make up the difference to the smallest unit: our own, the last with what is rounded otherwise, or those on
    the net amounts. Empty when the difference is no discount.
    """
    total, size = sum(discounts), len(discounts)
    bearer = next((n for n in reversed(range(size)) if discounts[n] > _cents(discounts)), -1)
    if total <= 0 or (bearer < 0 and difference != total):
        return []
    if abs(difference - total) <= _cents(discounts):
        taken = list(discounts)
    elif _on_net(discounts, difference):
        taken = [discount * difference // total for discount in discounts]
    else:
        return []
    taken[bearer] += difference - sum(taken)
    return taken


def _less_credit(items: Sequence[Item], discounts: Sequence[int], difference: int) -> list[int]:
    """The discount of the invoices' sum less credit notes that have no terms: the payer takes his share of that. Empty if it is not."""
    owed = sum(i.open for i in items if i.open > 0)
    used = -sum(i.open for i, d in zip(items, discounts, strict=True) if i.open < 0 and not d)
    granted, size = sum(discounts), len(discounts)
    if not used or granted <= 0 or abs(difference * owed - granted * (owed - used)) > size * owed:
        return []
    taken = [difference * d // granted for d in discounts]
    taken[max(range(size), key=lambda n: taken[n])] += difference - sum(taken)
    return taken


def _domestic(item: Item, receipt: Receipt, pool: OpenItems) -> bool:
    """Whether payer and account are in one country: then no bank on the way keeps a fee, unless the text says that one did.

    Where our account's number does not tell its country, its currency does.
    """
    if _FEE_SAID.search(receipt.text):
        return False
    home = receipt.home or receipt.currency[:2]
    iban = _IBAN.match(receipt.payer)
    return home == (iban[0] if iban else pool.country.get(item.customer_id, ""))


def _short(
    items: Sequence[Item], difference: int, terms: _Terms, receipt: Receipt, pool: OpenItems, book: Rulebook
) -> Iterator[Difference]:
    """Less than the items is paid: it stays open, or is cleared for a reason."""
    limits, in_terms = book.limits, terms.met
    largest = max(items, key=lambda i: i.open)
    if difference <= limits.rounding and difference < largest.open:
        yield _cleared("rounding", items, largest, difference, ("difference_rounding",))
    if len(items) > 1:
        # credit notes are used first, and in full
        shares = [Allocation(i.item_id, i.open, i.open) for i in items if i.open < 0]
        remaining = receipt.amount - sum(share.amount for share in shares)
        for item in items:
            taken = min(remaining, item.open)
            if item.open > 0 and taken > 0:
                shares.append(Allocation(item.item_id, taken, taken))
                remaining -= taken
        yield Difference("part", tuple(shares), Outcome.PARTIAL, ("difference_part",), "several items are named and not all are paid")
        return
    (item,) = items
    unit = 10 ** SCALE[receipt.currency]
    share = (Allocation(item.item_id, receipt.amount, receipt.amount),)
    ended = [discount for discount in terms.ended if discount > 1]
    # at thirty rates of tax the net amount's discount meets many a difference: when it is late too, a person looks
    net = not in_terms and any(_on_net([discount], difference) for discount in ended)
    late = not in_terms and any(abs(difference - discount) <= 1 for discount in ended)
    if late and terms.earned:
        # a lower step is still earned
        earned = (Allocation(item.item_id, receipt.amount, receipt.amount, terms.earned, "discount"),)
        note = "the difference is the early-payment discount of a step that is over; the next step is taken, and the rest stays open"
        yield Difference("discount_late", earned, Outcome.PARTIAL, ("difference_discount_late", *terms.doubt), note)
        late = False
    withheld = book.withholding.get(pool.country.get(item.customer_id, ""), ())
    if late and any(abs(difference - (item.open * rate + PPM // 2) // PPM) <= 1 for rate in withheld):
        note = "the difference is the early-payment discount, taken late, or the tax that payers of that country withhold"
        yield Difference("discount_late", share, Outcome.PARTIAL, ("difference_two_ways",), note)
    elif late:
        note = "the difference is the early-payment discount, taken late"
        yield Difference("discount_late", share, Outcome.PARTIAL, ("difference_discount_late", *terms.doubt), note)
    most = _in_currency(limits.fee * unit, receipt, pool)
    deducted = not in_terms and bool(_DEDUCTED.search(receipt.text)) and not _FEE_SAID.search(receipt.text)
    if (
        not late
        and not net
        and not deducted
        and max(limits.rounding, unit - 1, _in_currency(unit, receipt, pool) - 1) < difference <= most
        and difference * PPM <= item.open * limits.fee_share
        and not in_terms
        and not _domestic(item, receipt, pool)
    ):
        # half a unit of money that has small coins, fifty of money that has none
        kind = "difference_fee_even" if difference % (unit // 2 if unit > 1 else 50) == 0 else "difference_fee"
        country = pool.country.get(item.customer_id, "")
        abroad = ("payer_abroad",) if country and receipt.home and country != receipt.home else ()
        yield _cleared("fee", items, item, difference, (kind, *abroad, *terms.doubt))
    for rate in () if late or net or difference in terms.ended else withheld:
        if difference == (item.open * rate + PPM // 2) // PPM:
            yield _cleared("withholding", items, item, difference, ("difference_withholding",))
    even = receipt.amount % (EVEN * unit) == 0
    # what a bank on the way may have kept is no part payment, wherever the payer is
    small = difference * 20 <= item.open or (difference * 5 <= item.open and difference <= most)
    short = "difference_part_kept" if deducted or (difference > most and not in_terms and not net) else "difference_part_small"
    kind = short if small else "difference_part_even" if even else "difference_part"
    yield Difference("part", share, Outcome.PARTIAL, (kind, *terms.doubt))


_REASON = {"withholding": "withholding_tax", "exchange": "exchange_difference"}


def _cleared(kind: str, items: Sequence[Item], bearer: Item, difference: int, evidence: tuple[str, ...]) -> Difference:
    """All items are settled; what is missing is cleared on one of them."""
    reason = _REASON.get(kind, kind)
    shares = (
        Allocation(i.item_id, i.open - difference, i.open - difference, difference, reason)
        if i is bearer
        else Allocation(i.item_id, i.open, i.open)
        for i in items
    )
    return Difference(kind, tuple(shares), Outcome.MATCHED, evidence)


def _in_currency(base_minor: int, receipt: Receipt, pool: OpenItems) -> int:
    """A bound of the base currency, given in the line's minor units, at the day's rate where one is known."""
    rate = pool.rate(receipt.currency, receipt.booking_date)
    return base_minor if rate is None else base_minor * rate // PPM


def _abroad(item: Item, receipt: Receipt, pool: OpenItems, book: Rulebook) -> Iterator[Difference]:
    """An item in another currency: its own amount stated by the bank, or a rate near the day's."""
    if item.open <= 0:
        return
    if (receipt.instructed_currency, receipt.instructed_amount) == (item.currency, item.open):
        yield Difference("converted", (Allocation(item.item_id, receipt.amount, item.open),), Outcome.MATCHED, ("difference_converted",))
        return
    worth = convert(receipt.amount, receipt.currency, item.currency, receipt.booking_date, pool)
    if worth is None or receipt.instructed_amount:
        return
    off = (worth - item.open) * PPM
    if -book.limits.exchange_low * item.open <= off <= book.limits.exchange_high * item.open:
        cash = min(worth, item.open)
        share = Allocation(item.item_id, receipt.amount, cash, item.open - cash, "exchange_difference" if item.open > cash else "")
        yield Difference("exchange", (share,), Outcome.MATCHED, ("difference_exchange",))


def convert(amount: int, source: str, target: str, day: date, pool: OpenItems) -> int | None:
    """An amount of one currency in another at the day's rates, half up; None when a rate is missing."""
    of_source, of_target = pool.rate(source, day), pool.rate(target, day)
    if not of_source or not of_target:
        return None
    up, down = amount * of_target * int(10 ** SCALE[target]), of_source * int(10 ** SCALE[source])
    return (2 * up + down) // (2 * down)
