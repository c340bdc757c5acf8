"""What the last lines of a report say of all its rows: counts and sums, which prove that none is missing."""

import re
from collections.abc import Iterator

from matcher import money
from matcher.errors import MatcherError
from matcher.remittance.settlements import figures
from matcher.remittance.settlements.schema import fold, plain
from matcher.remittance.settlements.sheet import Sheet

_HINT = "Download the report again from the provider."
_TOTAL = re.compile(r"#\s*(\S+?)合计[：:]\s*(\d+)笔\s*[，,]\s*\S*?共\s*(-?[\d,.]+)元")
_OF_WECHAT = {
    "应结订单总金额": "应结订单金额",
    "退款总金额": "退款金额",
    "充值券退款总金额": "充值券退款金额",
    "手续费总金额": "手续费",
    "订单总金额": "订单金额",
    "申请退款总金额": "申请退款金额",
    "总交易额": "总金额",
    "总退款金额": "退款金额",
}
"""Title of a closing figure, and the column it sums. Weixin Pay, 交易账单详细说明, 汇总数据."""


def prove(sheet: Sheet) -> None:
    """Compares a report with its closing lines.

    Raises:
        MatcherError: ``file.cut`` where they are missing, ``statement.totals`` where they say something else than the rows.
    """
    match sheet.report.closing:
        case "wechat":
            _wechat(sheet)
        case "alipay-trade":
            _alipay(sheet, {"交易": "商家实收", "退款": "商家实收"}, "业务类型")
        case "alipay-account":
            _alipay(sheet, {"收入": "收入金额", "支出": "支出金额"}, "")
        case _:
            return


def _agree(sheet: Sheet, line: int, what: str, said: str, found: str) -> None:
    if said != found:
        raise MatcherError("statement.totals", f"{what}: the file says {said}, it holds {found}", sheet.where(line), _HINT)


def _cut(sheet: Sheet) -> MatcherError:
    return MatcherError("file.cut", "the closing lines with the report's totals are missing", sheet.name, _HINT)


def _column(sheet: Sheet, begins: str) -> int | None:
    return next((place for title, place in sheet.places.items() if title.startswith(fold(begins))), None)


def _amounts(sheet: Sheet, place: int) -> Iterator[int]:
    for line, cells in sheet.rows:
        try:
            yield figures.amount(cells[place], ".", "CNY")
        except MatcherError as error:
            raise error.at(sheet.where(line)) from None


def _wechat(sheet: Sheet) -> None:
    after = [(line, text) for line, text in sheet.around if text.strip() and (not sheet.rows or line > sheet.rows[-1][0])]
    if len(after) < 2:
        raise _cut(sheet)
    line = after[1][0]
    titles, values = ([plain(cell) for cell in text.split(",")] for _, text in after[:2])
    if len(values) < len([title for title in titles if title]):
        raise _cut(sheet)
    counts, sums = _wechat_found(sheet)
    for title, said in zip(titles, values, strict=False):
        if title in counts:
            _agree(sheet, line, title, said.removesuffix(".0"), str(counts[title]))
        elif title in sums:
            _agree(sheet, line, title, money.render(figures.amount(said, ".", "CNY"), "CNY"), money.render(sums[title], "CNY"))


def _wechat_found(sheet: Sheet) -> tuple[dict[str, int], dict[str, int]]:
    counts = {"总交易单数": len(sheet.rows), "资金流水总笔数": len(sheet.rows)}
    sums: dict[str, int] = {}
    for title, column in _OF_WECHAT.items():
        if (place := sheet.places.get(fold(column))) is not None:
            sums[title] = sum(_amounts(sheet, place))
    way, moved = sheet.places.get(fold("收支类型")), _column(sheet, "收支金额")
    if way is not None and moved is not None:
        amounts = list(_amounts(sheet, moved))
        for word in ("收入", "支出"):
            of_word = [minor for minor, (_, cells) in zip(amounts, sheet.rows, strict=True) if plain(cells[way]) == word]
            counts[f"{word}笔数"], sums[f"{word}金额"] = len(of_word), sum(of_word)
    return counts, sums


def _alipay(sheet: Sheet, of: dict[str, str], by: str) -> None:
    if not any("列表结束" in text for _, text in sheet.around):
        raise _cut(sheet)
    for line, text in sheet.around:
        match = _TOTAL.match(text.strip())
        if not match or match[1] not in of:
            continue
        place = _column(sheet, of[match[1]])
        if place is None:
            continue
        amounts = list(_amounts(sheet, place))
        kind = sheet.places.get(fold(by)) if by else None
        if kind is None:
            held = [minor for minor in amounts if minor]
        else:
            held = [minor for minor, (_, cells) in zip(amounts, sheet.rows, strict=True) if plain(cells[kind]) == match[1]]
        _agree(sheet, line, f"number of {match[1]}", match[2], str(len(held)))
        said = figures.amount(match[3], ".", "CNY")
        _agree(sheet, line, f"sum of {match[1]}", money.render(abs(said), "CNY"), money.render(abs(sum(held)), "CNY"))
