"""The calls that book a document in Odoo, and what every call to it is made of.

Every document is one journal entry (``account.move``) whose ``ref`` is the external id, with a receivable line for each invoice of exactly
what it gets: ``js_assign_outstanding_line`` of an invoice and ``reconcile`` of lines (``addons/account/models/account_move.py``) match as
much as both sides have, so a payment of one line could not be told how much goes where. It takes several calls, each of them asked for
before: create, post, and a match for each line. What is taken back is reset to draft, which undoes its matches, and cancelled.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import Field

from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Connection, Context, Outcome, Reply, Request, Step
from matcher.exports.erp.records import Customer, Document, Kind
from matcher.exports.erp.targets.odoo import Settings
from matcher.states import Answered

MOVE, LINE = "account.move", "account.move.line"
INVOICES = ("out_invoice", "out_refund", "out_receipt")


class Api(Connection):
    """``[target.odoo.api]``.

    Attributes:
        database: its name; before Odoo 19 it is needed, since then only where a server has several.
        login: of the key's user; needed before Odoo 19.
        companies: id of the company there by the id of our legal entity; left out where the user's own company is meant.
    """

    database: str = ""
    login: str = ""
    companies: dict[str, int] = Field(default_factory=dict)


About = Context[Settings, Api]


class Refused(Exception):
    """What cannot be called, in words."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a journal entry. Debits are above zero, in minor units.

    Attributes:
        invoice: number of the document that it is matched with; '' for none.
        receipt: external id of the receipt whose money on account it is matched with; '' for none.
        customer: whose receivable it is; None for another account.
        account: of the ledger, where it is no receivable.
    """

    amount: int
    name: str
    invoice: str = ""
    receipt: str = ""
    customer: Customer | None = None
    account: str = ""


class Calls:
    """The calls of one document."""

    def __init__(self, document: Document, about: About) -> None:
        self.document, self.about = document, about
        self.settings = about.settings

    def booking(self) -> list[Step]:
        """Create, post, match."""
        mine = self._find(self.document.external_id)
        steps = [
            Step(self._lazily(self._create), self._said("", lambda: True), mine, lambda reply: standing(reply, ("draft", "posted"), "")),
            Step(self._lazily(lambda: self._on_move(self.document.external_id, "action_post")), self._posted, mine, _is_posted),
        ]
        for place, row in enumerate(self._rows()):
            if row.invoice or row.receipt:
                steps.append(self._match(place, row))
        return steps

    def undoing(self) -> list[Step]:
        """Reset to draft, cancel."""
        other = self.document.reverses
        find = self._find(other)

        def call(method: str) -> Callable[[], Request | Outcome]:
            return self._lazily(lambda: self._on_move(other, method))

        return [
            Step(call("button_draft"), self._said("", lambda: True), find, lambda reply: standing(reply, ("draft", "cancel"), "posted")),
            Step(call("button_cancel"), self._cancelled, find, lambda reply: standing(reply, ("cancel",), "draft")),
        ]

    def _rows(self) -> list[_Row]:
        one = self.document
        rows = [
            _Row(-part.settled, part.document_no or part.receipt, part.document_no if not part.receipt else "", part.receipt, part.customer)
            for part in one.parts
            if part.settled
        ]
        rows += [
            _Row(cleared.amount, cleared.reason, account=self.settings.reason(cleared.reason))
            for part in one.parts
            for cleared in part.adjustments
        ]
        if one.amount:
            rows.append(_Row(one.amount, one.line.reference if one.line else one.external_id, account="*"))
        if one.unapplied:
            source = one.receipt if one.kind == Kind.APPLICATION else ""
            rows.append(_Row(-one.unapplied, one.external_id, "", source, one.customer))
        return rows

    def _create(self) -> Request:
        one = self.document
        name = self.settings.account(one) if one.amount else self.settings.journal
        journal = self._only("account.journal", [["|", "name", "code", name]], ["default_account_id"], name)
        lines = []
        for place, row in enumerate(self._rows()):
            account, partner = self._account(row, journal)
            amount = one.decimal(abs(row.amount))
            debit, credit = (amount, 0) if row.amount > 0 else (0, amount)
            lines.append([0, 0, {
                "sequence": place, "name": row.name, "account_id": account, "partner_id": partner or False,
                "debit": debit, "credit": credit,
            }])  # fmt: skip
        values = {"move_type": "entry", "journal_id": journal["id"], "date": one.date, "ref": one.external_id, "line_ids": lines}
        return call(self.about, MOVE, "create", {"vals_list": [values]}, one.entity)

    def _account(self, row: _Row, journal: Mapping[str, object]) -> tuple[int, int]:
        """Account and partner of a line."""
        if row.account == "*":
            return id_of(journal.get("default_account_id"), self.settings.account(self.document)), 0
        if row.customer is None:
            code, _, rest = row.account.partition(" ")
            found = self._only(
                "account.account", [["|", "code", "name", row.account], ["&", "code", "name", code, rest]], ["code"], row.account
            )
            return id_of(found["id"], row.account), 0
        if row.invoice or row.receipt:
            other = self._others(row)
            there, settled = sum((number(at(line, "amount_residual")) for line in other), Decimal(0)), -self.document.decimal(row.amount)
            if abs(settled) > abs(there) or settled * there < 0:
                raise Refused(f"{row.invoice or row.receipt} has {there:f} open there, and not {settled:f}")
            return id_of(at(other[0], "account_id"), row.name), id_of(at(other[0], "partner_id"), row.name)
        found = self._only("res.partner", [self._partner(row.customer)], ["property_account_receivable_id"], row.customer.id)
        return id_of(found.get("property_account_receivable_id"), row.customer.id), id_of(found["id"], row.customer.id)

    def _partner(self, one: Customer) -> list[object]:
        if self.settings.partner == "database_id":
            return ["id", "=", int(one.id) if one.id.isdecimal() else 0]
        return ["name", "=", one.name or one.id] if self.settings.partner == "name" else ["ref", "=", one.id]

    def _others(self, row: _Row) -> list[object]:
        """The lines that a line is matched with: of an invoice, or what a receipt left on account."""
        open_lines: list[object] = [["parent_state", "=", "posted"], ["reconciled", "=", False]]
        whose = (
            [["move_id.name", "=", row.invoice], ["move_id.move_type", "in", list(INVOICES)], _receivable(self.about)] if row.invoice
            else [["move_id.ref", "=", row.receipt], ["name", "=", row.receipt]]
        )  # fmt: skip
        found = self._read(LINE, [*whose, *open_lines], ["move_id", "account_id", "partner_id", "amount_residual"])
        if not found:
            raise Refused(f"{row.invoice or row.receipt} is not there")
        if len({id_of(at(line, "move_id"), "") for line in found}) > 1:
            raise Refused(f"{row.invoice or row.receipt} is there more than once")
        return found

    def _match(self, place: int, row: _Row) -> Step:
        ours: list[object] = [["move_id.ref", "=", self.document.external_id], ["sequence", "=", place]]
        find = search(self.about, LINE, ours, ["reconciled"], 2, self.document.entity)

        def request() -> Request:
            mine = self._read(LINE, ours, ["reconciled"])
            if len(mine) != 1:
                raise Refused("it is not there any more")
            other = self._others(row)
            if row.invoice:
                body: dict[str, object] = {"ids": [id_of(at(other[0], "move_id"), row.name)], "line_id": at(mine[0], "id")}
                return call(self.about, MOVE, "js_assign_outstanding_line", body, self.document.entity)
            return call(
                self.about, LINE, "reconcile", {"ids": [at(mine[0], "id"), *(at(one, "id") for one in other)]}, self.document.entity
            )

        def found(reply: Reply) -> Outcome | None:
            read = listed(reply)
            if not read:
                return Outcome(Answered.UNKNOWN, "", "it is not there any more")
            return Outcome(Answered.ACCEPTED) if at(read[0], "reconciled") is True else None

        matched = self._said(f"{row.invoice or row.receipt} could not be matched there", lambda: found(self.about.ask(find)) is not None)
        return Step(self._lazily(request), matched, find, found)

    def _on_move(self, external_id: str, method: str) -> Request:
        found = self._read(MOVE, [["ref", "=", external_id]], ["state"])
        if len(found) != 1:
            raise Refused(f"{external_id} is there more than once" if found else f"{external_id} is not there")
        return call(self.about, MOVE, method, {"ids": [at(found[0], "id")]}, self.document.entity)

    def _find(self, external_id: str) -> Request:
        return search(self.about, MOVE, [["ref", "=", external_id]], ["name", "state"], 20, self.document.entity)

    def _posted(self, reply: Reply) -> Outcome:
        if words := failed(reply):
            return Outcome(Answered.REJECTED, "", words)
        return _is_posted(self.about.ask(self._find(self.document.external_id))) or Outcome(Answered.UNKNOWN, "", "it is not posted")

    def _cancelled(self, reply: Reply) -> Outcome:
        if words := failed(reply):
            return Outcome(Answered.REJECTED, "", words)
        found = standing(self.about.ask(self._find(self.document.reverses)), ("cancel",), "draft")
        return found or Outcome(Answered.UNKNOWN, "", "it is not cancelled")

    def _said(self, otherwise: str, holds: Callable[[], bool]) -> Callable[[Reply], Outcome]:
        def read(reply: Reply) -> Outcome:
            if words := failed(reply):
                return Outcome(Answered.REJECTED, "", words)
            return Outcome(Answered.ACCEPTED) if holds() else Outcome(Answered.REJECTED, "", otherwise)

        return read

    def _lazily(self, make: Callable[[], Request]) -> Callable[[], Request | Outcome]:
        def made() -> Request | Outcome:
            try:
                return make()
            except Refused as refused:
                return Outcome(Answered.REJECTED, "", str(refused))

        return made

    def _read(self, model: str, domain: Sequence[object], fields: Sequence[str]) -> list[object]:
        reply = self.about.ask(search(self.about, model, domain, fields, 200, self.document.entity))
        read = listed(reply)
        if read is None:
            raise Refused(failed(reply) or f"the answer is no list: {reply.text}")
        return read

    def _only(self, model: str, ways: Sequence[Sequence[object]], fields: Sequence[str], what: str) -> Mapping[str, object]:
        """The one record that is found in the first of these ways: ``| A B VALUE``, ``& A B VALUE VALUE``, or a condition."""
        for way in ways:
            match way:
                case ["|", first, second, value]:
                    domain: list[object] = ["|", [first, "=", value], [second, "=", value]]
                case ["&", first, second, one, two]:
                    domain = [[first, "=", one], [second, "=", two]]
                case _:
                    domain = [way]
            found = self._read(model, domain, fields)
            if len(found) > 1:
                raise Refused(f"{what} is there more than once")
            if found and isinstance(found[0], Mapping):
                return found[0]
        raise Refused(f"{what} is not there")


def is_json2(about: About) -> bool:
    """Whether the version has JSON-2."""
    return int(about.settings.version or "19") >= 19


def _receivable(about: About) -> list[object]:
    field, word = ("account_type", "asset_receivable") if int(about.settings.version or "19") >= 16 else ("internal_type", "receivable")
    return [f"account_id.{field}", "=", word]


def call(about: About, model: str, method: str, body: Mapping[str, object], entity: str = "") -> Request:
    """A call of a method, in the company of one of our legal entities."""
    company = about.connection.companies.get(entity)
    context = {"context": {"allowed_company_ids": [company]}} if company else {}
    return Request("POST", f"/json/2/{model}/{method}", body={**body, **context})


def rpc(service: str, method: str, args: Sequence[object]) -> Request:
    """A call of JSON-RPC."""
    body = {"jsonrpc": "2.0", "method": "call", "id": 1, "params": {"service": service, "method": method, "args": list(args)}}
    return Request("POST", "/jsonrpc", body=body)


def search(about: About, model: str, domain: Sequence[object], fields: Sequence[str], size: int, entity: str = "") -> Request:
    """Asks for the first records of a domain, by their ids."""
    body = {"domain": list(domain), "fields": list(fields), "order": "id", "limit": size}
    return call(about, model, "search_read", body, entity)


def result(reply: Reply) -> object:
    """What a method gave, by either interface."""
    return at(reply.body, "result") if at(reply.body, "jsonrpc") else reply.body


def failed(reply: Reply) -> str:
    """Why a call failed, in the system's words; '' when it did not."""
    error = at(reply.body, "error")
    if reply.ok and not error:
        return ""
    words = text_of(at(error, "data", "message")) or text_of(at(error, "message")) or text_of(at(reply.body, "message")) or reply.text
    return words or f"the answer is {reply.status}"


def listed(reply: Reply) -> list[object] | None:
    """The records in a reply; None where it has none."""
    found = result(reply)
    return found if isinstance(found, list) and not failed(reply) else None


def id_of(value: object, what: str) -> int:
    """The id in a value: a number, or ``[id, name]`` as many2one fields are read."""
    found = value[0] if isinstance(value, list) and value else value
    if not isinstance(found, int) or isinstance(found, bool):
        raise Refused(f"{what} is not there")
    return found


def number(value: object) -> Decimal:
    """An amount in a reply."""
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


def standing(reply: Reply, done: Sequence[str], before: str) -> Outcome | None:
    """Whether the one entry with a reference is in one of these states; None where there is none, or it is still as `before`."""
    read = listed(reply)
    if read is None:
        return Outcome(Answered.UNKNOWN, "", failed(reply) or f"the answer is no list: {reply.text}")
    if not read:
        return Outcome(Answered.UNKNOWN, "", "it is not there") if before else None
    if len(read) > 1:
        return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(text_of(at(one, 'name')) for one in read)}")
    name, state = text_of(at(read[0], "name")), text_of(at(read[0], "state"))
    if state in done:
        return Outcome(Answered.ACCEPTED, name if state == "cancel" else "")
    return None if state == before else Outcome(Answered.REJECTED, "", f"it is cancelled: {name}")


def _is_posted(reply: Reply) -> Outcome | None:
    found = standing(reply, ("posted",), "draft")
    return found if found is None or found.result != Answered.ACCEPTED else _numbered(found, reply)


def _numbered(found: Outcome, reply: Reply) -> Outcome:
    """The outcome with the number of the entry that a reply lists."""
    return found._replace(number=text_of(at(listed(reply), 0, "name")))
