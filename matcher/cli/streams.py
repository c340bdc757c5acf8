"""What is printed: messages for the person on stderr, lines and data on stdout. Nothing in them steers the screen."""

import sys

import click

from matcher import languages
from matcher.characters import visible
from matcher.errors import MatcherError

_FAULTS = 20
"""How many faults of the files that a command refuses are shown."""


def note(text: str, *, lines: bool = False, told: bool = False) -> None:
    """A message for the person, on stderr, unless --quiet; in his language unless it is `told` in it already.

    Nothing in it steers the screen; it is one line unless `lines` are kept.
    """
    if not quiet():
        fault(text, lines=lines, told=told)


def fault(text: str, *, lines: bool = False, told: bool = False) -> None:
    """The same for an error, which is always said."""
    click.echo(visible(text if told else languages.sentence(text), lines=lines), err=True)


def note_more(error: MatcherError) -> None:
    """What else is wrong, a line each: as many as fit on a screen with the first, and how many more there are."""
    for one in error.more[: _FAULTS - 1]:
        what = languages.sentence(one.what)
        fault(f"{one.where}: {what}" if one.where else what, told=True)
    if (rest := len(error.more) - _FAULTS + 1) > 0:
        fault(f"and {rest} more")


def quiet() -> bool:
    """Whether the command line has --quiet."""
    context = click.get_current_context(silent=True)
    return bool(context and getattr(context.find_root().obj, "quiet", None))


def say(text: str) -> None:
    """A line for the person, on stdout, in his language. Nothing in it steers the screen."""
    click.echo(visible(languages.sentence(text)))


def data(text: str) -> None:
    """Data on stdout: UTF-8 whatever the locale, as it is stored. On a terminal nothing in it steers the screen."""
    shown = visible(text, lines=True) if sys.stdout.isatty() else text
    # as bytes: click takes colour codes out of text that goes into a pipe
    click.echo(shown.encode("utf-8", "backslashreplace"), nl=False)
