"""The words of the log: what each decision, command and list did. Of a line it says amount and payer, never the bank's text."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher import money
from matcher.journal.decisions import refused_items
from matcher.ledger import unapplied
from matcher.states import ON_ITEMS, DecisionKind, Exclusion, ItemStatus, PeriodAction
from matcher.store.story import Row

_ON_ITEMS = {
    DecisionKind.MATCH: "posted {money} on {items}", DecisionKind.ACCEPT: "accepted {money} on {items}",
    DecisionKind.ALLOCATE: "put {money} on {items}", DecisionKind.REFUND: "paid {money} back on {items}",
    DecisionKind.SET_OFF: "set off {items}", DecisionKind.WRITE_OFF: "wrote off {items}",
}  # fmt: skip
_PERIODS = {PeriodAction.PREPARE: "prepared {}", PeriodAction.CLOSE: "closed {}", PeriodAction.REOPEN: "opened {} again"}
_EXCLUDED = {
    Exclusion.CONFLICT: "left {money} out: its bank reference stands on another amount too",
    Exclusion.REFUSED: "said that {money} does not count",
    Exclusion.SUPERSEDED: "took {money} out with its statement",
}
_COMPARED = ("customer_id", "document_no", "document_type", "currency", "amount", "issue_date", "due_date", "disputed_amount")


def summary(batch: Row) -> dict[str, Any]:
    """What a batch's record says."""
    found: dict[str, Any] = json.loads(batch["summary"])
    return found


def items_of(decision: Row, shares: Mapping[str, Sequence[Row]], notes: Mapping[str, Row] | None = None) -> tuple[str, ...]:
    """Ids of the items that a decision is about. `notes`: what decisions say of items, by decision."""
    if notes and (note := notes.get(decision["decision_id"])):
        return (note["item_id"],)
    if decision["kind"] == DecisionKind.REJECT:
        return refused_items(decision["refused"])
    listed = (decision["counts_instead"],) if decision["kind"] == DecisionKind.LISTED else ()
    return tuple(dict.fromkeys([*(share["item_id"] for share in shares.get(decision["decision_id"], ())), *listed]))


@dataclass(frozen=True, slots=True)
class Facts:
    """What decisions are told with.

    Attributes:
        lines: by id: amount, currency, counterparty_name, bank_reference.
        items: by id: document_no, currency.
        names: of customers, by id.
        shares: allocations by decision.
        notes: what decisions say of an item, by decision: item_id, amount, currency, code.
        decisions: those that are told, and those that they take back.
    """

    lines: Mapping[str, Row]
    items: Mapping[str, Row]
    names: Mapping[str, str]
    shares: Mapping[str, Sequence[Row]]
    decisions: Mapping[str, Row]
    notes: Mapping[str, Row] = field(default_factory=dict)

    def money(self, decision: Row) -> tuple[int | None, str]:
        """Cash that a decision moves, in the line's currency; the line's amount where it moves all of it or none in particular."""
        line = self.lines.get(decision["line_id"])
        if line is None:
            return None, ""
        cash = sum(share["amount"] for share in self.shares.get(decision["decision_id"], ()))
        return cash or line["amount"], line["currency"]

    def said(self, decision: Row, batch: Mapping[str, Any]) -> str:
        """What a decision did. `batch`: the record of its batch."""
        kind = decision["kind"]
        if kind == DecisionKind.UNDO:
            target = self.decisions.get(decision["reverses"])
            whole = f", with run {batch['run']}" if "run" in batch else f", with rule {batch['rule']}" if "rule" in batch else ""
            return f"took back: {self._done(target)}, by {self._by(target)}{whole}" if target else f"took back {decision['reverses']}"
        done = self._done(decision)
        if kind == DecisionKind.MATCH:
            share = f" with {_percent(decision['confidence'])}" if decision["confidence"] is not None else ""
            return f"{done} by rule {decision['rule']}{share}"
        return done

    def _by(self, decision: Row) -> str:
        return f"the engine (run by {decision['run_by']})" if decision["run_by"] else str(decision["actor"])

    def _done(self, decision: Row) -> str:
        """What was done, without who decided it."""
        kind = DecisionKind(decision["kind"])
        if kind in ON_ITEMS:
            return self._of_item(decision)
        whole = self._whole(decision)
        if kind == DecisionKind.SET_OFF and decision["line_id"]:
            return f"set off {self._money(decision)} against {self._items(decision)}"
        if kind in _ON_ITEMS:
            return _ON_ITEMS[kind].format(money=self._money(decision), items=self._items(decision))
        if kind == DecisionKind.EXCLUDE:
            instead = f" ({decision['counts_instead']})" if decision["counts_instead"] else ""
            return f"{_EXCLUDED[Exclusion(decision['outcome'])].format(money=whole)}{instead}"
        owner = f", owner {decision['owner']}" if decision["owner"] else ""
        match kind:
            case DecisionKind.ON_ACCOUNT:
                return f"put what is left of {whole} on account"
            case DecisionKind.RETURN:
                other = self.lines.get(decision["other_line"])
                of = f" with line {decision['other_line']} of {_amount(other)}" if other else ""
                return f"recorded {whole} as returned{of}{f': {self._items(decision)}' if self._items(decision) else ''}"
            case DecisionKind.CLASSIFY:
                account = f", ledger account {decision['gl_account']}" if decision["gl_account"] else ""
                return f"classified {whole} as {decision['classified']}{account}"
            case DecisionKind.REJECT:
                return f"refused {self._names(refused_items(decision['refused']))} for {whole}"
            case DecisionKind.LISTED:
                return f"recognised what is left of {whole} as the ERP's own credit {decision['counts_instead']}"
            case DecisionKind.HOLD:
                return f"set {whole} aside until {decision['until']}{owner}"
            case DecisionKind.ASSIGN:
                return f"gave {whole} to {decision['owner']}"
            case DecisionKind.NOTE:
                return f"noted on {whole}"
            case DecisionKind.REVOKE:
                return f"revoked the {decision['classified']} {refused_items(decision['refused'])[0]} of {self._customer(decision)}"
        return kind.value

    def _of_item(self, decision: Row) -> str:
        """What a decision says of an item."""
        note = self.notes[decision["decision_id"]]
        name, amount = self._name(note["item_id"]), f"{money.render(note['amount'], note['currency'])} {note['currency']}"
        match decision["kind"]:
            case DecisionKind.DISPUTE if not note["amount"]:
                return f"settled the dispute about {name}"
            case DecisionKind.DISPUTE:
                return f"recorded that {amount} of {name} are disputed ({note['code']})"
            case DecisionKind.PROMISE:
                return f"recorded that {amount} of {name} are promised for {decision['until']}"
            case DecisionKind.DUNNING_HOLD if decision["until"] is None:
                return f"lets {name} be dunned again"
            case DecisionKind.DUNNING_HOLD:
                return f"keeps {name} from being dunned before {decision['until']}"
            case DecisionKind.DUN:
                return f"dunned {name} at level {note['code']}, for {amount}"
        return f"recorded that the customer {note['code']} {name}"

    def _customer(self, decision: Row) -> str:
        return " ".join(filter(None, (decision["customer_id"], self.names.get(decision["customer_id"], ""))))

    def _payer(self, decision: Row) -> str:
        line = self.lines.get(decision["line_id"])
        return self.names.get(decision["customer_id"], "") or (line["counterparty_name"] if line else "") or decision["customer_id"]

    def _whole(self, decision: Row) -> str:
        """The line's amount and whose it is."""
        line = self.lines.get(decision["line_id"])
        return _of(_amount(line), self._payer(decision)) if line else decision["line_id"] or "no line"

    def _money(self, decision: Row) -> str:
        amount, currency = self.money(decision)
        return _of(f"{money.render(amount, currency)} {currency}", self._payer(decision)) if amount is not None else "no money"

    def _items(self, decision: Row) -> str:
        """The items with what each got, where that is more than the decision's money says."""
        found = self.shares.get(decision["decision_id"], ())
        if len(found) == 1 and not found[0]["adjustment"] and found[0]["amount"]:
            return self._name(found[0]["item_id"])
        return ", ".join(self._share(share) for share in found)

    def _share(self, share: Row) -> str:
        currency = self._currency(share)
        parts = [f"{money.render(share['item_amount'], currency)} {currency}"] if share["item_amount"] else []
        if share["adjustment"]:
            parts.append(f"{money.render(share['adjustment'], currency)} {currency} cleared as {share['adjustment_reason']}")
        return f"{self._name(share['item_id'])} {' and '.join(parts)}"

    def _currency(self, share: Row) -> str:
        item, line = self.items.get(share["item_id"]), self.lines.get(unapplied.line_of(share["item_id"]))
        return str(item["currency"] if item else line["currency"] if line else share["currency"])

    def _names(self, item_ids: Iterable[str]) -> str:
        return ", ".join(map(self._name, item_ids)) or "the proposal"

    def _name(self, item_id: str) -> str:
        item = self.items.get(item_id)
        return (item["document_no"] if item else "") or item_id


def credit(line: Row | None, customer_id: str, name: str) -> str:
    """That a run is certain whose the money of an undecided line is, or is so no more."""
    what = _amount(line) if line else "a line"
    whose = " ".join(filter(None, (customer_id, name)))
    return f"found {what} to be money of {whose}, not placed yet" if whose else f"no longer takes {what} to be a certain customer's"


def arrival(line: Row, files: Sequence[str]) -> str:
    """That a line came in."""
    return f"{_of(_amount(line), line['counterparty_name'])} came in{f' with {_listed(files)}' if files else ''}"


def version(before: Row | None, now: Row) -> str:
    """What a list of the ERP says of an item; '' when it says the same as before."""
    name, currency = now["document_no"] or now["item_id"], now["currency"]

    def text(minor: int) -> str:
        return f"{money.render(minor, currency)} {currency}"

    closed = now["status"] == ItemStatus.CLOSED
    if before is None:
        rest = "closed" if closed else f"{text(now['open_amount'])} open"
        return f"imported {name}: {text(now['amount'])}, {rest}"
    if closed and before["status"] != ItemStatus.CLOSED:
        day = f" on {now['closed_date']}" if now["closed_date"] else ""
        return f"{name} closed by the ERP{day}"
    changes = [f"{column.replace('_', ' ')} {before[column]} -> {now[column]}" for column in _COMPARED if before[column] != now[column]]
    if before["status"] == ItemStatus.CLOSED and not closed:
        changes.insert(0, "open again")
    if before["open_amount"] != now["open_amount"] and not closed:
        changes.insert(0, f"open {text(before['open_amount'])} -> {text(now['open_amount'])}")
    return f"{name} changed by the ERP: {', '.join(changes)}" if changes else ""


def command(batch: Row, files: Sequence[str], run: int | None) -> str:
    """What a command did beside its decisions; '' for one that only decides."""
    told = summary(batch)
    kind, _, of = str(batch["command"]).partition(" ")
    match kind:
        case "run":
            states = told.get("states", {})
            counts = ", ".join(f"{states[word]} {said}" for word, said in _STATES if states.get(word))
            return f"run {run}: {counts or 'nothing to look at'}"
        case "ingest":
            new = sum(file.get("new", 0) for file in told.get("files", {}).values())
            return f"took in {_listed(files) or 'nothing'}: {new} new lines"
        case "import":
            counts = ", ".join(f"{told[name]} {name}" for name in ("rows", "new", "changed", "closed") if name in told)
            day = f"; list of {told['snapshot_date']}" if "snapshot_date" in told else ""
            return f"imported {of} from {_listed(files)}: {counts}{day}"
        case "statement" if of in ("accept", "reject"):
            new = f": {told['new']} new lines" if told.get("new") else ""
            return f"{of}ed statement {told.get('statement', '')}{new}"
        case "proof":
            kept, withdrawn = ", ".join(told.get("kept_errors", ())), ", ".join(told.get("withdrawn_errors", ()))
            return f"kept {kept} of the proof" if kept else f"withdrew {withdrawn} of the proof"
        case "close" | "reopen":
            return _PERIODS[PeriodAction(told["action"])].format(told["month"])
        case "export" if of != "receipts":
            since = f" of what was recorded after batch {told['since']}" if told.get("since") else ""
            return f"exported {of}: {told['rows']} rows{since}"
        case "export":
            return f"sent {told['count']} {of} to {told['target']}, batch {told['batch_id']}"
        case "ack":
            said = [f"{told[word]} {_ANSWERS[word]}" for word in _ANSWERS if told.get(word)]
            return f"{told['target']} answered: {', '.join(said)}"
    return ""


def document(row: Row) -> str:
    """A document for an ERP."""
    return f"the {row['record'].replace('_', '-')} {row['external_id']}"


def answer(row: Row) -> str:
    """What an ERP, or a person who asked there, says of a document."""
    number = f" as {row['erp_number']}" if row["erp_number"] else ""
    by = row["target"] if row["source"] else f"a person who asked {row['target']}"
    return f"{document(row)}: {_ANSWERS[row['result']]}{number} by {by}"


_ANSWERS = {"accepted": "accepted", "rejected": "rejected", "unknown": "of unknown fate", "never_arrived": "never arrived"}


_STATES = (("posted", "posted"), ("proposed", "proposed"), ("none", "left"))


def _listed(names: Sequence[str]) -> str:
    short = [name.rsplit("/", 1)[-1] for name in names]
    return ", ".join(short[:3]) + (f" and {len(short) - 3} more" if len(short) > 3 else "")


def _amount(line: Row) -> str:
    return f"{money.render(line['amount'], line['currency'])} {line['currency']}"


def _of(amount: str, whom: str) -> str:
    return f"{amount} of {whom}" if whom else amount


def _percent(ppm: int) -> str:
    """Cut, never rounded up to a certainty."""
    return f"{ppm // 10_000}.{ppm % 10_000 // 1000} %"
