"""Lines that are no receivables, as persons have said of lines like them: the fee of every month, the interest, the tax office.

A person who says the same of three lines need not say it of the fourth: it is proposed. Nothing is ever posted by it.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Literal, NamedTuple

import polars as pl

from matcher.matching.names.forms import fold, name_key
from matcher.money import render
from matcher.rules.lines import LineRule
from matcher.states import DecisionKind, LineClass

LEAST = 3
"""Lines of which persons have said the same, and nothing else, before it is proposed."""

LARGEST = 2
"""So many times the largest of the earlier amounts a line may have: fees and interest grow slowly, and a tenfold one is something else."""

KINDS = frozenset(kind.value for kind in LineClass) - {LineClass.OWN_TRANSFER, LineClass.BOOKED_ELSEWHERE, LineClass.OTHER}
"""What may be proposed: an own transfer has another leg to find, what was booked elsewhere is told by the cash book, and `other` is no
reason to think anything of the next line."""

LINE = ("line_id", "entity", "account", "amount", "counterparty_name", "remittance_information")
"""Columns of `frames.LINE` that are read."""

REPEATED = {"line_id": pl.String(), "classified": pl.String(), "reason": pl.String()}
"""Columns of what `repeated` finds."""

_RULE = "repeated-"
_VERSION = "@1"
_WORDS = 6
"""Words at the beginning of a text that say what it is about; names, days and amounts come behind."""
_WORD = re.compile(r"[^\W\d_]{2,}")
_MONTHS = frozenset(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec
    januar februar marz maerz mai juni juli oktober dezember mrz okt dez janvier fevrier mars avril juin juillet aout septembre octobre
    novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio febbraio aprile
    maggio giugno luglio settembre ottobre dicembre januari februari maart mei augustus
    """.split()
)
"""What one month's text has in the place of another's."""


class _Said(NamedTuple):
    """What persons have said of all the lines that are alike: a word of `KINDS`, the largest amount without its sign, and the sentence."""

    kind: str
    largest: int
    sentence: str


class _Alike(NamedTuple):
    """What lines of one kind have in common."""

    entity: str
    account: str
    credit: bool
    payer: str
    text: tuple[str, ...]


def rule_of(kind: str) -> str:
    """What a finding names as the rule that proposes such a line."""
    return f"{_RULE}{kind}{_VERSION}"


def kind_of(rule: str) -> str:
    """The word of `LineClass` that a finding's rule proposes; '' for a rule of the rulebook."""
    kind = rule.removeprefix(_RULE).removesuffix(_VERSION)
    return kind if rule == rule_of(kind) and kind in KINDS else ""


def repeated(lines: pl.DataFrame, decisions: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The lines that are like at least three of which persons have said what they are: columns of `REPEATED`, in the order of ids.

    Like is what has the same legal entity, account, direction and counterparty, begins with the same words, and is not more than `LARGEST`
    times as much as the largest of them. Where persons have said different things of such lines, or taken back what they said, nothing is
    proposed.

    Args:
        lines: all that count; columns of `LINE`.
        decisions: `frames.STATE_DECISION`.
        asked: lines that nobody has decided, without those of known customers; columns of `LINE`.
    """
    said = decisions.filter(pl.col("kind") == DecisionKind.CLASSIFY).select("line_id", "classified", "live")
    if said.is_empty() or asked.is_empty():
        return pl.DataFrame(schema=REPEATED)
    # of a line that was taken back and classified anew the word that stands counts
    last = said.sort("live").group_by("line_id").agg(pl.col("classified").last(), pl.col("live").last())
    kinds = _kinds(lines.select(LINE).join(last, on="line_id"))
    like = pl.DataFrame({"account": sorted({alike.account for alike in kinds})}, schema={"account": pl.String()})
    rows = []
    for row in asked.select(LINE).join(like, on="account", how="semi").sort("line_id").iter_rows(named=True):
        alike = _alike(row)
        if alike and (found := kinds.get(alike)) and abs(row["amount"]) <= LARGEST * found.largest:
            rows.append((row["line_id"], found.kind, found.sentence))
    return pl.DataFrame(rows, schema=REPEATED, orient="row")


def proposed(lines: pl.DataFrame, decisions: pl.DataFrame, currencies: Mapping[str, str]) -> list[LineRule]:
    """Rules for what persons have said of lines that are alike, as `repeated` proposes the next one; in the order of their ids.

    Args:
        lines: those that persons classified; columns of `LINE`.
        decisions: `frames.STATE_DECISION`, or its columns line_id, kind, classified and live.
        currencies: of our accounts, by id.
    """
    said = decisions.filter(pl.col("kind") == DecisionKind.CLASSIFY).select("line_id", "classified", "live")
    if said.is_empty():
        return []
    last = said.sort("live").group_by("line_id").agg(pl.col("classified").last(), pl.col("live").last())
    kinds = _kinds(lines.select(LINE).join(last, on="line_id"))
    # lines without money set no bound for the next one
    made = [
        _rule(alike, found, currencies[alike.account]) for alike, found in kinds.items() if found.largest and alike.account in currencies
    ]
    return sorted(made, key=lambda rule: rule.id)


def _rule(alike: "_Alike", said: "_Said", currency: str) -> LineRule:
    direction: Literal["in", "out"] = "in" if alike.credit else "out"
    mark = sha256(repr((*alike, said.kind)).encode()).hexdigest()[:6]
    place = "".join(c if c.isascii() and c.isalnum() else "-" for c in alike.account.lower()).strip("-")
    whom = alike.payer or " ".join(alike.text)
    title = f"{said.kind}: money {direction}, account {alike.account}, {whom}"
    return LineRule.model_validate(
        {"id": "-".join(filter(None, (said.kind, place, mark))), "title": title, "kind": said.kind, "entity": alike.entity}
        | {"account": alike.account, "direction": direction, "counterparty": alike.payer, "text": alike.text}
        | {"up_to": render(LARGEST * said.largest, currency), "currency": currency}
    )


def takes(rule: LineRule, lines: pl.DataFrame) -> list[str]:
    """Ids of the lines that a rule is about, in order; columns of `LINE` and currency."""
    here = (pl.col("account") == rule.account) & (pl.col("entity") == rule.entity) & (pl.col("currency") == rule.currency)
    wanted = _Alike(rule.entity, rule.account, rule.direction == "in", rule.counterparty, rule.text)
    sized = lines.filter(here & (pl.col("amount").abs() <= rule.most) & ((pl.col("amount") > 0) == wanted.credit))
    return sorted(row["line_id"] for row in sized.select(LINE).iter_rows(named=True) if _alike(row) == wanted)


def _kinds(said: pl.DataFrame) -> Mapping[_Alike, _Said]:
    """What persons say of lines that are alike."""
    found: dict[_Alike, dict[str, tuple[str, int]]] = {}
    for row in said.iter_rows(named=True):
        if alike := _alike(row):
            found.setdefault(alike, {})[row["line_id"]] = (row["classified"] if row["live"] else "", abs(row["amount"]))
    kinds = {}
    for alike, lines in found.items():
        first, *others = {word for word, _ in lines.values()}
        if len(lines) >= LEAST and not others and first in KINDS:
            largest = max(amount for _, amount in lines.values())
            kinds[alike] = _Said(first, largest, f"{len(lines)} lines like this one were classified as {first}.")
    return kinds


def _alike(row: Mapping[str, object]) -> _Alike | None:
    """What a line has in common with others; None when it says nothing about itself."""
    payer = name_key(str(row["counterparty_name"] or ""))
    words = _WORD.findall(fold(str(row["remittance_information"] or "")))
    text = tuple(word for word in words if word not in _MONTHS)[:_WORDS]
    if not payer and not text:
        return None
    amount = row["amount"]
    assert isinstance(amount, int)
    return _Alike(str(row["entity"]), str(row["account"]), amount > 0, payer, text)
