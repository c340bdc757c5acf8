"""`matcher rules sample`: postings that a person checks, and what comes of it."""

import click

from matcher.cli.common import note, open_books, reason_option, with_books
from matcher.cli.decide import show_decided
from matcher.cli.helping import Group
from matcher.cli.tables import Column, Kind, show, with_format
from matcher.cli.trust import class_rows

_COLUMNS = (
    "line_id", "class", "account", "booking_date", "amount", "currency", "payer", "text", "customer_id", "documents", "rule", "decision_id",
)  # fmt: skip
_RESULT = (
    "class", Column("checked", kind=Kind.COUNT), Column("refused", kind=Kind.COUNT, zeros=True),
    Column("check_precision", "right", Kind.SHARE), Column("check_errors_at_most", "errors at most", Kind.SHARE, up=True),
)  # fmt: skip


@click.group(cls=Group, invoke_without_command=True)
@with_books
@with_format
@click.pass_context
def sample(ctx: click.Context, output: str) -> None:
    """Postings of the engine that wait for you to say whether they are right, and what was found so far.

    With `policy.sample` each run has a share of its postings checked: at least one of each class of evidence. They stand in the books
    meanwhile. `rules sample right LINE...` says that they are right, `rules sample wrong LINE...` takes them back.
    """
    if ctx.invoked_subcommand:
        return
    from matcher import money

    found, standing = open_books().sample()
    rows = [
        {"line_id": one.line_id, "class": one.evidence_class, "account": one.account, "booking_date": one.booking_date,
         "amount": money.render(one.amount, one.currency), "currency": one.currency, "payer": one.payer, "text": one.text,
         "customer_id": one.customer_id, "documents": " ".join(one.documents), "rule": one.rule, "decision_id": one.decision_id}
        for one in found
    ]  # fmt: skip
    show(rows, _COLUMNS[:-2], output, complete=_COLUMNS)
    if output == "table":
        results = [row for row in class_rows(standing) if row["checked"]]
        if results:
            show(results, _RESULT, output, title="Checked so far")
        note(f"{len(found)} posting{' waits' if len(found) == 1 else 's wait'} to be checked.")


@sample.command()
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@with_books
@reason_option
def right(lines: tuple[str, ...], reason: str) -> None:
    """Say that these postings are right."""
    show_decided(open_books().check_right(lines, reason=reason))


@sample.command()
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@with_books
@reason_option
def wrong(lines: tuple[str, ...], reason: str) -> None:
    """Say that these postings are wrong: they are taken back, and their class of evidence only proposes until it is confirmed again."""
    show_decided(open_books().check_wrong(lines, reason=reason))
