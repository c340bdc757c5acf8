"""Which receipt an advice is about: the bank line carries its number, or amount, day, and payer or a document agree, of no other line."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher.matching.keys import account_key, name_key
from matcher.matching.references.meanings import blanked
from matcher.pipeline.remittance.records import KeptAdvice
from matcher.remittance.records import Advice, AdviceKind

NEAR_DAYS = 10
"""Days between an advice and the money within which they are of one payment, when nothing but payer and amount says so."""

MIN_REFERENCE = 4
"""Fewest digits of a document's number that is looked for within a text."""

MIN_TELLING = 6
"""Letters and digits from which a number names an advice by itself; a shorter one is met by chance, and payer or document must agree."""

MOST_DAYS = 60
"""Days between an advice and the money from which not even its number makes them one payment."""

AMOUNT_ALONE = "nothing but amount and day says that it is about this receipt"

_FIELDS = ("end_to_end_id", "creditor_reference", "bank_reference")
_LINE = (
    "line_id", "booking_date", "amount", "currency", "counterparty_name", "counterparty_account", "remittance_information", *_FIELDS,
)  # fmt: skip


class Bond(NamedTuple):
    """An advice about a line: ``reference``, ``payer`` or ``amount``, and why a person decides whether it is ('' for none).

    Of ``amount`` the doubt is lifted where the payer turns out to be the customer, by whatever the names of the books say of him.
    """

    kept: KeptAdvice
    by: str
    doubt: str = ""


class _Line(NamedTuple):
    line_id: str
    day: date
    amount: int
    currency: str
    name: str
    account: str
    fields: tuple[str, ...]
    text: str
    paid: frozenset[str] | None


class Sender(NamedTuple):
    """What is known of who sends an advice: account keys, name keys, and for a provider its name's words."""

    accounts: frozenset[str]
    names: frozenset[str]
    words: frozenset[str] = frozenset()


def bind(
    lines: pl.DataFrame, advices: Sequence[KeptAdvice], senders: Mapping[str, Sender], used: Mapping[str, frozenset[str]],
    documents: Mapping[str, frozenset[str]],
) -> dict[str, list[Bond]]:  # fmt: skip
    """The advices about each line that has any, in the order of the advices.

    Args:
        lines: credits, decided or not; columns of `frames.LINE`.
        advices: of the books.
        senders: who sends each advice, by its key.
        used: lines that were posted by an advice, with the items that they paid: that advice is about no other line any more.
        documents: the items that have a number which an advice lists, by its key.
    """
    candidates = _candidates(lines, advices, used)
    bonds: dict[str, list[Bond]] = defaultdict(list)
    rest: list[tuple[KeptAdvice, list[_Line]]] = []
    for kept in advices:
        same = candidates.get((kept.advice.currency, kept.advice.total), [])
        if carrying := [line for line in same if _carries(line, kept.advice, senders[kept.key])]:
            for line in carrying:
                bonds[line.line_id].append(Bond(kept, "reference"))
        elif same:
            rest.append((kept, same))
    carried = frozenset(bonds)
    for kept, same in rest:
        free = [line for line in same if line.line_id not in carried]
        found = list(_by_payer(kept.advice, free, senders[kept.key], documents[kept.key]))
        for line, doubt in found:
            bonds[line.line_id].append(Bond(kept, "payer", doubt))
        if not found and (only := _by_amount(kept.advice, free)):
            bonds[only.line_id].append(Bond(kept, "amount", AMOUNT_ALONE))
    order = {kept.key: place for place, kept in enumerate(advices)}
    return {line: sorted(found, key=lambda bond: order[bond.kept.key]) for line, found in sorted(bonds.items())}


def _candidates(
    lines: pl.DataFrame, advices: Sequence[KeptAdvice], used: Mapping[str, frozenset[str]]
) -> dict[tuple[str, int], list[_Line]]:
    """The lines that have an advice's amount, by currency and amount, earliest first."""
    wanted = pl.DataFrame(
        sorted({(kept.advice.currency, kept.advice.total) for kept in advices}),
        schema={"currency": pl.String(), "amount": pl.Int64()},
        orient="row",
    )
    found: dict[tuple[str, int], list[_Line]] = defaultdict(list)
    same = lines.select(_LINE).join(wanted, on=["currency", "amount"], how="semi").sort("booking_date", "line_id")
    for line_id, day, amount, currency, name, account, text, *fields in same.iter_rows():
        plain = blanked(unicodedata.normalize("NFKC", text).upper())  # a day or an amount is no number of an advice
        line = _Line(line_id, day, amount, currency, name, account, tuple(map(compact, fields)), plain, used.get(line_id))
        found[currency, amount].append(line)
    return found


def compact(text: str) -> str:
    """Letters and digits of a number, in capitals."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))


def _carries(line: _Line, advice: Advice, sender: Sender) -> bool:
    if advice.date is not None and abs((line.day - advice.date).days) > MOST_DAYS:
        return False
    known: bool | None = None
    for number in (advice.payment_reference, advice.advice_id):
        key = compact(number)
        if not any(map(str.isdigit, key)) or not (key in line.fields or _within(number, line.text)):
            continue
        if len(key) >= MIN_TELLING:
            return True
        known = _sent_by(line, sender) or _names_row(line, advice) if known is None else known
        if known:
            return True
    return False


def _within(number: str, text: str) -> bool:
    """Whether a number stands in a text, whatever is between its parts, and is no piece of another one."""
    parts = [re.escape(part) for part in re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", number).upper())]
    return bool(re.search(r"(?<![^\W_])" + r"[\W_]{0,3}".join(parts) + r"(?![^\W_])", text))


def _by_payer(advice: Advice, lines: Sequence[_Line], sender: Sender, documents: frozenset[str]) -> Iterator[tuple[_Line, str]]:
    day = advice.date
    if day is None:
        return
    near = [line for line in lines if abs((line.day - day).days) <= NEAR_DAYS and (_sent_by(line, sender) or _names_row(line, advice))]
    if taken := [line for line in near if line.paid is not None and line.paid <= documents]:
        yield from ((line, "") for line in taken[:1])  # it has its payment, and is about no other
        return
    near = [line for line in near if line.paid is None]  # what another advice settled is not this one's
    if len(near) > 1 and (naming := [line for line in near if _names_row(line, advice) or _names_end(line, advice)]):
        near = naming  # of equal payments the one whose text says so
    several = f"it may be about {len(near)} receipts of this payer and amount" if len(near) > 1 else ""
    for line in near:
        yield line, several


def _by_amount(advice: Advice, lines: Sequence[_Line]) -> _Line | None:
    """The one line at about the advice's day, of a payer whom neither account nor name tell at first sight."""
    day = advice.date
    if day is None or advice.kind == AdviceKind.PAYOUT:
        return None
    near = [line for line in lines if abs((line.day - day).days) <= NEAR_DAYS]
    return near[0] if len(near) == 1 and near[0].paid is None else None


def _names_row(line: _Line, advice: Advice) -> bool:
    """Whether the line's text holds the number of one of the documents: of a payer whose name the bank cut off, or states not at all."""
    numbers = {row.document_no for row in advice.rows if sum(map(str.isdigit, row.document_no)) >= MIN_REFERENCE}
    return any(_within(number, line.text) for number in numbers)


def _names_end(line: _Line, advice: Advice) -> bool:
    """Whether the text holds the end of a document's number, or all of it torn by a line's end: enough to tell equal payments apart."""
    runs = {run.lstrip("0") for run in re.findall(r"\d+", line.text) if len(run) >= MIN_REFERENCE}
    solid = compact(line.text)
    for number in (row.document_no for row in advice.rows):
        whole, ends = compact(number), re.findall(r"\d+", number)[-1:]
        if any(len(end) >= MIN_REFERENCE and end.lstrip("0") in runs for end in ends) or (len(whole) >= MIN_TELLING and whole in solid):
            return True
    return False


def _sent_by(line: _Line, sender: Sender) -> bool:
    account, name = account_key(line.account), name_key(line.name)
    if (account and account in sender.accounts) or (name and name in sender.names):
        return True
    return bool(sender.words) and sender.words <= set(name.split())


def sender_of(advice: Advice, customers: Iterable[tuple[str, str]]) -> Sender:
    """Who sends an advice. `customers`: names and accounts, each several separated by ``|``, of the customers that it may be from."""
    accounts, names = {account_key(advice.payer_account)}, {name_key(advice.payer_name)}
    for name, account in customers:
        accounts |= {account_key(part) for part in account.split("|")}
        names |= {name_key(part) for part in name.split("|")}
    words = name_key(advice.payer_name).split() if advice.kind == AdviceKind.PAYOUT else ()
    return Sender(frozenset(accounts - {""}), frozenset(names - {""}), frozenset(words))
