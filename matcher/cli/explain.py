"""`explain LINE`: the evidence as a waterfall of points, the best other explanation and what makes the difference, and what failed."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from matcher import languages
from matcher.cli.advices import show_advices
from matcher.cli.common import note, open_books, with_books
from matcher.cli.tables import Column, Kind, Said, data_record, for_programs, show, with_format
from matcher.cli.tables.cells import grouped
from matcher.display.difference import Paid, difference_words

if TYPE_CHECKING:
    import polars as pl

    from matcher.pipeline.choices.records import Choice
    from matcher.review.decision import LineDecision
    from matcher.review.explanation import ExplanationView, LineExplanation

BAR = 16
"""Width of the waterfall's bars, in characters."""

_FACTS = (Column("field", priority=0), Column("value", kind=Kind.TEXT, priority=0, wrap=True))
_EVIDENCE = (
    Column("evidence", kind=Kind.TEXT, priority=0, wrap=True), Column("points", kind=Kind.NUMBER, priority=0),
    Column("total", kind=Kind.NUMBER, priority=0), Column("bar", " ", priority=1),
)  # fmt: skip
_OPEN, _APPLIED, _LEFT = (Column(name, kind=Kind.AMOUNT, priority=0, zeros=True) for name in ("open", "applied", "left"))
_ITEM, _DOCUMENT = Column("item", priority=0), Column("document", priority=1)
_CUSTOMER, _DUE = Column("customer", priority=0), Column("due", kind=Kind.DATE, priority=2)
_AGAINST = (
    Column("evidence", kind=Kind.TEXT, priority=0, wrap=True),
    *(Column(name, kind=Kind.NUMBER, priority=0) for name in ("this", "other", "difference")),
)  # fmt: skip
_HISTORY = (
    Column("at", "at (UTC)", Kind.MOMENT, priority=0), Column("decision", priority=0), Column("by", priority=0),
    Column("rule", priority=3), Column("items", kind=Kind.TEXT, priority=2), Column("reason", kind=Kind.TEXT, priority=1, wrap=True),
    Column("in_force", priority=1),
)  # fmt: skip
_NUMBERS = ("points", "total", "open", "applied", "adjustment", "left", "value")
_PART = ("item_id", "document_no", "customer_id", "issue_date", "due_date", "currency", "open", "applied", "applied_currency",
         "adjustment", "reason", "left", "settled_by")  # fmt: skip
_VALUES = ("amount", "applied", "pending", "confidence", "margin", "log_odds")
_DATA = ("payer", "text", "customer")
"""Facts in the words of the bank and the ERP."""
_SAID = {
    "posted": "posted by the engine", "proposed": "proposed, waits for a person", "none": "not matched",
}  # fmt: skip
_ACTS = {
    "accept": "accepted", "allocate": "allocated", "classify": "classified", "reject": "rejected", "undo": "undone", "match": "posted",
    "exclude": "excluded", "on_account": "put on account", "set_off": "set off", "refund": "refunded", "return": "recorded as returned",
    "write_off": "written off", "listed": "recognised as the ERP's own credit", "hold": "set aside", "assign": "given to somebody",
    "note": "noted", "revoke": "revoked", "submit": "waiting for approval", "approve": "approved", "dismiss": "not approved",
    "check": "found right", "dispute": "disputed", "promise": "promised", "dunning_hold": "kept from being dunned", "dun": "dunned",
    "answer": "answered by the customer",
}  # fmt: skip


@click.command()
@click.argument("line", metavar="LINE")
@click.option("--full", is_flag=True, help="Also how the confidence came about: log-odds, and on what they were calibrated.")
@with_books
@with_format
def explain(line: str, output: str, *, full: bool) -> None:
    """Why a line was matched so, or why it was not.

    The evidence for the chosen items as signed points, how certain that is and why, the runner-up and what makes the difference; for
    a line that nothing explains, the nearest candidate and the one test that failed. For a line that waits the best choices, numbered:
    take one with `accept LINE --choice N`. LINE is a number of your latest queue, an id or its beginning.
    """
    books = open_books()
    why = books.explain(line)
    waits = why.line["state"] in ("proposed", "none") and why.line["pending"] != 0
    choices = books.choices(why.line["line_id"], number=True) if waits else ()
    if output == "json":
        told = [one.to_dict(number, why.line["currency"]) for number, one in enumerate(choices, 1)]
        advised = [one.to_dict() for one in books.advices(line_id=why.line["line_id"])]
        data_record(why.to_dict() | {"choices": told} | ({"advices": advised} if advised else {}))
    elif for_programs(output):
        show(_rows(why), ("part", "name", "value", "words", "points", "total", *_PART), output, numbers=_NUMBERS)
    else:
        _told(why, output, full=full)
        show_advices(books.advices(line_id=why.line["line_id"]), output)
        _choices(why, choices, output)
        _shadows(books.shadows(), why.line["line_id"])


_INTERNAL = ("log-odds", "calibration")
"""What only `--full` tells a person."""


def _told(why: "LineExplanation", output: str, *, full: bool) -> None:
    """The page for a person."""
    facts = [(name, value) for name, value in _facts(why) if value and (full or name not in _INTERNAL)]
    show([{"field": name, "value": value if name in _DATA else Said(value)} for name, value in facts], _FACTS, output)
    if why.chosen:
        if why.chosen.evidence:
            _waterfall(why.chosen, "Evidence", output)
        if why.chosen.items:
            _items(why, why.chosen, "What it pays", output)
    if why.chosen and why.runner_up:
        _against(why, why.chosen, why.runner_up, output)
    if why.nearest:
        if why.nearest.evidence:
            _waterfall(why.nearest, "Evidence for the nearest candidate", output)
        _items(why, why.nearest, "Nearest candidate", output)
    if len(why.history) > 1 or (why.history and not why.chosen):
        _history(why.history, output)


_CHOICES = (
    Column("choice", "", Kind.COUNT, priority=0), Column("customer", kind=Kind.TEXT, priority=0),
    Column("pays", kind=Kind.TEXT, priority=0), Column("due", kind=Kind.DATE, priority=3), Column("cash", kind=Kind.AMOUNT, priority=1),
    Column("difference", kind=Kind.TEXT, priority=1), Column("why", kind=Kind.TEXT, priority=4, least=24),
)  # fmt: skip


def _choices(why: "LineExplanation", choices: "Sequence[Choice]", output: str) -> None:
    """What a person may choose."""
    if not choices:
        return
    from matcher import money

    currency = why.line["currency"]
    rows = []
    for number, one in enumerate(choices, 1):
        documents = [share.item.document_no or share.item.item_id for share in one.shares]
        named = ", ".join(documents[:3]) + (languages.known(f" and {len(documents) - 3} more") if len(documents) > 3 else "")
        nothing = languages.word("on account")
        rows.append(
            {
                "choice": number, "customer": " ".join(filter(None, (one.customer_id, one.customer_name))), "pays": named or nothing,
                "due": one.shares[0].item.due_date if len(one.shares) == 1 else None,
                "cash": money.render(sum(share.cash for share in one.shares), currency) if one.shares else "",
                "difference": _between(one, currency) if one.shares else "", "why": one.why, "currency": currency,
            }
        )  # fmt: skip
    show(rows, _CHOICES, output, title=f"Choices ({currency})")
    note(f"Take one: matcher accept {why.line['line_id'][:10]} --choice N.")


def _between(one: "Choice", currency: str) -> str:
    paid = [Paid(share.item.item_id, share.item.currency, share.adjustment, share.reason, share.left) for share in one.shares]
    return difference_words(paid, one.rest, currency)


def _shadows(shadows: "pl.DataFrame", line_id: str) -> None:
    """What rules on trial would have done."""
    for row in shadows.filter(shadows["line_id"] == line_id).iter_rows(named=True):
        would = {"posted": "have posted it", "proposed": "have proposed it", "none": "not have proposed it"}[row["state"]]
        note(f"Shadow rule {row['rule']} would {would} ({_percent(row['confidence'])}): {row['shares']}.")


def _facts(why: "LineExplanation") -> list[tuple[str, str]]:
    line = why.line
    texts = (line["remittance_information"], line["creditor_reference"], line["end_to_end_id"])
    facts = [
        ("line", f"{line['line_id']}, account {line['account']}, {line['booking_date']}"),
        ("amount", _money(line["amount"], line["currency"])),
        ("payer", ", ".join(filter(None, (line["counterparty_name"], line["counterparty_account"])))),
        ("text", " | ".join(filter(None, texts))),
        ("outcome", f"{line['outcome']}, {_state(why)}"),
        ("customer", " ".join(filter(None, (line["customer_id"], why.customer_name)))),
    ]
    way = why.chosen or why.nearest
    if way and way.rule:
        rule = f"{way.rule}: {way.title or 'not in the present rulebook'}"
        facts += [("rule", rule), ("found by", way.basis_words), ("difference", way.difference_words)]
    if why.chosen and why.confidence is not None:
        margin = "no other explanation" if why.margin is None else f"margin {_percent(why.margin)} over the runner-up"
        facts.append(("confidence", f"{_percent(why.confidence)}, {margin}"))
    if why.chosen and why.log_odds is not None:
        facts.append(("log-odds", f"{why.log_odds:+d} points against all other explanations and against none being right"))
        facts.append(("calibration", why.calibration))
    if why.chosen and why.runner_up:
        other = why.runner_up
        what = f"{other.rule or 'no rule'}, {_behind(why.chosen.points - other.points)}: {other.basis_words}; {other.difference_words}"
        facts.append(("runner-up", what))
    facts.append(("replaced by", why.replaced_by))
    if why.blocked_by:
        tested = "not posted" if line["state"] == "proposed" else "not posted by itself" if line["state"] == "posted" else "test failed"
        facts.append((tested, why.blocked_by))
    closed = [f"{item.item_id}: {item.settled_by}" for item in (why.nearest.items if why.nearest else ()) if item.settled_by]
    if closed:
        facts.append(("closed by", "; ".join(closed)))
    shown = why.blocked_by if line["state"] == "none" else way.title.lower() if way else ""
    if line["reason"] and line["reason"] != shown and not (line["state"] == "proposed" and why.blocked_by):
        facts.append(("reason", line["reason"]))
    return facts


def _state(why: "LineExplanation") -> str:
    """In words who decided, and when."""
    line, history = why.line, why.history
    latest = next((event for event in reversed(history) if event.decision_id == line["decision_id"]), None)
    if latest and latest.kind != "match":
        return f"{_ACTS.get(latest.kind, latest.kind)} by {latest.actor} at {latest.at}"
    if line["state"] == "none" and not why.decided_by:
        if history:
            event = history[-1]
            items = f" {', '.join(event.items)}" if event.items else ""
            return f"{_ACTS.get(event.kind, event.kind)}{items} by {event.actor} at {event.at}; no run has looked at it since"
        return "no run has looked at this line yet"
    return _SAID[line["state"]]


def _waterfall(way: "ExplanationView", title: str, output: str) -> None:
    totals = _running(way)
    low, high = min(0, *totals), max(0, *totals)
    rows = []
    for evidence, before, after in zip(way.evidence, (0, *totals), totals, strict=False):
        rows.append(
            {"evidence": evidence.words, "points": f"{evidence.points:+d}", "total": f"{after:+d}", "bar": _bar(before, after, low, high)}
        )
    rows.append({"evidence": "total", "points": "", "total": f"{way.points:+d}", "bar": _bar(0, way.points, low, high)})
    show(rows, _EVIDENCE, output, title=title)


def _running(way: "ExplanationView") -> list[int]:
    totals, total = [], 0
    for evidence in way.evidence:
        total += evidence.points
        totals.append(total)
    return totals


def _bar(before: int, after: int, low: int, high: int) -> str:
    """One step of a waterfall, filled upwards and shaded downwards; a thin mark where nothing changes."""
    span = max(1, high - low)
    left, right = (round((value - low) * BAR / span) for value in sorted((before, after)))
    if before == after:
        return " " * min(left, BAR - 1) + "▏"
    left = min(left, BAR - 1)
    return " " * left + ("█" if after > before else "░") * max(1, right - left)


def _items(why: "LineExplanation", way: "ExplanationView", title: str, output: str) -> None:
    """The items, with what is cleared beside the cash in a row of its own; narrow enough for a page of 80 columns."""
    from matcher import money

    currency = why.line["currency"]
    alike = all(item.currency == currency for item in way.items)
    rows = []
    for item in way.items:
        row = dict.fromkeys(("item", "document", "customer", "due", "open", "applied", "left"), "")
        row |= {"item": item.item_id, "document": item.document_no, "customer": item.customer_id, "due": _day(item.due_date)}
        row |= {name: _amount(value, item.currency, alike) for name, value in (("open", item.open), ("left", item.left))}
        row["applied"] = _amount(item.applied, currency, alike)
        rows.append(row)
        if item.adjustment:
            cleared = {"document": Said(item.reason.replace("_", " ")), "applied": _amount(item.adjustment, item.currency, alike)}
            rows.append(dict.fromkeys(row, "") | cleared)
    columns = [_ITEM, _DOCUMENT, _DUE, _OPEN, _APPLIED, _LEFT]
    if way is why.nearest and not any(item.applied for item in way.items):
        columns = [_ITEM, _DOCUMENT, _CUSTOMER, _DUE, _OPEN]
    if len(way.items) > 1 and alike and _APPLIED in columns:
        cash = sum(item.applied for item in way.items)
        rows.append(dict.fromkeys(rows[0], "") | {"item": Said("total"), "applied": money.render(cash, currency)})
    show(rows, columns, output, title=f"{title} ({currency})" if alike else title)


def _amount(minor: int, currency: str, plain: bool) -> str:
    from matcher import money

    return money.render(minor, currency) if plain else _money(minor, currency)


def _against(why: "LineExplanation", chosen: "ExplanationView", other: "ExplanationView", output: str) -> None:
    """The runner-up: how far behind it is, and through which evidence."""
    mine, its = ({evidence.kind: evidence for evidence in way.evidence} for way in (chosen, other))
    rows = [
        {"evidence": (mine.get(kind) or its[kind]).words, "this": _points(mine, kind), "other": _points(its, kind),
         "difference": f"{_value(mine, kind) - _value(its, kind):+d}"}
        for kind in dict.fromkeys((*mine, *its))
        if _value(mine, kind) != _value(its, kind)
    ]  # fmt: skip
    gap = chosen.points - other.points
    rows.append({"evidence": "total", "this": f"{chosen.points:+d}", "other": f"{other.points:+d}", "difference": f"{gap:+d}"})
    show(rows, _AGAINST, output, title=f"Runner-up, {_behind(gap)}")
    _items(why, other, "What the runner-up would pay", output)


def _behind(gap: int) -> str:
    return f"{gap} points behind" if gap >= 0 else f"{-gap} points ahead, but its items are wanted elsewhere"


def _points(by_kind: "Mapping[str, Any]", kind: str) -> str:
    return f"{by_kind[kind].points:+d}" if kind in by_kind else ""


def _value(by_kind: "Mapping[str, Any]", kind: str) -> int:
    return by_kind[kind].points if kind in by_kind else 0


def _history(history: "Sequence[LineDecision]", output: str) -> None:
    rows = [
        {"at": e.at, "decision": e.kind, "by": e.actor, "rule": e.rule, "items": " ".join(e.items), "reason": e.reason,
         "in_force": "yes" if e.in_force else "" if e.kind == "undo" else "no"}
        for e in history
    ]  # fmt: skip
    show(rows, _HISTORY, output, title="Decisions")


def _money(minor: int, currency: str) -> str:
    from matcher import money

    return f"{grouped(money.render(minor, currency))} {currency}"


def _percent(ppm: int) -> str:
    from matcher.amounts import percent

    return percent(ppm, 1)


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _rows(why: "LineExplanation") -> list[dict[str, Any]]:
    """All of it as rows: ``part`` says what a row is about, and only its columns are filled."""
    record: dict[str, Any] = why.to_dict()
    rows = [{"part": "line", "name": name, "value" if name in _VALUES else "words": value} for name, value in why.head().items()]
    for part in ("chosen", "runner_up", "nearest"):
        way = record[part]
        if way is None:
            continue
        rows += [
            {"part": part, "name": name, "words": way[name]} for name in ("rule", "title", "basis", "difference", "customer_id", "note")
        ]
        total = 0
        for evidence in way["evidence"]:
            total += evidence["points"]
            rows.append({"part": f"{part} evidence", "name": evidence["kind"], **evidence, "total": total})
        rows += [{"part": f"{part} item", **item} for item in way["items"]]
    for event in record["decisions"]:
        words = " ".join(filter(None, (event["at"], event["actor"], event["rule"], *event["items"], event["reason"])))
        rows.append({"part": "decision" if event["in_force"] else "decision not in force", "name": event["kind"], "words": words})
    empty = dict.fromkeys(("part", "name", "value", "words", "points", "total", *_PART), "")
    return [empty | row for row in rows]


COMMANDS = (explain,)
