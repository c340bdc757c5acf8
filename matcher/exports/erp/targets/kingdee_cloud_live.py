"""The live side of ``kingdee-cloud``: the WebAPI of 金蝶云星空 (K/3 Cloud).

``AuthService.LoginByAppSecret`` lets in: account (数据中心), user, id and secret of a third-party system (第三方系统登录授权), and
language; the session that it gives goes with each call (https://www.e-com-net.com/article/1727557662100500480.htm).
``DynamicFormService`` has the operations: ``Save`` takes the documents of the file target; ``Submit``, ``Audit``, ``UnAudit``,
``CancelAssign`` (撤销) and ``Delete`` take ``Numbers``; ``ExecuteBillQuery`` gives rows of ``FieldKeys``.

There is no idempotency key. Our external id is 单据编号 (``FBillNo``), which a form has once. It stands in the field for the external id
too, as in the files; by that a document is looked for before it is saved, and when it was refused.

Every answer has status 200. ``ResponseStatus.MsgCode`` says what went wrong: 1 no session, 2 and 15 no right, 7 no licence, 14 too many
calls; whatever else is a refusal. 单据状态: Z 暂存, A 创建, B 审核中, C 已审核, D 重新审核.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Connection, Context, Listing, Live, Outcome, Reply, Request, Row, Step
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Kind
from matcher.exports.erp.targets import kingdee_cloud as files
from matcher.exports.erp.targets.kingdee_cloud import RECEIPT, REFUND, Settings
from matcher.states import Answered

MOST_PAGE = 2000
_LOGIN = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginByAppSecret.common.kdsvc"
_STATUSES = {1: 401, 2: 403, 7: 403, 15: 403, 14: 429}
_BILL = ("FBillNo", "FDocumentStatus")
_DRAFT, _SUBMITTED, _AUDITED = "Z", "BC", "C"
_ITEMS = {
    "item_id": "FEntityPlan_FEntryID", "entity": "FSETTLEORGID.FNumber", "customer_id": "FCUSTOMERID.FNumber", "document_no": "FBillNo",
    "issue_date": "FDATE", "due_date": "FENDDATE", "currency": "FCURRENCYID.FNumber", "amount": "FPAYAMOUNTFOR",
    "open_amount": "FWRITTENOFFAMOUNTFOR_P",
}  # fmt: skip
"""Fields of an instalment (收款计划) of a receivable; what is open of it is its amount less what is written off."""
_CUSTOMERS = {"customer_id": "FNumber", "customer_no": "FNumber", "name": "FName"}


class Connected(Connection):
    """``[target.kingdee-cloud.api]``.

    Attributes:
        account: id of the account (数据中心).
        user: of the WebAPI.
        app_id: of the third-party system (第三方系统登录授权).
        language: of messages; 2052 is Chinese, 1033 English.
    """

    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    account: str = Field(min_length=1)
    user: str = Field(min_length=1)
    app_id: str = Field(min_length=1)
    language: int = 2052


About = Context[Settings, Connected]


class KingdeeCloud(Live[Settings, Connected]):
    """金蝶云星空. Its secret is the application secret of a third-party system."""

    name: ClassVar[str] = "kingdee-cloud"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET",)
    # how long its server works on a call is nowhere said; IIS ends one after 110 seconds unless it was set to more
    settle: ClassVar[int] = 300
    pace: ClassVar[int] = 30

    def understood(self, reply: Reply) -> Reply:
        """A reply with the status that HTTP has for its code; a query tells errors inside two lists."""
        status = _status(reply)
        if not reply.ok or at(status, "IsSuccess") is not False:
            return reply
        code = at(status, "MsgCode")
        return replace(reply, status=_STATUSES.get(code, 400) if isinstance(code, int) else 400)

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for a session.

        Raises:
            MatcherError: ``api.denied`` when none is given; ``api.*``.
        """
        api = about.connection
        reply = ask(Request("POST", _LOGIN, body={"parameters": [api.account, api.user, api.app_id, secrets[0].reveal(), api.language]}))
        session = text_of(at(reply.body, "KDSVCSessionId"))
        if at(reply.body, "LoginResultType") != 1 or not session:
            what = f"no session is given: {text_of(at(reply.body, 'Message')) or reply.text or reply.status}"
            raise MatcherError("api.denied", what, urlsplit(api.url).hostname or "")
        return Access({"kdservice-sessionid": Secret(session)})

    def refuses(self, document: Document, settings: Settings) -> str:
        """What cannot be booked: as in the files, but that a receipt and a refund can be deleted."""
        deletes = document.reverses and document.reversed_kind in (Kind.RECEIPT, Kind.REFUND, Kind.RETURN)
        return "" if deletes else files.refuses(document, settings)

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """Save, and where it is wanted submit and audit; or reverse the audit and delete."""
        form = RECEIPT if (document.reversed_kind or document.kind) == Kind.RECEIPT else REFUND
        field = about.settings.receipt_id_field if form == RECEIPT else about.settings.refund_id_field
        key = document.reverses or document.external_id
        find = _query(form, _BILL, (_equal(field, key),), "FID", 20)
        told = Bills(form, find, about)
        steps: list[Callable[[str], Step]] = [told.opened, told.deleted]
        if not document.reverses:
            steps = [lambda number: told.saved(document), *([told.submitted, told.audited] if about.settings.audit else [])]
        return steps[len(done)](done[0].number if done else "") if len(done) < len(steps) else None

    def listing(self, kind: str, about: About) -> Listing:
        """Instalments of audited receivables that are not written off; customers. By id, so that no page moves when a row goes."""
        items = kind == "items"
        form, key, names = ("AR_receivable", "FEntityPlan_FEntryID", _ITEMS) if items else ("BD_Customer", "FCUSTID", _CUSTOMERS)
        kept = [_equal("FDocumentStatus", "C"), *([] if items else [_equal("FForbidStatus", "A")])]
        if items:
            kept += [_equal("FCancelStatus", "A"), _unequal("FWRITTENOFFSTATUS", "C"), _unequal("FSetAccountType", "2")]
        if items and (entity := about.connection.entity):
            kept.append(_equal("FSETTLEORGID.FNumber", about.settings.entities.get(entity, entity)))
        fields, size = tuple(dict.fromkeys((key, *names.values()))), about.connection.page
        columns = (*names, "document_type") if items else tuple(names)
        seen = set[str]()

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            read = _rows(reply, fields) if reply is not None else None
            if read is not None and len(read) < size:
                return None
            if read is None:
                seen.clear()
            after = (f"{key} > {text_of(read[-1][key])}",) if read else ()
            return _query(form, fields, (*kept, *after), key, size)

        def rows(reply: Reply) -> Sequence[Row] | None:
            read = _rows(reply, fields)
            if read is None or any(not text_of(one[key]) for one in read):
                return None
            if items:
                return [row for row in (_item(one, about) for one in read) if Decimal(row["open_amount"])]
            made: list[Row] = []
            for one in read:
                row = {title: text_of(one[name]) for title, name in names.items()}
                # a customer whom several organisations use has a row for each
                made += [] if row["customer_id"] in seen else [row]
                seen.add(row["customer_id"])
            return made

        return Listing("", columns, columns[0], page, rows, twice=True)


def _call(operation: str, body: Mapping[str, object]) -> Request:
    return Request("POST", f"/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.{operation}.common.kdsvc", body=body)


def _equal(field: str, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"{field} = '{quoted}'"


def _unequal(field: str, value: str) -> str:
    return f"{field} <> '{value}'"


def _query(form: str, fields: Sequence[str], filters: Sequence[str], order: str, size: int) -> Request:
    data = {
        "FormId": form, "FieldKeys": ",".join(fields), "FilterString": " and ".join(filters), "OrderString": f"{order} asc", "StartRow": 0,
        "Limit": size,
    }  # fmt: skip
    return _call("ExecuteBillQuery", {"data": data})


class Bill(NamedTuple):
    """What stands there under an external id: its number and status, both '' for nothing; or why that cannot be told."""

    number: str = ""
    status: str = ""
    trouble: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Bills:
    """The operations on a document.

    Attributes:
        form: of it.
        find: asks for it by its external id.
        about: tables, and the wire.
    """

    form: str
    find: Request
    about: About

    def saved(self, one: Document) -> Step:
        """Saves it. It is not submitted by the same call: an answer would not say which of the two was refused."""
        call = files.call_of(one, self.about.settings)
        data, model = (at(call.body, *keys) for keys in (("data",), ("data", "Model")))
        assert isinstance(data, Mapping)
        assert isinstance(model, Mapping)
        body = {**call.body, "data": {**data, "IsAutoSubmitAndAudit": "false", "Model": {**model, "FBillNo": one.external_id}}}

        def found(bill: Bill) -> Outcome | None:
            if bill.status == _DRAFT:
                return Outcome(Answered.UNKNOWN, "", f"it is kept as a draft: {bill.number}")
            return Outcome(Answered.ACCEPTED, bill.number) if bill.number else None

        return self._step(Request("POST", call.path, body=body), found, one.external_id)

    def submitted(self, number: str) -> Step:
        """Submits it."""
        return self._moved("Submit", number, _SUBMITTED)

    def audited(self, number: str) -> Step:
        """Audits it."""
        return self._moved("Audit", number, _AUDITED)

    def _moved(self, operation: str, number: str, there: str) -> Step:
        def found(bill: Bill) -> Outcome | None:
            if not bill.number:
                return Outcome(Answered.UNKNOWN, "", f"the document {number} is no longer there")
            return Outcome(Answered.ACCEPTED, number) if bill.status in there else None

        return self._step(self._call(operation, number), found, number)

    def opened(self, _: str) -> Step:
        """Reverses its audit, or takes it back from who should audit it. What was deleted, or never audited, is open."""
        return self._undone(_SUBMITTED, lambda bill: "UnAudit" if bill.status in _AUDITED else "CancelAssign")

    def deleted(self, _: str) -> Step:
        """Deletes it."""
        return self._undone("ZABCD", lambda bill: "Delete")

    def _undone(self, before: str, operation: Callable[[Bill], str]) -> Step:
        """An operation on what is there with one of some statuses; what is not has it behind itself."""
        seen = [Bill()]

        def found(bill: Bill) -> Outcome | None:
            seen[0] = bill if bill.number else seen[0]
            return None if bill.number and bill.status in before else Outcome(Answered.ACCEPTED, seen[0].number)

        return self._step(lambda: self._call(operation(seen[0]), seen[0].number), found, "")

    def _call(self, operation: str, number: str) -> Request:
        return _call(operation, {"formid": self.form, "data": {"Numbers": [number]}})

    def _step(self, request: Request | Callable[[], Request | Outcome], meant: Callable[[Bill], Outcome | None], number: str) -> Step:
        def found(reply: Reply) -> Outcome | None:
            bill = _bill(reply)
            return bill.trouble or meant(bill)

        def read(reply: Reply) -> Outcome:
            result, told, words = files.outcome(reply.body)
            if result == Answered.ACCEPTED:
                return Outcome(result, number or told)
            # what is refused may be so because it is done: a call that was thought lost has arrived after all
            return found(self.about.ask(self.find)) or Outcome(result, "", words or reply.text)

        return Step(request, read, self.find, found)


def _bill(reply: Reply) -> Bill:
    rows = _rows(reply, _BILL)
    if rows is None:
        return Bill(trouble=Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}"))
    if len(rows) > 1:
        numbers = ", ".join(text_of(one["FBillNo"]) for one in rows)
        return Bill(trouble=Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {numbers}"))
    return Bill(text_of(rows[0]["FBillNo"]), text_of(rows[0]["FDocumentStatus"])) if rows else Bill()


def _status(reply: Reply) -> object:
    found = at(reply.body, "Result", "ResponseStatus")
    return found if found is not None else at(reply.body, 0, 0, "Result", "ResponseStatus")


def _rows(reply: Reply, fields: Sequence[str]) -> list[Mapping[str, object]] | None:
    """Rows of a query by their fields; None where the answer is no list of rows."""
    if not reply.ok or not isinstance(reply.body, list):
        return None
    if any(not isinstance(row, list) or len(row) != len(fields) for row in reply.body):
        return None
    return [dict(zip(fields, row, strict=True)) for row in reply.body]


def _item(one: Mapping[str, object], about: About) -> dict[str, str]:
    """An instalment of a receivable; one of a red bill (红字) is below zero."""
    entities = {number: entity for entity, number in about.settings.entities.items()}
    currencies = {number: code for code, number in about.settings.currencies.items()}
    row = {title: text_of(one[name]) for title, name in _ITEMS.items()}
    amount, written = (_decimal(one[_ITEMS[title]]) for title in ("amount", "open_amount"))
    return row | {
        "entity": entities.get(row["entity"], row["entity"]), "currency": currencies.get(row["currency"], row["currency"]),
        "issue_date": row["issue_date"][:10], "due_date": row["due_date"][:10], "amount": f"{amount:f}",
        "open_amount": f"{amount - written:f}", "document_type": "invoice" if amount >= 0 else "credit_note",
    }  # fmt: skip


def _decimal(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


LIVE = KingdeeCloud()
