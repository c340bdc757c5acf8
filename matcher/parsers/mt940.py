"""Placeholder."""

from collections.abc import Iterator

from matcher.parsers.base import Event, ParseOptions, Source


class _Parser:
    name = "x"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        return ""

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        yield from ()


PARSER = _Parser()
