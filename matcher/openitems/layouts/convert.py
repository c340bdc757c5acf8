"""A list in a layout of its own, as a table in the contract's columns.

What cannot be read stays in its cell, so that the check of the contract's columns names it with its line; what only the whole list can
tell (totals, customers, the order of dates) is named here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from matcher import money
from matcher.openitems.faults import HEADER, RowFault
from matcher.openitems.layouts import cells, totals
from matcher.openitems.layouts.above import scaled, stated_currency, stated_day
from matcher.openitems.layouts.amounts import Amounts
from matcher.openitems.layouts.currencies import currencies
from matcher.openitems.layouts.customers import Customers, first_known, other_currency
from matcher.openitems.layouts.detect import Found
from matcher.openitems.layouts.entities import owners
from matcher.openitems.layouts.keys import item_keys
from matcher.openitems.layouts.plausible import by_terms, cut_row, due_early
from matcher.openitems.layouts.rows import Body, Total, body, figures
from matcher.openitems.layouts.schema import BY_SIGN, LEFT_OUT
from matcher.openitems.layouts.status import also_status, statuses
from matcher.openitems.layouts.words import key, title_currency, value_map, vocabulary
from matcher.openitems.tables import Table
from matcher.states import DocumentType

_DAYS = ("issue_date", "due_date", "discount_date", "closed_date")
_TEXTS = ("terms", "purchase_order", "payment_reference")
_SHOWN = 3
_DAMAGED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_AS_TEXT = "Export the list again with this column as text, and do not open it in the spreadsheet first."


@dataclass(frozen=True)
class Context:
    """What the books say that a list may leave out.

    Attributes:
        entities: id and name of the legal entities.
        base_currency: of amounts without a currency.
        customers: rows of `frames.CUSTOMER`; None when there are none.
        entity: the legal entity that a person names for lists that do not say it; else ''.
    """

    entities: Mapping[str, str] = field(default_factory=dict)
    base_currency: str = ""
    customers: pl.DataFrame | None = None
    entity: str = ""


@dataclass(frozen=True)
class Converted:
    """A list in the contract's columns, what is wrong with it, what a person should know of how it was read, and the day above it."""

    table: Table
    found: list[RowFault]
    notes: tuple[str, ...] = ()
    day: date | None = None


def convert(found: Found, name: str, context: Context) -> Converted:
    """The table of a list.

    Args:
        found: the list with its layout.
        name: of the file, for messages.
        context: of the books.
    """
    return _Conversion(found, name, context).customers() if found.layout.kind == "customers" else _Conversion(found, name, context).items()


class _Conversion:
    def __init__(self, found: Found, name: str, context: Context) -> None:
        self._layout, self._header, self._sheet = found.layout, found.header, found.sheet
        self._name, self._context, self._unread_sheets = name, context, found.unread
        self._constants = {str(field): value for field, value in found.layout.constants.items()}
        self._own_words = {str(field): meant for field, meant in found.layout.values.items()}
        self._body: Body = body(found)
        self._figures = figures(found)
        self._lines = [self._sheet.lines[row] for row in self._body.documents]
        self._faults: list[RowFault] = []
        self._notes: list[str] = []
        self._assumed: list[int] = []  # rows whose currency is the books'
        self._raw = [self._sheet.rows[row] for row in self._body.documents]
        self._order: cells.Order = ""
        self._above = self._sheet.rows[: self._header.row]

    def _column(self, name: str) -> list[str]:
        """The cells of a field; the constant where the layout has one, empty where there is nothing."""
        if (place := self._header.columns.get(name)) is None:
            return [self._constants.get(name, "")] * len(self._raw)
        return self._at(place)

    def _at(self, place: int) -> list[str]:
        return [row[place] if place < len(row) else "" for row in self._raw]

    def _has(self, name: str) -> bool:
        return name in self._header.columns or name in self._constants

    def _values(self, name: str) -> Mapping[str, str]:
        own = value_map(self._own_words.get(name, {}))
        return {**(vocabulary().values.get(name, {}) if self._layout.vocabulary else {}), **own}

    def items(self) -> Converted:
        self._units()
        if (cut := cut_row(self._sheet, self._body, self._header)) is not None:
            self._faults.append(RowFault(cut, "file.cut", "the list ends within this row", "Export the list again, whole."))
        columns = self._dates()
        amounts = Amounts(self._header, self._layout, self._column, self._at, self._owners(), whole_units=self._whole_units())
        self._faults += amounts.faults
        columns["currency"] = self._currency(amounts.local)
        if amounts.company_open and (others := {code for code in columns["currency"] if code != self._context.base_currency}):
            what = f"what is open is in the company's currency only, and the list has documents in {', '.join(sorted(others))}"
            self._faults.append(RowFault(HEADER, "column.missing", what, "Export the open amount in the document's currency, too."))
        status, kept = self._status()
        types = self._types(amounts.signs)
        amounts.settle(types, self._faults)
        self._notes += amounts.notes
        columns |= {"document_type": amounts.types, "amount": amounts.amount, "open_amount": amounts.open_amount}
        columns["disputed_amount"] = amounts.plain("disputed_amount")
        columns["discount_pct"] = [cell.removesuffix("%").strip() for cell in amounts.plain("discount_pct")]
        columns["status"] = amounts.states(status)
        columns["entity"] = self._entity()
        columns["customer_id"] = self._customers()
        self._faults += other_currency(self._context.customers, columns["customer_id"], self._assumed, self._context.base_currency)
        columns["document_no"] = [" ".join(cell.split()) for cell in self._column("document_no")]
        unnumbered = self._number_all(columns) if self._layout.unnumbered else frozenset()
        self._faults += [
            RowFault(row, "row.invalid", f"the document number {number[:40]!r} was damaged by a spreadsheet: digits are lost", _AS_TEXT)
            for row, number in enumerate(columns["document_no"])
            if _DAMAGED.fullmatch(number)
        ]
        columns |= {name: self._column(name) for name in _TEXTS}
        if not self._has("payment_reference"):
            columns["payment_reference"] = self._column("reference")
        columns["item_id"] = self._ids(columns, unnumbered)
        if self._layout.lines:
            self._once(columns, kept)
        self._prove(amounts, columns["currency"])
        return replace(self._converted(columns, kept), day=stated_day(self._above, self._order))

    def customers(self) -> Converted:
        fields = self._header.columns
        known = self._values("currency")
        columns = {
            name: self._column(name) for name in ("name", "customer_no", "trade_name", "alias", "country", "parent_id", "account", "terms")
        }
        columns["currency"] = [known.get(key(cell), cell.upper()) for cell in self._column("currency")]
        columns["entity"] = self._entity() if self._has("entity") else self._column("entity")
        number = "customer_id" if self._has("customer_id") else "customer_no" if "customer_no" in fields else "name"
        columns["customer_id"] = [" ".join(cell.split()) for cell in self._column(number)]
        if self._layout.names == "id":
            columns["customer_id"] = [
                one or " ".join(name.split()) for one, name in zip(columns["customer_id"], columns["name"], strict=True)
            ]
        if number == "customer_no":
            columns["customer_no"] = [""] * len(self._raw)
        return self._converted(columns, [True] * len(self._raw))

    def _converted(self, columns: dict[str, list[str]], kept: Sequence[bool]) -> Converted:
        """The table, with the other columns of the list as they are and without the rows that are left out."""
        read = {*self._header.columns.values(), *self._header.buckets} if self._layout.kind == "items" else {*self._header.columns.values()}
        for place, title in enumerate(self._header.titles):
            if title and place not in read and any(cells := self._at(place)):
                name = title if title not in columns else f"{title} ({place + 1})"
                columns[name] = cells
        if names := ", ".join(repr(name) for name in self._unread_sheets[:_SHOWN]):
            one = len(self._unread_sheets) == 1
            self._notes.append(f"The sheet {names} holds no list and was not read" if one else f"Sheets without a list: {names}")
        if unread := [str(self._sheet.lines[row]) for row in self._body.unread]:
            self._notes.append(
                f"Not read, since they hold no document and no sum: lines {', '.join(unread[:_SHOWN])}, {len(unread)} in all"
            )
        frame = pl.DataFrame({name: pl.Series(name, values, pl.String()) for name, values in columns.items()})
        rows = [place for place, keep in enumerate(kept) if keep]
        lines = [self._lines[place] for place in rows]
        if len(rows) < frame.height:
            number = {place: count for count, place in enumerate(rows)}
            self._faults = [fault._replace(row=number[fault.row]) for fault in self._faults if fault.row in number or fault.row < 0]
            frame = frame[rows]
        # faults of rows that are no documents stand behind the others
        beside = [fault for fault in self._faults if fault.row < HEADER]
        places = {fault.row: len(lines) + count for count, fault in enumerate(beside)}
        lines += [self._sheet.lines[HEADER - 1 - fault.row] for fault in beside]
        faults = [fault._replace(row=places.get(fault.row, fault.row)) for fault in self._faults]
        table = Table(frame, self._name, None, lines=tuple(lines), header=self._sheet.lines[self._header.row], layout=self._layout.name)
        return Converted(table, self._wide(rows) + faults, tuple(self._notes))

    def _wide(self, rows: Sequence[int]) -> list[RowFault]:
        width = len(self._header.titles)
        last = max((place for place, title in enumerate(self._header.titles) if title), default=0) + 1
        wide = [(count, len(self._raw[place])) for count, place in enumerate(rows) if len(self._raw[place]) > max(width, last)]
        return [RowFault(count, "row.width", f"the row has {cells} cells, the header {width}") for count, cells in wide]

    def _beside(self, row: int, code: str, what: str, hint: str = "") -> None:
        """A fault of a row of the sheet that is no document."""
        self._faults.append(RowFault(HEADER - 1 - row, code, what, hint))

    def _dates(self) -> dict[str, list[str]]:
        """The days as ISO text, in the order that all of them together tell."""
        columns = {name: self._column(name) for name in _DAYS}
        order, unclear = cells.day_order(cell for column in columns.values() for cell in column)
        if unclear and not self._layout.dates:
            above = " ".join(cell for row in self._above for cell in row)
            order = by_terms(columns["issue_date"], columns["due_date"]) or cells.order_in_words(above)
            if not order:
                what = f"day and month of {unclear!r} cannot be told apart: no date of the list has a day above 12"
                hint = 'Say it in a layout: dates = ["%d/%m/%Y"] or ["%m/%d/%Y"].'
                self._faults.append(RowFault(HEADER, "date.ambiguous", what, hint))
        columns = {name: cells.iso_dates(column, order, self._layout.dates) for name, column in columns.items()}
        self._order = order
        early = due_early(columns["issue_date"], columns["due_date"])
        if early.most:
            what = f"{early.wrong} of {early.dated} documents are due before they are issued: their days are read wrongly"
            self._faults.append(RowFault(HEADER, "row.invalid", what, 'Say in a layout which column is which: issue_date = ["..."].'))
        if not self._has("issue_date"):
            columns["issue_date"] = columns["due_date"]
            self._notes.append("The list has no date of the document; the due date is taken for it")
        return columns

    def _currency(self, local: bool) -> list[str]:
        """The currency of every row; that of the books where the list names none."""
        column = self._column("currency_local" if local else "currency")
        if not local and not self._has("currency") and (coded := self._codes()) is not None:
            column = self._at(coded)
        place = next((n for n in (self._header.columns.get(name, -1) for name in ("amount", "open_amount")) if n >= 0), -1)
        amounts, title = (self._shown(place), self._header.titles[place]) if place >= 0 else (None, "")
        said = stated_currency(self._above)
        found = currencies(column, self._values("currency"), amounts, title, self._context.base_currency, said, local=local)
        self._faults += found.faults
        self._notes += found.notes
        self._assumed = found.assumed
        return found.codes

    def _shown(self, place: int) -> list[str]:
        """The cells of a column as a workbook shows them, with the currency of their format."""
        shown = [self._sheet.currencies.get((row, place), "") for row in self._body.documents]
        return [f"{one} {cell}" if one and cell else cell for one, cell in zip(shown, self._at(place), strict=True)]

    def _units(self) -> None:
        """Refuses amounts in thousands: they are rounded, and are none of the books' amounts."""
        titles = [self._header.titles[place] for place in self._figures]
        for text in (*titles, *(cell for row in self._above for cell in row)):
            if words := scaled(text):
                what = f"{text[:60]!r} says that the amounts are not in single units ({words})"
                self._faults.append(RowFault(HEADER, "amount.unit", what))
                return

    def _codes(self) -> int | None:
        """The one column that no field has and that holds nothing but currency codes: an amount must not get another currency."""
        free = set(range(len(self._header.titles))) - {*self._header.columns.values(), *self._header.buckets}
        coded = [place for place in sorted(free) if (cells := {*self._at(place)} - {""}) and cells <= money.SCALE.keys()]
        return coded[0] if len(coded) == 1 else None

    def _status(self) -> tuple[list[str], list[bool]]:
        """The status of every row, and whether the row is a receivable at all."""
        types = self._values("document_type")
        left_out = [types.get(key(cell)) == LEFT_OUT for cell in self._column("document_type")]
        beside = [self._at(place) for place in also_status(self._header)] if self._layout.vocabulary else []
        told = statuses([self._column("status"), *beside], self._values("status"), left_out)
        if left := told.kept.count(False):
            named = f" ({', '.join(told.left_out[:_SHOWN])})" if told.left_out else ""
            self._notes.append(f"{_counted(left, 'row is no receivable and was', 'rows are no receivables and were')} left out{named}")
        return told.status, told.kept

    def _types(self, signs: Sequence[int]) -> list[str]:
        """The document type of every row as the contract names it; where there is no column for it, by the sign of the amount."""
        if not self._has("document_type"):
            return [DocumentType.CREDIT_NOTE if sign < 0 else DocumentType.INVOICE for sign in signs]
        known = self._values("document_type")
        made = []
        for cell, sign in zip(self._column("document_type"), signs, strict=True):
            meant = known.get(key(cell), cell) if cell else BY_SIGN
            if meant == BY_SIGN:
                meant = DocumentType.CREDIT_NOTE if sign < 0 else DocumentType.INVOICE if not cell else DocumentType.DEBIT_NOTE
            # systems bill credits with the type of an invoice and another sign
            made.append(DocumentType.CREDIT_NOTE if meant == DocumentType.INVOICE and sign < 0 else meant)
        return made

    def _entity(self) -> list[str]:
        """The legal entity of every row as matcher.toml names it."""
        title = self._header.titles[self._header.columns["entity"]] if "entity" in self._header.columns else "the constant"
        column = self._column("entity") if self._has("entity") else None
        context, words = self._context, self._layout.values.get("entity", {})
        found = owners(column, title, len(self._raw), context.entities, context.entity, words)
        self._faults += found.faults
        self._notes += found.notes
        return found.entities

    def _customers(self) -> list[str]:
        """The customer of every row; every name that is none, or several, is a fault."""
        known = Customers(self._context.customers, self._layout.names)
        headed = [known.heading(heading.texts) for heading in self._body.headings]
        used = set(self._body.heading_of)
        resolve: list[tuple[str, Callable[[str], tuple[str, str]]]] = [
            ("customer_id", lambda text: (known.number(text), "")), ("customer", known.either), ("customer_name", known.name),
        ]  # fmt: skip
        columns = [(self._column(name), look) for name, look in resolve if self._has(name)]
        for place, (_, wrong) in enumerate(headed):
            if wrong and place in used and not columns:
                self._beside(self._body.headings[place].row, "value.unknown", wrong, _IMPORT_FIRST)
        cache: dict[tuple[str, ...], tuple[str, str]] = {}
        made = []
        for row in range(len(self._raw)):
            told = tuple(column[row] for column, _ in columns)
            if (pair := cache.get(told)) is None:
                pair = cache[told] = first_known([(cell, look) for cell, (_, look) in zip(told, columns, strict=True) if cell], known)
            customer, wrong = pair
            if not customer and not wrong and (place := self._body.heading_of[row]) >= 0:
                customer, wrong = headed[place]
                if wrong and not columns:
                    customer = "?"  # its heading has the fault
                    wrong = ""
            if wrong and not customer:
                self._faults.append(RowFault(row, "value.unknown", wrong, _IMPORT_FIRST))
                customer = "?"
            made.append(customer)
        return made

    def _whole_units(self) -> bool:
        """Whether all amounts are in currencies without a smaller unit."""
        known = self._values("currency")
        codes = {known.get(key(cell), cell.upper()) for cell in self._column("currency") if cell}
        titles = {title_currency(self._header.titles[place]) for place in self._figures} - {""}
        codes = codes or titles or {stated_currency(self._above).currency or self._context.base_currency}
        return all(money.SCALE.get(code) == 0 for code in codes)

    def _owners(self) -> list[tuple[object, ...]]:
        """What tells the rows of one customer from those of another, before any is looked up."""
        named = [self._column(name) for name in ("customer_id", "customer", "customer_name") if self._has(name)]
        return list(zip(self._body.heading_of, *named, strict=True))

    def _number_all(self, columns: Mapping[str, list[str]]) -> frozenset[int]:
        """Gives documents without a number their kind and day in its place; says which."""
        numbers = columns["document_no"]
        lacking = [row for row, number in enumerate(numbers) if not number and columns["issue_date"][row]]
        words = self._column("document_type")
        for row in lacking:
            numbers[row] = f"{words[row] or columns['document_type'][row]} {columns['issue_date'][row]}"
        return frozenset(lacking)

    def _once(self, columns: Mapping[str, list[str]], kept: list[bool]) -> None:
        """Keeps the first of the rows of each document; the others must say the same of it."""
        said = ("customer_id", "issue_date", "due_date", "currency", "amount", "open_amount")
        first: dict[str, int] = {}
        for row, item in enumerate(columns["item_id"]):
            if not kept[row] or (before := first.setdefault(item, row)) == row:
                continue
            kept[row] = False
            # some systems fill the columns of the document on its first line only
            if other := next((name for name in said if columns[name][row] not in ("", columns[name][before])), ""):
                kept[row] = True
                words = f"{other} of {columns['document_no'][row]!r} is not the same as in its first row"
                self._faults.append(RowFault(row, "row.invalid", words))

    def _ids(self, columns: Mapping[str, list[str]], unnumbered: frozenset[int]) -> list[str]:
        """The key of every item: the list's own, else made of what tells one document from another. Never a row's number."""
        told = {name: self._column(name) for name in ("instalment", "position", "fiscal_year")}
        return item_keys(self._column("item_id"), {**columns, **told}, self._layout.item_id, unnumbered)

    def _prove(self, amounts: Amounts, currencies: Sequence[str]) -> None:
        """Holds the list's own totals against its rows."""
        if not self._body.totals:
            return
        written = {place: amounts.written(place) for place in self._figures if place != amounts.balance}

        def cell(row: int, place: int) -> str:
            found = self._sheet.rows[row]
            return found[place] if 0 <= place < len(found) else ""

        known, place = self._values("currency"), self._header.columns.get("currency", -1)

        def named(total: Total) -> str:
            text = cell(total.row, place)
            return known.get(key(text), text.upper()) if text else ""

        proof = totals.prove(
            self._body, written, amounts.turned(), currencies, lambda total, n: amounts.plain_of(cell(total.row, n)), named
        )
        for one in proof.wrong:
            self._beside(one.row, "items.totals", one.what)
        if proof.proven and not proof.wrong:
            self._notes.append(f"{_counted(proof.proven, 'total', 'totals')} of the list agreed with its rows")
        if proof.unproven:
            self._notes.append(f"{_counted(proof.unproven, 'total', 'totals')} over several currencies could not be held against the rows")


_IMPORT_FIRST = 'Import the customers first, give the customer this name as an alias, or make names the keys (names = "id" in a layout).'


def _counted(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
