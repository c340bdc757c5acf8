"""The catalogue of everything that can go wrong or be worth saying. `docs/errors.md` is generated from it.

A code never changes its meaning. Each has a fixture in `fixtures/errors/` or a test that raises it.
"""

from dataclasses import dataclass
from typing import Literal

Treatment = Literal["refuse", "quarantine", "accept"]

DONE, NEEDS_PERSON, USAGE, BAD_INPUT, POLICY, BUSY, INTERNAL = 0, 1, 2, 3, 4, 5, 70
"""Exit codes of the contract, section 2."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    Attributes:
        id: stable dotted name, area first.
        exit_code: exit status when it ends a command.
        meaning: what it says, for the catalogue page.
        next_step: what the user does now; a full sentence.
        at_ingest: what `ingest` does with a file that has this problem: refuse it (nothing changes), keep it aside in
            quarantine, or accept it and say so.
    """

    id: str
    exit_code: int
    meaning: str
    next_step: str
    at_ingest: Treatment = "refuse"


def _bad(id: str, meaning: str, next_step: str) -> Code:
    return Code(id, BAD_INPUT, meaning, next_step)


def _policy(id: str, meaning: str, next_step: str) -> Code:
    return Code(id, POLICY, meaning, next_step)


def _note(id: str, meaning: str, next_step: str = "Nothing to do.", at_ingest: Treatment = "accept") -> Code:
    return Code(id, NEEDS_PERSON if at_ingest != "accept" else DONE, meaning, next_step, at_ingest)


_CODES = (
    # files
    _bad("file.missing", "The file does not exist or cannot be read.", "Check the path and its permissions."),
    _bad("file.special", "A pipe or a device was named as an input.", "Save what it gives as a file, and name that."),
    _bad("file.changed", "A file was changed while it was read.", "Wait until it is complete, then run the command again."),
    _bad("file.empty", "The file has no content.", "Download it again from the bank."),
    _bad(
        "file.binary",
        "The file is not text and not a known binary format.",
        "Export a statement file (OFX, MT940, camt, BAI2, CSV or XLSX) from the bank.",
    ),
    _bad("file.unknown", "No reader recognises the contents.", "See `matcher inspect`; for a new CSV layout see docs/add_a_bank.md."),
    _bad(
        "parser.failed",
        "A reader that another package brings failed; when a second one knows the file, it is read all the same.",
        "Tell the package's authors, or uninstall it; name another reader with --read-as.",
    ),
    _bad("file.ambiguous", "Two readers claim the file.", "Name one with --read-as or --profile."),
    _bad("file.cut", "The file ends before it is complete.", "Download it again from the bank."),
    _bad(
        "file.encoding",
        "The bytes do not fit the encoding.",
        "Export the file again as UTF-8, or name the layout's encoding in its profile.",
    ),
    _bad(
        "file.too_large",
        "The file exceeds a safety bound (line length, unpacked size, number of rows).",
        "Split it, or ask the bank for a smaller period.",
    ),
    _bad(
        "file.hostile",
        "The file contains a construct that is never followed (entity definitions, nested archives).",
        "Ask the sender for a plain statement file.",
    ),
    _bad("file.malformed", "The file breaks its own format so that it cannot be read.", "Download it again from the bank."),
    _bad(
        "file.no_statement",
        "The file is well-formed and holds no statement.",
        "Ask the bank for a statement of the account, not a list or an answer to a sign-on.",
    ),
    Code("file.unwritable", USAGE, "The file cannot be written.", "Check the folder, its permissions and the free space."),
    _bad("file.bank_message", "The bank answers with an error instead of a statement.", "Read the bank's message and download again."),
    # columns and cells
    _bad("column.missing", "A required column is absent.", "Add the column; docs/files.md lists them."),
    _bad("row.width", "A row has more cells than the header.", "Quote cells that contain the delimiter."),
    _bad("row.invalid", "A row lacks what a booking needs.", "Correct the row at its source and export again."),
    _bad("amount.invalid", "A cell that must be an amount is not one.", "Write plain decimals such as -1234.50."),
    _bad(
        "amount.decimals",
        "An amount has more decimal places than its currency.",
        "Correct the amount at its source; amounts are never rounded here.",
    ),
    _bad("amount.range", "An amount is beyond 10^15 minor units.", "Correct the amount at its source."),
    _bad("amount.ambiguous", "Decimal mark and grouping cannot be told apart.", "Name the decimal mark in the layout's profile."),
    _bad("date.invalid", "A cell that must be a date is not one.", "Write ISO dates such as 2026-10-31."),
    _bad("date.ambiguous", "Day and month cannot be told apart.", "Name the date order in the layout's profile."),
    _bad("currency.unknown", "A currency code is not in ISO 4217.", "Correct the code."),
    _bad(
        "currency.missing", "The file does not say its currency.", "Name it with the account in matcher.toml, or in the layout's profile."
    ),
    _bad("currency.mixed", "A line's currency differs from its account's.", "Put the other currency's lines into an account of their own."),
    _bad("value.unknown", "A cell holds a word that is not in the list for its column.", "Use one of the listed words."),
    _bad("snapshot.unclear", "The files do not say one day that the list of open items speaks of.", "Name the day with --snapshot-date."),
    _bad(
        "snapshot.future",
        "A list of open items is dated later than today.",
        "Look at the file and at the computer's clock, or name the day with --snapshot-date.",
    ),
    _note(
        "snapshot.older",
        "A list of open items speaks of an earlier day than one that was imported before.",
        "If it was taken by mistake, import the latest list again.",
    ),
    # accounts and statements
    _bad(
        "account.unknown",
        "The file's bank account is not in matcher.toml.",
        "Add an [[account]] with this number to matcher.toml, or name one with --account.",
    ),
    _bad("account.several", "The file holds several accounts where one was named.", "Leave out --account, or split the file."),
    _bad("account.missing", "The file does not say which account it is of.", "Name the account with --account."),
    _bad(
        "statement.totals",
        "A control total or count in the file does not hold.",
        "Download the file again; if the bank sent it so, ingest with --quarantine and accept the statement with a reason.",
    ),
    _note(
        "statement.unbalanced",
        "Opening balance plus lines is not the closing balance.",
        "See `matcher statement show`; get the correct file, or accept it with a reason.",
        "quarantine",
    ),
    _note(
        "statement.direction",
        "The types of entries and the signs of their amounts contradict each other.",
        "Compare with the bank's screen which way the money went; then accept the statement with a reason, or get a correct file.",
        "quarantine",
    ),
    _note(
        "statement.reissued",
        "This statement covers days already read, with different entries.",
        "See `matcher statement diff`; accept it with a reason if it is right, reject it if what was read before is.",
        "quarantine",
    ),
    Code(
        "statement.conflict",
        NEEDS_PERSON,
        "A line has the bank's reference of an earlier line and another amount; it does not count until somebody decides.",
        "See `matcher statement conflicts`; say with `matcher statement settle` which of the lines count.",
        "accept",
    ),
    _note("statement.unproven", "The file has no balances, so completeness cannot be proven.", "Compare the sums with the bank's screen."),
    _note("statement.gap", "The opening balance is not the previous statement's closing balance.", "Ingest the missing statement."),
    _note("statement.overlap", "The statement covers days that were already read; only new lines were added."),
    _bad(
        "verify.disputed",
        "The second reader reads other money, and the text does not show who is right.",
        "Look at the named entry in the file.",
    ),
    # notes of readers
    _note("note.encoding", "The file's declared encoding is wrong; the bytes decide."),
    _note("note.date_clamped", "A calendar day that does not exist was moved to the month's last day."),
    _note("note.date_missing", "Entries have no booking date; their value date, else the statement's date stands in."),
    _note("note.currencies", "A statement holds entries in several currencies; each became a statement of its own."),
    _note(
        "note.group_status",
        "A group of statements is marked as a correction, a deletion or a test.",
        "Compare it with the group sent before.",
    ),
    _note("note.balance_missing", "A balance is blank or absent where the format has a place for it."),
    _note("note.balance_marker", "A balance marker written as a transaction was left out."),
    _note("note.syntax", "A deviation from the format that changes no money was read anyway."),
    _note("note.pending", "Announced entries that are not booked were left out."),
    _note("note.neutral", "Rows that move no money were left out."),
    _note("note.totals", "The sums of an interim report cover more than the entries it lists.", "Compare with the next full statement."),
    _note("note.second_reader", "The second reader reads something else; the source text shows this reader to be right."),
    _note("note.identity", "Entries lack the bank's id, or share one."),
    _note(
        "note.currency",
        "A currency is not where it belongs, or an entry's is not its account's.",
        "Compare the amounts with the bank's screen.",
        "quarantine",
    ),
    _note(
        "note.correction",
        "An entry corrects or deletes one of an earlier download.",
        "Undo the earlier entry if it was ingested, then accept this one.",
        "quarantine",
    ),
    _note(
        "note.sheet",
        "A sheet of a workbook was left out: it is hidden, or repeats another one.",
        "Unhide the sheet, or delete the copy, when it should count.",
    ),
    _note(
        "note.reversal",
        "Reversals are marked with the direction of what they reverse; the balances show that they were booked the other way.",
        "Compare one of them with the bank's screen.",
    ),
    _note("note.securities", "Trades and income of securities are no bank entries and were left out."),
    _note(
        "note.precision",
        "An amount has more places than its currency; shown to the last digit, not bookable.",
        "Ask the bank; the statement stays in quarantine.",
        "quarantine",
    ),
    # books and use
    Code(
        "books.missing",
        USAGE,
        "There is no books directory, or it lacks its books file.",
        "Run `matcher init DIR`, or name one with --books.",
    ),
    Code("books.busy", BUSY, "Another process has the books open.", "Wait until it has finished, then run the command again."),
    Code(
        "books.unreadable",
        USAGE,
        "The operating system does not give the books file out.",
        "Look at the permissions of the folder and the file, and at the disk; nothing was changed.",
    ),
    Code(
        "books.unwritable",
        USAGE,
        "The operating system does not let the books be written: the disk is full, or the folder or the file is read-only.",
        "Make room, or correct the permissions of the folder and the file; nothing was changed.",
    ),
    Code(
        "books.unconfirmed",
        NEEDS_PERSON,
        "The books hold what the command did, or may hold it, but the disk did not confirm that it will keep it.",
        "Do not repeat the command before `matcher status` or `matcher show LINE` has told whether it is there; look at the disk.",
    ),
    Code(
        "books.damaged",
        INTERNAL,
        "The books file cannot be opened or fails its own checks.",
        "Restore it from a backup; see docs/runbook.md.",
    ),
    Code(
        "books.foreign",
        USAGE,
        "The books file does not consist of what this program makes; nothing of it was run or read.",
        "Restore your own backup; of books from somebody else take the statements and exports, not the file.",
    ),
    Code(
        "books.altered",
        INTERNAL,
        "What the latest run proposed is not what the journal sealed: somebody has changed the books file from outside.",
        "Run `matcher verify` and see docs/runbook.md; a new `matcher run` makes the proposals anew.",
    ),
    Code(
        "journal.key",
        USAGE,
        "The key that signs the journal is missing, cannot be read, or is not the one that signed it.",
        "Correct [journal] in matcher.toml or MATCHER_JOURNAL_KEY_FILE; see docs/configuration.md.",
    ),
    Code("books.newer", USAGE, "The books were written by a newer version of the program.", "Upgrade the program."),
    Code(
        "encryption.unavailable",
        USAGE,
        "Encrypted books need DuckDB's extension httpfs, which is not installed here.",
        "Install it, or leave the books plain on an encrypted disk; see docs/security.md.",
    ),
    Code("encryption.key", USAGE, "There is no usable key for encrypted books.", "See docs/security.md for where a key is looked for."),
    Code("encryption.wrong_key", USAGE, "The key does not open the books.", "Give the key that the books were made with."),
    Code(
        "encryption.mismatch",
        USAGE,
        "matcher.toml and the books file do not agree on whether the books are encrypted.",
        "Correct books.encryption; books cannot be encrypted or decrypted afterwards.",
    ),
    Code(
        "account.changed",
        USAGE,
        "An account whose lines the books hold is no longer in matcher.toml, or is of another entity or currency there.",
        "Put it back: an account keeps its id, entity and currency for as long as the books have its lines.",
    ),
    Code("config.invalid", USAGE, "matcher.toml is not valid.", "Correct the named key; `matcher init` shows a commented example."),
    Code("rules.invalid", USAGE, "The rulebook is not valid.", "Correct the named key; see docs/rules.md."),
    Code("rules.unreachable", NEEDS_PERSON, "A rule can never take an explanation.", "Move it up, or change its conditions."),
    Code("rules.example", NEEDS_PERSON, "An example of a rule does not come out as it says.", "Correct the rule, or the example."),
    Code(
        "rules.differs",
        DONE,
        "With rules.toml, an example of a shipped rule comes out otherwise than it says.",
        "Look whether that is what rules.toml is meant to change.",
    ),
    Code(
        "rules.unmeasured",
        DONE,
        "A rule does not post, since its confidence is not measured on its points.",
        "Measure it, or set `trust`; see docs/rules.md.",
    ),
    Code("rule.unknown", USAGE, "No rule has this id.", "See `matcher rules show` for ids."),
    Code("profile.invalid", USAGE, "A CSV layout profile is not valid.", "Correct the named key; see docs/add_a_bank.md."),
    Code("extra.missing", USAGE, "A package that the command needs is not installed.", "Install it: pip install 'matcher-recon[review]'."),
    Code("usage.option", USAGE, "An option or argument cannot be used so.", "See --help."),
    Code("customer.unknown", USAGE, "No customer has this id or name.", "See the customers file, or `matcher export aging`, for ids."),
    Code("customer.ambiguous", USAGE, "Several customers have a name with this text.", "Type more of the name, or the customer's id."),
    Code("line.unknown", USAGE, "No line has this id.", "See `matcher queue` or `matcher export matches` for ids."),
    Code("line.ambiguous", USAGE, "Several lines have ids that begin so.", "Type more characters of the id."),
    Code(
        "line.posted",
        USAGE,
        "Lines that would no longer count have posted decisions.",
        "Reverse them first with `matcher undo LINE`, or repeat the command with --undo.",
    ),
    _policy(
        "item.posted",
        "An import would change the currency, entity, customer, document or sign of an item with postings, or make it less than they are.",
        "Have it corrected in the ERP, or name the items with --allow-change and a --reason.",
    ),
    _policy(
        "items.closing",
        "A list of open items leaves out so many that it looks cut off.",
        "Import the whole list; one with changes only takes --partial. If all of them are closed in the ERP, add --allow-closing.",
    ),
    Code("item.unknown", USAGE, "No open item has this id or document number.", "See `matcher aging` for ids."),
    Code("item.ambiguous", USAGE, "Several open items have this document number.", "Type more of the number, or the item's id."),
    Code("reason.unknown", USAGE, "An amount was cleared for a word that is no reason.", "See docs/configuration.md for all codes."),
    _policy(
        "policy.limit",
        "More would be cleared without cash than the limit of the reason or of the person allows.",
        "Clear less, or let somebody decide who may; see [policy.limits] and [policy.people] in docs/configuration.md.",
    ),
    _policy(
        "policy.people", "Only listed people decide in these books.", "List the name under [policy.people], or let somebody else decide."
    ),
    _policy("policy.role", "The person's role does not allow this decision.", "See [policy.roles] in docs/configuration.md."),
    _policy("policy.disputed", "A disputed item would be written off.", "Settle the dispute first, or set policy.write_off_disputed."),
    _policy("approval.waits", "A decision on the line waits for another person.", "See `matcher queue --to-approve`."),
    _policy("approval.self", "Nobody approves a decision of his own.", "Let somebody else run `matcher approve DECISION`."),
    _policy("approval.unknown", "No decision that waits has this id.", "See `matcher queue --to-approve`."),
    _policy(
        "decision.changed",
        "What is proposed for the line is not what was shown.",
        "Look at the line again: `matcher queue` or `matcher explain LINE`.",
    ),
    Code("learned.unknown", USAGE, "Nothing of this account or name was confirmed for the customer.", "See `matcher learned list`."),
    Code("run.unknown", USAGE, "There is no run of this number.", "Runs are numbered 1, 2, ... in the order in which they were made."),
    _policy(
        "period.locked",
        "A month is closed, or cannot be closed or opened in this order.",
        "Close months in order, and open the latest one first: `matcher reopen YYYY-MM --reason TEXT`.",
    ),
    Code(
        "period.blocked",
        NEEDS_PERSON,
        "A month cannot be closed yet.",
        "Do what the checklist names, or close it all the same with --force and a --reason.",
    ),
    _policy(
        "period.reviewer",
        "A month is closed by two people: one prepares, another one closes.",
        "Let somebody else run `matcher close YYYY-MM --as-reviewer`.",
    ),
    Code("statement.unknown", USAGE, "No statement has this id.", "See `matcher statement list` for ids."),
    Code("decision.unknown", USAGE, "No decision has this id.", "See `matcher show LINE` for decision ids."),
    Code("decision.state", USAGE, "The line's present state does not allow this decision.", "See `matcher show LINE`."),
    Code(
        "decision.amount",
        USAGE,
        "The amounts of the decision break conservation.",
        "Allocate no more than the line has left and the item has open.",
    ),
    Code(
        "verify.failed",
        NEEDS_PERSON,
        "A conservation sum, or what the journal sealed, does not hold.",
        "Do not post further; see docs/runbook.md.",
    ),
    Code(
        "actor.unknown",
        USAGE,
        "Who decides is not known: the operating system has no name for the user.",
        "Name yourself with --actor or MATCHER_ACTOR.",
    ),
    Code(
        "screen.failed",
        NEEDS_PERSON,
        "The work is done and recorded, and its listing could not be shown.",
        "Do not repeat the command; see `matcher status` for what stands in the books.",
    ),
    Code(
        "system.refused",
        USAGE,
        "The operating system refuses something that the program needs.",
        "Look at free space, permissions and open files; nothing was changed.",
    ),
    Code("memory.short", INTERNAL, "There was not enough memory.", "End other programs or take a larger machine; nothing was changed."),
    Code("internal", INTERNAL, "The program failed where it should not.", "Report it with the named file; nothing was changed."),
)

CATALOGUE: dict[str, Code] = {c.id: c for c in _CODES}
if len(CATALOGUE) != len(_CODES):
    raise ValueError("two entries of the catalogue share an id")
