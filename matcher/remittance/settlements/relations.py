"""Rows of a report that speak of another one: whose document is refunded, and which payment's money was converted."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from matcher import money
from matcher.remittance.settlements.entries import OF_CUSTOMERS, Entry


def related(entries: Sequence[Entry]) -> list[Entry]:
    """The same, where a refund or chargeback without a document has that of its payment, and a converted payment counts in the currency
    that it was converted to.

    A conversion is understood when it is of one payment: two rows name it, one takes its net amount out, the other brings the money.
    """
    payments = {entry.reference: entry for entry in entries if entry.kind == "payment" and entry.reference}
    documented = [_documented(entry, payments) for entry in entries]
    pairs: dict[str, list[Entry]] = defaultdict(list)
    for entry in documented:
        if entry.kind == "conversion" and entry.related in payments:
            pairs[entry.related].append(entry)
    changed: dict[int, Entry] = {}
    for reference, pair in pairs.items():
        changed |= _converted(payments[reference], pair)
    return [changed.get(entry.line, entry) for entry in documented]


def _documented(entry: Entry, payments: dict[str, Entry]) -> Entry:
    payment = payments.get(entry.related) or payments.get(entry.reference)
    if entry.kind not in OF_CUSTOMERS or entry.document or payment is None:
        return entry
    return replace(entry, document=payment.document, customer=entry.customer or payment.customer)


def _converted(payment: Entry, pair: Sequence[Entry]) -> dict[int, Entry]:
    """The payment, what took its money out and what brought it, by their lines, as they count then; empty when it is not understood."""
    out = [entry for entry in pair if entry.currency == payment.currency]
    brought = [entry for entry in pair if entry.currency != payment.currency]
    if len(out) != 1 or len(brought) != 1 or out[0].net != -payment.net or brought[0].net <= 0 or payment.fault:
        return {}
    paid, fee = (money.render(minor, payment.currency) for minor in (payment.gross, payment.fee))
    words = f"{paid} {payment.currency} less fee {fee}, converted"
    net = brought[0].net
    counted = replace(
        brought[0], kind="payment", gross=net, fee=0, document=payment.document, reference=payment.reference, customer=payment.customer,
        words=words,
    )  # fmt: skip
    taken = {entry.line: replace(entry, kind="converted") for entry in (payment, out[0])}
    return taken | {brought[0].line: counted}
