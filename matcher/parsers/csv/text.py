"""From bytes to lines: which encoding it is, and the physical lines with a bound on each."""

import codecs
import io
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from matcher.parsers.base import MAX_LINE, Source

_BLOCK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHINESE = ("交易", "日期", "金额", "余额", "账号", "帐号", "账户", "摘要", "借方", "贷方", "收入", "支出", "对方", "币种", "户名", "记账")
_JAPANESE = ("日付", "取引", "摘要", "残高", "入金", "出金", "金額", "お預", "お支払", "お引出", "預り", "差引", "年月日")
KEYWORDS = {
    "big5": ("交易", "日期", "金額", "餘額", "摘要", "支出", "存入", "帳號"),
    "cp949": ("거래", "일자", "금액", "잔액", "입금", "출금", "적요"),
    "gb18030": _CHINESE, "gbk": _CHINESE, "gb2312": _CHINESE, "cp932": _JAPANESE, "shift_jis": _JAPANESE,
}  # fmt: skip
"""Encodings that decode nearly any bytes, and the words of which at least one must appear before they are believed."""
_SURE_WORDS = 3
"""So many of these words appear by no accident."""


class TooLongError(Exception):
    """A physical line exceeds `MAX_LINE`; `line` is its number."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """A header or word as it is compared: NFKC, casefold, blanks trimmed and runs of them made one."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\ufeff", "").split())


def bare(cell: str) -> str:
    """A cell without the formula that some exports wrap it in to protect its zeros: ``="00123"``."""
    return cell[2:-1] if len(cell) > 2 and cell[:2] == '="' and cell[-1] == '"' else cell


def decodings(head: bytes, complete: bool, candidates: Iterable[str]) -> list[tuple[str, str]]:
    """The encodings that the first bytes of a file allow, each with the text they give.

    A byte order mark decides alone, then UTF-16 by its zero bytes, then UTF-8; only bytes that are none of these are tried
    as the `candidates`. East Asian encodings count only when words of a statement appear in them.

    Args:
        head: the first bytes.
        complete: whether that is the whole file, so that a cut last character is an error.
        candidates: encodings of the layouts, in order of trial.
    """
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _tried(head, complete, encoding)
    if encoding := _utf16(head):
        return _tried(head, complete, encoding)
    if pairs := _tried(head, complete, "utf-8"):
        return pairs
    pairs = [pair for encoding in dict.fromkeys(candidates) for pair in _tried(head, complete, encoding) if _believed(*pair)]
    return [pair for pair in pairs if _keywords(*pair) >= _SURE_WORDS] or pairs


def _tried(head: bytes, complete: bool, encoding: str) -> list[tuple[str, str]]:
    try:
        return [(encoding, codecs.getincrementaldecoder(encoding)().decode(head, complete))]
    except UnicodeDecodeError:
        return []


def _utf16(head: bytes) -> str:
    """UTF-16 without a mark: ASCII text has a zero byte at every second place."""
    sample = head[:4096]
    if len(sample) < 8 or sample.count(0) < len(sample) // 4:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 4 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 4 * odd else ""


def _believed(encoding: str, text: str) -> bool:
    return encoding not in KEYWORDS or _keywords(encoding, text) > 0


def _keywords(encoding: str, text: str) -> int:
    return sum(word in text for word in KEYWORDS.get(encoding, ()))


def first_undecodable(source: Source, encoding: str) -> tuple[int, bool] | None:
    """The first line whose bytes do not fit the encoding, and whether characters beyond ASCII were decoded before it.

    None when the whole file fits.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    line, beyond = 1, False
    with source.open() as stream:
        while True:
            block = stream.read(_BLOCK)
            try:
                text = decoder.decode(block, not block)
            except UnicodeDecodeError as error:
                good = bytes(error.object[: error.start])
                text = codecs.getincrementaldecoder(encoding)().decode(good)
                return line + text.count("\n"), beyond or not text.isascii()
            line += text.count("\n")
            beyond = beyond or not text.isascii()
            if not block:
                return None


def choose_encoding(source: Source, head_encoding: str, fallbacks: Iterable[str]) -> str | int:
    """The encoding of the whole file, given what its first bytes allowed; or the line where no encoding of the layout goes on.

    A file that is UTF-8 up to somewhere and holds characters beyond ASCII before that is damaged UTF-8, not another encoding.
    """
    bad = first_undecodable(source, head_encoding)
    if bad is None:
        return head_encoding
    line, beyond = bad
    if head_encoding == "utf-8" and not beyond:
        for encoding in fallbacks:
            if first_undecodable(source, encoding) is None:
                return encoding
    return line


def lines(source: Source, encoding: str) -> Iterator[str]:
    """The physical lines with their ends as they are.

    Raises:
        TooLongError: when one exceeds `MAX_LINE`.
        UnicodeDecodeError: when bytes do not fit the encoding.
    """
    with io.TextIOWrapper(source.open(), encoding, errors="strict", newline="") as stream:
        yield from bounded(stream)


def bounded(stream: io.TextIOBase, first_line: int = 1) -> Iterator[str]:
    """The lines of a text stream opened with ``newline=""``.

    Raises:
        TooLongError: when one exceeds `MAX_LINE`.
    """
    number = first_line
    while text := stream.readline(MAX_LINE + 1):
        if len(text) > MAX_LINE:
            raise TooLongError(number)
        yield text
        number += 1
