"""Statements of account out: two files for each customer and legal entity."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

from matcher import money
from matcher.credit_control.account_statements import AccountStatement, account_statements
from matcher.credit_control.swiss_code import Address
from matcher.errors import MatcherError
from matcher.exports.credit_control.account_statements import Sender, as_page, as_workbook
from matcher.exports.files import write_bytes
from matcher.pipeline import lookup
from matcher.pipeline.actions.limits import known_reasons
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, whole
from matcher.store.journal import Known

_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class StatementWritten:
    """A statement of account that was written: whose, what it comes to as decimal text by currency, and its files."""

    customer_id: str
    name: str
    entity: str
    documents: int
    closing: dict[str, str]
    files: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        told = {"customer_id": self.customer_id, "name": self.name, "entity": self.entity, "documents": self.documents}
        return told | {"closing": self.closing, "files": list(self.files)}


def statements(
    session: Session, customers: Sequence[str], as_of: date, since: date | None = None, known: Known | None = None
) -> list[AccountStatement]:
    """The statements of these customers, as people call them; of all that have something open where none is named.

    A day of a closed month is told as it was known when the month was closed.

    Raises:
        MatcherError: ``customer.*``; ``usage.option`` when the movements begin after the day.
    """
    first = since or as_of.replace(day=1)
    if first > as_of:
        raise MatcherError("usage.option", f"movements since {first} lie after {as_of}")
    named = {lookup.customer(session, typed) for typed in customers} if customers else None
    state = whole(session, as_of, asked_for(session, as_of, known).known)
    return account_statements(state, first, named)


def write(session: Session, told: Sequence[AccountStatement], folder: Path) -> list[StatementWritten]:
    """Writes each statement as a page and as a workbook. Written again, they are the same bytes.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be made ({error.strerror})", str(folder)) from error
    reasons = [code for code, reason in known_reasons(session.config).items() if reason.disputed]
    made = []
    for one in told:
        sender, name = sender_of(session, one.entity), _file_name(one)
        page, book = as_page(one, sender), as_workbook(one, sender, reasons)
        paths = folder / f"{name}.html", folder / f"{name}.xlsx"
        for path, data in zip(paths, (page, book), strict=True):
            write_bytes(path, [data])
        closing = {total.currency: money.render(total.closing, total.currency) for total in one.totals}
        made.append(StatementWritten(one.customer_id, one.name, one.entity, len(one.items), closing, tuple(map(str, paths))))
    return made


def sender_of(session: Session, entity: str) -> Sender:
    """A legal entity's name and accounts."""
    known = next((one for one in session.config.entity if one.id == entity), None)
    accounts = tuple((one.number, one.currency) for one in session.config.account if one.entity == entity)
    if known is None:
        return Sender(entity, accounts)
    at = known.address
    return Sender(known.name, accounts, Address(known.name, at.street, at.house_number, at.postcode, at.town, at.country))


def _file_name(one: AccountStatement) -> str:
    """Of ids that may hold any character: what a file's name cannot hold is left out, and a digest tells such names apart."""
    plain = f"{one.customer_id}-{one.entity}-{one.as_of}"
    safe = _UNSAFE.sub("_", plain).lstrip(".")
    return safe if safe == plain else f"{safe}-{sha256(plain.encode('utf-8', 'backslashreplace')).hexdigest()[:8]}"
