"""How help is set: click's own pages, in the person's language."""

from collections.abc import Iterable, Iterator, Sequence

import click

from matcher import languages
from matcher.display.widths import width, wrapped

FIRST = 30
"""Most columns of the first of two columns."""
GAP = 2
LEAST = 28
"""Columns that words need beside what is typed."""


class Formatter(click.HelpFormatter):
    """Sets help: headings, paragraphs and the words for options are translated, what is typed is not."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line with the command's form."""
        blank = "" if languages.language() == "zh" else " "
        said = languages.word("Usage:") + blank if prefix is None else prefix
        # click counts signs, of which some are two columns wide
        self.width, whole = self.width - (width(said) - len(said)), self.width
        super().write_usage(prog, args, said)
        self.width = whole

    def write_heading(self, heading: str) -> None:
        """A heading."""
        if languages.language() == "zh":
            self.write(f"{'':>{self.current_indent}}{languages.word(heading)}：\n")
        else:
            super().write_heading(languages.word(heading))

    def write_text(self, text: str) -> None:
        """Paragraphs, each an entry of its own. Those behind a backspace keep their lines."""
        english = languages.language() == "en"
        for place, paragraph in enumerate(paragraphs(text)):
            if place:
                self.write("\n")
            if english and not paragraph.startswith("\b"):
                super().write_text(paragraph)
            else:
                self.write("".join(f"{line}\n" for line in self._set(paragraph)))

    def _set(self, paragraph: str) -> Iterator[str]:
        blank = " " * self.current_indent
        if not paragraph.startswith("\b"):
            yield from (blank + line for line in wrapped(languages.sentence(paragraph), self.width - self.current_indent))
            return
        for typed, words in typed_and_words(paragraph):
            told = languages.sentence(words)
            if self.current_indent + width(typed + told) <= self.width:
                yield f"{blank}{typed}{told}".rstrip()
            else:
                yield from (blank + line for line in self._narrow(typed, told))

    def _narrow(self, typed: str, words: str) -> Iterator[str]:
        """A line that is too long for the page: the words go on below themselves, or below what is typed where little room is left."""
        room = self.width - self.current_indent
        if typed and room - width(typed) < LEAST:
            yield typed.rstrip()
            typed = " " * (len(typed) - len(typed.lstrip()) + 2 * GAP)
        first = typed or " " * (len(words) - len(words.lstrip()))
        lines = wrapped(words.strip(), room - width(first))
        yield first + lines[0]
        yield from (" " * width(first) + line for line in lines[1:])

    def write_dl(self, rows: Iterable[tuple[str, str]] | Sequence[tuple[str, str]], col_max: int = FIRST, col_spacing: int = GAP) -> None:
        """Options or commands with their words."""
        if languages.language() == "en":
            super().write_dl(list(rows), col_max, col_spacing)
            return
        listed = list(rows)
        first = min(col_max, max((width(name) for name, _ in listed), default=0)) + col_spacing
        blank = " " * self.current_indent
        for name, words in listed:
            lines = wrapped(option_words(words), max(20, self.width - first - self.current_indent))
            if width(name) > first - col_spacing:
                self.write(f"{blank}{name}\n")
                name = ""
            self.write(f"{blank}{name}{' ' * (first - width(name))}{lines[0]}".rstrip() + "\n")
            self.write("".join(f"{blank}{' ' * first}{line}\n" for line in lines[1:]))


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a help text. One is a single line, unless a backspace keeps its lines."""
    found = []
    for paragraph in text.strip().split("\n\n"):
        lines = paragraph.strip("\n").split("\n")
        kept = lines[0].strip() == "\b"
        found.append("\b" + "\n".join(lines[1:]) if kept else " ".join(line.strip() for line in lines))
    return found


def typed_and_words(paragraph: str) -> Iterator[tuple[str, str]]:
    """The lines of a paragraph that keeps them: what is typed with the gap behind it, and the words; only words where there is no gap."""
    for line in paragraph.removeprefix("\b").strip("\n").split("\n"):
        typed, gap, words = line.rpartition("  ") if "  " in line.strip() else ("", "", line)
        yield typed + gap, words


def option_parts(words: str) -> tuple[str, list[str]]:
    """The words for an option, and the notes that click sets behind them in brackets."""
    body, bracket, extra = words.partition("  [")
    return body, extra.removesuffix("]").split("; ") if bracket else []


def option_words(words: str) -> str:
    """The words for an option and the notes behind them, in the person's language."""
    body, notes = option_parts(words)
    told = languages.sentence(body)
    return f"{told}  [{'; '.join(map(languages.known, notes))}]" if notes else told


class Context(click.Context):
    """A context whose help is set by `Formatter`."""

    formatter_class = Formatter


class Group(click.Group):
    """Commands whose list is in the person's language."""

    context_class = Context

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each with the first paragraph of its help."""
        if languages.language() == "en":
            super().format_commands(ctx, formatter)
            return
        named = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        with formatter.section("Commands"):
            formatter.write_dl([(name, paragraphs(one.help or "")[0]) for name, one in named if one and not one.hidden])


def set_pages(command: click.Command) -> None:
    """Has the help of a command, and of those below it, set here."""
    command.context_class = Context
    if isinstance(command, click.Group):
        for one in command.commands.values():
            set_pages(one)
