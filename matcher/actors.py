"""Who decides, and what they type: names and reasons are kept for ever and read by others, so they hide nothing."""

import getpass
import os
import unicodedata

from matcher.characters import identifier_fault, text_fault
from matcher.errors import MatcherError
from matcher.states import ENGINE


def named(actor: str) -> str:
    """The actor's name: as given, or MATCHER_ACTOR, or the operating system's user; empty where nobody has a name for them.

    Raises:
        MatcherError: ``usage.option`` for a name that hides characters, or is the engine's.
    """
    name = actor or os.environ.get("MATCHER_ACTOR") or _user()
    if name and (fault := identifier_fault(name)):
        raise MatcherError("usage.option", f"the actor {name!r} {fault}", hint="Name yourself with --actor or MATCHER_ACTOR.")
    if name.lower() == ENGINE:
        what = f"the actor {name!r} is who decides what a rule posts"
        raise MatcherError("usage.option", what, hint="Name yourself with --actor or MATCHER_ACTOR.")
    return name


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: case, accents, blanks and the signs between words do not count."""
    return key(one) == key(other)


def key(name: str) -> str:
    """A name as it is compared."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in plain if c.isalnum()) or name


def check_reasons(*typed: str) -> None:
    """Refuses reasons that hide characters.

    Raises:
        MatcherError: ``usage.option``.
    """
    for text in typed:
        if fault := text_fault(text):
            raise MatcherError("usage.option", f"the reason {text[:40]!r} {fault}", hint="Type it as one line of plain text.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
