"""From movements of the balance with a provider to its payouts, and to what is not proven."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from matcher import money
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, Unproven
from matcher.remittance.settlements.entries import OF_CUSTOMERS, Entry
from matcher.remittance.settlements.schema import Report

_REASONS = {"fee": "fee", "reserve": "retention"}


@dataclass(frozen=True, slots=True)
class _Payout:
    """A payout: the movements it is made of, and its own rows where the report has them."""

    account: str
    name: str
    currency: str
    entries: tuple[Entry, ...]
    own: tuple[Entry, ...] = ()
    carried: int = 0  # what the balance held before the first of its movements
    broken: str = ""  # what is wrong with the balances around it


def advices(entries: Sequence[Entry], report: Report, name: str) -> AdviceFile:
    """One advice for each payout and currency that adds up; the others, and what is in no payout yet, are unproven."""
    found: list[Advice] = []
    unproven: list[Unproven] = []
    payouts, waiting = _by_order(entries) if report.group == "ends" else _by_key(entries, report)
    named = Counter((payout.account, payout.name) for payout in payouts)
    # where other payouts of the file have a row of their own, the row of one without it is not written yet, or was cut off
    expected = report.payout_row or any(payout.own for payout in payouts)
    for payout in payouts:
        made = _advice(payout, report, name, alone=named[payout.account, payout.name] == 1, expected=expected)
        if isinstance(made, Advice):
            found.append(made)
        else:
            unproven.append(made)
    for group in waiting:
        held = [entry for entry in group if entry.kind != "converted"]
        if not held:
            continue
        total = money.render(sum(entry.net for entry in held), held[0].currency)
        count = f"{len(held)} entry is" if len(held) == 1 else f"{len(held)} entries are"
        why = f"{count} in no payout of this file: {total} {held[0].currency}"
        unproven.append(Unproven(name, why, "", tuple(_rows(held))))
    found.sort(key=lambda advice: (advice.advice_id, advice.currency))
    return AdviceFile(tuple(found), tuple(unproven))


def _by_key(entries: Sequence[Entry], report: Report) -> tuple[list[_Payout], list[list[Entry]]]:
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    waiting: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        key = entry.payout if report.group == "id" else (entry.day.isoformat() if entry.day else "")
        if key:
            groups.setdefault((entry.account, key, entry.currency), []).append(entry)
        else:
            waiting.setdefault((entry.account, entry.currency), []).append(entry)
    return [_split(account, key, currency, group) for (account, key, currency), group in groups.items()], list(waiting.values())


def _split(account: str, key: str, currency: str, group: list[Entry]) -> _Payout:
    own = tuple(entry for entry in group if entry.kind.startswith("payout"))
    return _Payout(account, key, currency, tuple(entry for entry in group if not entry.kind.startswith("payout")), own)


def _by_order(entries: Sequence[Entry]) -> tuple[list[_Payout], list[list[Entry]]]:
    accounts: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        accounts.setdefault((entry.account, entry.currency), []).append(entry)
    payouts: list[_Payout] = []
    waiting: list[list[Entry]] = []
    for (account, currency), group in accounts.items():
        ordered, broken = _in_order(group)
        first = ordered[0]
        carried = 0 if first.balance is None else first.balance - first.net
        since: list[Entry] = []
        for entry in ordered:
            if entry.kind != "payout":
                since.append(entry)
                continue
            payouts.append(_Payout(account, entry.reference, currency, tuple(since), (entry,), carried, broken))
            carried += sum(one.net for one in since) + entry.net
            since = []
        if since:
            waiting.append(since)
    return payouts, waiting


def _in_order(group: list[Entry]) -> tuple[list[Entry], str]:
    """The oldest first; and where the balances do not follow from each other, words for it."""
    back = group[::-1]
    days = [entry.day for entry in group if entry.day]
    turned = len(days) > 1 and days[0] > days[-1]
    if any(entry.balance is None for entry in group):
        return (back if turned else group), ""
    for ordered in (back, group) if turned else (group, back):
        if not _break(ordered):
            return ordered, ""
    ordered = back if turned else group
    return ordered, _break(ordered)


def _break(ordered: list[Entry]) -> str:
    for before, after in pairwise(ordered):
        if before.balance is not None and after.balance is not None and before.balance + after.net != after.balance:
            due, said = (money.render(minor, after.currency) for minor in (before.balance + after.net, after.balance))
            return f"the balance after {after.place} would be {due}, the file says {said} {after.currency}"
    return ""


def _advice(payout: _Payout, report: Report, name: str, *, alone: bool, expected: bool) -> Advice | Unproven:
    paid = [entry for entry in payout.own if entry.kind == "payout"]
    rows = (*_rows(payout.entries), *(_kept("fee", entry.fee, entry) for entry in paid if entry.fee))
    total = -sum(entry.gross for entry in paid) if paid else sum(row.net for row in rows)
    called = " ".join(part for part in (payout.account, payout.name) if part)
    if why := _doubt(payout, total, sum(row.net for row in rows), expected=expected):
        return Unproven(name, f"payout {called or payout.own[0].place}: {why}", "", rows)
    day = next((d for entry in (*payout.own, *payout.entries) if (d := entry.payout_day)), None) or _own_day(payout)
    own_id = called if report.group == "id" else payout.name if paid and payout.name else ""
    number = own_id or " ".join(part for part in (report.payer, payout.account, day.isoformat() if day else "") if part)
    if not alone:
        number = f"{number} {payout.currency}"
    reference = report.reference.format(payout=payout.name, reference=paid[0].reference if paid else "")
    return Advice(number, AdviceKind.PAYOUT, reference, "", report.payer, "", day, payout.currency, total, rows, name)


def _own_day(payout: _Payout) -> date | None:
    """Of the payout's own row, else of its last movement: the money follows within days."""
    if payout.own:
        return payout.own[0].day
    return max((entry.day for entry in payout.entries if entry.day), default=None)


def _doubt(payout: _Payout, total: int, made: int, *, expected: bool) -> str:
    """Why a payout is not proven; '' when it is."""

    def shown(minor: int) -> str:
        return f"{money.render(minor, payout.currency)} {payout.currency}"

    if bad := next((entry for entry in (*payout.entries, *payout.own) if entry.fault), None):
        return f"{bad.place}: {bad.fault}"
    if any(entry.kind == "payout_returned" for entry in payout.own):
        return "it came back from the bank"
    if payout.broken:
        return payout.broken
    if expected and not payout.own:
        return f"the file has no row of the payout itself; its entries are {shown(made)}; it may be cut off, or not be paid out yet"
    if payout.carried:
        before = f"{shown(payout.carried)} of the balance is from before its first entry in this file"
        return f"{before}; its entries are {shown(made)}, it is {shown(total)}"
    if any(entry.kind == "conversion" for entry in payout.entries):
        return "money of another currency was converted into it; the payments that were cannot be told apart"
    if made != total:
        return f"its entries are {shown(made)}, it is {shown(total)}"
    return "" if total else "nothing was paid out"


def _rows(entries: Sequence[Entry]) -> Iterator[AdviceRow]:
    for entry in entries:
        if entry.kind == "converted":
            continue
        if entry.kind in OF_CUSTOMERS:
            yield AdviceRow(
                entry.document, entry.gross, 0, entry.fee, "fee" if entry.fee else "", entry.net,
                entry.words, entry.customer, entry.reference, entry.place,
            )  # fmt: skip
        else:
            yield _kept(_REASONS.get(entry.kind, "unknown"), -entry.net, entry)


def _kept(reason: str, amount: int, entry: Entry) -> AdviceRow:
    return AdviceRow("", 0, 0, amount, reason, -amount, entry.words, entry.customer, entry.reference, entry.place)
