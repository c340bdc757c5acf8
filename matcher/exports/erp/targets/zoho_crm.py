"""Target ``zoho-crm``: payments as records of a module of one's own in Zoho CRM, as requests of its upsert or as a table for its import.

Zoho CRM has no module for payments. A custom module takes one record for each part of a document: each item that it pays, and what it
leaves on account or takes from there. So every kind of document has a form, and the amounts of a document's records add up to its amount.
A record is found again by its key, which never changes: the same file twice changes nothing.

``POST /crm/v8/{module}/upsert`` takes 100 records in one request and answers for each in their order:
https://www.zoho.com/crm/developer/docs/api/v8/upsert-records.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from pathlib import PurePath

from pydantic import Field, field_validator

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer, CustomerFeed, File, Rendering, Target
from matcher.exports.erp.calls import at, json_text, records, text_of
from matcher.exports.erp.records import Document, Part, decimal
from matcher.exports.erp.settings import TargetSettings
from matcher.exports.erp.writing import csv_file, made
from matcher.ledger.customer_status import STATUS_AMOUNTS
from matcher.states import Answered

MOST_ROWS = 100
"""Records in one request."""
MOST_TEXT = 255
"""Characters of a text in a single line. Longer ones that are free text are cut; an id is not."""
FIELDS: Mapping[str, str] = {
    "key": "External_ID", "name": "Name", "document": "Document_ID", "rows": "Row_Count", "kind": "Kind", "reverses": "Reverses",
    "customer_id": "Customer_ID", "customer_name": "Customer_Name", "item_id": "Item_ID", "document_no": "Invoice_Number",
    "date": "Payment_Date", "currency": "Payment_Currency", "amount": "Payment_Amount", "item_currency": "Invoice_Currency",
    "item_amount": "Invoice_Amount", "cleared": "Cleared_Amount", "cleared_for": "Cleared_For", "reference": "Bank_Reference",
    "text": "Bank_Text",
}  # fmt: skip
"""What a record says, and the name of the field that has it there unless the settings say another one."""
CUSTOMER_FIELDS: Mapping[str, str] = {
    "key": "External_ID", "as_of": "As_Of", "entity": "Legal_Entity", "customer_id": "Customer_ID", "customer_no": "Customer_Number",
    "customer_name": "Name", "currency": "Receivables_Currency", "standing": "Standing", "open_amount": "Open_Amount",
    "overdue_amount": "Overdue_Amount", "disputed_amount": "Disputed_Amount", "credit_amount": "Credit_Amount", "balance": "Balance",
    "oldest_due_date": "Oldest_Due_Date", "days_late": "Days_Late", "last_payment_date": "Last_Payment_Date",
    "last_payment_amount": "Last_Payment_Amount", "usual_days_late": "Usual_Days_Late", "promised_amount": "Promised_Amount",
    "promised_date": "Promised_Date", "expected_amount": "Expected_Amount", "expected_date": "Expected_Date",
}  # fmt: skip
"""What a record says of how a customer stands (`ledger.customer_status.STATUS`), and the name of its field there."""
_NUMBERS = frozenset({*STATUS_AMOUNTS, "usual_days_late"})
_NEEDED = ("key", "document", "rows", "amount")
_Value = str | int | Decimal | date | None
_NOT_DONE = frozenset({"INTERNAL_ERROR", "TOO_MANY_REQUESTS", ""})
"""Answers of a whole request that say nothing about its records."""


class Settings(TargetSettings):
    """``[target.zoho-crm]``.

    Attributes:
        fields: names of the fields there, by what they say (`FIELDS`); '' for a field that the module has not.
        customer_fields: the same of the records that say how customers stand (`CUSTOMER_FIELDS`).
        account_field: lookup field to accounts; used where our customer ids are the ids of the accounts there.
        workflows: whether the records start workflows there.
    """

    fields: dict[str, str] = Field(default_factory=dict)
    customer_fields: dict[str, str] = Field(default_factory=dict)
    account_field: str = ""
    workflows: bool = False

    @field_validator("fields")
    @classmethod
    def _known(cls, value: dict[str, str]) -> dict[str, str]:
        for what, name in value.items():
            if what not in FIELDS:
                raise ValueError(f"{what!r} is none of {', '.join(FIELDS)}")
            if what in _NEEDED and not name:
                raise ValueError(f"{what} cannot do without a field")
        return value

    @field_validator("customer_fields")
    @classmethod
    def _known_of_customers(cls, value: dict[str, str]) -> dict[str, str]:
        for what, name in value.items():
            if what not in CUSTOMER_FIELDS:
                raise ValueError(f"{what!r} is none of {', '.join(CUSTOMER_FIELDS)}")
            if what == "key" and not name:
                raise ValueError(f"{what} cannot do without a field")
        return value

    def field(self, what: str) -> str:
        """The name of a field there."""
        return self.fields.get(what, FIELDS[what])


def refuses(document: Document, settings: Settings) -> str:
    """Ids that do not fit."""
    long = [one for part in document.parts for one in (part.item_id, part.document_no, part.customer.id) if len(one) > MOST_TEXT]
    return f"takes {MOST_TEXT} characters, and {long[0][:20]}... has {len(long[0])}" if long else ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """Requests of at most 100 records, the first under the name of the file and the others numbered; or one table."""
    settings = batch.settings
    rows = [row for document in batch.documents for row in rows_of(document, settings)]
    titles = [name for what in FIELDS if (name := settings.field(what))]
    return _files(batch.file_name, rows, titles, settings, settings.field("key"), settings.field("customer_id"))


def customers(feed: CustomerFeed[Settings]) -> tuple[File, ...]:
    """The same of records that say how customers stand."""
    names, rows = standing_rows(feed)
    titles = [name for what in CUSTOMER_FIELDS if (name := names[what])]
    return _files(feed.file_name, rows, titles, feed.settings, names["key"], names["customer_id"])


def standing_rows(feed: CustomerFeed[Settings]) -> tuple[Mapping[str, str], list[dict[str, _Value]]]:
    """Names of the fields by what they say, and the records that say how customers stand."""
    names = {**CUSTOMER_FIELDS, **feed.settings.customer_fields}
    rows = []
    for told in feed.rows.iter_rows(named=True):
        row = told | {"customer_name": told["customer_name"] or told["customer_id"]}  # a record must have a name
        values = {what: _number(value) if what in _NUMBERS else value for what, value in row.items()}
        rows.append({names[what]: _cut(value) if isinstance(value, str) else value for what, value in values.items() if names[what]})
    return names, rows


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _files(
    file_name: str, rows: Sequence[Mapping[str, _Value]], titles: Sequence[str], settings: Settings, key: str, customer: str
) -> tuple[File, ...]:
    ending = PurePath(file_name).suffix
    if ending.lower() == ".csv":
        cells = [[row[title] for title in titles] for row in rows]
        return (csv_file(file_name, [title.replace("_", " ") for title in titles], cells),)
    stem = file_name[: -len(ending)]
    parts = [rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS)] or [[]]
    names = [file_name, *(f"{stem}.{number}{ending}" for number in range(2, len(parts) + 1))]
    return tuple(_request(name, part, settings, key, customer) for name, part in zip(reversed(names), reversed(parts), strict=True))


def _request(name: str, rows: Sequence[Mapping[str, _Value]], settings: Settings, key: str, customer: str) -> File:
    return made(name, (json_text(upsert(rows, settings, key, customer)) + "\n").encode(errors="backslashreplace"))


def upsert(rows: Sequence[Mapping[str, _Value]], settings: Settings, key: str, customer: str) -> dict[str, object]:
    """The body of an upsert: records that are found by the field `key`, with a lookup of the account by the field `customer`."""
    body: dict[str, object] = {"data": list(rows), "duplicate_check_fields": [key]}
    if not settings.workflows:
        body["trigger"] = []
    if settings.account_field:
        body["data"] = [dict(row) | ({settings.account_field: {"id": row[customer]}} if row.get(customer) else {}) for row in rows]
    return body


def rows_of(one: Document, settings: Settings) -> Iterator[dict[str, _Value]]:
    """A record for each part, and one for what is left on account or taken from there. Their amounts add up to the document's."""
    parts: list[Part | None] = [*one.parts]
    if one.unapplied or not parts:
        parts.append(None)
    for number, part in enumerate(parts, 1):
        amount = one.unapplied if part is None else part.cash
        customer = one.customer if part is None else part.customer
        key = f"{one.external_id}-{number:03}"
        values: dict[str, _Value] = {
            "key": key, "name": key, "document": one.external_id, "rows": len(parts), "kind": one.kind.value, "reverses": one.reverses,
            "customer_id": customer.id, "customer_name": _cut(customer.name), "item_id": part.item_id if part else "",
            "document_no": part.document_no if part else "", "date": one.date, "currency": one.currency, "amount": one.decimal(amount),
            "item_currency": part.currency if part else "", "item_amount": decimal(part.item_amount, part.currency) if part else None,
            "cleared": decimal(part.adjusted(), part.currency) if part else None, "cleared_for": _reasons(part) if part else "",
            "reference": _cut(one.line.reference) if one.line else "", "text": _cut(one.line.text) if one.line else "",
        }  # fmt: skip
        yield {name: value for what, value in values.items() if (name := settings.field(what))}


def _reasons(part: Part) -> str:
    return ", ".join(f"{cleared.reason} {decimal(cleared.amount, part.currency)}" for cleared in part.adjustments)[:MOST_TEXT]


def _cut(text: str) -> str:
    return " ".join(text.split())[:MOST_TEXT]


def read_answer(data: bytes, name: str, settings: Settings) -> Sequence[Answer]:
    """Objects with the ``request`` as it was sent and the ``response`` as it came. A document is accepted when all its records are.

    Raises:
        MatcherError: ``ack.unreadable`` when the two do not belong together.
    """
    found: dict[str, list[tuple[Answered, str, str]]] = {}
    rows, places = dict[str, int](), dict[str, str]()
    for place, record in records(data, name):
        asked = at(record, "request", "data")
        if not isinstance(asked, list) or "response" not in record:
            raise MatcherError("ack.unreadable", "the line has no `request` with its records, or no `response`", place)
        answered = at(record, "response", "data")
        if isinstance(answered, list) and len(answered) != len(asked):
            raise MatcherError("ack.unreadable", f"{len(answered)} answers for {len(asked)} records", place)
        of_all = whole(record["response"])
        for row, said in zip_longest(asked, answered if isinstance(answered, list) else ()):
            document = text_of(at(row, settings.field("document")))
            if not document:
                raise MatcherError("ack.unreadable", "the row names no document", place)
            count = text_of(at(row, settings.field("rows")))
            rows[document] = int(count) if count.isdecimal() else 1
            places.setdefault(document, place)
            found.setdefault(document, []).append(of_record(said) if isinstance(answered, list) else of_all)
    return [_of_document(document, said, rows[document], places[document]) for document, said in found.items()]


def _of_document(document: str, said: list[tuple[Answered, str, str]], rows: int, place: str) -> Answer:
    messages = "; ".join(dict.fromkeys(message for _, _, message in said if message))
    results = {result for result, _, _ in said}
    if Answered.UNKNOWN in results:
        return Answer(document, Answered.UNKNOWN, "", messages, place)
    if Answered.REJECTED in results:
        return Answer(document, Answered.REJECTED, "", messages, place)
    if len(said) < rows:
        return Answer(document, Answered.UNKNOWN, "", f"{len(said)} of {rows} records are answered", place)
    return Answer(document, Answered.ACCEPTED, said[0][1], "", place)


def of_record(said: object) -> tuple[Answered, str, str]:
    """What an upsert says of one record: what became of it, its id, and words."""
    if text_of(at(said, "status")) == "success":
        return Answered.ACCEPTED, text_of(at(said, "details", "id")), ""
    code, message, name = (text_of(at(said, *path)) for path in (("code",), ("message",), ("details", "api_name")))
    if code in _NOT_DONE:
        return Answered.UNKNOWN, "", message
    return Answered.REJECTED, "", " ".join(filter(None, (code, message, name)))


def whole(response: object) -> tuple[Answered, str, str]:
    """What is said of a request as a whole, such as that the token is out of date."""
    code, message = text_of(at(response, "code")), text_of(at(response, "message"))
    return (Answered.UNKNOWN, "", message) if code in _NOT_DONE else (Answered.REJECTED, "", f"{code} {message}".strip())


TARGET = Target(
    "zoho-crm", "payments as records of a module of Zoho CRM: requests of its upsert (.json) or a table (.csv)", (".json", ".csv"),
    Settings, refuses=refuses, render=render, read_answer=read_answer, customers=customers,
)  # fmt: skip
