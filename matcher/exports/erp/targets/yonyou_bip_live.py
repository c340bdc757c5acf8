"""The live side of ``yonyou-bip``: the OpenAPI of 用友 YonBIP and YonSuite, 应收管理 (EFI).

Documentation: the API reference of open.yonyoucloud.com as of 2026-06 (*收款单保存并提交*, *收款单详情查询*, *收款退款单保存并提交*,
*收款退款单列表查询*, *收款退款单详情查询*, *注册核销线索*, *应收事务列表查询*, *客户档案列表查询-集成*), repeated in
beckoningcoco/ncc-yonbip-dev-skill, and its page *获取 access_token*. *收款单列表查询* is not among them: its path is that of programs
in public, its fields are those of the list of refunds.

A token is given for the app's key and a time signed with its secret (HmacSHA256), and stands behind the question mark of each call.

Idempotency: ``resubmitCheckKey``, and ``extSystemCode`` with ``extVouchCode``, by which a document is looked for before it is saved
again, and when it was refused. What a receipt pays is registered afterwards as clues of settlement (核销线索), one for each line, under
a ``businessId`` of its own, which is unique there. A clue cannot be asked for. Each line pays one document only: when nothing is left
of the line's transaction (应收事务), the clue has done its work; before that it is registered again under the same ``businessId``.

Every answer has status 200: ``code`` says what went wrong, 310036 that the token is no longer good.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field

from matcher.errors import MatcherError
from matcher.exports.erp.calls import at, text_of
from matcher.exports.erp.live.base import Access, Ask, Connection, Context, Listing, Live, Outcome, Reply, Request, Row, Step
from matcher.exports.erp.live.secret import Secret
from matcher.exports.erp.records import Document, Kind, Part
from matcher.exports.erp.targets import yonyou_bip as files
from matcher.exports.erp.targets.yonyou_bip import GATEWAY, RECEIPT, REST, Settings
from matcher.states import Answered

MOST_PAGE = 500
_SIGN_IN = "/iuap-api-auth/open-auth/selfAppAuth/base/v1/getAccessToken"
_CUSTOMERS = "/iuap-api-gateway/yonbip/digitalModel/merchant/newlistrange"
_DONE = ("200", "00000")
_STATUSES = {"310036": 401, "429": 429, "500": 500, "502": 502, "503": 503, "504": 504}
_PAYS, _PAYS_BACK = "13", "14"
"""``verifyType``: a receipt settles a receivable; a refund settles a receipt."""
_NO_DATE = "9999-12-31"
_ITEM = "bodyItem_grandsonItem_"
_ITEMS = (
    "item_id", "customer_id", "document_no", "document_type", "issue_date", "due_date", "currency", "amount", "open_amount"
)  # fmt: skip


class Connected(Connection):
    """``[target.yonyou-bip.api]``.

    Attributes:
        app_key: of the app (自建应用).
    """

    page: int = Field(MOST_PAGE, ge=1, le=MOST_PAGE)
    app_key: str = Field(min_length=1)


About = Context[Settings, Connected]


class YonyouBip(Live[Settings, Connected]):
    """用友 YonBIP and YonSuite. The secret is that of an app (自建应用)."""

    name: ClassVar[str] = "yonyou-bip"
    connection: ClassVar[type[Connected]] = Connected
    secrets: ClassVar[tuple[str, ...]] = ("APP_SECRET",)
    # how long the gateway works on a call is nowhere said
    settle: ClassVar[int] = 300
    pace: ClassVar[int] = 30

    def understood(self, reply: Reply) -> Reply:
        """A reply with the status that HTTP has for its code."""
        code, message = text_of(at(reply.body, "code")), text_of(at(reply.body, "message"))
        if not reply.ok or not code or code in _DONE:
            return reply
        # the list of refunds tells it with the code of any refusal
        return replace(reply, status=401 if message == "非法token" else _STATUSES.get(code, 400))

    def sign_in(self, ask: Ask, secrets: Sequence[Secret], about: About) -> Access:
        """Asks for an access token.

        Raises:
            MatcherError: ``api.denied`` when none is given; ``api.*``.
        """
        key, moment = about.connection.app_key, str(int(time.time() * 1000))
        signed = hmac.new(secrets[0].reveal().encode(), f"appKey{key}timestamp{moment}".encode(), hashlib.sha256)
        query = {"appKey": key, "timestamp": moment, "signature": base64.b64encode(signed.digest()).decode()}
        reply = ask(Request("GET", _SIGN_IN, query))
        token = text_of(at(reply.body, "data", "access_token"))
        if not reply.ok or not token:
            what = f"no access token is given: {text_of(at(reply.body, 'message')) or reply.text or reply.status}"
            raise MatcherError("api.denied", what, urlsplit(about.connection.url).hostname or "")
        return Access(values={"access_token": Secret(token)})

    def seal(self, request: Request, access: Access) -> Request:
        """A request with the token."""
        return replace(request, query={**request.query, "access_token": access.values["access_token"].reveal()})

    def refuses(self, document: Document, settings: Settings) -> str:
        """As in the files."""
        return files.refuses(document, settings)

    def step(self, document: Document, about: About, done: Sequence[Outcome]) -> Step | None:
        """Save it, and then say what each of its lines settles."""
        booked = Booked(document, about)
        if not done:
            return booked.saved()
        settling = [(row, part) for row, part, _ in files.lines(document) if part is not None]
        return booked.settles(done[0].number, *settling[len(done) - 1]) if len(done) <= len(settling) else None

    def listing(self, kind: str, about: About) -> Listing:
        """Instalments of receivables of which something is open; customers that are not stopped. Both are counted in pages."""
        items, size = kind == "items", about.connection.page

        def page(rows: Sequence[Row], reply: Reply | None) -> Request | None:
            number = 1 if reply is None else _number(at(reply.body, "data", "pageIndex")) + 1
            if reply is not None and not _goes_on(reply, number, size):
                return None
            if not items:
                return Request("POST", _CUSTOMERS, body={"pageIndex": number, "pageSize": size, "filterPotential": True})
            entity = about.connection.entity
            organisation = {"financeOrg.code": [about.settings.entities.get(entity, entity)]} if entity else {}
            return _transactions(about, str(number), str(size), organisation)

        def rows(reply: Reply) -> Sequence[Row] | None:
            read = _rows(reply)
            if read is None or not all(_whole(one) if items else text_of(at(one, "id")) for one in read):
                return None
            if items:
                return [_item(one) for one in read if _decimal(at(one, f"{_ITEM}oriBalance"))]
            return [_customer(one, about) for one in read if at(one, "stopStatus") is not True]

        columns = _ITEMS if items else ("customer_id", "customer_no", "name")
        return Listing("", columns, columns[0], page, rows, twice=True)


@dataclass(frozen=True, slots=True)
class Booked:
    """The calls about a document.

    Attributes:
        document: it.
        about: tables, and the wire.
    """

    document: Document
    about: About

    def saved(self) -> Step:
        """Saves it, and submits it where that is wanted."""
        call = files.call_of(self.document, self.about.settings)
        find = self._listed(files.form_of(self.document), self.document.external_id)

        def found(reply: Reply) -> Outcome | None:
            bill = self._bill(reply, self.document.external_id)
            if isinstance(bill, Outcome) or bill is None:
                return bill
            number = text_of(at(bill, "code")) or text_of(at(bill, "id"))
            if text_of(at(bill, "writeOffState")) == "1":
                return Outcome(Answered.REJECTED, "", f"it is reversed there: {number}")
            return Outcome(Answered.ACCEPTED, number)

        def read(reply: Reply) -> Outcome:
            result, number, words = files.outcome(reply.body)
            if result == Answered.ACCEPTED and text_of(at(reply.body, "data", "code")):
                return Outcome(result, number)
            # what is refused may be so because it is done; and an id is not the number
            there = found(self.about.ask(find))
            return there or Outcome(Answered.UNKNOWN if result == Answered.ACCEPTED else result, "", words or reply.text)

        return Step(Request("POST", call.path, body=call.body), read, find, found)

    def settles(self, number: str, row: str, part: Part) -> Step:
        """Registers what a line settles. There is nothing left of a line that has settled its document."""
        find = _transactions(self.about, "1", str(MOST_PAGE), {"bizBillCode": number}, every=True)

        def found(reply: Reply) -> Outcome | None:
            bill = self._own()
            line = "" if isinstance(bill, Outcome) else _line_id(bill, row)
            left = [at(one, f"{_ITEM}oriBalance") for one in _rows(reply) or () if text_of(at(one, "bodyItem_srcBillRowId")) == line != ""]
            return Outcome(Answered.ACCEPTED) if left and not any(_decimal(one) for one in left) else None

        def read(reply: Reply) -> Outcome:
            said = at(reply.body, "data")
            if reply.ok and at(said, "success") is True and at(said, "data", 0):
                return Outcome(Answered.ACCEPTED)
            words = text_of(at(said, "message")) or text_of(at(reply.body, "message")) or reply.text
            passing = text_of(at(said, "failCode")) == "500" or (reply.ok and at(said, "success") is not False)
            return found(self.about.ask(find)) or Outcome(Answered.UNKNOWN if passing else Answered.REJECTED, "", words)

        return Step(lambda: self._clue(row, part), read, find, found, safe=True)

    def _clue(self, row: str, part: Part) -> Request | Outcome:
        bill = self._own()
        source = self._receivable(part) if self.document.kind == Kind.RECEIPT else self._left_on_account(part)
        for one in (bill, source):
            if isinstance(one, Outcome):
                return one
        assert not isinstance(source, Outcome)
        amount = self.document.decimal(abs(part.cash))
        ours = {"billId": text_of(at(bill, "id")), "billRowId": _line_id(bill, row), "amount": amount}
        clue = {
            "verifyType": _PAYS if self.document.kind == Kind.RECEIPT else _PAYS_BACK, "financeOrg": text_of(at(bill, "financeOrg")),
            "srcBill": {**source, "amount": amount}, "targetBill": ours, "accDate": self.document.date.isoformat(),
            "businessId": f"{self.document.external_id}-{row}",
        }  # fmt: skip
        return Request("POST", f"{GATEWAY}/verify/relation/regClue", body=[clue])

    def _receivable(self, part: Part) -> Mapping[str, object] | Outcome:
        """The instalment that a part pays: a pulled item names it; of another one the document must have a single one."""
        if len(named := part.item_id.split("/")) == 3:
            return {"billId": named[0], "billRowId": named[1], "issueNo": _number(named[2])}
        reply = self.about.ask(_transactions(self.about, "1", str(MOST_PAGE), {"bizBillCode": part.document_no}))
        read = _rows(reply)
        if read is None or not all(_whole(one) for one in read):
            return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
        every = [one for one in read if text_of(at(one, "bizBillCode")) == part.document_no]
        if len(every) != 1:
            what = f"{part.document_no} has {len(every)} instalments there: pull the open items, whose ids name them"
            return Outcome(Answered.REJECTED, "", what if every else f"{part.document_no} is no receivable there")
        return {
            "billId": text_of(at(every[0], "srcBillId")), "billRowId": text_of(at(every[0], "bodyItem_srcBillRowId")),
            "issueNo": _number(at(every[0], f"{_ITEM}issueNo")),
        }  # fmt: skip

    def _left_on_account(self, part: Part) -> Mapping[str, object] | Outcome:
        """The line of an earlier receipt whose money is paid back."""
        bill = self._standing(RECEIPT, part.receipt)
        if isinstance(bill, Outcome):
            return bill
        line = _line_id(bill, REST)
        left = f"the receipt {text_of(at(bill, 'code'))} has left nothing on account there"
        return {"billId": text_of(at(bill, "id")), "billRowId": line} if line else Outcome(Answered.REJECTED, "", left)

    def _own(self) -> Mapping[str, object] | Outcome:
        return self._standing(files.form_of(self.document), self.document.external_id)

    def _standing(self, form: str, external_id: str) -> Mapping[str, object] | Outcome:
        """A document with its lines, by its external id."""
        bill = self._bill(self.about.ask(self._listed(form, external_id)), external_id)
        if isinstance(bill, Outcome):
            return bill
        reply = self.about.ask(Request("GET", f"{GATEWAY}/{form}/detail", {"id": text_of(at(bill, "id"))})) if bill else None
        whole = at(reply.body, "data") if reply is not None and reply.ok else None
        return whole if isinstance(whole, dict) else Outcome(Answered.UNKNOWN, "", f"the document {external_id} is no longer there")

    def _listed(self, form: str, external_id: str) -> Request:
        known = {"extSystemCode": self.about.settings.system, "extVouchCode": external_id}
        return Request("POST", f"{GATEWAY}/{form}/list", body={"pageIndex": 1, "pageSize": 20, **known, "isSum": True})

    def _bill(self, reply: Reply, external_id: str) -> Mapping[str, object] | Outcome | None:
        """The document of an external id; None where there is none, an outcome where that cannot be told."""
        read = _rows(reply)
        if read is None:
            return Outcome(Answered.UNKNOWN, "", f"the answer is no list: {reply.text}")
        ours = [one for one in read if text_of(at(one, "extVouchCode")) == external_id]
        if len({text_of(at(one, "id")) for one in ours}) > 1:
            return Outcome(Answered.UNKNOWN, "", f"it is booked more than once: {', '.join(text_of(at(one, 'code')) for one in ours)}")
        if read and not ours:
            return Outcome(Answered.UNKNOWN, "", "the list has other documents than the one that it was asked for")
        return ours[0] if ours else None


def _transactions(about: About, page: str, size: str, more: Mapping[str, object], *, every: bool = False) -> Request:
    """Asks for transactions: of receivables, or `every` one."""
    kinds = {} if every else {"arapEventType": list(about.settings.receivables)}
    return Request("POST", f"{GATEWAY}/arPublicEvent/list", body={"pageIndex": page, "pageSize": size, **kinds, **more})


def _rows(reply: Reply) -> list[Mapping[str, object]] | None:
    """Rows of a list; None where the answer is none. A list of one row may come as that row."""
    found = at(reply.body, "data", "recordList")
    if not reply.ok or at(reply.body, "data", "pageIndex") is None or (found is not None and not isinstance(found, (list, dict))):
        return None
    every = [found] if isinstance(found, dict) else found or []
    return every if all(isinstance(one, dict) for one in every) else None


def _goes_on(reply: Reply, page: int, size: int) -> bool:
    """Whether a list has this page too; where it does not say, a page that is full is not the last."""
    count = at(reply.body, "data", "pageCount")
    return page <= _number(count) if count is not None else len(_rows(reply) or ()) == size


def _line_id(bill: object, row: str) -> str:
    """The id of a line of a document, by our number of it; '' where it has none."""
    found = at(bill, "bodyItem")
    every = found if isinstance(found, list) else []
    return next((text_of(at(one, "id")) for one in every if text_of(at(one, "extRowNo")) == row), "")


def _whole(one: object) -> bool:
    return all(text_of(at(one, name)) for name in ("srcBillId", "bodyItem_srcBillRowId", f"{_ITEM}issueNo"))


def _item(one: Mapping[str, object]) -> Row:
    """An instalment; one of a red receivable (红字) is below zero."""
    amount, left = (_decimal(one.get(f"{_ITEM}{name}")) for name in ("oriAmount", "oriBalance"))
    issued, due = (text_of(one.get(name))[:10] for name in ("srcBillDate", f"{_ITEM}expireDate"))
    cells = (
        "/".join(text_of(one[name]) for name in ("srcBillId", "bodyItem_srcBillRowId", f"{_ITEM}issueNo")), text_of(one.get("customer")),
        text_of(one.get("bizBillCode")), "invoice" if amount >= 0 else "credit_note", issued, "" if due == _NO_DATE else due,
        text_of(one.get("oriCurrencyCode")), f"{amount:f}", f"{left:f}",
    )  # fmt: skip
    return dict(zip(_ITEMS, cells, strict=True))


def _customer(one: Mapping[str, object], about: About) -> Row:
    key, code = text_of(one.get("id")), text_of(one.get("code"))
    name = one.get("name")
    said = next((words for words in name.values() if words), "") if isinstance(name, dict) else name
    return {"customer_id": key if about.settings.customer == "id" else code, "customer_no": code, "name": text_of(said)}


def _number(value: object) -> int:
    text = text_of(value)
    return int(text) if text.isdecimal() else int(value) if isinstance(value, Decimal) else 0


def _decimal(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


LIVE = YonyouBip()
