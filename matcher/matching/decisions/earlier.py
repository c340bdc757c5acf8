"""An earlier receipt of the same customer and amount that waits: the later one may be the second payment of what it pays."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from rapidfuzz.distance import OSA

from matcher.matching.decisions.alike import AlikeReceipts
from matcher.matching.explanations.advised import BASIS as ADVICE
from matcher.matching.explanations.cache import ExplanationCache
from matcher.matching.explanations.item_sets import DUE_SOON
from matcher.matching.items.customer_items import number_of, oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Receipt
from matcher.matching.references.text import Text
from matcher.rules.vocabulary import BASES
from matcher.states import DocumentType

BY_NAME = frozenset(name for name, basis in BASES.items() if basis.carried_by == "number")
"""Bases that post in the first round."""

LEAST_END = 2
"""Fewest digits of a number's end by which an earlier receipt may mean the document."""

SOON_AGAIN = 10
"""Days within which who pays twice mostly does it. An earlier payment whose text has no number at all may be for any document then."""

LEAST_DAMAGED, MOST_SLIPS = 4, 2
"""Fewest digits of a number that is looked at for slips, and how many digits may be wrong, missing or swapped."""

Claims = Mapping[str, Sequence[tuple[int, str, str, int]]]
"""Points, payer, line and amount of the receipts whose best explanation is about an item, by the item."""

_DIGITS = re.compile(r"\d+")

_UNSURE = frozenset({"reference_shared", "reference_left_out", "reference_closed"})
"""Evidence with which a document that is named may be another one."""


def undecided_before(receipt: Receipt, best: Explanation, cache: ExplanationCache, alike: AlikeReceipts, claims: Claims) -> str:
    """An earlier line with the amount that waits and may be the payment of these items, this one being the second; '' for none.

    It is one that the same items explain, or one of the same payer that names nothing. Of what an advice says is paid here, only one
    that names the same items. Where one document is named and older ones of its amount are open, an earlier payment that names nothing
    is for those, as long as there is one for each that no other receipt names.
    """
    told = best.basis == ADVICE
    nameless, older = 0, -1
    for line, of_payer in alike.before(receipt, best.customer_id):
        if line not in cache.waiting:
            continue
        (options,) = cache.explanations([line]).values()
        if told:
            options = [option for option in options if option.basis in BY_NAME and not option.doubt]
        if any(option.shares == best.shares for option in options) and not cache.pool.fits(best, 2):
            return line
        if told or any(option.basis in BY_NAME for option in options):
            continue
        first = cache.waiting[line]
        if _speaks_of(first.text, best, cache.pool):
            return line
        if not of_payer:
            continue
        if (receipt.booking_date - first.booking_date).days <= SOON_AGAIN and not _words(first.text):
            return line
        older = _older(best, cache, claims) if older < 0 else older
        nameless += 1
        if nameless > older:
            return line
    return ""


def paid_before(receipt: Receipt, best: Explanation, pool: OpenItems, closed: Mapping[str, tuple[int, str]]) -> bool:
    """Whether an instalment of the named document and of this amount is closed, and the one that is to be paid has not fallen due: the
    first one may be paid a second time.

    `closed`: as of `SettlementHistory`.
    """
    item = pool.items[best.shares[0].item_id]
    if len(best.shares) > 1 or item.document_type != DocumentType.INSTALMENT or item.due_date <= receipt.booking_date + timedelta(DUE_SOON):
        return False
    mine = {r.key for r in receipt.references if r.item_id == item.item_id and r.source != "order" and r.item_count == 1}
    return any(r.key in mine and closed.get(r.item_id, (0, ""))[0] == item.open for r in receipt.references)


def _older(best: Explanation, cache: ExplanationCache, claims: Claims) -> int:
    """How many open items of the customer have the amount of the one that is named and paid in full, are older, and named by nobody."""
    if best.basis != "named" or best.difference != "none" or len(best.shares) > 1 or any(kind in _UNSURE for kind, _ in best.evidence):
        return 0
    item = cache.pool.items[best.shares[0].item_id]
    if item.document_type == DocumentType.INSTALMENT:
        return 0  # its number does not tell which instalment
    equal = cache.pool.holding(item.customer_id, item.currency).by_amount.get(item.open, ())
    older = [other for other in equal if oldest_first(other)[:2] < oldest_first(item)[:2]]
    return sum(not _named(claims.get(other.item_id, ()), cache) for other in older)


def _named(claims: Sequence[tuple[int, str, str, int]], cache: ExplanationCache) -> bool:
    """Whether a receipt that waits names the item of these claims."""
    lines = [line for *_, line, _ in claims if line in cache.waiting]
    return any(options and options[0].basis in BY_NAME for options in cache.explanations(lines).values())


@lru_cache(maxsize=1 << 14)
def _words(text: str) -> frozenset[str]:
    """The words of a text that hold a digit: an earlier payment is asked about by every later one of its amount."""
    return Text(text).wholes


def _speaks_of(text: str, best: Explanation, pool: OpenItems) -> bool:
    """Whether a text holds the end of a number that an explanation is about, or one that differs from it by a slip.

    Of a payment reference it is any piece: banks cut it off.
    """
    runs = [run for run in (run.lstrip("0") for run in _DIGITS.findall(text)) if len(run) >= LEAST_END]
    if not runs:
        return False
    items = [pool.items[share.item_id] for share in best.shares]
    words = [word for word in _words(text) if len(word) > LEAST_END]
    if any(number_of(item).whole.startswith(word) for item in items for word in words):
        return True  # the text may be cut within this number
    references = ["".join(_DIGITS.findall(item.payment_reference)) for item in items]
    if any(len(run) >= LEAST_DAMAGED and run in reference for reference in references for run in runs):
        return True
    numbers = [number for item in items for number in (item.document_no, item.purchase_order) if number]
    wanted = {part.lstrip("0") for number in numbers for part in ("".join(_DIGITS.findall(number)), *_DIGITS.findall(number)[-1:])}
    return any(
        number.endswith(run) or (len(run) >= LEAST_DAMAGED and OSA.distance(run, number, score_cutoff=MOST_SLIPS) <= MOST_SLIPS)
        for number in wanted
        for run in runs
    )
