"""The layouts at hand: those that come with the program, and those of the books, which take the place of a shipped one of their name."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from pydantic import ValidationError

from matcher.errors import MatcherError
from matcher.openitems.layouts.schema import Layout
from matcher.settings import load_toml

GENERIC = frozenset({"generic", "generic-grouped"})
"""Names of the layouts that know no system, but words."""


@dataclass(frozen=True)
class Layouts:
    """The layouts at hand by name, in the order of their names. `own` are the names of those that the books bring."""

    known: Mapping[str, Layout]
    own: frozenset[str] = frozenset()

    def named(self, name: str, kind: str) -> Layout:
        """The layout of this name.

        Raises:
            MatcherError: ``usage.option`` when there is none, or it is one of another kind of list.
        """
        if (found := self.known.get(name)) is None:
            near = " or ".join(get_close_matches(name, self.known, n=3, cutoff=0.5))
            hint = f"Perhaps {near} is meant; `matcher layout list` lists all." if near else "`matcher layout list` lists all."
            raise MatcherError("usage.option", f"there is no layout {name!r}", hint=hint)
        if found.kind != kind:
            raise MatcherError("usage.option", f"the layout {name!r} is of {found.kind}, not of {kind}")
        return found


def load_layout(text: str, where: str) -> Layout:
    """A layout from TOML text. `where` names its file for messages.

    Raises:
        MatcherError: ``layout.invalid``, naming the file and the key.
    """
    keys = load_toml(text, where, "layout.invalid")
    try:
        return Layout.model_validate(keys)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "layout"
        raise MatcherError("layout.invalid", f"{place}: {first['msg'].removeprefix('Value error, ')}", where) from None


@cache
def shipped() -> Mapping[str, Layout]:
    """The layouts that come with the program.

    Raises:
        MatcherError: ``layout.invalid`` when a file's name is not its layout's.
    """
    entries = [entry for entry in files("matcher.openitems.layouts").iterdir() if entry.name.endswith(".toml")]
    return _named({entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8") for entry in entries})


def available(own: Mapping[str, str]) -> Layouts:
    """The shipped layouts, and those of the books (name to TOML text).

    Raises:
        MatcherError: ``layout.invalid``.
    """
    return Layouts(dict(sorted({**shipped(), **_named(own)}.items())), frozenset(own))


def _named(texts: Mapping[str, str]) -> dict[str, Layout]:
    made = {name: load_layout(text, f"{name}.toml") for name, text in sorted(texts.items())}
    for name, layout in made.items():
        if layout.name != name:
            raise MatcherError("layout.invalid", f"name: {layout.name!r} is not the name of the file", f"{name}.toml")
    return made
