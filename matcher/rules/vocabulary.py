"""The closed vocabulary of the rulebook: what an explanation rests on, what a difference may be, and what each kind of evidence says."""

BASES: dict[str, str] = {
    "named": "all items that the text names",
    "named_subset": "those of the named items that have the sum",
    "named_one": "one of the named items",
    "listed": "the numbers of a shortened list or a range",
    "completed": "the named items and others of the customer that complete the sum",
    "counted": "the named item and as many others as the text says",
    "order": "the items of a purchase order",
    "damaged": "an item whose number is in the text, damaged",
    "single": "one open item of the customer, by its amount",
    "due": "everything of the customer that is due up to a day, or issued in a month",
    "everything": "all open items of the customer",
    "subset": "a set of the customer's open items with that sum",
}
"""How the set of items was found."""

DIFFERENCES: dict[str, str] = {
    "none": "the sum is exactly the amount",
    "discount": "early-payment discount, in terms or in grace",
    "discount_late": "early-payment discount, taken too late",
    "rounding": "a few of the smallest unit",
    "fee": "a fee that a bank on the way kept",
    "withholding": "tax that the payer withheld",
    "converted": "paid in the item's currency, converted by our bank, which states the amount before",
    "exchange": "paid in the account's currency at a rate near the day's",
    "part": "less than the items",
    "over": "more than the items",
}
"""What lies between the sum of the items and the amount."""

EVIDENCE: dict[str, str] = {
    "reference_structured": "the item's payment reference is in the payer's text",
    "reference_whole": "the document number is in the payer's text, letters and digits",
    "reference_digits": "all digits of the document number are in the payer's text",
    "reference_parts": "the document number is in the payer's text without its leading zeros",
    "reference_run": "a run of five or more digits of the document number is in the payer's text",
    "reference_tail": "the document's number after the year is in the payer's text",
    "reference_short": "a short number of the document is in the payer's text",
    "reference_ocr": "the document number is in the payer's text with look-alike characters",
    "reference_typo": "a number in the payer's text differs from the document's in one digit",
    "reference_cut": "a number in the payer's text is the beginning or the end of the document's",
    "reference_order": "the purchase order is in the payer's text",
    "reference_shared": "further items carry the same number",
    "reference_left_out": "the payer's text names an open item that is left out",
    "reference_closed": "the payer's text names an item that is closed, and no open one of the customer",
    "reference_unknown": "the payer's text holds a number of our documents' make that is none of the customer's open items'",
    "payer_account": "the payer's bank account is the customer's",
    "payer_account_shared": "the payer's bank account is known for this customer and for others",
    "payer_account_group": "the payer's bank account is that of the customer's parent or of a sister",
    "payer_account_other": "the payer's bank account is another customer's",
    "payer_learned": "earlier receipts of the payer's account or name were the customer's",
    "payer_name": "the payer's name is the customer's",
    "payer_name_shared": "the payer's name is this customer's and others'",
    "payer_name_script": "the payer's name is the customer's in another script",
    "payer_name_part": "the telling words of the payer's name are the customer's",
    "payer_name_alike": "the payer's name is like the customer's, and far from any other's",
    "payer_name_near": "the payer's name is like the customer's",
    "payer_name_group": "the payer's name is that of the customer's parent or of a sister",
    "payer_name_other": "the payer's name is another customer's",
    "payer_abroad": "the customer is in another country than our bank account, so a bank on the way may have kept a fee",
    "payer_number": "the customer number is in the payer's text",
    "amount_unique": "the amount is exactly what is open, and no other open item has it",
    "amount_rare": "the amount is exactly what is open, and few other open items have it",
    "amount_common": "the amount is exactly what is open, and many other open items have it",
    "amount_sum": "the items' open amounts add up to the amount exactly",
    "difference_discount": "the difference is the early-payment discount, in terms",
    "difference_discount_late": "the difference is the early-payment discount, taken late",
    "difference_rounding": "the difference is a few of the smallest unit",
    "difference_fee": "the difference is about a bank's fee",
    "difference_fee_even": "the difference is a fee that banks ask, to the unit",
    "difference_withholding": "the difference is the tax that payers of that country withhold",
    "difference_converted": "the bank states the item's own amount before conversion",
    "difference_exchange": "the amount is the item's at about the day's rate",
    "difference_part": "less than what is open is paid",
    "difference_part_even": "less than what is open is paid, a round sum",
    "difference_part_small": "only a small part of what is open is missing",
    "difference_over": "more than what is open is paid",
    "difference_over_even": "more than what is open is paid, a round sum",
    "difference_over_list": "more than several named items is paid",
    "set_completed": "the text does not name all of these items",
    "set_run": "the items follow each other in the order of their numbers or due dates",
    "set_subset": "an arbitrary set of the customer's items",
    "set_counted": "the text says how many items are paid",
    "set_large": "the customer has so many open items that sums meet by chance",
    "set_ambiguous": "other sets of the customer's items have the same sum",
    "twin_oldest": "the customer has further open items of this amount, and this is the oldest",
    "twin_younger": "the customer has an older open item of this amount",
    "date_due": "the item is about due",
    "date_overdue": "the item is long overdue",
    "date_early": "the item is not due for a long time",
    "date_before": "the payment is older than the item",
    "text_order": "the text speaks of an order or a payment in advance",
    "text_more": "the text speaks of more documents than these",
    "text_part": "the text speaks of a part payment",
}
"""Kinds of evidence and what each says."""

DIFFERENCE_EVIDENCE: dict[str, tuple[str, ...]] = {
    "none": ("amount_unique", "amount_rare", "amount_common", "amount_sum"),
    "discount": ("difference_discount",),
    "discount_late": ("difference_discount_late",),
    "rounding": ("difference_rounding",),
    "fee": ("difference_fee", "difference_fee_even"),
    "withholding": ("difference_withholding",),
    "converted": ("difference_converted",),
    "exchange": ("difference_exchange",),
    "part": ("difference_part", "difference_part_even", "difference_part_small"),
    "over": ("difference_over", "difference_over_even"),
}
"""Evidence of each kind of difference: an explanation with that difference has exactly one of its kinds, and none of another's."""

BASIS_EVIDENCE: dict[str, tuple[str, ...]] = {
    "set_completed": ("completed",),
    "set_run": ("completed", "counted"),
    "set_subset": ("subset",),
    "set_counted": ("completed", "counted", "subset"),
    "set_large": ("completed", "counted", "subset"),
    "set_ambiguous": ("completed", "counted", "subset", "due", "everything"),
}
"""Evidence that only some bases bring. Every other kind may stand beside any basis."""

LIMIT_SCOPE: dict[str, tuple[str, ...]] = {
    "rounding": ("rounding", "fee"),
    "fee": ("fee",),
    "fee_share": ("fee",),
    "exchange_low": ("exchange",),
    "exchange_high": ("exchange",),
    "due_before": (*BASES, *DIFFERENCES),
    "overdue": (*BASES, *DIFFERENCES),
    "subset_items": ("subset", "completed", "counted"),
    "triple_items": ("subset", "completed", "counted"),
    "duplicate_days": (),
    "unique_among": ("named", "named_one", "order", "damaged", "single"),
}
"""Bases and differences of the explanations that a limit bears on."""


def bears(kind: str, basis: str, difference: str) -> bool:
    """Whether an explanation of that basis and difference can have that kind of evidence."""
    of_gap = [name for name, kinds in DIFFERENCE_EVIDENCE.items() if kind in kinds]
    return (not of_gap or difference in of_gap) and basis in BASIS_EVIDENCE.get(kind, BASES)
