"""What an electronic invoice says, whatever file it came in. Terms are those of EN 16931 (BT: business term)."""

from dataclasses import dataclass
from datetime import date

from matcher import money

_INVOICES = (
    "71 82 102 130 202 203 204 211 218 219 295 326 331 380 382 384 385 386 387 388 389 390 393 394 395 456 457 471 472 473 500 501 502 503 "
    "527 553 575 623 633 751 780 817 870 875 876 877 935"
)
_CREDIT_NOTES = "81 83 261 262 296 308 381 396 420 458 532"
_DEBIT_NOTES = "80 84 383"
DOCUMENT_TYPES = (
    dict.fromkeys(_INVOICES.split(), "invoice")
    | dict.fromkeys(_CREDIT_NOTES.split(), "credit_note")
    | dict.fromkeys(_DEBIT_NOTES.split(), "debit_note")
)
"""What a type code (BT-3, UNTDID 1001 as EN 16931 lists it) is among open items. One that is not here claims no money, such as 325, a
pro-forma invoice, or nobody has said what it claims."""


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as the invoice names it.

    Attributes:
        name: legal name.
        tax_ids: VAT and tax numbers.
        numbers: as the other side knows it (BT-29, BT-46): of a buyer its customer number.
        ids: other numbers: of a register, of a mailbox, a GLN.
    """

    name: str
    tax_ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount for early payment: percent in millionths, and the days from the issue date or the last day itself."""

    ppm: int
    days: int | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An electronic invoice or credit note. Amounts are minor units with the sign of the file, None where it does not say one.

    Attributes:
        syntax: ``ubl``, ``cii``, ``zugferd1`` or ``fapiao``.
        container: ``pdf`` or ``ofd`` where the invoice was inside of one, else ''.
        document_no: BT-1.
        type_code: BT-3, as written.
        issue_date: BT-2.
        due_date: BT-9.
        terms: BT-20, as written.
        currency: BT-5.
        gross: BT-112, with tax.
        prepaid: BT-113.
        rounding: BT-114.
        payable: BT-115, what is still to be paid.
        payment_reference: BT-83.
        seller, buyer: BG-4 and BG-7.
        buyer_reference: BT-10.
        purchase_order: BT-13.
        preceding: BT-25, numbers of the documents that it corrects or credits.
        accounts: BT-84, where to pay.
        discounts: for early payment, the highest first.
        for_others: what is collected for third parties and part of the payable amount (BT-DEX-002 of the XRechnung extension).
        summary: whether its profile (MINIMUM) has no room for a prepaid amount.
        place: the file, as messages name it.
    """

    syntax: str
    container: str
    document_no: str
    type_code: str
    issue_date: date
    due_date: date | None
    terms: str
    currency: str
    gross: int
    prepaid: int | None
    rounding: int | None
    payable: int
    payment_reference: str
    seller: Party
    buyer: Party
    buyer_reference: str
    purchase_order: str
    preceding: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    discounts: tuple[Discount, ...] = ()
    for_others: int = 0
    summary: bool = False
    place: str = ""

    @property
    def document_type(self) -> str:
        """What it is among open items; '' for a type code that is none of `DOCUMENT_TYPES`. A negative invoice is a credit."""
        kind = DOCUMENT_TYPES.get(self.type_code, "")
        return "credit_note" if kind and self.gross < 0 else kind

    @property
    def amount(self) -> int:
        """What the document claims, with the sign of the file: what is to be paid and what was paid before.

        That is the gross amount with its rounding and what is collected for others. Where the profile has no room for a prepaid amount,
        the gross amount.
        """
        return self.gross if self.summary else self.payable + (self.prepaid or 0)

    @property
    def fits(self) -> bool:
        """Whether gross, prepaid and rounding amount make the payable one (BR-CO-16), with what is collected for others (BR-DEX-09)."""
        if self.summary:
            return 0 <= self.payable <= self.gross or self.gross <= self.payable <= 0
        own = self.gross - (self.prepaid or 0) + (self.rounding or 0)
        return self.payable in (own, own + self.for_others)

    def to_dict(self) -> dict[str, object]:
        """As a machine is told: amounts as decimal text, null for what the file does not say."""

        def text(amount: int | None) -> str | None:
            return None if amount is None else money.render(amount, self.currency)

        return {
            "syntax": self.syntax,
            "container": self.container or None,
            "document_no": self.document_no,
            "type_code": self.type_code,
            "issue_date": self.issue_date.isoformat(),
            "due_date": self.due_date and self.due_date.isoformat(),
            "terms": self.terms or None,
            "currency": self.currency,
            "gross": text(self.gross),
            "prepaid": text(self.prepaid),
            "rounding": text(self.rounding),
            "payable": text(self.payable),
            "payment_reference": self.payment_reference or None,
            "seller": self.seller.name or None,
            "seller_tax_ids": list(self.seller.tax_ids),
            "buyer": self.buyer.name or None,
            "buyer_tax_ids": list(self.buyer.tax_ids),
            "buyer_numbers": list(self.buyer.numbers),
            "buyer_reference": self.buyer_reference or None,
            "purchase_order": self.purchase_order or None,
            "preceding": list(self.preceding),
            "accounts": list(self.accounts),
        }
