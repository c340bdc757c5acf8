"""What an export to an ERP is: a target gets the state and a job, and gives files and the list of what it sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, TypeVar

import polars as pl

from matcher.exports.erp.records import Document, Form
from matcher.exports.erp.settings import TargetSettings
from matcher.frames import ALLOCATION, Schema, State, empty
from matcher.journal.chain import GENESIS, Head
from matcher.states import Answered

Settings = TypeVar("Settings", bound=TargetSettings)

SENT: Schema = {
    "external_id": pl.String(),
    "record": pl.String(),  # `records.Kind`
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
        again: ids that were sent before and are sent again; None: all that the ERP has not confirmed.
        unknown: ids of which nobody knows what became. Nothing is sent on their lines until somebody has asked.
        allocations: `frames.ALLOCATION` columns of all decisions, reversed ones too: a reversal tells what it takes back.
        numbers: the ERP's own numbers by external id.
        head: the journal's latest batch, for the header. It is asked when the file is written: the export's own batch comes before.
    """

    file_name: str
    books: str
    as_of: date | None = None
    sent: pl.DataFrame = field(default_factory=lambda: empty(SENT))
    acknowledged: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    again: frozenset[str] | None = None
    unknown: frozenset[str] = frozenset()
    allocations: pl.DataFrame = field(default_factory=lambda: empty(ALLOCATION))
    numbers: Mapping[str, str] = field(default_factory=dict)
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
class Rendering(Generic[Settings]):
    """What a target makes files of.

    Attributes:
        documents: in the order of the file: reversals first, then by account, day and line.
        settings: of the target's own model.
        batch: the control figures.
        file_name: of the main file, without folders.
        head: the journal's latest batch, to be asked when the file is written.
    """

    documents: tuple[Document, ...]
    settings: Settings
    batch: ExportBatch
    file_name: str
    head: Callable[[], Head]


@dataclass(frozen=True)
class CustomerFeed(Generic[Settings]):
    """What a target makes files of that say how customers stand.

    Attributes:
        rows: columns of `ledger.customer_status.STATUS`, amounts as decimal text.
        settings: of the target's own model.
        file_name: of the main file, without folders.
    """

    rows: pl.DataFrame
    settings: Settings
    file_name: str


@dataclass(frozen=True)
class Refused:
    """A document that a target has no form for, and why."""

    document: Document
    why: str


@dataclass(frozen=True)
class Export:
    """An export, ready to be previewed or written.

    Attributes:
        batch: the control figures.
        sent: the documents of this batch in the columns of `SENT`, in the order of the file.
        files: in the order in which to write them; the main file comes last, so that it stands only when all is there.
        documents: the same as `sent`, as records.
        refused: what was left out because the target has no form for it; `unsent` the same in the columns of `SENT`.
    """

    batch: ExportBatch
    sent: pl.DataFrame
    files: tuple[File, ...]
    documents: tuple[Document, ...] = ()
    refused: tuple[Refused, ...] = ()
    unsent: pl.DataFrame = field(default_factory=lambda: empty(SENT))


@dataclass(frozen=True)
class Answer:
    """What an ERP says of one document.

    Attributes:
        external_id: of the document.
        result: what became of it.
        number: the ERP's own number of what it booked; '' where it told none.
        message: the ERP's words.
        place: file and line, for an error.
    """

    external_id: str
    result: Answered
    number: str = ""
    message: str = ""
    place: str = ""


@dataclass(frozen=True)
class Target:
    """A system that exports can be made for.

    A target has either `render`, which gets records, or `run`, which makes everything by itself from frames.

    Attributes:
        name: as typed behind ``--target``; lower case, words joined by a hyphen.
        description: one line for the help text.
        endings: of file names that it writes, with the dot; the first is the usual one.
        settings: model of its table ``[target.NAME]`` in matcher.toml.
        versions: of the system, between which what is written differs, the default first; `TargetSettings.version` chooses one.
        forms: what it has a form for. A document that needs another one is refused, or skipped.
        refuses: why it has no form for a document, beyond `forms`; '' when it has one. It also gets the settings.
        render: makes the files of the documents, in the order in which to write them. It raises `MatcherError` ``target.setting`` for
            what the settings lack and is not found by `TargetSettings.lacking`.
        answers: texts of TOML layouts of its result files; () for none. The first that fits a file reads it. See `answers.layout`.
        read_answer: reads a result file that no layout can describe: contents, name and settings. None for a file of another kind.
        run: see above.
        customers: makes the files that say how customers stand; None for a system that has no form for it.
    """

    name: str
    description: str
    endings: tuple[str, ...] = ()
    settings: type[TargetSettings] = TargetSettings
    versions: tuple[str, ...] = ()
    forms: frozenset[Form] = frozenset(Form)
    refuses: Callable[[Document, Any], str] | None = None
    render: Callable[[Rendering[Any]], Sequence[File]] | None = None
    answers: tuple[str, ...] = ()
    read_answer: Callable[[bytes, str, Any], Sequence[Answer] | None] | None = None
    run: Callable[[State, ExportRequest], Export] | None = None
    customers: Callable[[CustomerFeed[Any]], Sequence[File]] | None = None
