"""An earlier receipt of the same customer and amount that waits: the later one may be the second payment of what it pays."""

import re

from rapidfuzz.distance import OSA

from matcher.matching.decisions.alike import AlikeReceipts
from matcher.matching.explanations.advised import BASIS as ADVICE
from matcher.matching.explanations.cache import ExplanationCache
from matcher.matching.items.customer_items import oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Receipt
from matcher.rules.vocabulary import BASES
from matcher.states import DocumentType

BY_NAME = frozenset(name for name, basis in BASES.items() if basis.carried_by == "number")
"""Bases that post in the first round."""

LEAST_END = 2
"""Fewest digits of a number's end by which an earlier receipt may mean the document."""

LEAST_DAMAGED, MOST_SLIPS = 4, 2
"""Fewest digits of a number that is looked at for slips, and how many digits may be wrong, missing or swapped."""

_DIGITS = re.compile(r"\d+")

_UNSURE = frozenset({"reference_shared", "reference_left_out", "reference_closed"})
"""Evidence with which a document that is named may be another one."""


def undecided_before(receipt: Receipt, best: Explanation, cache: ExplanationCache, alike: AlikeReceipts) -> str:
    """An earlier line with the amount that waits and may be the payment of these items, this one being the second; '' for none.

    It is one that the same items explain, or one of the same payer that names nothing. Of what an advice says is paid here, only one
    that names the same items. Where one document is named and older ones of its amount are open, an earlier payment that names nothing
    is for those, as long as there is one for each.
    """
    told = best.basis == ADVICE
    nameless, older = 0, -1
    for line, of_payer in alike.before(receipt, best.customer_id):
        if line not in cache.waiting:
            continue
        (options,) = cache.explanations([line]).values()
        if told:
            options = [option for option in options if option.basis in BY_NAME and not option.doubt]
        if any(option.shares == best.shares for option in options) and not _twice(best, cache.pool):
            return line
        if told or not of_payer or any(option.basis in BY_NAME for option in options):
            continue
        older = _older(best, cache.pool) if older < 0 else older
        nameless += 1
        if nameless > older or _speaks_of(cache.waiting[line].text, best, cache.pool):
            return line
    return ""


def _twice(explanation: Explanation, pool: OpenItems) -> bool:
    """Whether the items have enough open for an explanation twice over."""
    return all(abs(s.item_amount + s.adjustment) * 2 <= abs(pool.items[s.item_id].open) for s in explanation.shares)


def _older(best: Explanation, pool: OpenItems) -> int:
    """How many open items of the customer have the amount of the one that is named and paid in full, and are older."""
    if best.basis != "named" or best.difference != "none" or len(best.shares) > 1 or any(kind in _UNSURE for kind, _ in best.evidence):
        return 0
    item = pool.items[best.shares[0].item_id]
    if item.document_type == DocumentType.INSTALMENT:
        return 0  # its number does not tell which instalment
    equal = pool.holding(item.customer_id, item.currency).by_amount.get(item.open, ())
    return sum(oldest_first(other)[:2] < oldest_first(item)[:2] for other in equal)


def _speaks_of(text: str, best: Explanation, pool: OpenItems) -> bool:
    """Whether a text holds the end of a number that an explanation is about, or one that differs from it by a slip."""
    runs = [run for run in (run.lstrip("0") for run in _DIGITS.findall(text)) if len(run) >= LEAST_END]
    if not runs:
        return False
    numbers = [pool.items[share.item_id].document_no for share in best.shares]
    wanted = {part.lstrip("0") for number in numbers for part in ("".join(_DIGITS.findall(number)), *_DIGITS.findall(number)[-1:])}
    return any(
        number.endswith(run) or (len(run) >= LEAST_DAMAGED and OSA.distance(run, number, score_cutoff=MOST_SLIPS) <= MOST_SLIPS)
        for number in wanted
        for run in runs
    )
