"""What an export to an ERP is: a target gets the state and a job, and gives files and the list of what it sent."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from matcher.frames import Schema, State, empty
from matcher.journal.chain import GENESIS, Head

SENT: Schema = {
    "external_id": pl.String(),
    "record": pl.String(),  # receipt, application or reversal
    "decision_id": pl.String(),
    "version": pl.Int64(),  # counts the documents about one decision: 1 the first, 2 its reversal, ...
    "payload_hash": pl.String(),
    "entity": pl.String(),
    "line_id": pl.String(),
    "customer_id": pl.String(),
    "currency": pl.String(),
    "amount": pl.Int64(),
    "applied": pl.Int64(),
    "unapplied": pl.Int64(),
    "effective_date": pl.Date(),
    "as_of": pl.Date(),
    "batch_id": pl.String(),
}
"""One document handed to an ERP. What an export returns is stored by the caller and given to the next one as `ExportRequest.sent`."""


@dataclass(frozen=True)
class ExportRequest:
    """What an export is told besides the state, which holds everything that is known.

    Attributes:
        file_name: name of the main file, without folders; its ending chooses the layout.
        books: name of the books, for the header.
        as_of: decisions that take effect later are not told, unless their line was told as of a later day; None: the day of the state.
        sent: the documents of all earlier exports to this target in the columns of `SENT`. One that was sent twice may stand here twice.
        acknowledged: external ids that the ERP has confirmed. They are never sent again; sent ones that it has not confirmed are.
        rejected: external ids whose latest sending the ERP has refused. They need not be taken back, and are sent again unless undone.
            One that was sent again and has no answer yet is not among them: the ERP may have taken it this time.
        head: the journal's latest batch, for the header. It is asked when the file is written: the export's own batch comes before.
    """

    file_name: str
    books: str
    as_of: date | None = None
    sent: pl.DataFrame = field(default_factory=lambda: empty(SENT))
    acknowledged: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    head: Callable[[], Head] = lambda: Head(0, GENESIS)


@dataclass(frozen=True)
class ExportBatch:
    """The control figures of one export, for the header, the trailer and the preview.

    Attributes:
        batch_id: hash of what is in the batch; the same documents have the same id.
        books: name of the books.
        as_of: the day of the state.
        count: number of documents.
        control_totals: decimal text of the documents' summed amounts for each currency.
    """

    batch_id: str
    books: str
    as_of: date
    count: int
    control_totals: dict[str, str]


@dataclass(frozen=True)
class File:
    """One file of an export. `chunks` gives its bytes, anew at each call."""

    name: str
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class Export:
    """An export, ready to be previewed or written.

    Attributes:
        batch: the control figures.
        sent: the documents of this batch in the columns of `SENT`, in the order of the file.
        files: in the order in which to write them; the main file comes last, so that it stands only when all is there.
    """

    batch: ExportBatch
    sent: pl.DataFrame
    files: tuple[File, ...]


@dataclass(frozen=True)
class Target:
    """A system that exports can be made for.

    Attributes:
        name: as typed behind ``--target``.
        description: one line for the help text.
        run: makes the export. It may raise `MatcherError` ``usage.option`` for a file ending that the target has no layout for.
    """

    name: str
    description: str
    run: Callable[[State, ExportRequest], Export]
