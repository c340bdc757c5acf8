"""Building a month's pack: every section from the same reading of the books."""

from matcher.exports.pack.record import Pack, Section
from matcher.ledger.periods import last_day
from matcher.pipeline.pack import bank, control, figures, lines, month, owed, work
from matcher.pipeline.pack.month import Month
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for
from matcher.progress import SILENT, Progress
from matcher.store.journal import Known


def build(session: Session, name: str, known: Known | None = None, progress: Progress = SILENT) -> Pack:
    """The pack of a month: of a closed one as it was known when it was closed, with the settings of then; the same for ever.

    Args:
        session: the command's.
        name: the month, as in 2026-10.
        known: what the books knew then; None for now.
        progress: is told how far it is.

    Raises:
        MatcherError: ``usage.option`` for what is no month.
    """
    progress.stage("reading the books")
    then = asked_for(session, last_day(name), known)
    book = bank.section(session, name, then.known)  # before the books of the month take their memory
    read = month.read(session, name, then)
    progress.stage("adding up")
    return Pack(
        books=read.settings.books,
        month=name,
        as_of=read.last,
        state=control.state(read),
        closed=read.close is not None,
        head=read.head,
        sections=_sections(session, read, book),
        entities=read.settings.entities,
    )


def _sections(session: Session, read: Month, book: Section | None) -> tuple[Section, ...]:
    first = (lines.section(read), owed.tie_out(read), lines.statements(read))
    rest = (
        owed.aged(read),
        owed.bridged(read),
        work.exceptions(read),
        work.refunds(read),
        work.findings(read),
        figures.section(session, read),
        control.deciders(session, read),
        control.adjustments(read),
        control.overrides(read),
        control.sign_off(read),
    )
    return (*first, *(() if book is None else (book,)), *rest)
