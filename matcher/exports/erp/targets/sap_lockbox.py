"""Target ``sap-lockbox``: a lockbox file in BAI2 for SAP (FLB2, S/4HANA *Manage Lockbox Batches*), with what each payment pays.

Lines of 80 characters: 1 file, 2 service, 5 batch, 6 payment, 4 a document that the payment pays, 7 batch total, 8 lockbox total, 9 end.
The fields are those of the structures FLB01, FLB02, FLB05, FLB24, FLB26, FLB07, FLB08 and FLB09 (transaction SE11;
https://www.sapdatasheet.org/abap/tabl/flb24.html has record 4). Banks differ in record 6; the settings have its widths.
Amounts have no sign and no currency: a lockbox takes payments of customers, in the currency of the account.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePath
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from matcher.exports.erp.base import File, Rendering, Target
from matcher.exports.erp.records import Document, Form, Kind, Part
from matcher.exports.erp.settings import MappedSettings
from matcher.exports.erp.writing import made

WIDTH = 80
MOST_PAID, MOST_PAYMENTS, MOST_BATCHES = 99, 999, 999
"""Documents of a payment, payments of a batch, batches of a file."""
MOST_AMOUNT = 10**10 - 1
"""Minor units that ten digits hold."""
MOST_NUMBER = 16
"""Characters of a document's number."""
_FORMS = frozenset(
    {Form.DISCOUNT, Form.FEE, Form.WITHHOLDING_TAX, Form.EXCHANGE_DIFFERENCE, Form.WRITE_OFF, Form.ON_ACCOUNT, Form.OTHER_CUSTOMER}
)
_Code = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,3}$")]


class Lockbox(BaseModel):
    """A lockbox as SAP knows it (transaction OBAY and OBAX).

    Attributes:
        destination: our key at the bank.
        origin: the bank's routing number.
        number: of the lockbox.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    destination: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")]
    origin: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,10}$")]
    number: Annotated[str, Field(pattern=r"^\d{1,7}$")]


class Settings(MappedSettings):
    """``[target.sap-lockbox]``.

    Attributes:
        lockboxes: of each of our bank accounts.
        codes: external reason codes of deductions, by reason code.
        routing_width: characters of the payer's routing number in record 6.
        check_width: characters of the check number in record 6.
    """

    lockboxes: dict[str, Lockbox] = Field(default_factory=dict)
    codes: dict[str, _Code] = Field(default_factory=dict)
    routing_width: Annotated[int, Field(ge=9, le=10)] = 9
    check_width: Annotated[int, Field(ge=9, le=10)] = 10

    def lacking(self, documents: Iterable[Document]) -> Iterator[str]:
        """Lockboxes and reasons that are mapped to nothing."""
        for one in documents:
            if one.line and one.line.account not in self.lockboxes:
                yield f"lockboxes.{one.line.account}"
            for part in one.parts:
                yield from (f"codes.{cleared.reason}" for cleared in part.adjustments if cleared.reason not in self.codes)


@dataclass(frozen=True, slots=True)
class Paid:
    """Record 4: a document, what is paid of it and what is deducted for one reason."""

    number: str
    paid: int
    deducted: int = 0
    code: str = ""


def refuses(document: Document, settings: Settings) -> str:
    """A lockbox takes payments that name documents, in amounts without a sign."""
    if document.kind != Kind.RECEIPT:
        return "takes payments received only"
    if not document.parts:
        return "knows a payer by the documents that are paid, and this payment pays none"
    if document.decimal(100) != 1:
        return "takes currencies of two places only"
    for part in document.parts:
        if not part.document_no.isascii() or not part.document_no.isprintable() or not 0 < len(part.document_no) <= MOST_NUMBER:
            return f"takes numbers of up to {MOST_NUMBER} characters, and {part.item_id} has {part.document_no!r}"
        if any(cleared.amount < 0 for cleared in part.adjustments):
            return "takes no deduction below zero"
    if not 0 < document.amount <= MOST_AMOUNT or any(max(part.cash, part.adjusted()) > MOST_AMOUNT for part in document.parts):
        return "takes amounts of up to ten digits"
    if sum(max(1, len(part.adjustments)) for part in document.parts) > MOST_PAID:
        return f"takes {MOST_PAID} documents in a payment"
    return ""


def render(batch: Rendering[Settings]) -> tuple[File, ...]:
    """A file for each lockbox; the last has the name that was asked for."""
    ordered = sorted(batch.documents, key=lambda one: (one.line.account if one.line else "", one.date))
    groups = [(account, list(found)) for account, found in groupby(ordered, key=lambda one: one.line.account if one.line else "")]
    stem, ending = PurePath(batch.file_name).stem, PurePath(batch.file_name).suffix
    if not groups:
        return (made(batch.file_name, b""),)
    names = [f"{stem}.{account}{ending}" for account, _ in groups[:-1]] + [batch.file_name]
    files = (_lines(batch, batch.settings.lockboxes[account], found) for account, found in groups)
    return tuple(made(name, "".join(line + "\r\n" for line in one).encode("ascii")) for name, one in zip(names, files, strict=True))


def batches(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Payments of one day, at most 999 of them, whose total ten digits hold."""
    for _, found in groupby(documents, key=lambda one: one.date):
        together: list[Document] = []
        for one in found:
            if len(together) == MOST_PAYMENTS or sum(each.amount for each in together) + one.amount > MOST_AMOUNT:
                yield together
                together = []
            together.append(one)
        yield together


def paid(part: Part, settings: Settings) -> Iterator[Paid]:
    """The records of a document that is paid: one for each reason of a deduction, the money in the first."""
    cleared = [one for one in part.adjustments if one.amount]
    if not cleared:
        yield Paid(part.document_no, part.cash)
    for at, one in enumerate(cleared):
        yield Paid(part.document_no, 0 if at else part.cash, one.amount, settings.codes[one.reason])


def _lines(batch: Rendering[Settings], box: Lockbox, documents: Sequence[Document]) -> list[str]:
    ends = f"{box.destination:>10}{box.origin:>10}"
    day = f"{batch.batch.as_of:%y%m%d}"
    hours, minutes = divmod(int(batch.batch.batch_id, 16) % (24 * 60), 60)  # SAP tells the files of a day apart by their time
    lines = [f"100{ends}{day}{hours:02}{minutes:02}", f"2{ends}{'':10}40008000801"]
    total = count = 0
    every = list(batches(documents))
    for number, together in enumerate(every, 1):
        place = f"{number:03}000{box.number:0>7}{together[0].date:%y%m%d}"
        lines.append(f"5{place}{ends}")
        for item, one in enumerate(together, 1):
            lines += _payment(one, f"{number:03}{item:03}", batch.settings)
        amount = sum(one.amount for one in together)
        lines.append(f"7{place}{len(together):03}{amount:010}")
        total, count = total + amount, count + len(together)
    lines.append(f"8{len(every):03}000{box.number:0>7}{documents[-1].date:%y%m%d}{count:04}{total:010}")
    lines.append(f"9{len(lines) + 1:06}")
    return [line.ljust(WIDTH) for line in lines]


def _payment(one: Document, place: str, settings: Settings) -> Iterator[str]:
    assert one.line is not None
    account = "".join(character for character in one.line.counterparty_account if character.isdecimal() and character.isascii())
    reference = "".join(character for character in one.line.bank_reference if character.isdecimal() and character.isascii())
    check = f"{reference[-settings.check_width :]:0>{settings.check_width}}"
    routing = "0" * settings.routing_width
    head = f"6{place}{one.amount:010}{routing}{account[-10:]:0>10}{check}{one.date:%y%m%d}"
    yield head + one.external_id[: WIDTH - len(head)]
    every = [record for part in one.parts for record in paid(part, settings)]
    for sequence, record in enumerate(every, 1):
        last = 9 if sequence == len(every) else 0
        yield (
            f"4{place}6{sequence:02}{last}{record.number:<16}{record.paid:010}{record.deducted:010}{record.code:<3}{one.external_id}"
        )  # fmt: skip


TARGET = Target(
    "sap-lockbox", "a lockbox file in BAI2 for SAP, with the documents that each payment pays (.txt)", (".txt",), Settings, forms=_FORMS,
    refuses=refuses, render=render,
)  # fmt: skip
