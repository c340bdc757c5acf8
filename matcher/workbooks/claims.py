"""What the parts of an XLSX file ask for, told from their markup without building anything."""

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from matcher.errors import MatcherError
from matcher.workbooks.bounds import MAX_COLUMNS, MAX_ROWS, Bounds, too_many

_FORMAT = 1_000
"""Longest number format; Excel's own bound is 255 characters."""
_MARKUP = 16 << 20
"""Longest tag, comment or text: until one ends, all of it is looked at again with every block."""
_ROW = re.compile(r"[1-9][0-9]*")
_TAG = re.compile(
    rb'<(row r="[1-9][0-9]{0,6}"|c r="[A-Z]{1,3}[1-9][0-9]{0,6}"|v>|is>'
    rb"|(?:[^<>\s/:\"'=]+:)?(?:row|c|v|is|si|numFmt|sheet|Relationship)[\s/>])"
)
"""Tags that ask for something: in the form that nearly all programs write, else in any."""
_VALUE = rb"(?:v>\n|is>\n)?"
_SHEET = re.compile(
    rb'(?:row r="([1-9][0-9]{0,6})"\n(?:(?:c r="[A-Z]{1,3}\1"\n' + _VALUE + rb")*|(?:c\n" + _VALUE + rb")*))*",
)
"""Tags of a sheet, one a line: rows with their numbers; in each all cells with their places, or all without; in each cell a value."""
_NESTED = re.compile(rb"<v>[^<]*<(?!/)")
_REFERENCE = re.compile(rb"<v>[^<]*&|<c [^<]*&|<row [^<]*&")
_SHARED = re.compile(rb't="s"[^<>]*><v>[0-9]{1,10}</v>')
_TEXT_NUMBER = re.compile(rb"[0-9]{1,10}")
_PLACED = re.compile(rb'c r="([A-Z]+)([0-9]+)"\n(?:v|is)>')
_UNPLACED = re.compile(rb'row r="([0-9]+)"\n((?:c\n(?:(?:v|is)>\n)*)+)')


def key(name: str) -> str:
    """A part's name as it is compared: readers do not tell capitals apart."""
    return name.replace("\\", "/").lstrip("/").lower()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class Claims:
    """What the parts of a workbook ask for: rows, columns, references to texts. Call `begin`, `read` and `end` for each part."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._cells = self._valued = self._longest = 0
        self._sheets: list[str] = []
        self._targets: dict[tuple[str, str], str] = {}
        self._shared: set[str] = set()

    def begin(self, name: str) -> None:
        """A part begins."""
        self._name = name
        self._parser = _parser()
        self._rows = self._columns = self._row = 0
        self._seen: set[int] = set()
        self._rest = b""
        self._open: list[bytes] = []  # tags of the row that may go on
        self._tags: list[bytes] = []
        self._text_at = -1
        self._fed = 0
        self._kind = ""
        self._value: bytes | None = None  # source text of the value that is open, from its tag on
        self._value_at = 0

    def read(self, block: bytes) -> None:
        """Goes on with the part."""
        text = self._rest + block
        cut = max(text.rfind(b"<c "), text.rfind(b"<row "))
        cut = cut if cut > 0 else text.rfind(b"<")
        self._rest = text[cut:] if cut >= 0 else text
        if len(self._rest) > _MARKUP:
            raise MatcherError("file.malformed", f"a tag or text in part {self._name[:60]!r} of the workbook exceeds {_MARKUP >> 20} MB")
        if cut > 0:
            self._look(text[:cut])

    def end(self) -> None:
        """The part ends."""
        self._look(self._rest)
        self._feed(b"")
        if self._text_at >= 0:
            self._measure()
        self._cells += self._rows * self._columns

    def _look(self, text: bytes) -> None:
        """Looks at whole tags."""
        tags = self._open + _TAG.findall(text)
        if self._value is None and _SHEET.fullmatch(sheet := b"\n".join([*tags, b""])) and _is_plain(text):
            self._feed(text)
        else:
            # some program writes its tags in a way of its own
            self._tags, self._text, self._base = list(self._open), text, self._fed
            self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end
            self._feed(text)
            self._parser.StartElementHandler = self._parser.EndElementHandler = None
            if self._value is not None:
                self._value += text[max(0, self._value_at - self._base) :]
                self._value_at = self._fed
            tags = self._tags
            sheet = b"\n".join([*tags, b""])
            if not _SHEET.fullmatch(sheet):
                raise self._misplaced(tags)
        if tags:
            self._count(tags, sheet)

    def _feed(self, text: bytes) -> None:
        try:
            self._parser.Parse(text, not text)
        except expat.ExpatError as error:
            message = f"part {self._name[:60]!r} of the workbook is not well-formed XML, line {error.lineno}"
            raise MatcherError("file.malformed", message) from None
        self._fed += len(text)

    def _start(self, name: str, attributes: list[str]) -> None:
        name = _local(name)
        match name:
            case "c":
                place = _attribute(attributes, "r")
                self._kind = _attribute(attributes, "t") or "n"
                self._refuse_references()
                self._tags.append(b"c" if place is None else b'c r="%s"' % place.encode())
            case "v" | "is":
                self._tags.append(name.encode() + b">")
                self._value, self._value_at = (b"" if name == "v" else None), self._parser.CurrentByteIndex
            case "row":
                self._refuse_references()
                self._begin_row(_attribute(attributes, "r"))
            case "si":
                self._measure()
            case "numFmt" if len(_attribute(attributes, "formatCode") or "") > _FORMAT:
                raise MatcherError("file.malformed", f"the workbook has a number format of more than {_FORMAT} characters")
            case "sheet":
                self._sheets += [value for key, value in _pairs(attributes) if _local(key) == "id"]
            case "Relationship":
                target = posixpath.normpath(posixpath.join("/xl", _attribute(attributes, "Target") or ""))
                self._targets[self._name, _attribute(attributes, "Id") or ""] = key(target)

    def _refuse_references(self) -> None:
        """Refuses a tag with character references in it: the library would not resolve them."""
        here = self._parser.CurrentByteIndex - self._base
        if b"&" in self._text[here : self._text.find(b"<", here + 1)]:
            raise MatcherError("file.malformed", "the place of a row or cell of the workbook is not written plainly")

    def _end(self, name: str) -> None:
        if self._value is None or _local(name) != "v":
            return
        source = self._value + self._text[max(0, self._value_at - self._base) : self._parser.CurrentByteIndex - self._base]
        plain, self._value = source.partition(b">")[2], None
        if self._kind in ("n", "s", "b", "e") and (b"&" in plain or b"<" in plain):
            # the library would read the part before it only
            raise MatcherError("file.malformed", "the value of a cell is not written plainly")
        if self._kind == "s" and not _TEXT_NUMBER.fullmatch(plain):
            raise MatcherError("file.malformed", f"a cell refers to the text {plain[:20].decode(errors='replace')!r}")

    def _begin_row(self, number: str | None) -> None:
        if number is not None and not _ROW.fullmatch(number):
            raise MatcherError("file.malformed", f"a row of the workbook has the number {number[:20]!r}")
        if number is None:
            before = next((tag for tag in reversed(self._tags) if tag.startswith(b"row")), b"")
            number = str((_number(before) if before else self._row) + 1)
        if int(number) > MAX_ROWS:
            raise too_many(int(number), self._columns)
        self._tags.append(b'row r="%s"' % number.encode())

    def _count(self, tags: list[bytes], sheet: bytes) -> None:
        """Takes account of a sheet's tags; `sheet` is the same as text."""
        first = bool(self._open)  # the row that goes on was counted when it began
        for row in [_number(tag) for tag in tags if tag[:1] == b"r"][first:]:
            if row > MAX_ROWS:
                raise too_many(row, self._columns)
            if row in self._seen:
                raise MatcherError("file.malformed", f"row {row} of the workbook comes twice")
            self._seen.add(row)
            self._row = row
        places = [tag for tag in tags if tag[:2] == b"c "]
        if len(set(places)) != len(places):
            twice = Counter(places).most_common(1)[0][0][5:-1].decode()
            raise MatcherError("file.malformed", f"two cells of the workbook stand at {twice}")
        if placed := _PLACED.findall(sheet):
            self._valued += len(placed)
            columns, rows = zip(*placed, strict=True)
            self._claim(max(map(int, set(rows))), max(map(_column, set(columns))))
        for row, cells in _UNPLACED.findall(sheet) if b"\nc\n" in sheet else ():
            self._valued += (count := cells.count(b"c\n"))
            self._claim(int(row), count)
        last = next(n for n in range(len(tags) - 1, -1, -1) if tags[n][:1] == b"r")
        self._open = tags[last:]

    def _claim(self, rows: int, columns: int) -> None:
        self._rows, self._columns = max(self._rows, rows), max(self._columns, columns)
        if self._columns > MAX_COLUMNS or self._cells + self._rows * self._columns > self._bounds.cells:
            raise too_many(self._rows, self._columns)

    def _misplaced(self, tags: list[bytes]) -> MatcherError:
        """What is wrong with the first tag of a sheet that does not fit the row it stands in."""
        row = 0
        for n, tag in enumerate(tags):
            before = b"\n".join([*tags[max(0, n - 1) : n + 1], b""])
            if tag[:1] == b"r":
                row = _number(tag)
            elif tag[:1] == b"c" and not _SHEET.fullmatch(b'row r="%d"\n%s\n' % (row, tag)):
                place = tag[5:-1].decode()
                digits = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
                if _ROW.fullmatch(digits[:12]) and int(digits[:12]) > MAX_ROWS:
                    return too_many(int(digits[:12]), self._columns)
                return MatcherError("file.malformed", f"a cell in row {row} of the workbook has the place {place[:20]!r}")
            elif before.count(b">") == 2:
                return MatcherError("file.malformed", f"a cell in row {row} of the workbook has two values")
        return MatcherError("file.malformed", f"the cells in row {row} of the workbook are not told in one way")

    def _measure(self) -> None:
        """Follows how long a shared text can be at most: as long as its markup."""
        here = self._parser.CurrentByteIndex
        if self._text_at >= 0:
            self._longest = max(self._longest, here - self._text_at)
        self._text_at = here
        self._shared.add(self._name)

    def settle(self, plain: BinaryIO) -> None:
        """Judges what only all parts together tell."""
        used: dict[str, list[str]] = {}
        for (part, name), target in self._targets.items():
            if name in self._sheets:
                used.setdefault(part, []).append(target)
        if len(set(self._sheets)) != len(self._sheets) or any(len(set(targets)) != len(targets) for targets in used.values()):
            raise MatcherError("file.malformed", "two sheets of the workbook are one part")
        if len(self._shared) > 1:
            raise MatcherError("file.malformed", "the workbook has two tables of texts")
        if self._valued * self._longest > self._bounds.text and _referred_text(plain, self._shared) > self._bounds.text:
            raise MatcherError("file.too_large", f"the cells of the workbook hold more than {self._bounds.text >> 20} MB of text")


def _pairs(attributes: list[str]) -> Iterator[tuple[str, str]]:
    return zip(attributes[::2], attributes[1::2], strict=True)


def _attribute(attributes: list[str], name: str) -> str | None:
    return next((value for key, value in _pairs(attributes) if key == name), None)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _is_plain(text: bytes) -> bool:
    """Whether values and places are plain text, and references to shared texts plain numbers, as nearly all programs write them."""
    if b"<!" in text or b"<?" in text or b"'s'" in text or _NESTED.search(text) or (b"&" in text and _REFERENCE.search(text)):
        return False
    return text.count(b'"s"') == len(_SHARED.findall(text))


def _number(row: bytes) -> int:
    """The number of a row's tag."""
    return int(row[7:-1])


def _parser() -> expat.XMLParserType:
    # UTF-8 whatever the part says of itself: the library behind reads it so
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_entities
    return parser


def _no_entities(*_: object) -> None:
    raise MatcherError("file.hostile", "the workbook defines entities")


def _referred_text(plain: BinaryIO, shared: set[str]) -> int:
    """Bytes of the shared texts, each as often as a cell refers to it; text that stands in a cell counts once, with its markup."""
    total = 0
    uses: Counter[int] = Counter()
    lengths: list[int] = []
    with zipfile.ZipFile(plain) as archive:
        for entry in archive.infolist():
            if entry.filename in shared:
                lengths += _text_lengths(archive.read(entry))
            else:
                total += entry.file_size
                uses.update(_uses(archive.read(entry)))
    return total + sum(count * lengths[index] for index, count in uses.items() if index < len(lengths))


def _text_lengths(data: bytes) -> list[int]:
    lengths: list[int] = []

    def start(name: str, _: list[str]) -> None:
        if _local(name) == "si":
            lengths.append(0)

    def text(piece: str) -> None:
        if lengths:
            lengths[-1] += len(piece.encode())

    parser = _parser()
    parser.StartElementHandler = start
    parser.CharacterDataHandler = text
    parser.Parse(data, True)
    return lengths


def _uses(data: bytes) -> Iterator[int]:
    """The numbers of the shared texts that a sheet's cells refer to."""
    shared = False
    numbers: list[str] = []

    def start(name: str, attributes: list[str]) -> None:
        nonlocal shared
        local = _local(name)
        if local == "c":
            shared = _attribute(attributes, "t") == "s"
        parser.CharacterDataHandler = numbers.append if local == "v" and shared else None

    def end(_: str) -> None:
        parser.CharacterDataHandler = None

    parser = _parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    return (int(number) for number in numbers if number.strip().isdecimal() and len(number) < 12)
