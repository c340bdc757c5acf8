"""Texts that fit a screen: Chinese signs are two columns wide, and nothing hidden steers it."""

from matcher.characters import visible


def width(text: str) -> int:
    """Columns that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, columns: int) -> str:
    """The text, or as much of it as fits with an ellipsis directly behind it; what is hidden in it is made visible."""
    shown = visible(text)
    if width(shown) <= columns:
        return shown
    kept, used = [], 0
    for sign in shown:
        used += width(sign)
        if used > columns - 1:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + "…"


def padded(text: str, columns: int) -> str:
    """The text cut to so many columns, or filled up to them."""
    shown = cut(text, columns)
    return shown + " " * (columns - width(shown))


def fitted(parts: "list[str] | tuple[str, ...]", columns: int) -> str:
    """The parts with two blanks between them; the last ones fall away where they do not fit, and the one that is then last is cut."""
    kept = [part for part in parts if part]
    while len(kept) > 2 and width("  ".join(kept)) > columns:
        kept.pop()
    if len(kept) == 2 and width("  ".join(kept)) > columns:
        kept[0] = cut(kept[0], max(columns // 3, columns - 2 - width(kept[1])))
    return cut("  ".join(kept), columns)
