"""The words of the books: what a line, a statement, an item, an allocation and a decision can be, and what code asks of each.

They are plain text in frames, files and SQL. A word that books keep never changes. A word is one row here, with its properties.
"""

from collections.abc import Mapping
from enum import StrEnum


class Outcome(StrEnum):
    """What a line turned out to be.

    Attributes:
        receivable: whether it is business of the receivables ledger at all.
        surplus: whether its documents have less open than it brings: what is left of it is followed up.
        answered: whether its documents were paid before, so that nothing is looked for that it pays.
    """

    receivable: bool
    surplus: bool
    answered: bool

    def __new__(cls, word: str, receivable: bool = True, surplus: bool = False, answered: bool = False) -> "Outcome":
        """A word and its properties."""
        made = str.__new__(cls, word)
        made._value_, made.receivable, made.surplus, made.answered = word, receivable, surplus, answered
        return made

    MATCHED = "matched"
    PARTIAL = "partial"
    OVERPAID = "overpaid", True, True
    DUPLICATE = "duplicate", True, True, True
    CLOSED_ITEM = "closed_item", True, True, True
    ON_ACCOUNT = "on_account"
    NON_RECEIVABLE = "non_receivable", False
    OUTGOING = "outgoing", False
    UNEXPLAINED = "unexplained"


class Exclusion(StrEnum):
    """Why a line does not count: the outcome of the decision that excludes it.

    Attributes:
        doubted: whether its bank reference, which stands on a line with another amount too, is why.
    """

    doubted: bool

    def __new__(cls, word: str, doubted: bool = False) -> "Exclusion":
        """A word and its property."""
        made = str.__new__(cls, word)
        made._value_, made.doubted = word, doubted
        return made

    CONFLICT = "conflict", True  # waits for a person
    REFUSED = "refused", True  # a person has said so
    SUPERSEDED = "superseded"  # its statement does not count, or another one stands in its place


class LineState(StrEnum):
    """How far a line is decided: by whom, by nobody yet, or not at all, since it does not count."""

    POSTED = "posted"
    PROPOSED = "proposed"
    NONE = "none"
    EXCLUDED = "excluded"


class AllocationState(StrEnum):
    """Whether an allocation moves money, or would if a person accepts it."""

    POSTED = "posted"
    PROPOSED = "proposed"


class DecisionKind(StrEnum):
    """What a decision does.

    Attributes:
        settles: whether it settles its line.
        confirms: whether a person says by it who paid and what: what it settled teaches.
    """

    settles: bool
    confirms: bool

    def __new__(cls, word: str, settles: bool = False, confirms: bool = False) -> "DecisionKind":
        """A word and its properties."""
        made = str.__new__(cls, word)
        made._value_, made.settles, made.confirms = word, settles, confirms
        return made

    MATCH = "match", True
    ACCEPT = "accept", True, True
    ALLOCATE = "allocate", True, True
    ON_ACCOUNT = "on_account", True, True  # the money is a customer's, and pays no document yet
    SET_OFF = "set_off", True  # a credit against invoices, without money
    REFUND = "refund", True  # money going out pays credits back
    RETURN = "return", True  # the bank took an earlier line back
    CLASSIFY = "classify", True  # the line is no receivable
    WRITE_OFF = "write_off"  # clears an item; on no line
    LISTED = "listed"  # the ERP lists the rest of its line as a credit of its own
    REJECT = "reject"
    HOLD = "hold"  # its line is set aside until a day
    ASSIGN = "assign"  # somebody follows its line up
    NOTE = "note"
    REVOKE = "revoke"  # what was learned of a payer counts no more; on no line
    UNDO = "undo"  # reverses another decision
    EXCLUDE = "exclude"  # its line does not count while it is in force; its outcome is an `Exclusion`
    PROPOSAL = "proposal"  # of a run; never in the journal
    SUBMIT = "submit"  # holds a decision that waits for another person; it moves nothing
    APPROVE = "approve"  # another person has posted what was submitted
    DISMISS = "dismiss"  # takes off what was submitted
    CHECK = "check"  # a person says that a posting of the engine is right
    DISPUTE = "dispute"  # what a customer contests of an item; on no line, like the four that follow
    PROMISE = "promise"  # a customer has promised to pay an item by a day
    DUNNING_HOLD = "dunning_hold"  # an item is not dunned until a day
    DUN = "dun"  # a dunning letter of a level was sent for an item
    ANSWER = "answer"  # what a customer answered on a statement of account: he agrees, or remarks on an item


class MovementKind(StrEnum):
    """What raises or lowers an item (`ledger.movements`).

    Attributes:
        word: as people are told.
    """

    word: str

    def __new__(cls, value: str, word: str) -> "MovementKind":
        """A word of the relation, and people's."""
        made = str.__new__(cls, value)
        made._value_, made.word = value, word
        return made

    ISSUE = "issue", "issued"
    CASH = "cash", "cash"
    ADJUSTMENT = "adjustment", "cleared without cash"
    SET_OFF = "set_off", "set off"
    UNAPPLIED = "unapplied", "unapplied cash"
    REFUND = "refund", "refunded"
    RETURN = "return", "returned by the bank"
    ERP = "erp", "changed in the ERP"
    REVERSAL = "reversal", "taken back"


class LineClass(StrEnum):
    """What a line is that is no receivable, as a person says."""

    FEE = "fee"
    INTEREST = "interest"
    TAX = "tax"
    OWN_TRANSFER = "own_transfer"
    PAYROLL = "payroll"
    SUPPLIER = "supplier"
    BOOKED_ELSEWHERE = "booked_elsewhere"  # by hand in the ERP
    OTHER = "other"


class PeriodAction(StrEnum):
    """What is done to a month."""

    PREPARE = "prepare"  # by the first of two people
    CLOSE = "close"
    REOPEN = "reopen"


class Answered(StrEnum):
    """What an ERP, or a person who asked there, says became of a document that it was sent."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    NEVER_ARRIVED = "never_arrived"  # a person has asked: it may be sent again


class Sent(StrEnum):
    """How a document for an ERP stands."""

    NEW = "new"  # it was never sent, or never arrived
    SENT = "sent"  # without an answer
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # nobody knows whether the ERP has booked it


class CloseState(StrEnum):
    """What became of a month that somebody wants to close."""

    CLOSED = "closed"
    PREPARED = "prepared"  # another person closes it
    BLOCKED = "blocked"  # by its checklist


class StatementState(StrEnum):
    """What a statement is, when it came in and by the latest ruling on it.

    Attributes:
        counts: whether its lines do.
        acceptable: whether a person may accept it.
        set_apart: whether its lines went to quarantine when it came in.
    """

    counts: bool
    acceptable: bool
    set_apart: bool

    def __new__(cls, word: str, counts: bool = False, acceptable: bool = False, set_apart: bool = False) -> "StatementState":
        """A word and its properties."""
        made = str.__new__(cls, word)
        made._value_, made.counts, made.acceptable, made.set_apart = word, counts, acceptable, set_apart
        return made

    BALANCED = "balanced", True  # opening + lines = closing
    UNPROVEN = "unproven", True  # it has no balances
    QUARANTINED = "quarantined", False, True, True
    REPORT = "report", False, True, True  # of a day that is not over
    ACCEPTED = "accepted", True
    REJECTED = "rejected", False, True
    REPLACED = "replaced"  # another statement of its days stands in its place


class ConflictState(StrEnum):
    """How lines stand that have one bank reference and several amounts."""

    OPEN = "open"  # one of them waits for a person
    SETTLED = "settled"  # a person has decided
    BESIDE = "beside"  # they were never in doubt


class ItemStatus(StrEnum):
    """What the ERP says of an open item."""

    OPEN = "open"
    PART_PAID = "part_paid"
    CLOSED = "closed"


class DatedBy(StrEnum):
    """What tells the day that a list of open items speaks of."""

    OPTION = "option"  # a person
    COLUMN = "column"  # of the file
    NAME = "name"  # of the file
    TODAY = "today"  # nothing but the day of the import
    TITLE = "title"  # what stands above the titles of the file's columns


class BookRowKind(StrEnum):
    """What a row of the cash book's file is."""

    ENTRY = "entry"
    BALANCE = "balance"  # of the account, at the end of its date


class DocumentType(StrEnum):
    """What an open item is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    DEBIT_NOTE = "debit_note"
    INSTALMENT = "instalment"
    ON_ACCOUNT = "on_account"


class Work(StrEnum):
    """What commands change, or make others know: areas that a role may have. What only looks is in none of them."""

    IMPORT = "import"  # statements, open items and other files in, and which statements count
    RUN = "run"
    DECIDE = "decide"  # decisions on lines and documents
    APPROVE = "approve"  # another person's decisions
    CLOSE = "close"  # months, and their opening
    SEND = "send"  # receipts to the ERP
    SETUP = "set_up"  # layouts, and bringing the books up to date


AUDITOR = "auditor"
ROLES: Mapping[str, frozenset[Work]] = {
    AUDITOR: frozenset(),
    "importer": frozenset({Work.IMPORT}),
    "matcher": frozenset({Work.RUN, Work.DECIDE, Work.SEND}),
    "approver": frozenset({Work.APPROVE}),
    "reviewer": frozenset({Work.APPROVE, Work.CLOSE}),
    "admin": frozenset(Work),
}
"""Roles that need no block of their own in matcher.toml, and the areas that each has."""

ENGINE = "engine"
"""Who decides what a rule posts. No person has this name."""

REST = "U-"
"""What the id of the rest of a receipt begins with; the id of its line follows."""

# plain text, since polars takes a list of members for a type of its own
NOT_RECEIVABLE = tuple(member.value for member in Outcome if not member.receivable)
SURPLUS = tuple(member.value for member in Outcome if member.surplus)
ANSWERED = tuple(member.value for member in Outcome if member.answered)
DOUBTED = tuple(member.value for member in Exclusion if member.doubted)
SETTLING = tuple(member.value for member in DecisionKind if member.settles)
CONFIRMING = tuple(member.value for member in DecisionKind if member.confirms)
REVERSING = (DecisionKind.UNDO.value, DecisionKind.APPROVE.value, DecisionKind.DISMISS.value)
"""Kinds of decisions that end another one, which they name."""
ASIDE = tuple(kind.value for kind in (DecisionKind.SUBMIT, DecisionKind.APPROVE, DecisionKind.DISMISS, DecisionKind.CHECK))
"""Kinds of decisions that say by themselves nothing of what a line pays."""
ON_ITEMS = tuple(
    kind.value for kind in (DecisionKind.DISPUTE, DecisionKind.PROMISE, DecisionKind.DUNNING_HOLD, DecisionKind.DUN, DecisionKind.ANSWER)
)
"""Kinds of decisions that say something of an item and move nothing; see `frames.ITEM_NOTE`."""
NOT_COUNTING = tuple(member.value for member in StatementState if not member.counts)
ACCEPTABLE = tuple(member.value for member in StatementState if member.acceptable)
SET_APART = tuple(member.value for member in StatementState if member.set_apart)
LINE_CLASSES = tuple(member.value for member in LineClass)
DOCUMENT_TYPES = tuple(member.value for member in DocumentType)
BOOK_ROW_KINDS = tuple(member.value for member in BookRowKind)
ITEM_STATUSES = tuple(member.value for member in ItemStatus)
WORKS = tuple(work.value for work in Work)
