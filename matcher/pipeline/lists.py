"""Lists of the ERP in layouts of their own: what the books know that helps to read one, and a first layout for one that none reads."""

from dataclasses import dataclass

from matcher.errors import Fault, MatcherError
from matcher.model import Problem
from matcher.openitems import einvoices, readers
from matcher.openitems.layouts.convert import Context, convert
from matcher.openitems.layouts.library import Layouts, available
from matcher.openitems.layouts.propose import SHOWN, propose
from matcher.openitems.layouts.words import Kind
from matcher.openitems.sheets import RawSheet
from matcher.parsers import registry
from matcher.parsers.base import HEAD_BYTES, ParseOptions, Source
from matcher.parsers.csv import sheets
from matcher.pipeline.layouts import own_lists
from matcher.pipeline.session import Session
from matcher.store import journal

COLUMNS = {
    "items": ("customer_id", "document_type", "document_no", "issue_date", "due_date", "amount", "open_amount", "currency"),
    "customers": ("customer_id", "name", "country", "currency", "account", "terms"),
}
"""What is shown of the first rows."""


@dataclass(frozen=True, slots=True)
class ProposedLayout:
    """A layout that is proposed for a list.

    Attributes:
        toml: its text; what is guessed is marked with ``CHECK``.
        kind: items or customers.
        rows: the first rows as it reads them, by the columns of `COLUMNS`, as text.
        count: of all rows that it reads.
        notes: what it makes of the list as a whole, such as totals that agree with the rows.
        faults: what it finds wrong with the list.
    """

    toml: str
    kind: Kind
    rows: tuple[dict[str, str], ...]
    count: int
    notes: tuple[str, ...]
    faults: tuple[Fault, ...]


def context_of(session: Session, entity: str = "") -> Context:
    """What the books say that a list may leave out. `entity`: the legal entity that a person names; else ''."""
    customers = journal.customers(session.store)
    entities = {entity.id: entity.name for entity in session.config.entity}
    return Context(entities, session.config.books.base_currency, None if customers.is_empty() else customers, entity)


def how_to_read(session: Session, layout: str, entity: str = "") -> readers.How:
    """How lists in layouts of their own are read. `layout`: name of the one to use; empty detects. `entity`: as of `context_of`."""
    return readers.How(available(own_lists(session.directory)), layout, context_of(session, entity))


def marked_up(source: Source, data: bytes) -> list[RawSheet] | None:
    """The visible sheets of a workbook that is written as text (SpreadsheetML, HTML), as some systems' files for Excel are; else None.

    Raises:
        MatcherError: ``file.malformed``, ``file.hostile``, ``file.too_large`` or ``file.encoding``.
    """
    if (what := sheets.kind(data[:HEAD_BYTES])) not in ("spreadsheetml", "html"):
        return None
    opened = []
    try:
        for sheet in sheets.load(source, what).sheets:
            rows: list[list[str]] = []
            for line, cells, _ in sheet.records():
                rows += [[] for _ in range(line - 1 - len(rows))]
                rows.append(list(cells))
            opened += [] if sheet.hidden or not rows else [RawSheet(sheet.name, 1, rows)]
    except MatcherError as error:
        raise error.at(source.name) from None
    return opened


def statement_error(kind: str, source: Source) -> MatcherError | None:
    """The error for a file that is no such list but a bank statement; None for any other."""
    found = registry.detect(source, ParseOptions())
    if isinstance(found, Problem) or found[1] == registry.UNKNOWN_TABLE:
        return None
    return MatcherError("file.unknown", f"this is a bank statement ({found[1]}), no list of {kind}", source.name, "Use `matcher ingest`.")


def other_xml_error(data: bytes, name: str) -> MatcherError | None:
    """The error for XML that is no invoice; None for any other file, and for an invoice that says itself what is wrong."""
    if not einvoices.is_xml(data) or einvoices.is_invoice(data):
        return None
    return MatcherError("invoice.unknown", "the XML is no invoice of a form that is read", name)


def proposed(source: Source, kind: Kind, name: str, context: Context, layouts: Layouts) -> ProposedLayout:
    """A layout for a list, and its first rows as that layout reads them. Raises MatcherError; see `propose`."""
    with source.open() as stream:
        data = stream.read()
    draft = propose(data, source.name, kind, name, layouts, marked_up(source, data))
    made = convert(draft.found, source.name, context)
    present = [column for column in COLUMNS[kind] if column in made.table.frame.columns]
    first = made.table.frame.select(present).head(SHOWN)
    places = made.table.places([fault.row for fault in made.found])
    faults = tuple(Fault(fault.code, fault.what, place) for fault, place in zip(made.found, places, strict=True))
    notes = (
        (f"The layout {draft.begun_with} reads this list already; the proposal begins with it", *made.notes)
        if draft.begun_with
        else made.notes
    )
    return ProposedLayout(draft.toml, kind, tuple(first.iter_rows(named=True)), made.table.frame.height, notes, faults)
