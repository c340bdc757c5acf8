"""A sample as a file that an auditor fills in, and what was filled in."""

import json
from dataclasses import fields
from pathlib import Path

from matcher import money
from matcher.amounts import percent
from matcher.characters import visible
from matcher.errors import MatcherError
from matcher.exports import sheets
from matcher.exports.sheets import Cell, SheetColumn
from matcher.pipeline import filled_in
from matcher.pipeline.audit_sample import BY, AuditSample, Plan, Posting

FILLED = ("misstatement", "remark")
KEY = "sample"
COLUMNS = (
    "selected", "decision_id", "kind", "effective_date", "amount", "currency", *FILLED, "line_id", "account", "booking_date",
    "bank_reference", "payer", "text", "customer_id", "documents", "rule", "actor", "run_by", "confidence", "reason", KEY,
)  # fmt: skip
_WIDTHS = {
    "payer": 26,
    "text": 36,
    "documents": 20,
    "decision_id": 18,
    "line_id": 18,
    "rule": 20,
    "reason": 24,
    "remark": 24,
    "currency": 6,
}
_ABOUT = {
    "misstatement": "How much of the amount is wrong, in its currency: 0 for none, 12.50 if overstated, -12.50 if understated.",
    "remark": "What was found; it is not read.",
}
_HINT = "Fill in a file that `matcher sample -o FILE` has written, and leave its other columns as they are."


def write(sample: AuditSample, path: Path) -> None:
    """Writes the postings to a file, with empty cells for what is wrong with each.

    Raises:
        MatcherError: ``usage.option`` for a file that is neither .xlsx nor .csv, ``file.unwritable``.
    """
    key = sample.plan.text()
    columns = [SheetColumn(name, _WIDTHS.get(name, 14), name in FILLED, name == KEY, (), _ABOUT.get(name, "")) for name in COLUMNS]
    rows = [[cells(one).get(name, key if name == KEY else None) for name in COLUMNS] for one in sample.postings]
    sheets.write(path, "Sample", columns, rows)


def cells(one: Posting) -> dict[str, Cell]:
    """A posting as the cells of a row."""
    return {
        "selected": one.selected,
        "decision_id": one.decision_id,
        "kind": one.kind,
        "effective_date": one.effective_date,
        "amount": money.decimal(one.amount, one.currency),
        "currency": one.currency,
        "line_id": one.line_id,
        "account": one.account,
        "booking_date": one.booking_date,
        "bank_reference": visible(one.bank_reference),
        "payer": visible(one.payer),
        "text": visible(one.text),
        "customer_id": one.customer_id,
        "documents": visible("; ".join(one.documents)),
        "rule": one.rule,
        "actor": one.actor,
        "run_by": one.run_by,
        "confidence": "" if one.confidence is None else percent(one.confidence, 2),
        "reason": visible(one.reason),
    }


def read(data: bytes, name: str) -> tuple[Plan, dict[str, tuple[str, str]]]:
    """The plan of a file that was filled in; and by decision the misstatement as it was typed, and where.

    Raises:
        MatcherError: ``column.missing`` for a file that is no such sample, ``row.invalid`` for a second row of a posting or rows of two
            samples; what makes a file unreadable.
    """
    found = dict[str, tuple[str, str]]()
    keys = set[str]()
    for number, row in filled_in.table(data, name, {"decision_id", "misstatement", KEY}, _HINT):
        where = f"{name}:{number}"
        if row["decision_id"] in found:
            raise MatcherError("row.invalid", f"decision {row['decision_id']} stands there twice", where)
        found[row["decision_id"]] = row["misstatement"], where
        keys.add(row[KEY])
    if len(keys) != 1:
        raise MatcherError("row.invalid", "the rows are of two samples" if keys else "there is no posting", name, _HINT)
    return _plan(keys.pop(), name), found


def _plan(text: str, name: str) -> Plan:
    try:
        told = json.loads(text)
        if not isinstance(told, dict) or set(told) != {field.name for field in fields(Plan)}:
            raise ValueError
        materiality, expected = ({str(code): int(amount) for code, amount in told[one].items()} for one in ("materiality", "expected"))
        month, seed, by, digest = (str(told[one]) for one in ("month", "seed", "by", "hash"))
        if by not in BY:
            raise ValueError
        return Plan(month, int(told["confidence"]), materiality, expected, seed, by, int(told["batch"]), digest)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise MatcherError("row.invalid", f"the column {KEY} does not hold what was written there", name, _HINT) from error


def misstatements(sample: AuditSample, typed: dict[str, tuple[str, str]], name: str) -> dict[str, int]:
    """What was typed beside each posting of the sample, in minor units.

    Raises:
        MatcherError: ``sample.differs`` when the rows are not those of the sample; ``sample.unfinished`` with all rows that are empty;
            ``amount.*``; ``row.invalid`` for more than the posting.
    """
    wanted = {one.decision_id for one in sample.postings}
    if wanted != typed.keys():
        missing, more = len(wanted - typed.keys()), len(typed.keys() - wanted)
        raise MatcherError(
            "sample.differs", f"of the sample's {len(wanted)} postings {missing} are missing, and {more} are none of it", name
        )
    empty = [typed[one.decision_id][1] for one in sample.postings if not typed[one.decision_id][0]]
    if empty:
        count = f"{len(empty)} of {len(wanted)} postings have no misstatement beside them, not even 0"
        raise MatcherError("sample.unfinished", count, empty[0])
    return {one.decision_id: _misstatement(one, *typed[one.decision_id]) for one in sample.postings}


def _misstatement(one: Posting, text: str, where: str) -> int:
    whole, mark, places = text.partition(",")
    plain = f"{whole}.{places}" if mark and "." not in text and len(places) == money.scale(one.currency) else text
    try:
        amount = money.parse(plain.removeprefix("'"), one.currency)
    except MatcherError as error:
        raise error.at(where) from None
    if amount > one.amount:
        raise MatcherError(
            "row.invalid", f"a posting of {money.render(one.amount, one.currency)} is overstated by no more than that", where
        )
    return amount
