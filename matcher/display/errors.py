"""A coded error in the person's language."""

from matcher import languages
from matcher.characters import visible
from matcher.errors import MatcherError

_SHOWN = 20
"""Faults of a file that are shown at most."""


def further_faults(error: MatcherError) -> list[str]:
    """What else is wrong, a line each in the person's language: as many as fit on a screen with the first, and how many more there are."""
    words = [(fault.where, languages.sentence(fault.what)) for fault in error.more[: _SHOWN - 1]]
    rest = len(error.more) - _SHOWN + 1
    return [f"{where}: {what}" if where else what for where, what in words] + ([languages.sentence(f"and {rest} more")] if rest > 0 else [])


def error_words(error: MatcherError) -> str:
    """The error in one line: code and place as they are, what is wrong and what to do in the person's language."""
    if languages.language() == "en":
        return str(error)
    place = f"{visible(error.where)}: " if error.where else ""
    what = languages.sentence(error.what)
    stop = "" if what.endswith(("?", "？", "。")) else "。" if languages.language() == "zh" else "."
    words = visible(f"{what}{stop}{'' if languages.language() == 'zh' else ' '}{languages.sentence(error.hint)}", lines=True)
    return f"{error.code}: {place}{' '.join(words.split())}"
