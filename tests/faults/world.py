"""A small firm, made from a seed: its bank lines and its customers' documents, as the files that the bank and the ERP give."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from faults.accounting import cents, text
from faults.erp import Invoice

FIRST_DAY = date(2026, 10, 1)
DAYS = 50
NAMES = ("Alster Werft GmbH", "Bille Kontor AG", "Elbe Handel KG")
AMOUNTS = (100_00, 119_00, 238_00, 357_50, 450_00, 89_90, 1190_00)
"""Few, so that equal amounts and sums that fit by chance are common."""


@dataclass(frozen=True, slots=True)
class Line:
    """A booked entry of the bank."""

    reference: str
    day: date
    amount: int
    account: str
    name: str
    words: str
    balance: int

    def row(self, *, balance: bool) -> dict[str, str]:
        """The line in the product's own layout."""
        return {
            "booking_date": self.day.isoformat(), "amount": text(self.amount), "bank_reference": self.reference,
            "counterparty_account": self.account, "counterparty_name": self.name, "remittance_information": self.words,
            "balance": text(self.balance) if balance else "",
        }  # fmt: skip


def customers() -> list[dict[str, str]]:
    """The customers' file."""
    return [{"customer_id": f"C{n}", "name": name, "account": f"DE{n:020d}"} for n, name in enumerate(NAMES)]


def invoice(rng: random.Random, number: int) -> Invoice:
    """A document: mostly an invoice, now and then a credit note."""
    amount = -rng.choice((30_00, 45_25)) if rng.random() < 0.15 else rng.choice(AMOUNTS)
    issued = date(2026, 9, 1) + timedelta(rng.randrange(60))
    return Invoice(f"I{number}", f"C{rng.randrange(len(NAMES))}", f"RE-2026-{number + 100:05d}", issued.isoformat(), amount)


ANCHOR = Invoice("ANCHOR", "C9", "RE-2026-99999", "2026-09-01", cents("777777.77"))
"""A document that nobody pays: no snapshot is without a row of the entity."""


def lines(rng: random.Random, invoices: Sequence[Invoice], count: int) -> list[Line]:
    """Entries by day: full, part, joint, double and nameless payments, money out, and things nobody can explain."""
    found: list[tuple[date, int, str, str, str]] = []
    for _ in range(count):
        one, other = rng.choice(invoices), rng.choice(invoices)
        payer = int(one.customer_id[1:])
        account, name, words = f"DE{payer:020d}", NAMES[payer], one.document_no
        kind = rng.randrange(12)
        amount = abs(one.amount)
        if kind == 0:
            amount, words = amount + abs(other.amount), f"{one.document_no} {other.document_no}"
        elif kind == 1:
            amount, words = amount // 2 + rng.randrange(99), f"part of {one.document_no}"
        elif kind == 2:
            amount += 25_00
        elif kind == 3:
            words = ""
        elif kind == 4:
            account, name = "", ""
        elif kind == 5:
            account, name, words, amount = "", "", "thank you", rng.randrange(1_00, 900_00)
        elif kind == 6:
            amount = -rng.randrange(1_00, 90_00)
        found.append((FIRST_DAY + timedelta(rng.randrange(DAYS)), amount, account, name, words))
    balance, made = 5000_00, []
    for n, (day, amount, account, name, words) in enumerate(sorted(found, key=lambda one: one[0])):
        balance += amount
        made.append(Line(f"B{n:04d}", day, amount, account, name, words, balance))
    return made
