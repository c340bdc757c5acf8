"""Parts of names as people type them in a search: accents, case, umlaut spellings and forms of Chinese characters do not count."""

from matcher.matching.names.forms import plain


def words(text: str) -> tuple[str, ...]:
    """The words of what was typed, in the form of `forms.plain`."""
    return tuple(word for word in plain(text).split() if word)


def has(typed: tuple[str, ...], *names: str) -> bool:
    """Whether one of the names has every word that was typed, or a part of a word of its own that is the same."""
    return bool(typed) and any(all(word in name for word in typed) for name in map(plain, names) if name)


def spellings(text: str) -> list[str]:
    """Texts one of which a name in plain letters that has the first word of `text` contains, in small letters; none when it has none."""
    first = next(iter(text.casefold().split()), "")
    written = first.translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("å"): "aa", ord("ß"): "ss"})
    return sorted({form for form in (written, *words(first)) if form.isascii() and form})
