"""Evidence as compact text for the journal, and back into words for a person."""

from matcher import money
from matcher.matching.records import Explanation

WORDS = {
    "reference_whole": "the document number is in the payer's text",
    "reference_digits": "all digits of the document number are in the payer's text",
    "reference_run": "a run of digits of the document number is in the payer's text",
    "reference_short": "a short number of the document is in the payer's text",
    "reference_tail": "the document's number after the year is in the payer's text",
    "reference_order": "the purchase order is in the payer's text",
    "payer_account": "the payer's bank account is the customer's",
    "payer_account_other": "the payer's bank account is another customer's",
    "payer_name": "the payer's name is the customer's",
    "payer_name_alike": "the payer's name is like the customer's, and like no other",
    "payer_name_other": "the payer's name is another customer's",
    "amount_full": "the amount is exactly what is open",
    "amount_rare": "no other open item has this amount",
    "amount_discount": "the amount is what is open less the early-payment discount, in terms",
    "amount_part": "the amount is less than what is open",
    "amount_over": "the amount is more than what is open",
}


def evidence_text(one: Explanation | None) -> str:
    """Evidence as recorded: ``kind=points`` separated by blanks."""
    return " ".join(f"{kind}={points:+d}" for kind, points in one.evidence) if one else ""


def evidence_rows(text: str) -> list[tuple[str, int]]:
    """Words and points of recorded evidence."""
    pairs = (part.partition("=") for part in text.split())
    return [(WORDS.get(kind, kind), int(points)) for kind, _, points in pairs]


def shares_text(one: Explanation | None, currency: str) -> str:
    """An explanation in one line: rule, points and what each item would get."""
    if one is None:
        return ""
    shares = ", ".join(f"{s.item_id} {money.render(s.amount, currency)}" for s in one.shares)
    return f"{one.rule} {one.points:+d}: {shares}"
