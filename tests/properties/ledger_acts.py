"""What happens in a random history of the sub-ledger: lists, statements, runs, and every decision that a person can take."""

import copy
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
from ledger_world import CUSTOMERS, HOUSE, Document, text
from support import items_file, lines_file

from matcher.errors import MatcherError
from matcher.pipeline.actions.base import Decided
from matcher.pipeline.actions.requests import AllocationRequest

if TYPE_CHECKING:
    from ledger_histories import History

Act = Callable[["History"], Sequence[Decided]]
SIDE = ("entity", "customer_id", "currency")
REASONS = ("discount", "fee", "rounding", "tolerance", "promotion")


def month_of(day: date) -> str:
    """The month of a day, as in 2026-10."""
    return day.isoformat()[:7]


def listed(of: "History") -> Sequence[Decided]:
    """A list of open items: all of them, or only some; what happened in the ERP since is in it."""
    before = copy.deepcopy(of.erp.documents)
    try:
        _list(of)
    except MatcherError:
        of.erp.documents = before
        raise
    return ()


def _list(of: "History") -> None:
    rng, today = of.rng, of.now.date()
    day = today - timedelta(rng.choice((0, 0, 1, 2, rng.randint(0, 20))))
    issued = [of.erp.issue(day) for _ in range(rng.choice((0, 0, 1, 1, 2, 3)) if of.turn else 12)]
    rests = of.fresh().credits.sort("item_id", "customer_id").to_dicts()
    mirrored = [_own_credit(of, row) for row in rests if rng.random() < 0.15]
    partial = rng.random() < 0.25
    known = [one for one in of.erp.documents.values() if one not in issued and one not in mirrored]
    chosen = [one for one in known if rng.random() < 0.4] if partial else known
    said = list(of.erp.moves(chosen, of.journal.postings(), day, of.listed_on))
    rows = [one.row(day) for one in [*chosen, *issued, *mirrored] if one.open or (one.known and (partial or rng.random() < 0.5))]
    of.tell(f"of {day}{' partial' if partial else ''}: {'; '.join(said)}; new {[one.item_id for one in issued + mirrored]}")
    if not rows:
        return
    path = items_file(of.folder, rows, f"list{of.turn}.csv")
    result = of.books.import_files("items", [path], partial=partial, allow_closing=rng.random() < 0.9, snapshot_date=day)
    of.files["list"] = path
    of.listed_on = day
    for one in of.erp.documents.values():
        one.known = one.known or one in chosen or one in issued or one in mirrored
    recognised = {one.item_id for one in result.recognised}
    of.wrong([f"{one.item_id} is not recognised as a rest of ours" for one in mirrored if one.item_id not in recognised])
    of.refresh()
    listed_ids = {row["item_id"] for row in rows if row.get("status") != "closed"}
    of.wrong([f"{one} and {rest['item_id']} are one credit" for one, rest in _twice(of, listed_ids)])


def _twice(of: "History", names: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Credits of the ERP that were listed as rests of ours stand beside them still, though nobody has said that they are others."""
    for rest in of.fresh().credits.sort("item_id", "customer_id").to_dicts():
        for one in of.erp.documents.values():
            alike = (one.entity, one.customer, one.currency, one.open) == (*(rest[name] for name in SIDE), rest["open"])
            near = timedelta(-5) <= one.issued - rest["issue_date"] <= timedelta(45)
            if alike and near and one.kind == "on_account" and one.item_id in names and one.item_id not in of.journal.recognised:
                yield one.item_id, rest


def _rests(of: "History") -> list[dict[str, Any]]:
    """Credits that stand alone, in an order that does not change."""
    return of.state.credits.filter(pl.col("open") < 0).sort("item_id", "customer_id").to_dicts()


def _own_credit(of: "History", rest: dict[str, Any]) -> Document:
    """The ERP's own credit for what is left of a receipt of ours."""
    issued = rest["issue_date"] + timedelta(of.rng.randint(-2, 9))
    entity, customer, currency = (str(rest[name]) for name in ("entity", "customer_id", "currency"))
    name = f"I{len(of.erp.documents)}"
    return of.erp.add(Document(name, entity, customer, "on_account", issued, currency, int(str(rest["open"]))))


def listed_again(of: "History") -> Sequence[Decided]:
    """The file of the latest list once more: nothing in it is new."""
    if "list" in of.files:
        result = of.books.import_files("items", [of.files["list"]], partial=True, snapshot_date=of.listed_on)
        of.wrong([f"a list told again changes {result.changed} and brings {result.new}"] if result.new or result.changed else [])
    return ()


def statement(of: "History") -> Sequence[Decided]:
    """Some lines of a day, at once or later; or an older file that was left lying."""
    day = of.now.date() - timedelta(of.rng.choice((0, 0, 1, 1, 3)))
    rests = [
        (str(row["entity"]), str(row["customer_id"]), str(row["currency"]), -int(str(row["open"])))
        for row in [*_rests(of), *of.state.items.filter(pl.col("open") < 0).sort("item_id").to_dicts()]
    ]
    made = of.bank.lines(day, [rest for rest in rests if (rest[0], rest[2]) in HOUSE.values()])
    if made:
        path = lines_file(of.folder, [line.row() for line in made], f"bank{of.turn}.csv")
        of.waiting.append(path)
    if of.waiting and (len(of.waiting) > 2 or of.rng.random() < 0.8):
        path = of.waiting.pop(of.rng.randrange(len(of.waiting)))
        of.tell(path.name)
        try:
            of.books.ingest([path])
        except MatcherError:
            of.waiting.append(path)
            raise
        of.files["bank"] = path
    return ()


def statement_again(of: "History") -> Sequence[Decided]:
    """A file that was read before."""
    if "bank" in of.files:
        of.books.ingest([of.files["bank"]])
    return ()


def run(of: "History") -> Sequence[Decided]:
    """A run over everything."""
    result = of.books.run()
    of.tell(f"{result.posted} posted, {result.proposed} proposed")
    of.certain = True
    return ()


def run_up_to_a_day(of: "History") -> Sequence[Decided]:
    """A run over lines up to a day."""
    day = of.now.date() - timedelta(of.rng.randint(0, 40))
    of.tell(str(day))
    of.books.run(day)
    return ()


def _line(of: "History", *wanted: pl.Expr) -> str:
    """A line, often of the wanted kind."""
    for condition in wanted if of.rng.random() < 0.9 else ():
        found = of.state.lines.filter(condition)["line_id"].sort().to_list()
        if found:
            return str(of.rng.choice(found[-25:]))
    return str(of.rng.choice(of.state.lines["line_id"].sort().to_list() or ["0"]))


def _some_left() -> pl.Expr:
    return pl.col("pending") > 0


def _item(of: "History", *conditions: pl.Expr) -> str:
    small = of.state.items.filter(~pl.col("item_id").str.starts_with("A"))
    for some in (small.filter(*conditions), small.filter(pl.col("open") != 0), of.state.items):
        if some.height:
            return str(of.rng.choice(some["item_id"].sort().to_list()))
    return "I0"


def _of_customer(of: "History", line_id: str) -> list[pl.Expr]:
    """Conditions on items: mostly the payer's."""
    about = of.state.lines.filter(pl.col("line_id") == line_id).select("payer", "entity", "currency").rows()
    if not about or of.rng.random() < 0.1:
        return [pl.col("open") != 0]
    payer, entity, currency = about[0]
    own = [pl.col("customer_id") == payer] if payer and of.rng.random() < 0.8 else []
    if of.rng.random() < 0.15:
        return [pl.col("open") != 0, pl.col("currency") == currency, *own]
    return [pl.col("open") > 0, pl.col("entity") == entity, pl.col("currency") == currency, *own]


def accept(of: "History") -> Sequence[Decided]:
    """A proposal is right."""
    line = _line(of, pl.col("line_id").is_in(_proposed(of)))
    of.tell(line)
    return of.books.accept([line], reason="right")


def reject(of: "History") -> Sequence[Decided]:
    """A proposal is wrong."""
    line = _line(of, pl.col("line_id").is_in(_proposed(of)))
    of.tell(line)
    return of.books.reject([line], reason="wrong")


def _proposed(of: "History") -> list[str]:
    return of.state.allocations.filter(pl.col("state") == "proposed")["line_id"].unique().to_list()


def allocate(of: "History") -> Sequence[Decided]:
    """Money of a line on one to three documents: of anybody, of another company, in another currency, with adjustments, netting credits."""
    rng = of.rng
    line = _line(of, _some_left())
    left = of.state.lines.filter(pl.col("line_id") == line)["pending"].to_list() or [100]
    wanted = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        item = _item(of, *_of_customer(of, line))
        if rng.random() < 0.1 and (rests := _rests(of)):
            item = str(rng.choice(rests)["item_id"])
        about = of.state.items.filter(pl.col("item_id") == item)
        most = min([abs(left[0]), *about["open"].abs().to_list()]) if rng.random() < 0.9 else abs(left[0])
        cash = "" if rng.random() < 0.6 else text(of.amounts.below(most) or 1)
        cleared = text(of.amounts.below(25_00) or 1) if cash and rng.random() < 0.4 else ""
        other = about["currency"].to_list() != of.currency_of(line)
        settles = text(of.amounts.below(500_00) or 1) if cash and other else ""
        wanted.append(AllocationRequest(item, cash, cleared, rng.choice(REASONS) if cleared else "", settles))
    of.tell(f"{line} {' '.join(f'{one.item}={one.amount}@{one.item_amount}+{one.adjustment}' for one in wanted)}")
    return of.books.allocate(line, wanted, reason="by hand")


def on_account(of: "History") -> Sequence[Decided]:
    """What is left of a line is a customer's: mostly his who paid."""
    line = _line(of, _some_left())
    payer = of.state.lines.filter(pl.col("line_id") == line)["payer"].to_list()
    customer = payer[0] if payer and payer[0] and of.rng.random() < 0.85 else of.rng.choice(sorted(CUSTOMERS))
    of.tell(f"{line} {customer}")
    return of.books.on_account([line], customer, reason="advance")


def _credit(of: "History", *conditions: pl.Expr) -> dict[str, Any]:
    """A credit of any kind: a credit note, the ERP's own, what is left of a receipt."""
    names = ("item_id", "entity", "customer_id", "currency", "open")
    notes = of.state.items.filter(pl.col("open") < 0, *conditions).sort("item_id").select(names).to_dicts()
    rests = of.state.credits.filter(*conditions).sort("item_id", "customer_id").select(names).to_dicts()
    return of.rng.choice([*notes, *rests] or [dict.fromkeys(names, "0")])


def set_off(of: "History") -> Sequence[Decided]:
    """A credit against invoices of its customer."""
    debts = of.state.items.filter(pl.col("open") > 0, ~pl.col("item_id").str.starts_with("A")).select(*SIDE)
    credit = _credit(of, pl.concat_str(*SIDE, separator=" ").is_in([" ".join(side) for side in debts.rows()]))
    same = [pl.col(name) == credit[name] for name in SIDE] if of.rng.random() < 0.9 else []
    wanted = [
        AllocationRequest(_item(of, pl.col("open") > 0, *same), "" if of.rng.random() < 0.6 else text(of.amounts.below(300_00) or 1))
        for _ in range(of.rng.choice((1, 1, 2)))
    ]
    of.tell(f"{credit['item_id']} {[(one.item, one.amount) for one in wanted]}")
    return of.books.set_off(str(credit["item_id"]), wanted, reason="as agreed")


def write_off(of: "History") -> Sequence[Decided]:
    """An invoice, or a part of it, is given up."""
    wanted = [AllocationRequest(_item(of, pl.col("open") > 0), "" if of.rng.random() < 0.3 else text(of.amounts.below(90_00) or 1))]
    of.tell(f"{wanted[0].item}={wanted[0].amount}")
    return of.books.write_off(wanted, reason=of.rng.choice(REASONS))


def refund(of: "History") -> Sequence[Decided]:
    """Money going out pays credits back."""
    line = _line(
        of, (pl.col("amount") < 0) & (pl.col("pending") < 0) & (pl.col("remittance_information") == "refund"), pl.col("amount") < 0
    )
    amount = of.state.lines.filter(pl.col("line_id") == line)["pending"].to_list() or [0]
    exact = [row for row in _rests(of) if row["open"] == amount[0]]
    credits = [of.rng.choice(exact) if exact else _credit(of), *([_credit(of)] if of.rng.random() < 0.2 else [])]
    wanted = [
        AllocationRequest(str(one["item_id"]), "" if of.rng.random() < 0.8 else text(of.amounts.below(90_00) or 1)) for one in credits
    ]
    of.tell(f"{line} {[(one.item, one.amount) for one in wanted]}")
    return of.books.refund(line, wanted, reason="paid back")


def return_line(of: "History") -> Sequence[Decided]:
    """The bank took a line back, or a refund came back."""
    ids = {reference: line_id for line_id, reference in of.journal.references.items()}
    pairs = [(ids[line.reference], ids[line.of]) for line in of.bank.told.values() if line.reference in ids and line.of in ids]
    line, earlier = of.rng.choice(pairs[-12:]) if pairs and of.rng.random() < 0.9 else (_line(of), _line(of))
    of.tell(f"{line} of {earlier}")
    return of.books.return_line(line, earlier, reason="no cover")


def classify(of: "History") -> Sequence[Decided]:
    """A line is no receivable."""
    undecided = pl.col("state") != "posted"
    if of.rng.random() < 0.4:
        out = _line(of, undecided & (pl.col("amount") < 0) & (pl.col("remittance_information") == "own transfer"))
        amount = of.state.lines.filter(pl.col("line_id") == out)["amount"].to_list() or [0]
        other = _line(of, undecided & (pl.col("amount") == -amount[0]) & (pl.col("remittance_information") == "own transfer"))
        of.tell(f"{out} with {other}")
        return of.books.classify([out], "own_transfer", other=other, reason="between our accounts")
    line = _line(of, undecided & (pl.col("amount") < 0), undecided)
    of.tell(line)
    return of.books.classify([line], of.rng.choice(("fee", "booked_elsewhere", "supplier")), gl_account="4970", reason="seen")


def follow_up(of: "History") -> Sequence[Decided]:
    """A line is set aside, given to somebody, or noted on."""
    line, kind = _line(of), of.rng.choice(("hold", "assign", "note"))
    of.tell(f"{kind} {line}")
    if kind == "hold":
        return of.books.hold([line], of.now.date() + timedelta(9), owner="ben", reason="asked them")
    return of.books.assign([line], "ben", reason="theirs") if kind == "assign" else of.books.note([line], "asked them")


def undo(of: "History") -> Sequence[Decided]:
    """A decision, or the latest one on a line, was a mistake."""
    given = of.rng.choice(sorted(of.journal.live) or ["0"]) if of.rng.random() < 0.7 else _line(of, pl.col("state") == "posted")
    of.tell(given)
    of.books.undo(given, reason="a mistake")
    return ()


def undo_run(of: "History") -> Sequence[Decided]:
    """What a run posted was wrong: mostly the latest one that posted anything."""
    posted = {one.batch for one in of.journal.decisions if one.kind == "match" and one.decision_id in of.journal.live}
    standing = [n for n, batch in enumerate(of.journal.runs, 1) if batch in posted]
    number = standing[-1] if standing and of.rng.random() < 0.8 else 0
    of.tell(str(number))
    of.books.undo_run(number, reason="wrong rules")
    return ()


def undo_rule(of: "History") -> Sequence[Decided]:
    """What a rule posted in the last days was wrong."""
    rules = [one for one in of.state.decisions.filter("live")["rule"].unique().sort() if one]
    rule = of.rng.choice(rules or ["none"]).partition("@")[0]
    of.tell(rule)
    of.books.undo_rule(rule, since=of.now.date() - timedelta(of.rng.randint(0, 9)), reason="wrong rule")
    return ()


def close(of: "History") -> Sequence[Decided]:
    """The next month is closed, once it is over; now and then one that cannot be."""
    through = of.journal.locked()
    month = month_of(through + timedelta(1)) if through.year > 1 else "2026-09"
    if of.rng.random() < 0.1:
        month = of.rng.choice(("2026-08", "2026-09", "2026-10", "no month"))
    if month == month_of(of.now.date()):
        return ()
    of.tell(month)
    if of.books.close(month, force=of.rng.random() < 0.8, reason="it must be").state == "closed":
        of.keep_closed(month)
    return ()


def reopen(of: "History") -> Sequence[Decided]:
    """The latest closed month is opened again; now and then another one."""
    through = of.journal.locked()
    month = month_of(through) if through.year > 1 and of.rng.random() < 0.8 else "2026-10"
    of.tell(month)
    of.books.reopen(month, reason="forgotten")
    of.forget_closed(month)
    return ()


DECIDING: tuple[Act, ...] = (
    accept, reject, *[allocate] * 3, *[on_account] * 2, *[set_off] * 2, write_off, refund, return_line, classify, follow_up,
)  # fmt: skip
OTHERS: tuple[Act, ...] = (
    *[listed] * 6, listed_again, *[statement] * 6, statement_again, *[run] * 3, run_up_to_a_day, *[undo] * 4, undo_run, undo_rule,
    *[close] * 2,
)  # fmt: skip
