"""The month as files in the contract's layouts, and the truth beside them."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.month.documents import Documents
from benchmarks.month.draws import Dice, Ints
from benchmarks.month.items import DOCUMENT_TYPES, GRACE_DAYS, INSTALMENT
from benchmarks.month.kinds import KINDS
from benchmarks.month.month import Month
from benchmarks.month.parties import DISCOUNT_DAYS, DISCOUNT_PCT, TERMS
from benchmarks.month.payers import ACCOUNTS, NAMES, brand, knows_brand, payer_name, stranger
from benchmarks.month.places import COUNTRIES, CURRENCIES, account_number
from benchmarks.month.plan import WRITTEN
from benchmarks.month.settle import REASONS
from benchmarks.month.texts import Texts
from benchmarks.month.words import PROVIDERS, TAX_OFFICES
from matcher.money import render

LINES = (
    "account", "booking_date", "value_date", "amount", "currency", "counterparty_name", "counterparty_account", "remittance_information",
    "creditor_reference", "end_to_end_id", "bank_reference", "transaction_code", "instructed_amount", "instructed_currency", "balance",
)  # fmt: skip
ITEMS = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount",
    "terms", "discount_pct", "discount_date", "purchase_order", "payment_reference", "status", "closed_date", "disputed_amount",
)  # fmt: skip
CUSTOMERS = ("customer_id", "customer_no", "name", "trade_name", "alias", "country", "currency", "parent_id", "account", "entity", "terms")
RATES = ("date", "currency", "per_base")
ADVICES = (
    "advice_id",
    "payment_reference",
    "customer_id",
    "date",
    "currency",
    "total",
    "document_no",
    "gross",
    "discount",
    "deduction",
    "reason",
    "net",
)
TRUTH = (
    "account", "bank_reference", "booking_date", "currency", "line_amount", "kind", "written", "payer_name", "payer_account",
    "expected_outcome",
    "identifiable", "item_id", "amount", "item_amount", "adjustment", "reason",
)  # fmt: skip

_CODES = {"fee_refund": "ACMT-MCOP-CHRG", "interest": "ACMT-MCOP-INTR", "own_transfer": "PMNT-RCDT-BOOK", "outgoing": "PMNT-ICDT-ESCT"}

_DISPUTED_EVERY = 67  # of the items that nobody pays this month

Row = Sequence[str | int]


class Files:
    """Writes one month. Lines are in the order of their accounts and days, items and customers in the order of their ids."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self._documents = Documents(month.who, month.items, month.rank)
        self._texts = Texts(month.noise, month.who, month.plan, month.items, self._documents, month.chance, month.knobs)
        self._customers = [customer_id(head) for head in month.who.customers.head.tolist()]
        self._order = np.lexsort((month.chance, month.plan.day, month.plan.account))
        self._place = _places(month.plan.account[self._order])
        self._reference = dict(zip(self._order.tolist(), self._place.tolist(), strict=True))

    def write(self, directory: Path) -> None:
        """All files of the month into a directory, which is made when it is missing."""
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "matcher.toml").write_text(self._config(), encoding="utf-8")
        tables = {
            "lines.csv": (LINES, self.lines()),
            "items.csv": (ITEMS, self.items()),
            "customers.csv": (CUSTOMERS, self.customers()),
            "rates.csv": (RATES, self.rates()),
            "truth.csv": (TRUTH, self.truth()),
        }
        if self.month.advised.any():
            tables["remittance.csv"] = (ADVICES, self.advices())
        for name, (header, rows) in tables.items():
            with (directory / name).open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(rows)

    def _config(self) -> str:
        who = self.month.who
        parts = ['[books]\nname = "Generated month"\nbase_currency = "EUR"\n', f"[policy]\ndiscount_grace_days = {GRACE_DAYS}\n"]
        parts += [f'[[entity]]\nid = "{c.id}"\nname = "{c.name}"\n' for c in who.companies]
        parts += [
            f'[[account]]\nid = "{a.id}"\nnumber = "{a.number}"\n'
            f'entity = "{who.companies[a.company].id}"\ncurrency = "{CURRENCIES[a.currency]}"\n'
            for a in who.accounts
        ]
        return "\n".join(parts)

    def lines(self) -> Iterator[Row]:
        """Bank lines. Every account's balance starts from an amount of its own and runs over its lines."""
        plan, money, who = self.month.plan, self.month.money, self.month.who
        balance, account = 0, -1
        for line in self._order.tolist():
            if plan.account.item(line) != account:
                account = plan.account.item(line)
                balance = 1_000_000 + account * 37_219
            code, kind = CURRENCIES[plan.currency.item(line)], KINDS[plan.kind.item(line)]
            balance += money.amount.item(line)
            name, number = self._payer(line)
            text = self._texts.write(line)
            before = money.instructed_currency.item(line)
            yield (
                who.accounts[account].id, self._documents.iso(plan.day.item(line)), self._documents.iso(plan.value_day.item(line)),
                render(money.amount.item(line), code), code, name, number, *text, self._bank_reference(line),
                _CODES.get(kind.name, "PMNT-RCDT-XBCT" if before >= 0 else "PMNT-RCDT-ESCT"),
                render(money.instructed.item(line), CURRENCIES[before]) if before >= 0 else "",
                CURRENCIES[before] if before >= 0 else "", render(balance, code),
            )  # fmt: skip

    def _bank_reference(self, line: int) -> str:
        return f"{self._documents.iso(self.month.plan.day.item(line)).replace('-', '')}{self._reference[line]:08d}"

    def repeats(self) -> Iterator[Row]:
        """Account and bank reference of every second payment, and the reference of the first."""
        plan = self.month.plan
        for line in np.flatnonzero(plan.copy_of >= 0).tolist():
            account = self.month.who.accounts[plan.account.item(line)].id
            yield account, self._bank_reference(line), self._bank_reference(plan.copy_of.item(line))

    def _payer(self, line: int) -> tuple[str, str]:
        """Name and account that the line shows."""
        plan, people, who = self.month.plan, self.month.who.customers, self.month.who
        dice, kind = Dice(self.month.chance.item(line) ^ 0x5EED), KINDS[plan.kind.item(line)]
        customer = plan.customer.item(line)
        if kind.name == "own_transfer":
            own = who.accounts[(plan.account.item(line) + 1 + dice.below(len(who.accounts) - 1)) % len(who.accounts)]
            return who.companies[own.company].name, own.number
        if customer < 0:
            names = {"tax_refund": TAX_OFFICES, "provider_payout": PROVIDERS}.get(kind.name)
            name = "" if kind.name in ("fee_refund", "interest") else dice.one(names) if names else stranger(dice)
            return name, self._some_account(dice) if name and dice.chance(80) else ""
        way, shown = NAMES[self.month.payers.name.item(line)], ACCOUNTS[self.month.payers.account.item(line)]
        name = payer_name(people, customer, way, dice, self.month.noise.name_cuts)
        if shown == "missing":
            return name, ""
        if shown == "of_other":
            return name, people.account(people.parent.item(customer)) if way == "parent" else self._some_account(dice)
        return name, people.account(customer, int(shown == "changed"))

    def _some_account(self, dice: Dice) -> str:
        digits = f"{dice.below(10**13) + 10**13}{dice.below(10**13) + 10**13}"
        return account_number(COUNTRIES[dice.below(12)], digits, "".join(chr(65 + dice.below(26)) for _ in range(4)))

    def items(self) -> Iterator[Row]:
        """Items as the ERP knows them at the start of the month, with those that it issued during it."""
        month, people, write = self.month, self.month.who.customers, self._documents
        at = month.items
        order = np.empty(len(at), dtype=np.int64)
        order[month.rank] = np.arange(len(at))
        for item in order.tolist():
            customer, issue, amount, opened = at.customer.item(item), at.issue.item(item), at.amount.item(item), at.open.item(item)
            code, kind, terms = CURRENCIES[people.currency.item(customer)], at.type.item(item), people.terms.item(customer)
            closed = at.closed_day.item(item)
            disputed = at.line.item(item) < 0 and month.rank.item(item) % _DISPUTED_EVERY == 0
            discount = DISCOUNT_PCT.item(terms) if kind == 0 else 0
            yield (
                item_id(month.rank.item(item)), month.who.companies[people.company.item(customer)].id, self._customers[customer],
                DOCUMENT_TYPES[kind],
                write.full(item), write.iso(issue), write.iso(at.due.item(item)), code, render(amount, code), render(opened, code),
                "" if kind == INSTALMENT else TERMS[terms], discount or "",
                write.iso(issue + DISCOUNT_DAYS.item(terms)) if discount else "",
                write.order(item), write.reference(item), "closed" if closed >= 0 else "part_paid" if opened != amount else "open",
                write.iso(closed) if closed >= 0 else "", render(opened // 4, code) if disputed and opened > 0 else "",
            )  # fmt: skip

    def customers(self) -> Iterator[Row]:
        """The customer master, with the gaps that master data has."""
        people, who = self.month.who.customers, self.month.who
        branded = knows_brand(people)
        for customer, name in enumerate(people.names):
            if people.head.item(customer) != customer or not people.listed[customer]:
                continue
            made, parent, company = people.native.get(customer), people.parent.item(customer), people.master.item(customer)
            alias = made.latin if made is not None and people.known_latin[customer] else ""
            terms, country = TERMS[people.terms.item(customer)], COUNTRIES[people.country.item(customer)]
            yield (
                customer_id(customer), people.number(customer), name, brand(people,
                customer) if branded[customer] and made is None else "", alias,
                country.code, CURRENCIES[people.currency.item(customer)], self._customers[parent] if parent >= 0 else "",
                people.account(customer) if people.known_account[customer] else "",
                who.companies[company].id if company >= 0 else "", terms,
            )  # fmt: skip

    def rates(self) -> Iterator[Row]:
        """Daily rates of the month and the half year before it."""
        for day, row in enumerate(self.month.rates.table.tolist(), start=self.month.rates.first):
            for code, parts in zip(CURRENCIES[1:], row[1:], strict=True):
                yield self._documents.iso(day), code, f"{parts // 1_000_000}.{parts % 1_000_000:06d}"

    def advices(self) -> Iterator[Row]:
        """Remittance advices of the lines that have one."""
        plan, items, money = self.month.plan, self.month.items, self.month.money
        for line in np.flatnonzero(self.month.advised).tolist():
            first, code = plan.first.item(line), CURRENCIES[plan.currency.item(line)]
            number = self._texts.advice_number(line)
            for item in range(first, first + plan.size.item(line)):
                net, cut = money.cash.item(item), money.adjustment.item(item)
                yield (
                    number, number, self._customers[plan.customer.item(line)], self._documents.iso(plan.day.item(line) - 1), code,
                    render(money.amount.item(line), code), self._documents.full(item), render(items.open.item(item), code), render(cut,
                    code),
                    render(0, code), "", render(net, code),
                )  # fmt: skip

    def truth(self) -> Iterator[Row]:
        """One row for each true allocation, and one for every line without any."""
        month, plan, money = self.month, self.month.plan, self.month.money
        people = month.who.customers
        for line in self._order.tolist():
            code, kind = CURRENCIES[plan.currency.item(line)], KINDS[plan.kind.item(line)]
            about = (
                month.who.accounts[plan.account.item(line)].id, self._bank_reference(line), self._documents.iso(plan.day.item(line)), code,
                render(money.amount.item(line), code), kind.name, WRITTEN[plan.written.item(line)] if kind.family == "amount" else "",
                NAMES[month.payers.name.item(line)], ACCOUNTS[month.payers.account.item(line)], kind.outcome,
                "yes" if month.known[line] else "no",
            )  # fmt: skip
            first = plan.first.item(line)
            for item in range(first, first + plan.size.item(line)):
                of_item = CURRENCIES[people.currency.item(month.items.customer.item(item))]
                yield (
                    *about, item_id(month.rank.item(item)), render(money.cash.item(item), code), render(money.item_cash.item(item),
                    of_item),
                    render(money.adjustment.item(item), of_item), REASONS[money.reason.item(item)],
                )  # fmt: skip
            if not plan.size.item(line):
                yield (*about, "", "", "", "", "")


def item_id(rank: int) -> str:
    """The ERP's key of an item, by its position in the ERP's file."""
    return f"I{rank + 1:08d}"


def customer_id(customer: int) -> str:
    """The ERP's key of a customer."""
    return f"C{customer + 1:07d}"


def _places(account: Ints) -> Ints:
    """Ordinal of each line within its account; `account` is sorted."""
    start = np.ones(len(account), dtype=np.bool_)
    start[1:] = account[1:] != account[:-1]
    at = np.arange(len(account), dtype=np.int64)
    return at - np.maximum.accumulate(np.where(start, at, 0)) + 1
