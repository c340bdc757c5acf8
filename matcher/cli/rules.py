"""Commands on the rulebook: check, show, test, backtest; `trust` and `challenge` stand in modules of their own."""

import os
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from matcher.cli.challenge import challenge
from matcher.cli.common import given, note, open_books, with_books
from matcher.cli.helping import Group
from matcher.cli.line_rules import accept, decline, propose
from matcher.cli.progress import busy
from matcher.cli.sample import sample
from matcher.cli.tables import Column, Kind, Row, Said, Tone, counted, for_programs, show, with_format
from matcher.cli.tables.standard import ten
from matcher.cli.trust import trust
from matcher.codes import CATALOGUE, NEEDS_PERSON
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from matcher.pipeline.backtest import Change
    from matcher.pipeline.rulebooks import Rules
    from matcher.rules.rulebook import Rule, Rulebook


_FINDINGS = (Column("code", priority=0), Column("rule", priority=0), Column("message", kind=Kind.TEXT, wrap=True, priority=0))
_FACTS = (Column("field", priority=0), Column("value", kind=Kind.TEXT, wrap=True, priority=0))
_EXAMPLES = (
    Column("rule", priority=0), Column("example", kind=Kind.TEXT, priority=1),
    Column("result", kind=Kind.TEXT, priority=0, wrap=True, tone=lambda row: Tone.BAD if row["result"].startswith("FAILS") else Tone.PLAIN),
)  # fmt: skip
_RULES = (
    Column("place", " ", Kind.COUNT, priority=0), Column("rule", priority=0), Column("mode", priority=1),
    Column("title", kind=Kind.TEXT, priority=0, wrap=True), Column("certainty", "confidence in %", priority=2),
    Column("conditions", kind=Kind.TEXT, priority=3, least=30),
)  # fmt: skip
_CHANGED = (
    Column("line_id", "line", priority=0, shown=ten), Column("booking_date", "date", Kind.DATE, priority=2),
    Column("amount", kind=Kind.AMOUNT, priority=0), Column("currency", " ", priority=0, once=True), Column("part", priority=3),
    Column("change", priority=0, tones={"flipped": Tone.BAD}), Column("rule_before", "rule before", priority=3),
    Column("before", kind=Kind.TEXT, priority=1), Column("rule_now", "rule now", priority=2), Column("now", kind=Kind.TEXT, priority=1),
)  # fmt: skip


class Month(click.ParamType[date]):
    """A month as YYYY-MM: its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads the month, or fails with the form that is wanted."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is not a month like 2026-10", param, ctx)


@click.group(cls=Group)
def rules() -> None:
    """The rulebook: what it says, whether it holds together, and what a change to it would have done.

    Rules of one's own stand in rules.toml in the books directory; docs/rules.md explains how to write, test and try one.
    """


def _chosen(path: str) -> "Rules":
    """The rules of a file, else those of the books, else the shipped ones where there are no books."""
    from pathlib import Path

    from matcher.config import find_books
    from matcher.pipeline import rulebooks

    if path:
        return rulebooks.of_file(Path(path))
    named = given().books
    try:
        return rulebooks.of_books(find_books(named))
    except MatcherError as error:
        if error.code != "books.missing" or named or os.environ.get("MATCHER_BOOKS"):
            raise
        return rulebooks.shipped()


def _name(chosen: "Rules") -> str:
    return str(chosen.path) if chosen.path else "the shipped rules"


file_argument = click.argument("path", default="", metavar="[FILE]")
rules_option = click.option("--rules", "path", default="", metavar="FILE", help="A rules.toml to look at instead of the books' own.")


@rules.command()
@file_argument
@with_books
@with_format
def check(path: str, output: str) -> None:
    """Say whether rules are valid, and what is odd about them: rules that are never reached, examples that fail.

    FILE is a rules.toml; without it the books' own is checked, or the shipped rules where there are no books. Exit status 1 when a
    rule is never reached or an example fails; 2 when the file is not valid.
    """
    from matcher.pipeline.rule_findings import findings

    chosen = _chosen(path)
    with busy("checking"):
        problems = list(findings(chosen))
    if problems or output != "table":
        show([{"code": f.code, "rule": f.rule, "message": f.message} for f in problems], _FINDINGS, output)
    count, examples = len(chosen.book.rule), sum(len(rule.example) for rule in chosen.book.rule)
    found = f", {counted(len(problems), 'finding')}" if problems else ""
    note(f"{_name(chosen)}: valid. {counted(count, 'rule')}, {counted(examples, 'example')}{found}.")
    note(f"Rulebook {chosen.book.identity}; tables of confidence are measured on inputs {chosen.inputs}.")
    if any(CATALOGUE[f.code].exit_code for f in problems):
        click.get_current_context().exit(NEEDS_PERSON)


@rules.command(name="show")
@click.argument("rule_id", default="", metavar="[RULE]")
@rules_option
@with_books
@with_format
def show_(rule_id: str, path: str, output: str) -> None:
    """The rules in order: each with its conditions in words, what it does, and how certain it has been.

    An explanation of a line belongs to the first rule whose conditions it meets. With RULE, one rule and its examples.
    """
    from matcher.rules import words

    book = _chosen(path).book
    if rule_id:
        _show_one(book, rule_id, output)
        return
    rows = [_row(book, place) for place in range(len(book.rule))]
    shown = [row | {"certainty": words.certainty(book, rule, 1)} for row, rule in zip(rows, book.rule, strict=True)]
    show(shown, _RULES, output, complete=tuple(rows[0]), head=("Rules, in order",))


def _row(book: "Rulebook", place: int) -> dict[str, Any]:
    from matcher.rules import classes, words

    rule = book.rule[place]
    return {
        "place": place + 1,
        "rule": rule.name,
        "mode": rule.mode,
        "title": rule.title,
        "confidence": words.certainty(book, rule),
        "conditions": words.sentence(rule),
        "held": rule.held,
        "class": classes.of_rule(rule),
        "basis": " ".join(rule.basis),
        "difference": " ".join(rule.difference),
        "needs": ", ".join(" ".join(group) for group in rule.needs),
        "without": " ".join(rule.without),
        "items": rule.items,
        "min_log_odds": rule.min_log_odds,
        "examples": len(rule.example),
    }


def _find(book: "Rulebook", rule_id: str) -> "Rule":
    """The rule of that id, with or without its version.

    Raises:
        MatcherError: ``rule.unknown``.
    """
    plain_id = rule_id.partition("@")[0]
    for rule in book.rule:
        if rule.id == plain_id:
            return rule
    raise MatcherError("rule.unknown", f"no rule has the id {rule_id!r}")


def _show_one(book: "Rulebook", rule_id: str, output: str) -> None:
    from matcher.amounts import percent
    from matcher.rules import words

    rule = _find(book, rule_id)
    row = _row(book, book.rule.index(rule))
    if for_programs(output):
        show([row], list(row), output)
        return
    fields = [(name, row[name]) for name in ("place", "rule", "title", "mode", "held", "class") if row[name] != ""]
    if certainty := words.certainty(book, rule, 1):
        fields.append(("confidence", f"{certainty} %"))
    fields += list(words.conditions(rule))
    fields += [("table", ", ".join(f"from {log_odds} {percent(share, 1)}" for log_odds, share in book.calibration.rule.get(rule.id, ())))]
    fields += [("example" if e.expect.applies else "not", e.says) for e in rule.example]
    show([{"field": name.replace("_", " "), "value": Said(value)} for name, value in fields if value], _FACTS, output)


@rules.command()
@click.argument("rule_id", default="", metavar="[RULE]")
@rules_option
@with_books
@with_format
def test(rule_id: str, path: str, output: str) -> None:
    """Run the examples of all rules, or of RULE, as a run would decide them.

    Exit status 1 when one does not come out as it says. An example of a shipped rule that comes out otherwise because of rules.toml is
    shown, and is no failure.
    """
    from matcher.pipeline.examples import run_examples
    from matcher.pipeline.rule_findings import code_of

    chosen = _chosen(path)
    book = chosen.as_written
    only = _find(book, rule_id).id if rule_id else ""
    with busy("running examples"):
        done = list(run_examples(book, only=only))
    codes = [code_of(chosen, result) if result.failure else "" for result in done]
    texts = {"": "as expected", "rules.example": "FAILS: ", "rules.differs": "differs: "}
    rows = [
        {"rule": result.rule.id, "example": result.example.says, "result": texts[code] + result.failure}
        for result, code in zip(done, codes, strict=True)
    ]
    show(rows, _EXAMPLES, output)
    failed = codes.count("rules.example")
    parts = [counted(len(done), "example")] + ([f"{failed} failed"] if failed else [])
    if differing := codes.count("rules.differs"):
        parts.append(f"{differing} {'differs' if differing == 1 else 'differ'} from the shipped rules")
    note(f"{', '.join(parts)}.")
    if failed:
        click.get_current_context().exit(NEEDS_PERSON)


@rules.command()
@rules_option
@click.option("--from", "first", type=Month(), metavar="YYYY-MM", help="First month to replay; default: the first with lines.")
@click.option("--to", "last", type=Month(), metavar="YYYY-MM", help="Last month to replay; default: the last with lines.")
@click.option("--lines", is_flag=True, help="One row for each line that changes, instead of one for each rule.")
@with_books
@with_format
def backtest(path: str, first: date | None, last: date | None, lines: bool, output: str) -> None:
    """Replay past months with a rulebook, and compare with what was posted. Nothing is written.

    \b
    same     a rule posted it, and it is posted so again
    gained   a person decided it, and it is posted just so
    new      nobody has decided it, and it is posted
    lost     a rule posted it, and it is not posted
    flipped  it is posted otherwise than it was decided
    by hand  a person decided it, and it is left to a person again

    Each month is replayed alone, on the open items as they stood before it. Shadow rules are counted by what they would have posted or
    proposed; they flip nothing.
    Exit status 1 when a line is flipped.
    """
    books = open_books()
    with busy("replaying"):
        done = books.backtest(_chosen(path), first, last)
    from matcher.pipeline.backtest import KINDS

    by_rule = [{"rule": rule or "(a person)", "part": part, **counts} for rule, part, counts in done.by_rule()]
    changed = [_change(change) for change in done.changes if change.change not in ("same", "by_hand")]
    if not lines:
        kinds = tuple(Column(name, kind=Kind.COUNT, tone=_flipped if name == "flipped" else None) for name in KINDS)
        show(by_rule, (Column("rule", priority=0), Column("part", priority=0), *kinds), output)
        changed = [row for row in changed if row["change"] == "flipped"] if not for_programs(output) else []
    if lines or changed:
        changed += [_change(change) for change in done.shadows if change.change != "same"] if lines else []
        columns = ("line_id", "booking_date", "amount", "currency", "part", "change", "rule_before", "before", "rule_now", "now")
        show(changed, _CHANGED, output, complete=columns, title="" if lines else "Flipped")
    posted = sum(change.change not in ("lost", "by_hand") for change in done.changes)
    flipped = f", {len(done.flipped)} flipped" if done.flipped else ""
    said = f"{counted(done.months, 'month')}, {counted(len(done.changes), 'line')} decided or posted"
    note(f"{said}, {posted} posted now{flipped}.")
    if done.flipped:
        click.get_current_context().exit(NEEDS_PERSON)


def _change(change: "Change") -> dict[str, Any]:
    from matcher import money

    return {
        "line_id": change.line_id,
        "booking_date": change.booking_date,
        "amount": money.render(change.amount, change.currency),
        "currency": change.currency,
        "part": change.part,
        "change": change.change,
        "rule_before": change.rule_before,
        "before": change.before,
        "rule_now": change.rule_now,
        "now": change.now,
    }


def _flipped(row: Row) -> Tone:
    return Tone.BAD if row["flipped"] else Tone.PLAIN


for command in (propose, accept, decline):
    rules.add_command(command)
rules.add_command(challenge)
rules.add_command(trust)
rules.add_command(sample)

COMMANDS = (rules,)
