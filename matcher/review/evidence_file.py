"""The evidence of a claim as a file that lawyers, agencies and insurers take, and that shows by itself whether it was changed."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from matcher.amounts import render
from matcher.errors import MatcherError
from matcher.exports.credit_control import bundles
from matcher.exports.credit_control.bundles import Member
from matcher.exports.credit_control.evidence import members
from matcher.exports.files import write_bytes
from matcher.languages import english
from matcher.pipeline.session import Session
from matcher.review import cells
from matcher.review.evidence import ITEM_AMOUNTS, MOVEMENT_AMOUNTS, RECEIPT_AMOUNTS, evidence


def write(session: Session, path: Path, items: Sequence[str], customer: str, as_of: date) -> list[Member]:
    """Writes the evidence to a ZIP archive, and gives its members. The same books and day give the same bytes.

    Raises:
        MatcherError: see `evidence`; ``usage.option`` for another ending, ``file.unwritable``.
    """
    if path.suffix.lower() != ".zip":
        raise MatcherError("usage.option", f"{path.name!r} must end with .zip", str(path))
    found = evidence(session, items, customer, as_of)
    about: dict[str, object] = {
        "books": found.books, "customer_id": found.customer_id, "customer": found.name, "as_of": found.as_of.isoformat(),
        "journal_batch": found.head.batch, "journal_hash": found.head.hash,
    }  # fmt: skip
    frames = {
        "items": render(found.items, ITEM_AMOUNTS),
        "movements": render(found.movements, MOVEMENT_AMOUNTS),
        "receipts": render(found.receipts, RECEIPT_AMOUNTS),
        "notes": render(found.notes, MOVEMENT_AMOUNTS),
    }
    records = {
        "interest": [one.to_dict() for one in found.interest],
        "decisions": [entry.to_dict() for entry in found.story],
        "sources": [cells.plain(one) for one in found.sources],
    }
    with english():
        made = members(f"Evidence: {found.name or found.customer_id}", about, frames, records)
    data = bundles.archive(made)
    write_bytes(path, [data])
    return bundles.check(path)
