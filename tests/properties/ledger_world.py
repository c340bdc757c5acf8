"""A bank and an ERP for random histories of the sub-ledger: what is really so, whatever the books make of it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from support import CONFIG

SETTINGS = (
    CONFIG
    + """
[[account]]
id = "dollar"
number = "DE75512108001245126199"
entity = "1"
currency = "USD"
[policy.limits.fee]
amount = 300
"""
)
CUSTOMERS = {"C1": "Brandt Maschinenbau GmbH", "C2": "Orgelwerk Lindner KG", "C3": "Seewind Handels AG"}
PAID_FROM = {"C1": "DE89370400440532013000", "C2": "GB82WEST12345698765432", "C3": "FR1420041010050500013M02606"}
HOUSE = {"giro": ("1", "EUR"), "service": ("2", "EUR"), "dollar": ("1", "USD")}
NUMBERS = {"giro": "DE02120300000000202051", "service": "DE02500105170137075030"}


def master() -> list[dict[str, str]]:
    """Customers, each with an account of his own."""
    return [{"customer_id": one, "name": name, "account": PAID_FROM[one]} for one, name in CUSTOMERS.items()]


def text(cents: int) -> str:
    """As files have it."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


class Amounts:
    """Amounts of which no two are alike."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.given = rng, set[int]()

    def below(self, most: int) -> int:
        """A new amount above zero and below another one; 0 where there is none."""
        for _ in range(40):
            if most > 1 and (amount := self.rng.randrange(1, most)) not in self.given:
                self.given.add(amount)
                return amount
        return 0


@dataclass
class Document:
    """A document of the ERP. `own`: what the ERP took off by itself; `booked`: what it has booked of our decisions. All signed alike."""

    item_id: str
    entity: str
    customer: str
    kind: str
    issued: date
    currency: str
    amount: int
    own: int = 0
    booked: dict[str, int] = field(default_factory=dict)
    known: bool = False
    closed: date | None = None

    @property
    def open(self) -> int:
        """As the ERP has it."""
        return self.amount - self.own - sum(self.booked.values())

    @property
    def number(self) -> str:
        """Of the document."""
        return f"RE-2026-{self.item_id[1:].zfill(5)}"

    def row(self, day: date) -> dict[str, str]:
        """Of a list."""
        closed = {"status": "closed", "closed_date": str(self.closed or day)} if not self.open else {}
        return {
            "item_id": self.item_id, "entity": self.entity, "customer_id": self.customer, "document_type": self.kind,
            "document_no": self.number, "issue_date": str(self.issued), "due_date": str(self.issued + timedelta(30)),
            "currency": self.currency, "amount": text(self.amount), "open_amount": text(self.open), **closed,
        }  # fmt: skip


@dataclass(frozen=True)
class Posting:
    """What one of our decisions settles of a document."""

    decision_id: str
    settled: int
    live: bool


class Erp:
    """The ERP's documents, and how they change between two lists: each for one reason, so that no change can be read in two ways."""

    def __init__(self, rng: random.Random, amounts: Amounts) -> None:
        self.rng, self.amounts = rng, amounts
        self.documents: dict[str, Document] = {}
        for entity in ("1", "2"):
            # a document that nothing can close: every list speaks for both entities
            self.add(Document(f"A{entity}", entity, "C1", "invoice", date(2026, 9, 1), "EUR", 9_000_000_00 + int(entity)))

    def add(self, made: Document) -> Document:
        """Issues a document."""
        self.documents[made.item_id] = made
        return made

    def issue(self, today: date) -> Document:
        """An invoice or a credit note of these days; sometimes one that was issued weeks ago."""
        kind = self.rng.choice((*["invoice"] * 7, "credit_note", "credit_note", "on_account"))
        amount = self.amounts.below(4000_00) * (1 if kind == "invoice" else -1) or 4000_01
        entity, currency = self.rng.choice((("1", "EUR"), ("1", "EUR"), ("2", "EUR"), ("1", "USD")))
        ago = self.rng.randint(0, 45) if self.rng.random() < 0.15 else self.rng.randint(0, 4)
        name = f"I{len(self.documents)}"
        return self.add(Document(name, entity, self.rng.choice(sorted(CUSTOMERS)), kind, today - timedelta(ago), currency, amount))

    def moves(self, listed: Sequence[Document], ours: Mapping[str, Sequence[Posting]], day: date, since: date) -> Iterator[str]:
        """Lets things happen to documents that the list tells of; gives them in words."""
        touched: set[str] = set()
        for one in listed:
            if one.known and one.item_id not in touched and self.rng.random() < 0.25:
                said = self._happens(one, ours.get(one.item_id, ()), day, since, touched)
                if said:
                    yield f"{one.item_id} {said}"
        yield from self._sets_off([one for one in listed if one.known and one.item_id not in touched], ours)

    def _happens(self, one: Document, ours: Sequence[Posting], day: date, since: date, touched: set[str]) -> str:
        touched.add(one.item_id)
        waiting = [p for p in ours if p.live and p.decision_id not in one.booked and p.settled]
        back = [p for p in ours if not p.live and p.decision_id in one.booked]
        if (waiting or back) and self.rng.random() < 0.6:
            return self._books(one, waiting, back)
        # what a list tells while reversals or returns are on their way can be read in two ways
        sign = -1 if one.amount < 0 else 1
        if back or any(p.settled * sign < 0 for p in waiting) or one.item_id.startswith("A"):
            return ""
        return self._of_its_own(one, waiting, sign, day, since)

    def _books(self, one: Document, waiting: Sequence[Posting], back: Sequence[Posting]) -> str:
        for p in back:
            del one.booked[p.decision_id]
        taken = waiting if back or self.rng.random() < 0.4 else waiting[: self.rng.randint(0, len(waiting))]
        one.booked |= {p.decision_id: p.settled for p in taken}
        if not 0 <= one.open * (-1 if one.amount < 0 else 1) <= abs(one.amount):
            for p in taken:
                del one.booked[p.decision_id]
            return f"takes {len(back)} back"
        return f"takes {len(back)} back, books {len(taken)}"

    def _of_its_own(self, one: Document, waiting: Sequence[Posting], sign: int, day: date, since: date) -> str:
        free = (one.open - sum(p.settled for p in waiting)) * sign
        match self.rng.choice(("part", "close", "close on a day", "reopen", "correct")):
            case "part" if free > 1:
                one.own += sign * self.amounts.below(free)
                return f"has {text(one.own)} off"
            case ("close" | "close on a day") as how if free > 0:
                one.booked |= {p.decision_id: p.settled for p in waiting}
                one.own += one.open
                between = self.rng.randint(1, max(1, (day - since).days))
                one.closed = max(one.issued, min(day, since + timedelta(between))) if how != "close" else None
                return f"is closed on {one.closed}"
            case "reopen" if one.own:
                one.own, one.closed = 0, None
                return "is open again"
            case "correct":
                least = abs(one.own) + sum(abs(p.settled) for p in waiting) + abs(sum(one.booked.values()))
                amount = least + self.amounts.below(3000_00)
                if amount > least:
                    one.amount = sign * amount
                    return f"is over {text(one.amount)} now"
        return ""

    def _sets_off(self, listed: Sequence[Document], ours: Mapping[str, Sequence[Posting]]) -> Iterator[str]:
        """A credit note is applied to an invoice in the ERP itself."""

        def free(one: Document) -> bool:
            standing = {p.decision_id for p in ours.get(one.item_id, ()) if p.live}
            return bool(one.open) and standing == set(one.booked) and not one.item_id.startswith("A")

        pairs = [
            (credit, debt) for credit in listed for debt in listed
            if credit.amount < 0 < debt.amount and free(credit) and free(debt)
            and (credit.entity, credit.customer, credit.currency) == (debt.entity, debt.customer, debt.currency)
        ]  # fmt: skip
        if pairs and self.rng.random() < 0.3:
            credit, debt = self.rng.choice(pairs)
            amount = min(-credit.open, debt.open)
            credit.own, debt.own = credit.own - amount, debt.own + amount
            yield f"{credit.item_id} on {debt.item_id} {text(amount)}"


@dataclass(frozen=True)
class Told:
    """A line as the bank tells it. `payer`: whose account paid; '' for money out and for who is not known."""

    reference: str
    account: str
    day: date
    amount: int
    name: str
    number: str
    words: str
    payer: str = ""
    code: str = ""
    of: str = ""

    def row(self) -> dict[str, str]:
        """Of a file."""
        return {
            "account": self.account, "booking_date": str(self.day), "value_date": str(self.day), "amount": text(self.amount),
            "currency": HOUSE[self.account][1], "counterparty_name": self.name, "counterparty_account": self.number,
            "remittance_information": self.words, "bank_reference": self.reference, "transaction_code": self.code,
        }  # fmt: skip


class Bank:
    """What moves on our accounts."""

    def __init__(self, rng: random.Random, amounts: Amounts, erp: Erp) -> None:
        self.rng, self.amounts, self.erp = rng, amounts, erp
        self.told: dict[str, Told] = {}

    def lines(self, day: date, credits: Sequence[tuple[str, str, str, int]]) -> list[Told]:
        """Some lines of a day. `credits`: entity, customer, currency and amount that may be paid back."""
        made: list[Told] = []
        others = (self._again, self._booked_already, self._advance, self._nobody, self._back, self._fee, self._own)
        for _ in range(self.rng.randint(1, 4)):
            made += self.rng.choice((*[self._receipt] * 3, *others))(day)
        if credits and self.rng.random() < 0.35:
            made += self._refund(day, *self.rng.choice(credits))
        return made

    def _line(self, account: str, day: date, amount: int, words: str, payer: str = "", **more: str) -> Told:
        known = {"name": CUSTOMERS[payer], "number": PAID_FROM[payer]} if payer else {"name": "", "number": ""}
        line = Told(f"BNK{len(self.told):06}", account, day, amount, words=words, payer=payer, **(known | more))  # type: ignore[arg-type]
        self.told[line.reference] = line
        return line

    def _receipt(self, day: date) -> list[Told]:
        debts = [one for one in self.erp.documents.values() if one.open > 0 and one.issued <= day and not one.item_id.startswith("A")]
        if not debts:
            return self._advance(day)
        one = self.rng.choice(debts)
        match self.rng.choice(("exact", "exact", "exact", "short", "over")):
            case "short":
                amount = self.amounts.below(one.open) or one.open
            case "over":
                amount = one.open + self.amounts.below(900_00)
            case _:
                amount = one.open
        payer = one.customer if self.rng.random() < 0.9 else self.rng.choice(sorted(CUSTOMERS))
        words = one.number if self.rng.random() < 0.75 else "with thanks"
        return [self._line(_house(one.entity, one.currency), day, amount, words, payer)]

    def _again(self, day: date) -> list[Told]:
        earlier = [line for line in self.told.values() if line.payer and line.day <= day]
        if not earlier:
            return []
        line = self.rng.choice(earlier)
        return [self._line(line.account, day, line.amount, line.words, line.payer)]

    def _booked_already(self, day: date) -> list[Told]:
        """What the ERP has listed as a credit before the bank tells of it."""
        paid = {line.amount for line in self.told.values()}
        credits = [one for one in self.erp.documents.values() if one.kind == "on_account" and -one.amount not in paid]
        if not credits:
            return self._advance(day)
        one = self.rng.choice(credits)
        return [self._line(_house(one.entity, one.currency), day, -one.amount, "advance", one.customer)]

    def _advance(self, day: date) -> list[Told]:
        account, payer = self.rng.choice(sorted(HOUSE)), self.rng.choice(sorted(CUSTOMERS))
        return [self._line(account, day, self.amounts.below(3000_00) or 17, "advance", payer)]

    def _nobody(self, day: date) -> list[Told]:
        return [self._line("giro", day, self.amounts.below(700_00) or 19, "cash deposit")]

    def _back(self, day: date) -> list[Told]:
        gone = {line.of for line in self.told.values()}
        earlier = [line for line in self.told.values() if line.payer and line.day <= day and line.reference not in gone]
        if not earlier:
            return []
        line = self.rng.choice(earlier)
        fee = self.amounts.below(30_00) if self.rng.random() < 0.4 else 0
        known = {"name": line.name, "number": line.number, "of": line.reference}
        return [self._line(line.account, day, -line.amount - fee, f"RETURN {line.words}", **known)]

    def _fee(self, day: date) -> list[Told]:
        return [self._line("giro", day, -(self.amounts.below(40_00) or 7), "account fee", code="ACMT-MDOP-CHRG")]

    def _own(self, day: date) -> list[Told]:
        amount = self.amounts.below(2000_00) or 23
        legs = (("giro", -amount, "service"), ("service", amount, "giro"))
        return [self._line(account, day, sum_, "own transfer", number=NUMBERS[other]) for account, sum_, other in legs]

    def _refund(self, day: date, entity: str, customer: str, currency: str, amount: int) -> list[Told]:
        paid = amount if self.rng.random() < 0.8 else amount + self.amounts.below(50_00)
        known = {"name": CUSTOMERS[customer], "number": PAID_FROM[customer]}
        return [self._line(_house(entity, currency), day, -paid, "refund", **known)]


def _house(entity: str, currency: str) -> str:
    return next(name for name, about in HOUSE.items() if about == (entity, currency))
