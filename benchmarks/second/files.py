"""Writes a world in the layouts of docs/files.md, with its truth."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from benchmarks.second.bank import Line, value_date
from benchmarks.second.living import Lived
from benchmarks.second.parties import Customer
from benchmarks.second.trade import Item

_ITEMS = (
    "item_id,entity,customer_id,document_type,document_no,issue_date,due_date,currency,amount,open_amount,terms,discount_pct,"
    "discount_date,purchase_order,payment_reference,status,closed_date"
).split(",")
_CUSTOMERS = "customer_id,customer_no,name,trade_name,alias,country,currency,parent_id,account,entity,terms".split(",")
_LINES = (
    "account,booking_date,value_date,amount,currency,counterparty_name,counterparty_account,remittance_information,creditor_reference,"
    "end_to_end_id,bank_reference,transaction_code,instructed_amount,instructed_currency,balance"
).split(",")
_TRUTH = (
    "account,bank_reference,booking_date,currency,line_amount,kind,written,payer_name,payer_account,expected_outcome,identifiable,"
    "item_id,amount,item_amount,adjustment,reason"
).split(",")


def decimal(amount: int) -> str:
    """An amount of hundredths as plain decimals; every currency here has two places."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def write(lived: Lived, out: Path) -> None:
    """Writes all files into a directory."""
    out.mkdir(parents=True, exist_ok=True)
    _table(out / "items.csv", _ITEMS, (_item(item) for item in lived.items))
    _table(out / "customers.csv", _CUSTOMERS, (_customer(customer) for customer in lived.customers))
    first = lived.world.start - timedelta(days=7)
    rates = [(day.isoformat(), currency, rate) for day, currency, rate in lived.rates.table(first, lived.last)]
    _table(out / "rates.csv", ("date", "currency", "per_base"), rates)
    _table(out / "lines.csv", _LINES, (_line(line) for line in lived.lines))
    _table(out / "truth.csv", _TRUTH, (row for line in lived.lines for row in _truth(line)))
    (out / "matcher.toml").write_text(_config(lived), encoding="utf-8")
    (out / "world.json").write_text(json.dumps(describe(lived), indent=1) + "\n", encoding="utf-8")


def _table(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _item(item: Item) -> list[str]:
    opening = item.amount if item.opening is None else item.opening
    status = "closed" if opening == 0 else "open" if opening == item.amount else "part_paid"
    customer = item.customer
    terms = f"{item.discount}/{customer.discount_days} net {customer.net_days}" if item.discount else f"net {customer.net_days}"
    closed = item.closed.isoformat() if status == "closed" and item.closed else ""
    return [
        item.id, item.seller.id, customer.id, item.type, item.number, item.issue.isoformat(), item.due.isoformat(), item.currency,
        decimal(item.amount), decimal(opening), terms if item.type == "invoice" else "", str(item.discount or ""),
        item.discount_date.isoformat() if item.discount_date else "", item.order, item.reference, status, closed,
    ]  # fmt: skip


def _customer(customer: Customer) -> list[str]:
    discount = f"{customer.discount}/{customer.discount_days} " if customer.discount else ""
    return [
        customer.id, customer.number, customer.name, customer.trade, "|".join(customer.aliases), customer.country, customer.currency,
        customer.parent.id if customer.parent else "", "|".join(customer.known), customer.entity, f"{discount}net {customer.net_days}",
    ]  # fmt: skip


def _line(line: Line) -> list[str]:
    payment = line.payment
    instructed = ["", ""] if payment.instructed is None else [decimal(payment.instructed), payment.instructed_currency]
    return [
        line.account, payment.day.isoformat(), value_date(line), decimal(payment.amount), payment.seller.currency, line.name, line.number,
        line.text, line.reference, line.end_to_end, line.bank_reference, line.code, *instructed, decimal(line.balance),
    ]  # fmt: skip


def _truth(line: Line) -> list[list[str]]:
    payment = line.payment
    head = [
        line.account, line.bank_reference, payment.day.isoformat(), payment.seller.currency, decimal(payment.amount), payment.kind,
        payment.told, payment.name_form, payment.account_form, payment.outcome, "yes" if payment.identifiable else "no",
    ]  # fmt: skip
    rows = [
        [*head, row.item.id, decimal(row.cash), decimal(row.item_cash), decimal(row.cleared), row.reason] for row in payment.rows
    ]  # fmt: skip
    return rows or [[*head, "", "", "", "", ""]]


def _config(lived: Lived) -> str:
    parts = [f'[books]\nname = "World {lived.world.seed}"\nbase_currency = "EUR"\n']
    parts += [f'[[entity]]\nid = "{seller.id}"\nname = {json.dumps(seller.name, ensure_ascii=False)}\n' for seller in lived.sellers]
    parts += [
        f'[[account]]\nid = "{seller.id}-{place}"\nnumber = "{number}"\nentity = "{seller.id}"\ncurrency = "{seller.currency}"\n'
        for seller in lived.sellers
        for place, number in enumerate(seller.accounts, 1)
    ]
    parts.append(f"[policy]\ndiscount_grace_days = {lived.world.grace}\n")
    return "\n".join(parts)


def describe(lived: Lived) -> dict[str, object]:
    """The knobs and what came of them."""
    knobs = asdict(lived.world) | {"start": lived.world.start.isoformat()}
    return {
        "generator": "second",
        "knobs": knobs,
        "last_day": lived.last.isoformat(),
        "lines": len(lived.lines),
        "items": len(lived.items),
        "customers": len(lived.customers),
        "numbers": [seller.invoices.style.replace("{p}", seller.invoices.prefix) for seller in lived.sellers],
        "kinds": dict(sorted(Counter(line.payment.kind for line in lived.lines).items())),
        "written": dict(sorted(Counter(line.payment.told for line in lived.lines).items())),
    }
