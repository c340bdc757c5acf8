"""`matcher rules propose`, `accept` and `decline`: rules for lines that persons have classified alike three times."""

from typing import TYPE_CHECKING

import click

from matcher import languages
from matcher.cli.common import note, open_books, say, with_books
from matcher.cli.progress import busy
from matcher.cli.tables import Column, Kind, Tone, counted, put_line, show, with_format

if TYPE_CHECKING:
    from matcher.pipeline.line_rules import RuleTrial

_PROPOSED = (
    Column("rule", priority=0), Column("lines", kind=Kind.COUNT, priority=0), Column("agreed", kind=Kind.COUNT, priority=0),
    Column("contradicted", kind=Kind.COUNT, priority=0, tone=lambda row: Tone.BAD if row["contradicted"] else Tone.PLAIN),
    Column("left_alone", kind=Kind.COUNT, priority=1), Column("takes", kind=Kind.COUNT, priority=0),
    Column("first", kind=Kind.DATE, priority=3), Column("last", kind=Kind.DATE, priority=2),
)  # fmt: skip
_COMPLETE = (
    "rule", "title", "kind", "account", "lines", "agreed", "contradicted", "left_alone", "takes", "first", "last", "waits_for",
    "contradicting_lines", "toml",
)  # fmt: skip


@click.command()
@with_books
@with_format
def propose(output: str) -> None:
    """Rules for lines that persons have classified alike, three times at least, each tried on all lines of the books.

    \b
    lines         how many it is about, whoever decided them and whenever
    agreed        of these, those that persons classified so
    contradicted  decided otherwise, by a person or by a rule: such a rule cannot be accepted
    left alone    undecided, and it takes them not: of a known customer, or of the amount of an open document
    takes         undecided, and the next run would take them

    Below the table stands each rule as rules.toml will have it. What a rule takes is no customer's payment and waits for nobody; no money
    moves. `rules accept RULE` puts it there, `rules decline RULE` says that it is not wanted.
    """
    books = open_books()
    with busy("trying rules"):
        found = books.proposed_rules()
    rows = [one.to_dict() for one in found]
    if output not in ("json", "table"):
        rows = [row | {"contradicting_lines": " ".join(one.contradicted)} for row, one in zip(rows, found, strict=True)]
    if rows or output != "table":
        show(rows, _PROPOSED, output, complete=_COMPLETE)
    if output == "table":
        for one in found:
            _show(one)
    if not rows:
        note("No rule is proposed: persons have not classified three lines alike, or their rules are accepted or declined.")


def _show(trial: "RuleTrial") -> None:
    put_line("")
    put_line(trial.rule.toml())
    if trial.contradicted:
        shown = ", ".join(line[:10] for line in trial.contradicted[:3])
        put_line(languages.sentence(f"It cannot be accepted: {counted(len(trial.contradicted), 'line')} decided otherwise, {shown}."))
    elif trial.waits_for:
        put_line(languages.sentence(f"{trial.waits_for} has accepted it; another person accepts it, too:"))
    if not trial.contradicted:
        put_line(f"  matcher rules accept {trial.rule.id}")


@click.command()
@click.argument("rule_id", metavar="RULE")
@with_books
def accept(rule_id: str) -> None:
    """Put a proposed rule into rules.toml: from the next run on it takes lines like those that were classified.

    Where `[policy] four_eyes_for` has `classify`, two people accept it. It never touches a line that a person decided, and takes nothing
    any more once a person decides a line otherwise that it is about. To end it, take its `[[line]]` out of rules.toml.
    """
    say(open_books().accept_rule(rule_id).said)


@click.command()
@click.argument("rule_id", metavar="RULE")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the journal.")
@with_books
def decline(rule_id: str, reason: str) -> None:
    """Say that a proposed rule is not wanted. It is not proposed again."""
    say(open_books().decline_rule(rule_id, reason=reason).said)
