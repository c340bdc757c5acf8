"""Wallets: rows that say neither income nor expense are money, and the file's own counts and sums prove it."""

import pytest

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source

TITLES = "交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,\n"
ROWS = [
    ("2026-03-20 09:00:00", "提现", "林溪", "提现-快速提现", "不计收支", "310.00", "交易成功", "W1", ""),
    ("2026-03-18 10:00:00", "退款", "青瓷坊", "退款-茶杯", "不计收支", "42.50", "退款成功", "R1", "T7"),
    ("2026-03-17 10:00:00", "转账红包", "何苗", "货款", "收入", "900.00", "交易成功", "C1", ""),
    ("2026-03-16 10:00:00", "家居家装", "青瓷坊", "茶杯", "支出", "85.00", "交易成功", "D1", "T7"),
    ("2026-03-15 10:00:00", "退款", "木作店", "退款-书架", "不计收支", "260.00", "退款成功", "R2", "T8"),
    ("2026-03-14 10:00:00", "家居家装", "木作店", "书架", "支出", "260.00", "交易关闭", "D2", "T8"),
]


def head(count: int = 6, credit: str = "1笔 900.00", debit: str = "1笔 85.00", neutral: str = "4笔 872.50") -> str:
    return f"支付宝账户：linxi@example.com\n共{count}笔记录\n收入：{credit}元\n支出：{debit}元\n不计收支：{neutral}元\n"


def look(before: str, rows: list[tuple[str, ...]]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    lines = []
    for at, kind, who, what, word, amount, state, number, order in rows:
        lines.append(f"{at},{kind},{who},/,{what},{word},{amount},余额,{state},{number},{order},,\n")
    found = inspect(Source.of((before + TITLES + "".join(lines)).encode("gb18030")), ParseOptions(), transactions=True)
    booked = [(row["bank_reference"], row["amount"]) for row in found["transactions"]]
    return booked, [(p["code"], p["severity"]) for p in found["problems"] if p["severity"] != "info"]


BOOKED = [("W1", "-310.00"), ("R1", "42.50"), ("C1", "900.00"), ("D1", "-85.00")]


def test_withdrawals_and_refunds_are_money_and_an_order_that_was_called_off_is_none() -> None:
    assert look(head(), ROWS) == (BOOKED, [])


def test_an_order_that_was_called_off_may_be_counted_by_its_word_or_not_at_all() -> None:
    assert look(head(debit="2笔 345.00", neutral="3笔 612.50"), ROWS) == (BOOKED, [])
    assert look(head(count=5, neutral="3笔 612.50"), ROWS) == (BOOKED, [])


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        (head(), ROWS[:2] + ROWS[3:]),
        (head(), [*ROWS, ROWS[2]]),
        (head(credit="1笔 90.00"), ROWS),
        (head(), [ROWS[0], (*ROWS[1][:5], "24.50", *ROWS[1][6:]), *ROWS[2:]]),
    ],
    ids=["a row lost", "a row twice", "a sum changed in the head", "a sum changed in a refund"],
)
def test_what_the_file_says_of_itself_proves_it(before: str, rows: list[tuple[str, ...]]) -> None:
    assert "statement.totals" in dict(look(before, rows)[1])


DAY = "2026-03-16 10:00:00"


def order(word: str, state: str, number: str, of: str, amount: str = "20.00") -> tuple[str, ...]:
    return DAY, "退款" if state == "退款成功" else "家居家装", "青瓷坊", "茶杯", word, amount, state, number, of


@pytest.mark.parametrize("of", ["T1", ""])
def test_a_refund_of_what_was_paid_is_money_though_another_try_was_called_off(of: str) -> None:
    rows = [order("支出", "交易成功", "D1", of), order("不计收支", "退款成功", "R1", of), order("不计收支", "交易关闭", "X1", of)]
    assert look(head(3, "0笔 0.00", "1笔 20.00", "2笔 40.00"), rows) == ([("D1", "-20.00"), ("R1", "20.00")], [])


@pytest.mark.parametrize("amounts", [["5.00"], ["20.00", "20.00"]])
def test_refunds_that_are_not_what_the_called_off_order_was_are_said(amounts: list[str]) -> None:
    rows = [order("支出", "交易关闭", "X1", "T1"), *(order("不计收支", "退款成功", f"R{n}", "T1", a) for n, a in enumerate(amounts))]
    before = f"支付宝账户：linxi@example.com\n共{len(rows)}笔记录\n"
    assert look(before, rows) == ([], [("note.neutral", "warning")])


def test_a_row_of_which_nothing_tells_the_direction_is_said() -> None:
    moved = ("2026-03-21 09:00:00", "投资理财", "余额宝", "余额宝-转入", "不计收支", "50.00", "交易成功", "F1", "")
    booked, said = look(head(count=7, neutral="5笔 922.50"), [moved, *ROWS])
    assert (booked, said) == (BOOKED, [("note.neutral", "warning")])
