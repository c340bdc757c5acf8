"""From the rows of a report to movements of the merchant's balance with the provider."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matcher import money
from matcher.characters import text_fault
from matcher.errors import Fault, MatcherError
from matcher.remittance.settlements import figures
from matcher.remittance.settlements.documents import IssuedNumbers
from matcher.remittance.settlements.schema import Aliases, Kind, Rule, Sum, fold, plain
from matcher.remittance.settlements.sheet import Sheet

OF_CUSTOMERS: tuple[Kind, ...] = ("payment", "refund", "chargeback")
"""Kinds of rows that are about a document."""

_FORMULA = re.compile(r"[=@]|[+-].*[|(!]")


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of the balance, in minor units of its currency; gross less fee is net.

    Attributes:
        kind: see `matcher.remittance.settlements.schema.Kind`.
        line, place: where it stands.
        payout: id of the payout it is part of, or is; '' where the report does not say.
        account: the merchant's account with the provider.
        currency: ISO 4217.
        gross, fee, net: the fee is positive where it is taken off.
        balance: after it; None where the report has none.
        day, payout_day: None where they are not said.
        related: the reference of the row that this one belongs to; '' where it does not say.
        document, reference, customer: as in `matcher.remittance.records.AdviceRow`.
        words: the report's own words for it.
        fault: what does not add up in the row; '' else.
    """

    kind: Kind
    line: int
    place: str
    payout: str
    account: str
    currency: str
    gross: int
    fee: int
    net: int
    balance: int | None
    day: date | None
    payout_day: date | None
    document: str
    reference: str
    customer: str
    words: str
    fault: str
    related: str = ""


def read_entries(sheet: Sheet, issued: IssuedNumbers) -> list[Entry]:
    """The rows of a report that move money, in the order of the file.

    Raises:
        MatcherError: ``amount.*``, ``date.invalid``, ``currency.*`` or ``row.invalid``: all that is wrong with the rows in one error.
    """
    reading = _Reading(sheet, issued)
    entries: list[Entry] = []
    faults: list[MatcherError] = []
    for line, cells in sheet.rows:
        try:
            if entry := reading.entry(line, cells):
                entries.append(entry)
        except MatcherError as error:
            faults.append(error.at(sheet.where(line)))
    faults += reading.twice()
    if faults:
        first, *others = faults
        more = [Fault(error.code, error.what, error.where) for error in others]
        raise MatcherError(first.code, first.what, first.where, first.hint, more)
    entries = [entry for entry in entries if entry.gross or entry.fee or entry.net]
    paid = {entry.reference for entry in entries if entry.kind != "announced"}
    counted = [entry for entry in entries if entry.kind != "announced" or entry.reference not in paid]
    # older versions of a report say the payout in the row of the sale itself
    return [replace(entry, kind="payment") if entry.kind == "announced" and entry.payout else entry for entry in counted]


class _Reading:
    """One file: where its columns are, and what was read of it so far."""

    def __init__(self, sheet: Sheet, issued: IssuedNumbers) -> None:
        self._sheet = sheet
        self._report = sheet.report
        self._issued = issued
        columns = sheet.report.columns
        self._ids = [place for aliases in columns.id if (place := sheet.place(aliases)) is not None]
        self._seen: dict[tuple[str, ...], list[int]] = {}
        self._mark = self._decimal_mark()
        self._kinds: dict[tuple[str, ...], Kind] = {}
        self._roles = {role: sheet.all_places(aliases) for role, aliases in _roles(sheet) if aliases}
        self._told_by = [role for role in dict.fromkeys(rule.column for rule in sheet.report.rules) if role in self._roles]

    def _decimal_mark(self) -> figures.Mark:
        if self._report.decimal != "auto":
            return self._report.decimal
        sums = [self._report.gross, self._report.fee, *([self._report.net] if self._report.net else [])]
        places = [place for one in sums for aliases in one.columns() if (place := self._sheet.place(aliases)) is not None]
        mark = figures.decimal_mark(cells[place] for _, cells in self._sheet.rows for place in places)
        if mark is None:
            raise MatcherError(
                "amount.ambiguous", "the amounts do not show whether a point or a comma is the decimal mark", self._sheet.name
            )
        return mark

    def entry(self, line: int, cells: Sequence[str]) -> Entry | None:
        """A row's movement; None when it moves no money."""
        kind = self._kind(cells)
        if kind == "ignored":
            return None
        self._note(line, cells)
        currency = self._currency(cells)
        gross, fee, net, fault = self._amounts(cells, currency, kind)
        kind = "adjustment" if kind == "payment" and gross < 0 else kind
        text = self._first("text", cells)
        document = (self._identifier("document", cells) or self._issued.named(text)) if kind in (*OF_CUSTOMERS, "announced") else ""
        reference = self._identifier("reference", cells)
        payout = self._identifier("payout", cells) or (reference if kind.startswith("payout") else "")
        words = self._words(kind, cells, text, document)
        return Entry(
            kind, line, self._sheet.where(line), payout, self._identifier("account", cells), currency, gross, fee, net,
            self._balance(cells, currency), self._day("date", cells), self._day("payout_date", cells),
            document, reference, self._first("customer", cells), words, fault, self._identifier("related", cells),
        )  # fmt: skip

    def twice(self) -> Iterator[MatcherError]:
        """Rows that were written twice."""
        for key, lines in self._seen.items():
            if len(lines) > 1:
                places = ", ".join(str(line) for line in lines)
                yield MatcherError("row.invalid", f"{' '.join(key)[:60]} stands in several rows: {places}", self._sheet.where(lines[1]))

    def _note(self, line: int, cells: Sequence[str]) -> None:
        key = tuple(plain(cells[place]) for place in self._ids)
        if key and key[0]:
            self._seen.setdefault(key, []).append(line)

    def _kind(self, cells: Sequence[str]) -> Kind:
        told = tuple(self._first(role, cells) for role in self._told_by)
        if told not in self._kinds:
            words = dict(zip(self._told_by, map(fold, told), strict=True))
            fitting = (rule.kind for rule in self._report.rules if rule.column in words and _fits(rule, words[rule.column]))
            self._kinds[told] = next(fitting, self._report.otherwise)
        return self._kinds[told]

    def _first(self, role: str, cells: Sequence[str]) -> str:
        return next((text for place in self._roles.get(role, ()) if (text := plain(cells[place]))), "")

    def _identifier(self, role: str, cells: Sequence[str]) -> str:
        text = self._first(role, cells)
        if _FORMULA.match(text):
            raise MatcherError("row.invalid", f"{role.replace('_', ' ')} begins like a formula: {text[:40]!r}")
        if fault := text_fault(text):
            raise MatcherError("row.invalid", f"{role.replace('_', ' ')} {fault}")
        return "" if text in ("/", "-", "0") else text

    def _words(self, kind: Kind, cells: Sequence[str], text: str, document: str) -> str:
        paid = kind in ("payment", "announced")
        said = "" if paid else self._first("type", cells)
        return ": ".join(part for part in (said, "" if document and paid else text) if part)

    def _currency(self, cells: Sequence[str]) -> str:
        said = self._first("currency", cells).upper() or self._report.currency
        if not said and len(self._issued.currencies) == 1:
            return next(iter(self._issued.currencies))
        if not said:
            hint = "This report of the provider names no currency: import the open items first; they must be of one currency."
            raise MatcherError("currency.missing", "the report does not say its currency", hint=hint)
        money.scale(said)
        return said

    def _sum(self, of: Sum, cells: Sequence[str], currency: str) -> int:
        def total(columns: list[Aliases], each: Callable[[int], int]) -> int:
            places = (self._sheet.place(aliases) for aliases in columns)
            return sum(each(figures.amount(cells[place], self._mark, currency)) for place in places if place is not None)

        return total(of.plus, int) - total(of.minus, int) - total(of.less, abs)

    def _amounts(self, cells: Sequence[str], currency: str, kind: Kind) -> tuple[int, int, int, str]:
        report = self._report
        foreign = self._sheet.place(report.gross_is_net) if report.gross_is_net else None
        if foreign is not None and plain(cells[foreign]).upper() in ("", currency):
            foreign = None
        fee = self._sum(report.fee, cells, currency)
        gross = 0 if foreign is not None else self._sum(report.gross, cells, currency)
        if report.direction and (place := self._sheet.place(report.direction.column)) is not None:
            gross = -gross if fold(plain(cells[place])) in map(fold, report.direction.out) else gross
        net = self._sum(report.net, cells, currency) if report.net else gross - fee
        if foreign is not None:
            gross = net + fee
        if kind == "announced" and not net:
            net = gross - fee
        if not (gross or fee or net) and not self._has_amount(cells):
            raise MatcherError("row.invalid", "the row has no amount")
        if kind not in OF_CUSTOMERS and not gross:
            gross = net + fee
        return gross, fee, net, self._fault(cells, currency, gross, fee, net)

    def _has_amount(self, cells: Sequence[str]) -> bool:
        sums = [self._report.gross, *([self._report.net] if self._report.net else [])]
        places = (self._sheet.place(aliases) for one in sums for aliases in one.columns())
        return any(plain(cells[place]) for place in places if place is not None)

    def _fault(self, cells: Sequence[str], currency: str, gross: int, fee: int, net: int) -> str:
        def shown(minor: int) -> str:
            return money.render(minor, currency)

        if gross - fee != net:
            return f"gross {shown(gross)} less fee {shown(fee)} is {shown(gross - fee)}, not {shown(net)} {currency}"
        for check in self._report.checks:
            place = self._sheet.place(check.total)
            if place is None or not plain(cells[place]):
                continue
            other = self._sheet.place(check.same) if check.same else None
            if other is not None and plain(cells[other]).upper() != currency:
                continue
            said, made = figures.amount(cells[place], self._mark, currency), self._sum(check.of, cells, currency)
            if said != made:
                return f"{check.total[0]} is {shown(said)}, its parts are {shown(made)} {currency}"
        for aliases in self._report.nothing:
            place = self._sheet.place(aliases)
            if place is not None and figures.amount(cells[place], self._mark, currency):
                return f"{aliases[0]} is {plain(cells[place])}; what it does to the payout is not known"
        second = self._first("second_currency", cells).upper()
        return f"the fee is in {second}, the payment in {currency}" if fee and second not in ("", currency) else ""

    def _balance(self, cells: Sequence[str], currency: str) -> int | None:
        text = self._first("balance", cells)
        return figures.amount(text, self._mark, currency) if text else None

    def _day(self, role: str, cells: Sequence[str]) -> date | None:
        return figures.day(self._first(role, cells), self._report.dates)


def _roles(sheet: Sheet) -> Iterator[tuple[str, list[str] | None]]:
    columns = sheet.report.columns
    for name in type(columns).model_fields:
        if name != "id":
            yield name, getattr(columns, name)


def _fits(rule: Rule, cell: str) -> bool:
    return (
        cell in map(fold, rule.words)
        or any(cell.startswith(fold(start)) for start in rule.begins)
        or any(fold(part) in cell for part in rule.holds)
    )
