"""Odoo 19 as its JSON-2 interface shows it, and JSON-RPC of the versions before.

The rules are those of the documentation (*External JSON-2 API*) and of the published source, ``addons/account/models/account_move.py``: an
entry is a draft when it is created, balances before it is posted, is matched only when it is posted, line by line as far as both sides have
something open and on one account only, and loses its matches when it is reset to draft; only a draft can be cancelled. Unknown fields,
methods and arguments are refused, as there.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from live.stub import Call, Refusal, Said, Stub

NUMBER = (int, Decimal)
RECEIVABLE, BANK, DISCOUNT, BAD_DEBTS = 11, 12, 13, 14
ARGUMENTS = {
    "search_read": {"domain", "fields", "order", "limit", "context"}, "search_count": {"domain", "context"},
    "create": {"vals_list", "context"}, "action_post": {"ids", "context"}, "button_draft": {"ids", "context"},
    "button_cancel": {"ids", "context"}, "js_assign_outstanding_line": {"ids", "line_id", "context"}, "reconcile": {"ids", "context"},
}  # fmt: skip
MOVE: dict[str, type | tuple[type, ...]] = {"move_type": str, "journal_id": int, "date": str, "ref": str, "line_ids": list}
LINE: dict[str, type | tuple[type, ...]] = {
    "sequence": int, "name": str, "account_id": int, "partner_id": (int, bool), "debit": NUMBER, "credit": NUMBER,
}  # fmt: skip
Record = dict[str, Any]


class Odoo(Stub):
    """Invoices, contacts, journals, accounts and entries. Amounts of lines are cents, debits above zero."""

    target = "odoo"
    secrets: ClassVar[dict[str, str]] = {"MATCHER_ODOO_KEY": "api-key"}
    acts = ("pay", "pay", "pay", "pay_with_discount", "put_on_account", "apply", "write_off", "undo", "undo")
    version = "19"

    def __init__(self) -> None:
        super().__init__()
        self.moves: dict[int, Record] = {}
        self.lines: dict[int, Record] = {}
        self.matches: list[tuple[int, int, int]] = []
        """Debit line, credit line, and how much of both."""
        self.partners: dict[int, Record] = {}
        self.accounts = {
            number: {"id": number, "code": code, "name": name}
            for number, code, name in (
                (RECEIVABLE, "1400", "Receivables"), (BANK, "1200", "Bank"), (DISCOUNT, "8730", "Cash Discount"),
                (BAD_DEBTS, "2400", "Bad Debts"),
            )
        }  # fmt: skip
        self.journals = {
            1: {"id": 1, "name": "Deutsche Bank", "code": "BNK1", "default_account_id": [BANK, "1200 Bank"]},
            2: {"id": 2, "name": "Miscellaneous Operations", "code": "MISC", "default_account_id": False},
        }

    # --- what the world needs -----------------------------------------------------------------------------------------------------

    def table(self, url: str) -> str:
        return f"""
[target.odoo]
version = "{self.version}"
partner = "reference"
journal = "Miscellaneous Operations"
receivable = "1400 Receivables"
accounts = {{ giro = "Deutsche Bank" }}
reasons = {{ discount = "8730 Cash Discount", bad_debt = "2400" }}
[target.odoo.api]
url = "{url}"
database = "prod"
login = "ada@example.com"
page = 7
"""

    def item_extra(self, name: str) -> dict[str, str]:
        return {}

    def invoice(self, name: str, customer: str, cents: int) -> None:
        partner = next((key for key, one in self.partners.items() if one["ref"] == customer), 0)
        if not partner:
            partner = 100 + len(self.partners)
            self.partners[partner] = {
                "id": partner, "ref": customer, "name": customer, "display_name": customer, "customer_rank": 1, "parent_id": False,
                "property_account_receivable_id": [RECEIVABLE, "1400 Receivables"],
            }  # fmt: skip
        kind = "out_refund" if cents < 0 else "out_invoice"
        move = self._move({"move_type": kind, "journal_id": 1, "date": "2026-09-01", "ref": False}, name, "posted", partner)
        self._line(move, 0, name, RECEIVABLE, partner, cents)
        self._line(move, 1, name, 99, partner, -cents)

    def ids(self) -> list[str]:
        return [one["ref"] for one in self.moves.values() if one["move_type"] == "entry"]

    def outstanding(self) -> dict[str, int]:
        return {
            one["name"]: sum(self._residual(line) for line in self._lines_of(key) if self.lines[line]["account_id"] == RECEIVABLE)
            for key, one in self.moves.items()
            if one["move_type"] != "entry"
        }  # fmt: skip

    def bank(self) -> int:
        return sum(self.lines[line]["amount"] for line in self.lines if self._counts(line) and self.lines[line]["account_id"] == BANK)

    def on_account(self) -> int:
        """What is open of lines that pay no invoice."""
        return -sum(
            self._residual(line) for line, one in self.lines.items()
            if self._counts(line) and one["account_id"] == RECEIVABLE and self.moves[one["move_id"]]["move_type"] == "entry"
        )  # fmt: skip

    # --- calls --------------------------------------------------------------------------------------------------------------------

    def let_in(self, call: Call) -> bool:
        if call.path == "/jsonrpc":
            return True
        return call.headers.get("authorization") == "bearer api-key" and call.headers.get("x-odoo-database") == "prod"

    def writes(self, call: Call) -> bool:
        method = call.path.rpartition("/")[2]
        if call.path == "/jsonrpc":
            method = call.body["params"]["args"][4] if call.body["params"]["method"] == "execute_kw" else "authenticate"
        return method not in ("search_read", "search_count", "authenticate")

    def rejected(self, call: Call) -> Said:
        return self._error(call.path, "You cannot post: the period is locked.")

    def _error(self, path: str, words: str, status: int = 422) -> Said:
        name = "odoo.exceptions.UserError"
        if path == "/jsonrpc":
            return Said(
                200,
                {
                    "jsonrpc": "2.0",
                    "id": 1,
                    "error": {"code": 200, "message": "Odoo Server Error", "data": {"name": name, "message": words}},
                },
            )
        return Said(status, {"name": name, "message": words, "arguments": [words], "context": {}, "debug": ""})

    def answer(self, call: Call) -> Said:
        try:
            if call.path != "/jsonrpc":
                _, _, _, model, method = call.path.split("/")
                return Said(200, self._run(model, method, call.body))
            params = call.body["params"]
            if (params["service"], params["method"]) == ("common", "authenticate"):
                return Said(200, {"jsonrpc": "2.0", "id": 1, "result": 7 if params["args"][2] == "api-key" else False})
            database, uid, key, model, method, args, more = params["args"]
            if (database, uid, key) != ("prod", 7, "api-key"):
                denied = {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied"}
                return Said(200, {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "message": "Odoo Server Error", "data": denied}})
            result = self._run(model, method, more | ({"ids": args[0]} if args else {}))
            return Said(200, {"jsonrpc": "2.0", "id": 1, "result": result})
        except UserError as error:
            return self._error(call.path, str(error))

    def _run(self, model: str, method: str, body: Any) -> Any:
        if not isinstance(body, dict) or method not in ARGUMENTS or set(body) - ARGUMENTS[method]:
            raise self.mistake(f"{model}.{method} is not called so: {body}", 422)
        match model, method:
            case _, "search_read":
                found = self._search(model, body["domain"])[: body["limit"]]
                for name in body["fields"]:
                    if found and name not in found[0]:
                        raise self.mistake(f"{model} has no field {name}", 422)
                return [{"id": one["id"], **{name: one[name] for name in body["fields"]}} for one in found]
            case _, "search_count":
                return len(self._search(model, body["domain"]))
            case "account.move", "create":
                return [self._create(values) for values in body["vals_list"]]
            case "account.move", "action_post":
                return [self._post(key) for key in body["ids"]] and False
            case "account.move", "button_draft":
                return [self._draft(key) for key in body["ids"]] and None
            case "account.move", "button_cancel":
                return [self._cancel(key) for key in body["ids"]] and None
            case "account.move", "js_assign_outstanding_line":
                (invoice,) = body["ids"]
                mine = self.lines[body["line_id"]]
                others = [
                    key for key in self._lines_of(invoice) if self.lines[key]["account_id"] == mine["account_id"] and self._residual(key)
                ]
                return self._reconcile([body["line_id"], *others])
            case "account.move.line", "reconcile":
                return self._reconcile(body["ids"])
        raise self.mistake(f"{model} has no method {method}", 404)

    # --- records ------------------------------------------------------------------------------------------------------------------

    def _search(self, model: str, domain: list[Any]) -> list[Record]:
        match model:
            case "account.journal":
                every: list[Record] = list(self.journals.values())
            case "account.account":
                every = list(self.accounts.values())
            case "res.partner":
                every = list(self.partners.values())
            case "account.move":
                every = [self._read_move(key) for key in self.moves]
            case "account.move.line":
                every = [self._read_line(key) for key in self.lines]
            case _:
                raise self.mistake(f"there is no {model}", 404)
        return [one for one in every if self._fits(one, domain)]

    def _fits(self, one: Record, domain: list[Any]) -> bool:
        if domain[:1] == ["|"]:
            return self._term(one, domain[1]) or self._term(one, domain[2])
        return all(self._term(one, term) for term in domain)

    def _term(self, one: Record, term: list[Any]) -> bool:
        name, sign, value = term
        if name not in one:
            raise self.mistake(f"a record has no field {name}", 422)
        found = one[name][0] if isinstance(one[name], list) else one[name]
        match sign:
            case "=":
                return bool(found == value)
            case "!=":
                return bool(found != value)
            case ">":
                return bool(found > value)
            case "in":
                return found in value
        raise self.mistake(f"there is no operator {sign}", 422)

    def _read_move(self, key: int) -> Record:
        one = self.moves[key]
        partner = self.partners.get(one["partner"], {"id": 0, "name": ""})
        owed = [line for line in self._lines_of(key) if self.lines[line]["account_id"] == RECEIVABLE]
        return one | {
            "id": key, "company_id": [1, "Nordkai Handel GmbH"],
            "partner_id": [partner["id"], partner["name"]] if one["partner"] else False,
            "invoice_date": one["date"], "invoice_date_due": "2026-10-01", "currency_id": [1, "EUR"], "payment_reference": one["name"],
            "amount_total": abs(Decimal(sum(self.lines[line]["amount"] for line in owed)) / 100), "payment_state": "not_paid",
            "amount_residual": abs(Decimal(sum(self._residual(line) for line in owed)) / 100) if one["move_type"] != "entry" else 0,
        }  # fmt: skip

    def _read_line(self, key: int) -> Record:
        one = self.lines[key]
        move = self.moves[one["move_id"]]
        owed = one["account_id"] == RECEIVABLE
        return {
            "id": key, "name": one["name"], "sequence": one["sequence"], "move_id": [one["move_id"], move["name"]],
            "parent_state": move["state"],
            "move_id.name": move["name"], "move_id.ref": move["ref"], "move_id.move_type": move["move_type"],
            "account_id": [one["account_id"], ""], "partner_id": [one["partner"], ""] if one["partner"] else False,
            "account_id.account_type": "asset_receivable" if owed else "other",
            "account_id.internal_type": "receivable" if owed else "other",
            "amount_residual": Decimal(self._residual(key)) / 100 if owed else 0,
            "reconciled": owed and self._counts(key) and not self._residual(key),
        }  # fmt: skip

    def _lines_of(self, move: int) -> list[int]:
        return [key for key, one in self.lines.items() if one["move_id"] == move]

    def _counts(self, line: int) -> bool:
        return bool(self.moves[self.lines[line]["move_id"]]["state"] == "posted")

    def _residual(self, line: int) -> int:
        if not self._counts(line):
            return 0
        used = sum(cents if debit == line else -cents for debit, credit, cents in self.matches if line in (debit, credit))
        return int(self.lines[line]["amount"]) - used

    def _move(self, values: Mapping[str, Any], name: str, state: str, partner: int) -> int:
        key = 1000 + len(self.moves)
        self.moves[key] = {**values, "name": name, "state": state, "partner": partner}
        return key

    def _line(self, move: int, sequence: int, name: str, account: int, partner: int, cents: int) -> None:
        key = 5000 + len(self.lines)
        self.lines[key] = {"move_id": move, "sequence": sequence, "name": name, "account_id": account, "partner": partner, "amount": cents}

    def _create(self, values: Any) -> int:
        self.check(values, MOVE, tuple(MOVE), "account.move")
        if values["move_type"] != "entry" or values["journal_id"] not in self.journals:
            raise self.mistake("account.move: no entry of a journal", 422)
        made = []
        for command in values["line_ids"]:
            if command[:2] != [0, 0]:
                raise self.mistake(f"line_ids: {command}", 422)
            self.check(command[2], LINE, tuple(LINE), "account.move.line")
            if command[2]["account_id"] not in self.accounts:
                raise self.mistake(f"account.move.line: account {command[2]['account_id']}", 422)
            sides = [Decimal(command[2][side]) * 100 for side in ("debit", "credit")]
            if any(side != int(side) or side < 0 for side in sides) or (sides[0] and sides[1]):
                raise self.mistake(f"account.move.line: {sides}", 422)
            made.append((command[2], int(sides[0] - sides[1])))
        if sum(cents for _, cents in made):
            raise UserError("The entry is not balanced.")
        move = self._move({name: values[name] for name in MOVE if name != "line_ids"}, "/", "draft", 0)
        for line, cents in made:
            self._line(move, line["sequence"], line["name"], line["account_id"], line["partner_id"] or 0, cents)
        return move

    def _post(self, key: int) -> None:
        if self.moves[key]["state"] != "draft":
            raise UserError("You can only post draft entries.")
        code = self.journals[self.moves[key]["journal_id"]]["code"]
        name = self.moves[key]["name"]
        self.moves[key] |= {"state": "posted", "name": f"{code}/2026/{key:05}" if name == "/" else name}

    def _draft(self, key: int) -> None:
        if self.moves[key]["state"] not in ("posted", "cancel"):
            raise UserError("Only posted/cancelled journal entries can be reset to draft.")
        mine = set(self._lines_of(key))
        self.matches = [one for one in self.matches if not mine & {one[0], one[1]}]
        self.moves[key]["state"] = "draft"

    def _cancel(self, key: int) -> None:
        if self.moves[key]["state"] != "draft":
            raise UserError("Only draft journal entries can be cancelled.")
        self.moves[key]["state"] = "cancel"

    def _reconcile(self, lines: list[int]) -> None:
        if any(not self._counts(line) for line in lines):
            raise UserError("You can only reconcile posted entries.")
        if len({self.lines[line]["account_id"] for line in lines}) > 1:
            raise UserError("Entries are not from the same account.")
        if any(not self._residual(line) for line in lines):
            raise UserError("You are trying to reconcile some entries that are already reconciled.")
        for debit in [line for line in lines if self._residual(line) > 0]:
            for credit in [line for line in lines if self._residual(line) < 0]:
                cents = min(self._residual(debit), -self._residual(credit))
                if cents > 0:
                    self.matches.append((debit, credit, cents))


class UserError(Exception):
    """What Odoo tells its user."""


class Odoo17(Odoo):
    """Version 17, over JSON-RPC."""

    version = "17"


__all__ = ["Odoo", "Odoo17", "Refusal"]
