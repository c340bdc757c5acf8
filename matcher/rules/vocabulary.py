"""The closed vocabulary of the rulebook: what an explanation rests on, what a difference may be, and what each kind of evidence says.

A word is one row here, with everything that the engine has to know of it.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Basis(NamedTuple):
    """How the set of items was found.

    Attributes:
        words: what is said of it.
        carried_by: ``number``: by a document number in the text, and such explanations post in the first round; ``weak``: by a damaged
            number or a purchase order; ``none``: by payer and amount alone.
        partial: whether less or more than the items may be paid.
        evidence: kinds that only some bases bring, this one among them.
        limits: bounds of the rulebook that bear on it.
    """

    words: str
    carried_by: Literal["number", "weak", "none"]
    partial: bool = False
    evidence: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()


class Difference(NamedTuple):
    """What lies between the sum of the items and the amount.

    Attributes:
        words: what is said of it.
        evidence: an explanation with this difference has exactly one of these kinds, and none of another's.
        limits: bounds of the rulebook that bear on it.
    """

    words: str
    evidence: tuple[str, ...]
    limits: tuple[str, ...] = ()


class EvidenceKind(NamedTuple):
    """A kind of evidence.

    Attributes:
        words: what it says.
        names_payer: whether it is good enough evidence of the payer to look for sets that only add up.
        bars: why nothing with this evidence is ever posted without a person, whatever the rule; '' for evidence that bars nothing.
    """

    words: str
    names_payer: bool = False
    bars: str = ""


BASES: dict[str, Basis] = {
    "named": Basis("all items that the text names", "number", partial=True, limits=("unique_among",)),
    "named_subset": Basis("those of the named items that have the sum", "number"),
    "named_one": Basis("one of the named items", "number", partial=True, limits=("unique_among",)),
    "advice": Basis("the documents of the payer's remittance advice", "number", evidence=("advice_reference", "advice_payer")),
    "listed": Basis("the numbers of a shortened list or a range", "number"),
    "completed": Basis(
        "the named items and others of the customer that complete the sum",
        "number",
        evidence=("set_completed", "set_run", "set_counted", "set_netted", "set_large", "set_ambiguous"),
        limits=("subset_items", "triple_items"),
    ),
    "counted": Basis(
        "the named item and as many others as the text says",
        "number",
        evidence=("set_run", "set_counted", "set_large", "set_ambiguous"),
        limits=("subset_items", "triple_items"),
    ),
    "order": Basis("the items of a purchase order", "weak", partial=True, limits=("unique_among",)),
    "group": Basis("documents of several customers: those the text names, or all that the companies of the payer's group owe", "weak"),
    "damaged": Basis("an item whose number is in the text, damaged", "weak", limits=("unique_among",)),
    "single": Basis("one open item of the customer, by its amount", "none", limits=("unique_among",)),
    "due": Basis(
        "everything of the customer that is due up to a day, or issued in a month", "none", evidence=("set_ambiguous", "set_dated")
    ),
    "everything": Basis("all open items of the customer", "none", evidence=("set_ambiguous",)),
    "subset": Basis(
        "a set of the customer's open items with that sum",
        "none",
        evidence=("set_subset", "set_counted", "set_large", "set_ambiguous"),
        limits=("subset_items", "triple_items"),
    ),
}

DIFFERENCES: dict[str, Difference] = {
    "none": Difference("the sum is exactly the amount", ("amount_unique", "amount_rare", "amount_common", "amount_sum")),
    "discount": Difference("early-payment discount, in terms or in grace", ("difference_discount",)),
    "discount_net": Difference("early-payment discount on the amount without tax, in terms or in grace", ("difference_discount_net",)),
    "discount_late": Difference("early-payment discount, taken too late", ("difference_discount_late", "difference_two_ways")),
    "rounding": Difference("a few of the smallest unit", ("difference_rounding",), limits=("rounding",)),
    "fee": Difference(
        "a fee that a bank on the way kept",
        ("difference_fee", "difference_fee_even"),
        limits=("rounding", "fee", "fee_share"),
    ),
    "withholding": Difference("tax that the payer withheld", ("difference_withholding",)),
    "converted": Difference(
        "paid in the item's currency, converted by our bank, which states the amount before",
        ("difference_converted",),
    ),
    "exchange": Difference(
        "paid in the account's currency at a rate near the day's",
        ("difference_exchange",),
        limits=("exchange_low", "exchange_high"),
    ),
    "advised": Difference(
        "what the remittance advice says: discounts, fees and deductions, document by document",
        ("difference_advised",),
        limits=("payout_fee_share", "payout_fee"),
    ),
    "part": Difference("less than the items", ("difference_part", "difference_part_even", "difference_part_kept", "difference_part_small")),
    "over": Difference("more than the items", ("difference_over", "difference_over_even", "difference_over_large", "difference_over_list")),
}

EVIDENCE: dict[str, EvidenceKind] = {
    "reference_structured": EvidenceKind("the item's payment reference is in the payer's text"),
    "reference_whole": EvidenceKind("the document number is in the payer's text, letters and digits"),
    "reference_digits": EvidenceKind("all digits of the document number are in the payer's text"),
    "reference_parts": EvidenceKind("the document number is in the payer's text without its leading zeros"),
    "reference_run": EvidenceKind("a run of five or more digits of the document number is in the payer's text"),
    "reference_tail": EvidenceKind("the document's number after the year is in the payer's text"),
    "reference_short": EvidenceKind("a short number of the document is in the payer's text"),
    "reference_doubtful": EvidenceKind(
        "a number in the payer's text is the document's, and reads as something else: a day, an amount, an order, a customer or a place"
    ),
    "reference_ocr": EvidenceKind("the document number is in the payer's text with look-alike characters"),
    "reference_typo": EvidenceKind("a number in the payer's text differs from the document's in one digit"),
    "reference_cut": EvidenceKind("a number in the payer's text is the beginning or the end of the document's"),
    "reference_order": EvidenceKind("the purchase order is in the payer's text"),
    "reference_alone": EvidenceKind("the payer's text has no number but those of the items, and no other document has them"),
    "reference_shared": EvidenceKind("further items carry the same number"),
    "reference_left_out": EvidenceKind("the payer's text names an open item that is left out"),
    "reference_begins": EvidenceKind(
        "the number in the payer's text may be the beginning of another open item's number, which has the same amount",
        bars="the number may be cut, and be that of another document of the same amount",
    ),
    "reference_closed": EvidenceKind("the payer's text names an item that is closed, and no open one of the customer"),
    "reference_unknown": EvidenceKind(
        "the payer's text names a document, or holds a number of our documents' make, that is none of the customer's open items'"
    ),
    "advice_reference": EvidenceKind("the bank line carries the number of a remittance advice over just this amount"),
    "advice_payer": EvidenceKind("a remittance advice of the same payer is over just this amount, at about this day, and no other is"),
    "payer_account": EvidenceKind("the payer's bank account is the customer's", names_payer=True),
    "payer_account_shared": EvidenceKind("the payer's bank account is known for this customer and for others", names_payer=True),
    "payer_account_group": EvidenceKind("the payer's bank account is that of the customer's parent or of a sister"),
    "payer_account_other": EvidenceKind("the payer's bank account is another customer's"),
    "payer_learned": EvidenceKind("earlier receipts of the payer's account or name were the customer's", names_payer=True),
    "payer_name": EvidenceKind("the payer's name is the customer's", names_payer=True),
    "payer_name_shared": EvidenceKind("the payer's name is this customer's and others'", names_payer=True),
    "payer_name_script": EvidenceKind("the payer's name is the customer's in another script", names_payer=True),
    "payer_name_part": EvidenceKind("the telling words of the payer's name are the customer's", names_payer=True),
    "payer_name_alike": EvidenceKind("the payer's name is like the customer's, and far from any other's", names_payer=True),
    "payer_name_near": EvidenceKind("the payer's name is like the customer's"),
    "payer_name_group": EvidenceKind("the payer's name is that of the customer's parent or of a sister"),
    "payer_name_other": EvidenceKind("the payer's name is another customer's"),
    "payer_is_other": EvidenceKind(
        "the payer is certainly another customer, and no relative of this one",
        bars="the payer is another customer, whose account or name the bank states",
    ),
    "payer_name_few": EvidenceKind("the payer's name, as far as it goes, is this customer's and hardly any other's"),
    "payer_abroad": EvidenceKind("the customer is in another country than our bank account, so a bank on the way may have kept a fee"),
    "payer_number": EvidenceKind("the customer number is in the payer's text"),
    "amount_unique": EvidenceKind("the amount is exactly what is open, and no other open item has it"),
    "amount_rare": EvidenceKind("the amount is exactly what is open, and few other open items have it"),
    "amount_common": EvidenceKind("the amount is exactly what is open, and many other open items have it"),
    "amount_sum": EvidenceKind("the items' open amounts add up to the amount exactly"),
    "difference_discount": EvidenceKind("the difference is the early-payment discount, in terms"),
    "difference_discount_net": EvidenceKind("the difference is the early-payment discount on the amount without tax, in terms"),
    "difference_discount_late": EvidenceKind("the difference is the early-payment discount, taken late"),
    "difference_two_ways": EvidenceKind("the difference is the early-payment discount, taken late, or the tax withheld"),
    "difference_rounding": EvidenceKind("the difference is a few of the smallest unit"),
    "difference_fee": EvidenceKind("the difference is about a bank's fee"),
    "difference_fee_even": EvidenceKind("the difference is a fee that banks ask, to the unit"),
    "difference_withholding": EvidenceKind("the difference is the tax that payers of that country withhold"),
    "difference_converted": EvidenceKind("the bank states the item's own amount before conversion"),
    "difference_exchange": EvidenceKind("the amount is the item's at about the day's rate"),
    "difference_advised": EvidenceKind("the difference is what the remittance advice says, to the cent"),
    "difference_part": EvidenceKind("less than what is open is paid"),
    "difference_part_even": EvidenceKind("less than what is open is paid, a round sum"),
    "difference_part_kept": EvidenceKind("a small part of what is open is missing, and no bank on the way can have kept it"),
    "difference_part_small": EvidenceKind("only a small part of what is open is missing"),
    "difference_over": EvidenceKind("more than what is open is paid"),
    "difference_over_even": EvidenceKind("more than what is open is paid, a round sum"),
    "difference_over_large": EvidenceKind("far more than what is open is paid"),
    "difference_over_list": EvidenceKind("more than several named items is paid"),
    "set_completed": EvidenceKind("the text does not name all of these items"),
    "set_run": EvidenceKind("the items follow each other in the order of their numbers or due dates"),
    "set_subset": EvidenceKind("an arbitrary set of the customer's items"),
    "set_netted": EvidenceKind("a credit note that the text does not name makes up the difference"),
    "set_counted": EvidenceKind("the text says how many items are paid"),
    "set_large": EvidenceKind("the customer has so many open items that sums meet by chance"),
    "set_dated": EvidenceKind("the text names the day up to which these are all items that are due, or that were issued"),
    "set_ambiguous": EvidenceKind("other sets of the customer's items have the same sum"),
    "twin_oldest": EvidenceKind("the customer has further open items of this amount, and this is the oldest"),
    "twin_younger": EvidenceKind("the customer has an older open item of this amount"),
    "date_due": EvidenceKind("the item is about due"),
    "date_overdue": EvidenceKind("the item is long overdue"),
    "date_early": EvidenceKind("the item is not due for a long time"),
    "date_before": EvidenceKind("the payment is older than the item"),
    "date_other": EvidenceKind(
        "the text names the day of another open item of that amount, whose number differs by one sign",
        bars="the text names the day of another document of that amount, whose number differs by one sign",
    ),
    "date_discount": EvidenceKind(
        "what is missing is also the discount of another of the documents, whose days are over",
        bars="what is missing is also the discount of another of the documents, whose days are over",
    ),
    "amount_repeats": EvidenceKind("documents of this customer repeat amounts, so that one that is closed or not issued yet may be meant"),
    "amount_repeats_elsewhere": EvidenceKind("documents of this customer repeat amounts, but no other one, open or closed, has this one"),
    "amount_once": EvidenceKind("no other document of the legal entity, open or closed, has the amount"),
    "amount_sums": EvidenceKind("two or three other open items of the customer add up to the amount too"),
    "amount_rest_owed": EvidenceKind("what is left over is the open amount of one, two or three other items of the customer"),
    "amount_of_others": EvidenceKind("the amount is the open one of other items of the customer"),
    "text_order_unknown": EvidenceKind("the text names an order that no open item of the customer carries"),
    "text_order": EvidenceKind("the text speaks of an order, or of a payment in advance or in part"),
    "text_more": EvidenceKind("the text speaks of more documents than these"),
    "text_other": EvidenceKind("the text says something else than that invoices are paid, as far as its words are known"),
    "text_part": EvidenceKind("the text speaks of a part payment"),
}

EVERYWHERE = ("due_before", "overdue")
"""Bounds that bear on every explanation."""

IN_ADVICE = {
    "reference_whole": "the document number is in the payer's remittance advice, letters and digits",
    "reference_digits": "all digits of the document number are in the payer's remittance advice",
}
"""What kinds of evidence say of numbers that are an advice's."""


def bears(kind: str, basis: str, difference: str) -> bool:
    """Whether an explanation of that basis and difference can have that kind of evidence."""
    of_difference = [name for name, entry in DIFFERENCES.items() if kind in entry.evidence]
    of_basis = [name for name, entry in BASES.items() if kind in entry.evidence]
    return (not of_difference or difference in of_difference) and (not of_basis or basis in of_basis)


def scope(limit: str) -> frozenset[str]:
    """Bases and differences of the explanations that a bound bears on."""
    limits = {name: basis.limits for name, basis in BASES.items()} | {name: difference.limits for name, difference in DIFFERENCES.items()}
    return frozenset(name for name, bounds in limits.items() if limit in bounds or limit in EVERYWHERE)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence: its kind, signed points, and what it says."""

    kind: str
    points: int
    words: str

    @classmethod
    def of(cls, kind: str, points: int, basis: str = "") -> "Evidence":
        """With the words of the kind; a kind of an earlier version has none but its name. `basis`: of the explanation."""
        words = IN_ADVICE.get(kind, "") if basis == "advice" else ""
        return cls(kind, points, words or (EVIDENCE[kind].words if kind in EVIDENCE else kind))
