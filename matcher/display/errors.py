"""A coded error in the person's language."""

from matcher import languages
from matcher.characters import visible
from matcher.errors import MatcherError


def error_words(error: MatcherError) -> str:
    """The error in one line: code and place as they are, what is wrong and what to do in the person's language."""
    if languages.language() == "en":
        return str(error)
    place = f"{visible(error.where)}: " if error.where else ""
    what = languages.sentence(error.what)
    stop = "" if what.endswith(("?", "？", "。")) else "。" if languages.language() == "zh" else "."
    words = visible(f"{what}{stop}{'' if languages.language() == 'zh' else ' '}{languages.sentence(error.hint)}", lines=True)
    return f"{error.code}: {place}{' '.join(words.split())}"
