"""A statement of account as a page and as a workbook whose yellow cells the customer fills in, in his language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from matcher import languages, money
from matcher.credit_control.account_statements import AccountStatement, StatementMovement
from matcher.credit_control.payment_code import epc
from matcher.credit_control.swiss_code import Address, swiss
from matcher.exports import sheets
from matcher.exports.credit_control.pages import Empty, Number, amount, heading, line, page, table
from matcher.exports.credit_control.qr import svg
from matcher.exports.sheets import Cell, Sheet, SheetColumn
from matcher.languages import long_day, sentence, word

ITEM, OPEN = "item_id", "open_amount"
"""Columns that say which document a row is about, and what was open of it: hidden, and of one name in every language."""

ANSWERS = ("agreed", "disputed amount", "reason", "remark")
"""What the customer fills in; the names are translated."""

YES = "yes"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the statement is from, and where its money goes: name of the legal entity, its accounts as number and currency, its address."""

    name: str
    accounts: tuple[tuple[str, str], ...]
    address: Address = field(default_factory=lambda: Address(""))


def as_page(told: AccountStatement, sender: Sender) -> bytes:
    """The statement as HTML."""
    title = word("Statement of account")
    parts = [heading(title, 1), line(_customer(told)), line(_days(told)), line(sender.name, quiet=True)]
    parts += [heading(sentence("Balance")), _balance(told)]
    parts += [heading(sentence("Open documents")), _documents(told)] if told.items else [line(sentence("No document is open."))]
    if told.credits:
        parts += [heading(sentence("Payments received and not yet applied")), _credits(told)]
    parts += [heading(sentence("Movements")), _movements(told)] if told.movements else []
    parts += [heading(sentence("Please pay to")), *(_payment_codes(told, sender))]
    parts += [line(f"{number} ({currency})") for number, currency in sender.accounts]
    parts += [line(sentence("Please check this statement, fill in the marked cells of the workbook, and send it back."), quiet=True)]
    return page(f"{title} {told.name or told.customer_id}", parts)


def _payment_codes(told: AccountStatement, sender: Sender) -> Iterator[str]:
    """A code for the balance in each currency of which one of the sender's accounts takes it: a SEPA code, or that of a Swiss QR-bill."""
    for total in told.totals:
        number = next((number for number, currency in sender.accounts if currency == total.currency), "")
        if bill := swiss(sender.address, number, total.closing, total.currency, told.customer_id):
            if drawn := svg(bill, sentence("Swiss QR code"), swiss=True):
                yield f"{drawn}\n{line(sentence('Swiss QR code for the balance'))}"
            continue
        content = epc(sender.name, number, total.closing, total.currency, told.customer_id)
        if drawn := svg(content, sentence("Code for a SEPA credit transfer")):
            yield f"{drawn}\n{line(sentence('Code for a SEPA credit transfer of the balance'))}"


def _customer(told: AccountStatement) -> str:
    return f"{told.name} ({told.customer_id})" if told.name else told.customer_id


def _days(told: AccountStatement) -> str:
    return sentence(f"As of {long_day(told.as_of)}, movements since {long_day(told.since)}")


def _balance(told: AccountStatement) -> str:
    names = ("currency", "opening balance", "movements", "closing balance", "overdue", "disputed")
    rows = [
        (one.currency, *(amount(minor, one.currency) for minor in (one.opening, one.moved, one.closing, one.overdue, one.disputed)))
        for one in told.totals
    ]
    return table([word(name) for name in names], rows)


def _documents(told: AccountStatement) -> str:
    names = ("document", "type", "issued", "due", "amount", "open", "currency", "days late", "disputed", *ANSWERS)
    rows = [
        (
            item.document_no or item.item_id, word(item.document_type), long_day(item.issue_date),
            long_day(item.due_date) if item.due_date else "", amount(item.amount, item.currency), amount(item.open, item.currency),
            item.currency, Number(item.days_late or ""), amount(item.disputed, item.currency) if item.disputed else Number(""),
            *(Empty("") for _ in ANSWERS),
        )
        for item in told.items
    ]  # fmt: skip
    blank = [""] * (len(names) - 7)
    totals = [
        (word("total"), "", "", "", "", amount(one.documents, one.currency), one.currency, *blank) for one in told.totals
    ]  # fmt: skip
    return table([word(name) for name in names], rows, totals)


def _credits(told: AccountStatement) -> str:
    rows = [(long_day(one.day), one.reference or one.item_id, amount(one.open, one.currency), one.currency) for one in told.credits]
    return table([word(name) for name in ("day", "reference", "open", "currency")], rows)


def _movements(told: AccountStatement) -> str:
    rows = [
        (
            long_day(one.day),
            movement_words(one),
            one.document,
            amount(one.amount, one.currency),
            amount(one.balance, one.currency),
            one.currency,
        )
        for one in told.movements
    ]
    return table([word(name) for name in ("day", "what", "reference", "amount", "balance", "currency")], rows)


def movement_words(one: StatementMovement) -> str:
    """What moved the balance, in words."""
    return f"{word(one.kind)} ({word(one.reason)})" if one.reason else word(one.kind)


def as_workbook(told: AccountStatement, sender: Sender, reasons: Sequence[str]) -> bytes:
    """The statement as XLSX: documents with the cells that are filled in, then movements and totals.

    Args:
        told: the statement.
        sender: who it is from.
        reasons: codes that may be chosen as reasons.
    """
    top = (word("Statement of account"), sender.name, _customer(told), _days(told))
    return sheets.filled_in([_documents_sheet(told, top, reasons), _movements_sheet(told, top), _totals_sheet(told, top)])


def _documents_sheet(told: AccountStatement, top: tuple[str, ...], reasons: Sequence[str]) -> Sheet:
    words = {"agreed": (word(YES),), "reason": tuple(word(code) for code in reasons)}
    about = {
        "agreed": sentence("Choose yes where the open amount is right."),
        "disputed amount": sentence("So much of the open amount is not right."),
        "reason": sentence("Why it is not right."),
        "remark": sentence("Anything that we should know."),
    }
    fixed = (
        ("document", 18), ("type", 12), ("issued", 12), ("due", 12), ("amount", 14), ("open", 14), ("currency", 9), ("days late", 9),
        ("disputed", 12),
    )  # fmt: skip
    columns = [SheetColumn(word(name), width) for name, width in fixed]
    columns += [SheetColumn(word(name), 32 if name == "remark" else 16, True, False, words.get(name, ()), about[name]) for name in ANSWERS]
    columns += [SheetColumn(ITEM, hidden=True), SheetColumn(OPEN, hidden=True)]
    rows: list[tuple[Cell, ...]] = [
        (
            item.document_no or item.item_id, word(item.document_type), item.issue_date, item.due_date,
            money.decimal(item.amount, item.currency), money.decimal(item.open, item.currency), item.currency,
            str(item.days_late) if item.days_late else "", money.decimal(item.disputed, item.currency) if item.disputed else "",
            *("" for _ in ANSWERS), item.item_id, money.render(item.open, item.currency),
        )
        for item in told.items
    ]  # fmt: skip
    return Sheet(_tab("Open documents"), tuple(columns), tuple(rows), top)


def _movements_sheet(told: AccountStatement, top: tuple[str, ...]) -> Sheet:
    names = (("day", 12), ("what", 24), ("reference", 22), ("amount", 14), ("balance", 14), ("currency", 9))
    rows: list[tuple[Cell, ...]] = [
        (
            one.day, movement_words(one), one.document, money.decimal(one.amount, one.currency), money.decimal(one.balance, one.currency),
            one.currency,
        )
        for one in told.movements
    ]  # fmt: skip
    rows += [
        (one.day, word("unapplied"), one.reference or one.item_id, money.decimal(one.open, one.currency), None, one.currency)
        for one in told.credits
    ]
    return Sheet(_tab("Movements"), tuple(SheetColumn(word(name), width) for name, width in names), tuple(rows), top)


def _totals_sheet(told: AccountStatement, top: tuple[str, ...]) -> Sheet:
    names = ("currency", "opening balance", "movements", "closing balance", "documents", "credits", "overdue", "disputed")
    rows: list[tuple[Cell, ...]] = [
        (
            one.currency,
            *(
                money.decimal(minor, one.currency)
                for minor in (one.opening, one.moved, one.closing, one.documents, one.credits, one.overdue, one.disputed)
            ),
        )
        for one in told.totals
    ]
    return Sheet(_tab("Balance"), tuple(SheetColumn(word(name), 16) for name in names), tuple(rows), top)


def _tab(name: str) -> str:
    """A sheet's title: 31 characters, none of which a spreadsheet refuses."""
    return "".join(character for character in sentence(name) if character not in "[]:*?/\\'")[:31]


def headings(name: str) -> set[str]:
    """What a column to be filled in is called in any language, in small letters."""
    return {_translated(name, language).casefold() for language in languages.LANGUAGES}


def meanings(words: Sequence[str]) -> dict[str, str]:
    """Words of any language, in small letters, by what they mean."""
    return {_translated(one, language).casefold(): one for language in languages.LANGUAGES for one in words} | {one: one for one in words}


def _translated(name: str, language: str) -> str:
    if language == "en":
        return name.replace("_", " ")
    from matcher.languages.catalogue import read

    return read(language).word(name)
