"""`help TOPIC`: a command, a code of an error, or one of a few topics."""

from difflib import get_close_matches

import click

from matcher import languages
from matcher.cli.common import with_language
from matcher.cli.filters import with_filters
from matcher.cli.helping import Context
from matcher.codes import BAD_INPUT, BUSY, CATALOGUE, DONE, INTERNAL, NEEDS_PERSON, POLICY, USAGE
from matcher.errors import MatcherError
from matcher.states import DecisionKind, LineState, Outcome

EXITS = {
    DONE: "done",
    NEEDS_PERSON: "done, and something needs a person; also when only the listing of work that is done could not be shown",
    USAGE: "wrong usage or configuration",
    BAD_INPUT: "bad input, nothing changed",
    POLICY: "refused by policy",
    BUSY: "the books are in use by another process",
    INTERNAL: "internal error; also damaged books and too little memory",
}
"""What each exit status says."""
AT_INGEST = {
    "refuse": "The file is refused, and nothing changes.",
    "quarantine": "The statement is kept aside in quarantine; none of its lines count.",
    "accept": "The file is taken, and this is said of it.",
}
"""What `ingest` does with a file that has the problem."""
TOPICS = {
    "exit-codes": "What the exit status of a command says.",
    "codes": "All codes of errors and notes.",
    "filters": "How commands pick receipts that wait.",
    "lines": "How a line is named on the command line.",
    "words": "Outcomes, states and decisions: the words of files, and what is said of them on screens.",
    "languages": "In which language matcher speaks.",
}
_LINES = """\
A line is named by one of these.

\b
3                    the third line of your latest `matcher queue`; the number holds until you look again
1-7,9                several of them
368d86               the beginning of the line's id, as far as no other id begins so
ref:20261160008      the bank's own reference of the line"""
_LANGUAGES = """\
Screens, reasons, errors and help are in English, German or Chinese: --lang de, or MATCHER_LANG=de, else as LC_ALL, LC_MESSAGES or LANG say.

Codes, commands, options, files and everything that is stored are the same in all languages. Amounts are written as they are typed."""


@click.command(name="help")
@click.argument("topics", nargs=-1, metavar="[TOPIC]...")
@with_language
@click.pass_context
def help_on(ctx: click.Context, topics: tuple[str, ...]) -> None:
    """Help on a command (`help accept`), a code (`help row.invalid`), or a topic: exit-codes, codes, filters, lines, words, languages."""
    root = ctx.find_root()
    if not topics:
        click.echo(root.get_help())
        return
    if command := _command(root, topics):
        click.echo(command.get_help())
        return
    name = " ".join(topics)
    formatter = ctx.make_formatter()
    if name in CATALOGUE:
        _code(formatter, name)
    elif name in TOPICS:
        formatter.write_text(TOPICS[name])
        formatter.write_paragraph()
        _topic(formatter, name, ctx)
    else:
        known = [word for word, _ in names(root.command)]
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `matcher help` for commands and topics."
        raise MatcherError("usage.option", f"there is no help on {name!r}", hint=hint)
    click.echo(formatter.getvalue().rstrip("\n"))


def names(command: click.Command) -> list[tuple[str, str]]:
    """What there is help on, with a word about each: topics, commands, codes."""
    commands = command.commands if isinstance(command, click.Group) else {}
    of_commands = [(name, one.get_short_help_str()) for name, one in sorted(commands.items())]
    return [*TOPICS.items(), *of_commands, *((code.id, code.meaning) for code in CATALOGUE.values())]


def _command(root: click.Context, words: tuple[str, ...]) -> click.Context | None:
    """The context of a command that is named by its words; None where there is none."""
    ctx = root
    for word in words:
        command = ctx.command.get_command(ctx, word) if isinstance(ctx.command, click.Group) else None
        if command is None:
            return None
        ctx = Context(command, parent=ctx, info_name=word)
    return ctx


def _code(formatter: click.HelpFormatter, name: str) -> None:
    code = CATALOGUE[name]
    formatter.write_text(name)
    with formatter.indentation():
        formatter.write_text(code.meaning)
        formatter.write_text(code.next_step)
        if code.exit_code:
            formatter.write_text(f"Exit status {code.exit_code}: {EXITS[code.exit_code]}.")
        if name.startswith(("file.", "statement.", "note.", "row.", "amount.", "date.", "column.", "currency.", "account.")):
            formatter.write_text(AT_INGEST[code.at_ingest])


def _topic(formatter: click.HelpFormatter, name: str, ctx: click.Context) -> None:
    if name == "exit-codes":
        formatter.write_dl([(str(status), words) for status, words in EXITS.items()])
    elif name == "codes":
        formatter.write_dl([(code.id, code.meaning) for code in CATALOGUE.values()])
    elif name == "filters":
        params = click.command()(with_filters(lambda: None)).params
        formatter.write_dl([record for one in params if (record := one.get_help_record(ctx))])
    elif name == "words":
        for heading, among in (("Outcomes", Outcome), ("States", LineState), ("Decisions", DecisionKind)):
            with formatter.section(heading):
                formatter.write_dl([(word.value, languages.word(word.value.replace("_", " "))) for word in among])
    else:
        formatter.write_text({"lines": _LINES, "languages": _LANGUAGES}[name])


COMMANDS = (help_on,)
