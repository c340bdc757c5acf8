"""Settlement files written the way payment providers write them, from movements that a test makes up."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from matcher import money

Kind = Literal["payment", "refund", "fee"]


@dataclass(frozen=True)
class Movement:
    """Of a provider's balance, in minor units: a refund's gross is negative, a fee has only a fee."""

    kind: Kind
    number: int
    gross: int
    fee: int

    @property
    def document(self) -> str:
        """The merchant's own number."""
        return "" if self.kind == "fee" else f"R-2026-{self.number:04}"

    @property
    def net(self) -> int:
        """What it does to the balance."""
        return self.gross - self.fee


Payout = Sequence[Movement]


def _eur(minor: int) -> str:
    return money.render(minor, "EUR")


def _german(minor: int) -> str:
    return money.grouped(minor, "EUR").translate(str.maketrans(",.", ".,"))


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def _total(payout: Payout) -> int:
    return sum(one.net for one in payout)


def stripe(payouts: Sequence[Payout]) -> bytes:
    """Stripe, Payout reconciliation report."""
    header = (
        "balance_transaction_id", "created_utc", "currency", "gross", "fee", "net", "reporting_category", "source_id", "description",
        "automatic_payout_id", "payment_metadata[invoice_number]",
    )  # fmt: skip
    words = {"payment": "charge", "refund": "refund", "fee": "fee"}
    rows = []
    for at, payout in enumerate(payouts):
        for one in payout:
            gross, fee = (-one.fee, 0) if one.kind == "fee" else (one.gross, one.fee)
            made = ("eur", _eur(gross), _eur(fee), _eur(one.net), words[one.kind])
            rows.append((f"txn_{one.number}", "2026-03-02 09:12:44", *made, f"ch_{one.number}", "", f"po_{at}", one.document))
        paid = _eur(-_total(payout))
        rows.append(
            (f"txn_po{at}", "2026-03-06 00:00:00", "eur", paid, "0.00", paid, "payout", f"po_{at}", "STRIPE PAYOUT", f"po_{at}", "")
        )
    return _csv(header, rows).encode()


def adyen(payouts: Sequence[Payout]) -> bytes:
    """Adyen, Settlement details report."""
    header = (
        "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Creation Date", "TimeZone", "Type",
        "Modification Reference", "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)", "Exchange Rate", "Net Currency",
        "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)", "Batch Number",
    )  # fmt: skip
    words = {"payment": "Settled", "refund": "Refunded", "fee": "Fee"}

    def sides(minor: int) -> tuple[str, str]:
        return (_eur(-minor), "") if minor < 0 else ("", _eur(minor))

    rows = []
    for batch, payout in enumerate(payouts, 40):
        for one in payout:
            gross = ("", "") if one.kind == "fee" else sides(one.gross)
            psp = "" if one.kind == "fee" else f"{one.number:016}"
            third = one.fee // 3
            fees = ("", "", "", "") if one.kind == "fee" else ("", _eur(third), _eur(third), _eur(one.fee - 2 * third))
            made = ("Co", "Shop", psp, one.document, "2026-03-09 10:12:13", "CET", words[one.kind], f"M{one.number}")
            rows.append((*made, "EUR", *gross, "1", "EUR", *sides(one.net), *fees, str(batch)))
        paid = ("Co", "Shop", "", "", "2026-03-11 02:00:00", "CET", "MerchantPayout", f"TX{batch}XT")
        rows.append((*paid, "", "", "", "", "EUR", *sides(-_total(payout)), "", "", "", "", str(batch)))
    return _csv(header, rows).encode()


def mollie(payouts: Sequence[Payout]) -> bytes:
    """Mollie, Settlement report as CSV: fees are rows of their own."""
    header = (
        "Date", "Payment method", "Currency", "Amount", "Status", "ID", "Description", "Consumer name", "Consumer bank account",
        "Consumer BIC", "Settlement currency", "Settlement amount", "Settlement reference", "Amount refunded",
    )  # fmt: skip
    rows = []
    for at, payout in enumerate(payouts):

        def row(method: str, number: str, text: str, minor: int, settlement: int = at) -> tuple[str, ...]:
            amount = _eur(minor)
            who = ("", "", "")
            return ("2026-03-09", method, "EUR", amount, "paidout", number, text, *who, "EUR", amount, f"12345.2603.0{settlement}", "")

        for one in payout:
            if one.kind != "fee":
                prefix, method = ("tr", "ideal") if one.kind == "payment" else ("re", "refund")
                rows.append(row(method, f"{prefix}_{one.number}", one.document, one.gross))
            if one.fee:
                rows.append(row("", "", f"Withheld transaction fees {one.number}", -one.fee))
    return _csv(header, rows).encode()


def sumup(payouts: Sequence[Payout]) -> bytes:
    """SumUp, Transactions report."""
    header = (
        "Email", "Date", "Transaction ID", "Transaction Type", "Status", "Description", "Total", "Fee", "Payout", "Payout Date",
        "Payout ID", "Currency",
    )  # fmt: skip
    words = {"payment": "Payout", "refund": "Refund", "fee": "Account fee"}
    rows = []
    for at, payout in enumerate(payouts):
        for one in payout:
            when = ("k@northgate.example", "2026-03-09 12:43:22", f"T{one.number}")
            if one.kind == "payment":
                rows.append((*when, "Sale", "Successful", one.document, _eur(one.gross), "", "", "", "", "EUR"))
            paid = (_eur(one.gross), _eur(one.fee), _eur(one.net), "2026-03-11", f"2026{at}", "EUR")
            rows.append((*when, words[one.kind], "Paid out", one.document, *paid))
    return _csv(header, rows).encode()


def square(payouts: Sequence[Payout]) -> bytes:
    """Square, Transactions export."""
    header = (
        "Date", "Total Collected", "Card", "Cash", "Square Gift Card", "Other Tender", "Fees", "Net Total", "Transaction ID", "Payment ID",
        "Description", "Event Type", "Deposit ID", "Deposit Date", "Currency",
    )  # fmt: skip

    def dollars(minor: int) -> str:
        return f"{'-' if minor < 0 else ''}${money.grouped(abs(minor), 'USD')}"

    words = {"payment": "Payment", "refund": "Refund", "fee": "Fee"}
    rows = []
    for at, payout in enumerate(payouts):
        for one in payout:
            amounts = (one.gross, one.gross, 0, 0, 0, -one.fee, one.net)
            ids = (f"TX{one.number}", f"PAY{one.number}", one.document, words[one.kind], f"DEP{at}", "2026-03-10", "EUR")
            rows.append(("2026-03-09", *map(dollars, amounts), *ids))
    return _csv(header, rows).encode()


def paypal_activity(payouts: Sequence[Payout]) -> bytes:
    """PayPal, Activity download in German, the newest first."""
    header = (
        "Datum", "Uhrzeit", "Zeitzone", "Name", "Typ", "Status", "Währung", "Brutto", "Gebühr", "Netto", "Transaktionscode",
        "Rechnungsnummer", "Guthaben",
    )  # fmt: skip
    words = {"payment": "Website-Zahlung", "refund": "Rückzahlung", "fee": "Gebühr"}
    rows, balance = [], 0
    for at, payout in enumerate(payouts):
        for one in payout:
            balance += one.net
            gross, fee = (-one.fee, 0) if one.kind == "fee" else (one.gross, one.fee)
            amounts = map(_german, (gross, -fee, one.net))
            when = ("10.03.2026", "10:11:12", "CET", "Kestrel GmbH")
            rows.append((*when, words[one.kind], "Abgeschlossen", "EUR", *amounts, f"{one.number}PP", one.document, _german(balance)))
        paid = _german(-_total(payout))
        balance = 0
        end = ("EUR", paid, "0,00", paid, f"W{at}", "", "0,00")
        rows.append(("12.03.2026", "18:00:00", "CET", "", "Allgemeine Abbuchung", "Abgeschlossen", *end))
    return b"\xef\xbb\xbf" + _csv(header, rows[::-1]).encode()


def paypal_settlement(payouts: Sequence[Payout]) -> bytes:
    """PayPal, Settlement report."""
    codes = {"payment": "T0006", "refund": "T1107", "fee": "T0106"}
    lines: list[str] = []
    sums = [0, 0, 0, 0]

    def body(number: str, document: str, code: str, gross: int, fee: int) -> None:
        sums[gross < 0] += abs(gross)
        sums[2 + (fee > 0)] += abs(fee)
        when = f"2026/03/12 08:{len(lines) // 60:02}:{len(lines) % 60:02} -0700"
        ways = ["DR" if out else "CR" for out in (gross < 0, fee > 0)]
        lines.append(
            f'"SB","{number}","{document}","","","{code}",{when},{when},"{ways[0]}",{abs(gross)},"EUR","{ways[1]}",{abs(fee)},"EUR","",""'
        )

    for at, payout in enumerate(payouts):
        for one in payout:
            gross, fee = (-one.fee, 0) if one.kind == "fee" else (one.gross, one.fee)
            body(f"{one.number}ST", one.document, codes[one.kind], gross, fee)
        body(f"W{at}", "", "T0400", -_total(payout), 0)
    columns = (
        '"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type","Transaction Event Code",'
        '"Transaction Initiation Date","Transaction Completion Date","Transaction  Debit or Credit","Gross Transaction Amount",'
        '"Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field","Consumer ID"'
    )
    day = "2026/03/12"
    head = [f'"RH",{day} 23:00:00 -0700,"A","ACCT",012', '"FH",01', f'"SH",{day} 00:00:00 -0700,{day} 23:59:59 -0700,"ACCT",""', columns]
    total = ",".join(map(str, sums))
    tail = [f'"SF","EUR",{total},"CR",0,"CR",0,{len(lines)}', f'"SC",{len(lines)}', f'"RF","EUR",{total}', f'"RC",{len(lines)}', '"FF",1']
    return "\n".join([*head, *lines, *tail, ""]).encode()


def alipay_account(payouts: Sequence[Payout]) -> bytes:
    """支付宝, 账务明细: fees are rows of their own."""
    rows: list[str] = []
    balance, incoming, outgoing = 0, list[int](), list[int]()

    def row(number: str, document: str, minor: int, kind: str) -> None:
        nonlocal balance
        balance += minor
        (incoming if minor > 0 else outgoing).append(minor)
        sides = (_eur(minor), "0.00") if minor > 0 else ("0.00", _eur(minor))
        cells = (
            f"{number}\t",
            f"{number}\t",
            f"{document}\t",
            "书籍",
            "2026-03-09 10:00:05",
            "*燕",
            *sides,
            _eur(balance),
            "支付宝",
            kind,
            "\t",
        )
        rows.append(",".join(cells))

    for at, payout in enumerate(payouts):
        for one in payout:
            if one.kind != "fee":
                row(f"30{one.number}", one.document, one.gross, "在线支付" if one.kind == "payment" else "交易退款")
            if one.fee:
                row(f"31{one.number}", "", -one.fee, "收费")
        row(f"32{at}", "", -_total(payout), "提现")
    bar = "-" * 41
    head = ["#支付宝账务明细查询", "#账号：[20880000000000010156]", f"#{bar}账务明细列表{bar}"]
    header = (
        "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注"
    )
    tail = [
        f"#{bar}账务明细列表结束{bar}",
        f"#支出合计：{len(outgoing)}笔，共{_eur(sum(outgoing))}元",
        f"#收入合计：{len(incoming)}笔，共{_eur(sum(incoming))}元",
        "",
    ]
    return "\r\n".join([*head, header, *rows, *tail]).encode("gb18030")


def alipay_trade(payouts: Sequence[Payout]) -> bytes:
    """支付宝, 业务明细: a day is a payout; there are no rows of fees."""
    header = (
        "支付宝交易号,商户订单号,业务类型,创建时间,完成时间,对方账户,订单金额（元）,商家实收（元）,"
        "退款批次号/请求号,服务费（元）,分润（元）,备注"
    )
    rows = []
    of = {"payment": "交易", "refund": "退款"}
    for day, payout in enumerate(payouts, 10):
        for one in payout:
            when = f"2026-03-{day} 10:00:00"
            made = (
                f"20{one.number}\t",
                f"{one.document}\t",
                of[one.kind],
                when,
                when,
                "*燕",
                _eur(one.gross),
                _eur(one.gross),
                "",
                _eur(-one.fee),
            )
            rows.append(",".join((*made, "0.00", "")))
    bar = "-" * 41
    every = [one for payout in payouts for one in payout]
    sums = [
        f"#{word}合计：{len(held)}笔，商家实收{'退款' if kind == 'refund' else ''}共{_eur(sum(one.gross for one in held))}元，"
        "商家优惠共0.00元"
        for kind, word in of.items()
        for held in [[one for one in every if one.kind == kind]]
    ]
    lines = ["#支付宝业务明细查询", f"#{bar}业务明细列表{bar}", header, *rows, f"#{bar}业务明细列表结束{bar}", *sums, ""]
    return "\r\n".join(lines).encode("gb18030")


def _backticks(*cells: str) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def wechat_trade(payouts: Sequence[Payout]) -> bytes:
    """微信支付, 交易账单: a day is a payout; there are no rows of fees."""
    header = (
        "交易时间,商户号,微信订单号,商户订单号,用户标识,交易状态,货币种类,应结订单金额,"
        "微信退款单号,退款金额,充值券退款金额,商品名称,手续费,费率"
    )
    rows = []
    for day, payout in enumerate(payouts, 10):
        for one in payout:
            paid, back = max(one.gross, 0), max(-one.gross, 0)
            word = "SUCCESS" if one.kind == "payment" else "REFUND"
            cells = (f"2026-03-{day} 10:00:00", "1900000001", f"42{one.number}", one.document, "oUser", word, "CNY", _eur(paid))
            rows.append(_backticks(*cells, "0", _eur(back), "0.00", "书籍", f"{_eur(one.fee)}000", "0.60%"))
    every = [one for payout in payouts for one in payout]
    sums = (sum(max(one.gross, 0) for one in every), sum(max(-one.gross, 0) for one in every), 0, sum(one.fee for one in every))
    closing = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额"
    return "\r\n".join(["\ufeff" + header, *rows, closing, _backticks(str(len(every)), *map(_eur, sums)), ""]).encode()


def wechat_funds(payouts: Sequence[Payout]) -> bytes:
    """微信支付, 资金账单: fees are rows of their own."""
    rows: list[str] = []
    balance, incoming, outgoing = 0, list[int](), list[int]()

    def row(number: str, document: str, minor: int, kind: str) -> None:
        nonlocal balance
        balance += minor
        (incoming if minor > 0 else outgoing).append(abs(minor))
        way = "收入" if minor > 0 else "支出"
        rows.append(
            _backticks("2026-03-09 10:00:00", number, number, kind, kind, way, _eur(abs(minor)), _eur(balance), "system", "", document)
        )

    for at, payout in enumerate(payouts):
        for one in payout:
            if one.kind != "fee":
                row(f"50{one.number}", one.document, one.gross, "交易" if one.kind == "payment" else "退款")
            if one.fee:
                row(f"51{one.number}", "", -one.fee, "扣除交易手续费")
        row(f"52{at}", "", -_total(payout), "提现")
    header = (
        "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
    )
    closing = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
    counts = (str(len(rows)), str(len(incoming)), _eur(sum(incoming)), str(len(outgoing)), _eur(sum(outgoing)))
    return "\r\n".join(["\ufeff" + header, *rows, closing, _backticks(*counts), ""]).encode()


Writer = Callable[[Sequence[Payout]], bytes]
WITH_FEES: tuple[Writer, ...] = (stripe, adyen, sumup, square, paypal_activity, paypal_settlement)
"""Reports where the fee of a payment stands in its row."""
FEES_APART: tuple[Writer, ...] = (mollie, alipay_account, wechat_funds)
"""Reports where it is a row of its own."""
BY_DAY: tuple[Writer, ...] = (alipay_trade, wechat_trade)
"""Reports of days, without rows of fees."""
