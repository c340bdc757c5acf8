"""Remittance advices in. All files of a command or none; the same advice counts once, a corrected one takes the place of the earlier."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from matcher.errors import MatcherError
from matcher.ledger import fold
from matcher.openitems.faults import together
from matcher.parsers.base import Source
from matcher.pipeline.remittance import records
from matcher.pipeline.remittance.documents import DocumentNumbers
from matcher.pipeline.remittance.results import NotProven, RemittanceResult
from matcher.pipeline.session import Session
from matcher.remittance import registry
from matcher.remittance.records import AdviceFile, IssuedDocument
from matcher.store import advices, facts, owed

KIND = "remittance"


class ReadFile(NamedTuple):
    """A file of advices: its name and size, the hash of its bytes, and what it holds."""

    name: str
    size: int
    file_id: str
    held: AdviceFile


def import_remittance(session: Session, sources: Sequence[Source]) -> RemittanceResult:
    """Takes the advices of files into the books.

    Raises:
        MatcherError: ``remittance.unknown``, and whatever refuses a file; then nothing of any file is kept.
    """
    documents = issued(session)
    files: list[ReadFile] = []
    errors: list[MatcherError] = []
    for source in sources:
        with source.open() as stream:
            data = stream.read()
        try:
            files.append(ReadFile(source.name, source.size, sha256(data).hexdigest(), registry.read(data, source.name, documents)))
        except MatcherError as error:
            errors.append(error)
    if errors:
        raise together(errors)
    result = take(session, session.next_batch, files, documents)
    counts = {name: getattr(result, name) for name in ("advices", "rows", "new", "known", "replaced", "found")}
    session.commit(f"import {KIND}", {"files": [one.file_id for one in files], **counts, "unproven": len(result.unproven)})
    return result


def take(session: Session, batch: int, files: Sequence[ReadFile], documents: Sequence[IssuedDocument]) -> RemittanceResult:
    """Appends what files hold to a batch that the caller commits."""
    store = session.store
    held = [(one, records.key_of(one)) for file in files for one in file.held.advices]
    doubtful = [(one, records.key_of_unproven(one)) for file in files for one in file.held.unproven]
    known = advices.known(store, [key for _, key in (*held, *doubtful)])
    fresh = {key: one for one, key in held if key not in known}
    new_unproven = {key: one for one, key in doubtful if key not in known}
    earlier = {key: advices.earlier(store, one.kind, one.advice_id, records.sender(one)) for key, one in fresh.items()}
    rows = [row for key, one in fresh.items() for row in records.row_cells(one.rows, key)]
    rows += [row for key, doubt in new_unproven.items() for row in records.row_cells(doubt.rows, key)]
    advices.append(
        store,
        batch,
        [records.cells(one, key) for key, one in fresh.items()],
        rows,
        [records.unproven_cells(one, key) for key, one in new_unproven.items()],
    )
    for file in files:
        record = {"batch": batch, "file_id": file.file_id, "kind": KIND, "name": file.name, "format": KIND, "encoding": "utf-8"}
        facts.append_file(store, record | {"size": file.size, "problems": "[]"})
    replaced = [one for key, one in fresh.items() if earlier[key]]
    names = list(dict.fromkeys(row.document_no for one, _ in held for row in one.rows if row.document_no))
    numbers = DocumentNumbers(documents)
    missing = tuple(sorted(name for name in names if not numbers.named(name).kind))
    notes = tuple(f"Advice {one.advice_id} takes the place of an earlier one of that number with other contents" for one in replaced)
    return RemittanceResult(
        len(files), len(held), sum(len(one.rows) for one, _ in held), len(fresh), len(held) - len(fresh), len(replaced),
        len(names) - len(missing), missing, tuple(NotProven(one.place, one.why) for one, _ in doubtful), notes,
    )  # fmt: skip


def issued(session: Session) -> list[IssuedDocument]:
    """Every document of the books, open or closed, as readers of advices look for them."""
    owing = fold.owed(owed.item_facts(session.store), date.max, session.config.books.base_currency)
    columns = ("item_id", "entity", "customer_id", "document_no", "payment_reference", "currency", "amount", "open")
    return [IssuedDocument(*row) for row in owing.items.sort("item_id").select(columns).iter_rows()]
