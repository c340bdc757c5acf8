"""What may be the case with a bank line. Every generated line is of exactly one kind, and the truth names it."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["named", "structured", "damaged", "unnamed", "several", "amount", "excluded", "other", "unrelated", "outgoing"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of line.

    Attributes:
        name: as in truth.csv.
        family: ``named``, ``structured``, ``damaged`` and ``unnamed`` pay one item in full; ``several`` pays a set in full;
            ``amount`` pays one item (or a set) not as it stands; ``excluded`` names something that can take no money;
            ``other`` and ``unrelated`` are no receivables; ``outgoing`` is a debit.
        outcome: what the contract calls the right answer.
        meaning: one sentence for the reader.
        hard: whether the difficulty setting makes it more or less frequent.
        worlds: whether only worlds have it, and the two fixed months never.
    """

    name: str
    family: Family
    outcome: str
    meaning: str
    hard: bool = False
    worlds: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("readable", "named", "matched", "One document number, written as issued."),
    Kind("prefix_missing", "named", "matched", "The document number without its letters, or only its counter."),
    Kind("end_to_end_only", "named", "matched", "The document number stands in the end-to-end id alone."),
    Kind("ref_rf", "structured", "matched", "ISO 11649 creditor reference."),
    Kind("ref_ch_qrr", "structured", "matched", "Swiss QR reference."),
    Kind("ref_be_ogm", "structured", "matched", "Belgian structured communication."),
    Kind("ref_fi", "structured", "matched", "Finnish reference number."),
    Kind("ref_no_kid", "structured", "matched", "Norwegian KID."),
    Kind("ref_se_ocr", "structured", "matched", "Swedish OCR number."),
    Kind("ref_dk_fik", "structured", "matched", "Danish payment id of type 71."),
    Kind("ref_nl", "structured", "matched", "Dutch betalingskenmerk."),
    Kind("ref_si", "structured", "matched", "Slovenian reference of model SI12."),
    Kind("ref_hr", "structured", "matched", "Croatian reference of model HR01."),
    Kind("blanks_inserted", "damaged", "matched", "Blanks in the place of separators, or digits in groups.", hard=True),
    Kind("zeros_missing", "damaged", "matched", "Leading zeros of the counter are left out.", hard=True),
    Kind("column_wrap", "damaged", "matched", "The bank's line end fell inside the number.", hard=True),
    Kind("ocr_swap", "damaged", "matched", "Letters and digits that look alike are swapped.", hard=True),
    Kind("typo", "damaged", "matched", "One wrong, missing, doubled or transposed digit; no other item has that number.", hard=True),
    Kind("typo_other", "damaged", "matched", "One wrong digit that makes the number of another item.", hard=True),
    Kind("truncated", "damaged", "matched", "The number is cut off.", hard=True),
    Kind(
        "restarting_number",
        "damaged",
        "matched",
        "Only a counter that restarts each month, day or customer, so many items carry it.",
        hard=True,
    ),
    Kind("no_reference_unique", "unnamed", "matched", "Nothing is named; one open item of the customer has the amount.", hard=True),
    Kind("no_reference_twins", "unnamed", "matched", "Nothing is named; several open items of the customer have the amount.", hard=True),
    Kind(
        "old_reference",
        "unnamed",
        "matched",
        "The number of an earlier, closed invoice is copied; the amount is that of a new one.",
        hard=True,
    ),
    Kind("purchase_order", "unnamed", "matched", "The customer's order number instead of the invoice number.", hard=True),
    Kind("customer_number", "unnamed", "matched", "The customer number instead of the invoice number.", hard=True),
    Kind("list", "several", "matched", "All document numbers are listed."),
    Kind("list_short", "several", "matched", "A list whose later numbers show only their last digits.", hard=True),
    Kind("list_range", "several", "matched", "First and last of consecutive numbers.", hard=True),
    Kind("list_cut", "several", "matched", "A list that the text field cuts off.", hard=True),
    Kind("first_plus_others", "several", "matched", "The first number and how many others.", hard=True),
    Kind("advice_only", "several", "matched", "Only the number of a remittance advice.", hard=True),
    Kind("all_due", "several", "matched", "No list; everything of the customer that is due up to a day.", hard=True),
    Kind("batch_unlisted", "several", "matched", "No list; an arbitrary set of the customer's items.", hard=True),
    Kind("list_netted", "several", "matched", "A list that nets a credit note."),
    Kind("list_discount", "several", "matched", "A list, every item less its discount."),
    Kind("part_payment", "amount", "partial", "Less than the item, on purpose."),
    Kind("instalment", "amount", "matched", "One instalment of a plan whose instalments share a document number."),
    Kind("discount_in_terms", "amount", "matched", "The early-payment discount is taken in time."),
    Kind("discount_grace", "amount", "matched", "The discount is taken within the days of grace."),
    Kind("discount_late", "amount", "partial", "The discount is taken too late: it stays open."),
    Kind("bank_fee", "amount", "matched", "A bank on the way kept a fee."),
    Kind("rounding", "amount", "matched", "Short by a few of the smallest unit."),
    Kind("withholding", "amount", "matched", "The payer withheld tax at its country's rate."),
    Kind(
        "other_currency",
        "amount",
        "matched",
        "Paid in the item's currency and converted by our bank, which states the amount before conversion.",
    ),
    Kind("exchange_difference", "amount", "matched", "Paid in the account's currency at a rate somewhat below the day's."),
    Kind("overpayment", "amount", "overpaid", "More than the item: a rest stays on the line."),
    Kind("duplicate", "excluded", "duplicate", "A payment of this month comes a second time.", hard=True),
    Kind("closed_item", "excluded", "closed_item", "A document is named that was closed before the month.", hard=True),
    Kind("prepayment", "excluded", "on_account", "An order is named for which there is no invoice yet.", hard=True),
    Kind("fee_refund", "other", "non_receivable", "The bank gives a fee back."),
    Kind("interest", "other", "non_receivable", "Interest from the bank."),
    Kind("tax_refund", "other", "non_receivable", "A tax office pays back."),
    Kind("own_transfer", "other", "non_receivable", "From another account of the group's own."),
    Kind("provider_payout", "other", "non_receivable", "A payment provider pays out what it collected, less its fees."),
    Kind(
        "unrelated",
        "unrelated",
        "unexplained",
        "Money that has nothing to do with open items; some of it has an open item's amount or digits.",
    ),
    Kind("outgoing", "outgoing", "outgoing", "Money going out."),
    # only in worlds: behind all others, so that the lines of the fixed months keep their places
    Kind("list_partly_named", "several", "matched", "A list that goes on: more documents are paid than it names.", worlds=True),
    Kind("list_short_paid", "several", "partial", "All document numbers are listed, and less than their sum is paid.", worlds=True),
    Kind("list_over_paid", "several", "overpaid", "All document numbers are listed, and more than their sum is paid.", worlds=True),
    Kind("list_group", "several", "matched", "A list with documents of the payer and of its parent.", worlds=True),
    Kind("deposit", "excluded", "on_account", "Words of a payment in advance, and no number.", worlds=True),
    Kind("unknown_document", "excluded", "on_account", "A document number in the seller's form that no item carries.", worlds=True),
    Kind("customer_other", "excluded", "unexplained", "A customer pays what is no receivable, and the text says so.", worlds=True),
    Kind("returned", "excluded", "non_receivable", "A payment of ours comes back from a customer's bank.", worlds=True),
)

CODE: dict[str, int] = {kind.name: position for position, kind in enumerate(KINDS)}
"""Position of a kind by its name."""

MATCHED_FAMILIES = ("named", "structured", "damaged", "unnamed", "several", "amount")
"""Families whose lines pay open items."""


def codes(*families: Family) -> list[int]:
    """Positions of the kinds of some families."""
    return [position for position, kind in enumerate(KINDS) if kind.family in families]
