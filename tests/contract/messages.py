"""What people read, found in the source: the entries that the catalogues of `matcher.languages` must have.

    PYTHONPATH=tests:tests/contract:. .venv/bin/python tests/contract/messages.py --write     takes new entries up, and unused ones out

An f-string is an entry with its values' names in braces; one with a choice between two words is an entry for each. What is left English is
listed in docs/words.md.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import click

from matcher import reasons, states
from matcher.cli.helping import option_parts, paragraphs, typed_and_words
from matcher.cli.main import main
from matcher.cli.tables.standard import STANDARD
from matcher.codes import CATALOGUE
from matcher.languages import LANGUAGES
from matcher.languages.catalogue import parse, source
from matcher.rules.rulebook import default
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE, IN_ADVICE

ROOT = Path(__file__).parents[2]
SCREENS = tuple(
    "cli/ display/ fullscreen/ review/ pipeline/ rules/words.py rules/own.py rules/classes.py matching/explanations/ "
    "matching/decisions/ matching/classify.py matching/returns.py matching/refunds.py matching/own_transfers.py "
    "matching/repeated.py matching/naming.py "
    "matching/booked_entries.py ledger/ credit_control/ store/queue.py openitems/ reasons.py exports/ "
    "filters.py config.py actors.py books.py exporting.py sending.py encryption.py ids.py characters.py journal/ workbooks/ "
    "parsers/csv/rows.py remittance/ "
    "parsers/csv/cells.py parsers/csv/records.py parsers/csv/balance.py parsers/csv/statements.py parsers/tally.py "
    "parsers/archive.py parsers/signatures.py parsers/mt940/ parsers/bai2/ parsers/camt/ parsers/ofx/".split()
)
"""Where every sentence may be read by a person; elsewhere only those of errors are."""
UNREAD = tuple(
    "exports/erp/targets/datev_columns.py rules/vocabulary.py review/decision_file.py pipeline/decision_file/columns.py "
    "remittance/documents/figures.py".split()
)
"""What is listed by hand, and what stands in files that are English for ever."""
RAISING = frozenset(
    "MatcherError Fault Problem RowFault RefusedRowError UsageError Unable fail note say busy confirm counted replace_error".split()
)
NOT_SAID = frozenset("compile col lit split option argument getLogger sql run frame execute scalar few rstrip removesuffix".split())
_CODE = re.compile(
    r"\b(SELECT|INSERT|WHERE|JOIN|FROM|GROUP BY|ORDER BY|AND|COALESCE|DESC|CASE WHEN|IN \()\b|_id,|_id IN|::|%\(|\$[a-z]|^[:#.]?[a-z]+ \{"
    r"|\\[bdsw]|\w+\(\w*\)|coalesce\(|</?(?:meta|td|th|!DOCTYPE)|'none'; |^module '|[|][a-z]+[|]|yyyy|\| \w+ \||^## |\n## |\{\} "
    r"|^# |^\[(books|aging|credit|policy)\]|^encryption = |^CHECK |\| None|^Iterator\[|^tuple\[|^md5\(|^substr\("
    r"|^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \w+ \w+ |paid\|paid"
)
NOT_SAID_WHOLE = frozenset(
    """matcher journal 1
Choose one of the list, or leave the cell empty.
In order; `matcher rules show` adds how certain they have been. Each *needs* is a group, of which one kind must be there.
can't start new thread
from `i128` to `i64` failed
Value error,
dialog wide
learned revoke
apr avr abr
feb fév fev
jul juil lug
jun juin giu
oct okt ott
sep set
end of data
unexpected end
fee amount
fee credits
fee debit or credit
fee debits
gross credits
gross debits
gross transaction amount
gross transaction currency
section account
signed fee
signed gross
transaction completion date
transaction debit or credit
a list of your own
titles that tell this list from others
currency = "{told}"  # from the title
import answers
statement settle
export receipts
statement accept
statement reject
matcher accept {ranges}
matcher rules accept {id}
rules accept
rules decline
matcher allocate {first} {word}
matcher items --search {word}
tuple[pl.DataFrame, Table]
list of {in_words}, {SAID}
How to print: {forms}. Default: by the ending of --out, else table.
How to print: {forms}. Default: table.
the bank's code says {}
(outcome NOT IN ({words}) OR state = '{PROPOSED}')""".splitlines()
)
"""What looks like words and is none, or is listed by hand as it is put together."""


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else _name(node.value)
    if isinstance(node, ast.Call):
        name = _name(node.func)
        if name == "len":
            return "n"
        if name in ("join", "str", "sorted", "isoformat", "render", "grouped", "_grouped", "replace", "get", "lower") and node.args:
            found = _name(node.func.value) if name in ("isoformat", "replace", "lower") and isinstance(node.func, ast.Attribute) else ""
            return found or _name(node.args[0])
        return name
    return "value"


def _constant(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _constant(node.body) and _constant(node.orelse)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _ways(node: ast.expr) -> list[list[str]]:
    """The texts that an expression may make, as parts; a value is its name in braces."""
    if isinstance(node, ast.Constant):
        return [[node.value]] if isinstance(node.value, str) else [["{value}"]]
    if isinstance(node, ast.IfExp) and _constant(node):
        return _ways(node.body) + _ways(node.orelse)
    if isinstance(node, ast.FormattedValue):
        if isinstance(node.value, ast.IfExp) and _constant(node.value):
            return _ways(node.value)
        return [["{" + (re.sub(r"\W", "", _name(node.value)).strip("_") or "value") + "}"]]
    if isinstance(node, ast.JoinedStr):
        ways: list[list[str]] = [[]]
        for value in node.values:
            ways = [way + more for way in ways for more in _ways(value)][:8]
        return ways
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [left + right for left in _ways(node.left) for right in _ways(node.right)][:8]
    return [["{value}"]]


def _entry(parts: list[str]) -> str:
    seen: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        seen[found[1]] = seen.get(found[1], 0) + 1
        return "{" + found[1] + (str(seen[found[1]]) if seen[found[1]] > 1 else "") + "}"

    return re.sub(r"\{(\w+)\}", numbered, "".join(parts)).strip()


def _spoken(text: str) -> bool:
    """Whether a text reads as words for a person."""
    literal = re.sub(r"\{\w+\}", " ", text)
    words = re.findall(r"[A-Za-z][a-z'-]+", literal)
    if text.strip() in NOT_SAID_WHOLE:
        return False
    return len(words) >= 2 and " " in text.strip() and not _CODE.search(literal) and any(word.islower() for word in words)


def _said(path: Path, whole: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}

    def visit(node: ast.AST, inside: bool) -> Iterator[str]:
        if id(node) in docs or isinstance(node, ast.arg):
            return
        if isinstance(node, ast.Call):
            name = _name(node.func)
            if name == "counted":
                words = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
                yield from (f"{{n}} {word}" for word in (*words, *([f"{words[0]}s"] if len(words) == 1 else [])))
                return
            inside = (inside or whole or name in RAISING) and name not in NOT_SAID
        elif isinstance(node, ast.JoinedStr | ast.BinOp | ast.Constant) and inside:
            if not isinstance(node, ast.Constant) or isinstance(node.value, str):
                yield from filter(_spoken, (part for way in _ways(node) for part in _parts(_entry(way))))
            for part in ast.walk(node) if isinstance(node, ast.JoinedStr) else ():
                if isinstance(part, ast.FormattedValue) and not _constant(part.value):
                    yield from visit(part.value, inside)
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, inside)

    yield from visit(tree, whole)


def _parts(text: str) -> Iterator[str]:
    """The entries of a help text: its paragraphs, and of one that keeps its lines the words of each."""
    for paragraph in paragraphs(text) if "\n\n" in text else (text,):
        if paragraph.startswith("\b"):
            yield from (words for _, words in typed_and_words(paragraph))
        else:
            yield paragraph


def _headings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _name(node.func) == "Column" and node.args:
            texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if texts and (heading := (texts[1:2] or [""])[0].strip() or texts[0].replace("_", " ")):
                yield heading


def _help(command: click.Command) -> Iterator[str]:
    yield from filter(_spoken, (part for paragraph in paragraphs(command.help or "") for part in _parts(paragraph)))
    for option in command.params:
        if isinstance(option, click.Option) and option.help:
            yield option_parts(option.help)[0]
    if isinstance(command, click.Group):
        for one in command.commands.values():
            yield from _help(one)


BY_HAND = (ROOT / "tests" / "contract" / "spoken.txt").read_text(encoding="utf-8").splitlines()
"""What is put together where no rule finds it: single words, sentences of click, endings that follow a part."""


def vocabulary() -> dict[str, list[str]]:
    """The fixed words, by what they are."""
    enums = [one for one in vars(states).values() if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum]
    return {
        "codes": [text for code in CATALOGUE.values() for text in (code.meaning, code.next_step)],
        "evidence": [*(text for kind in EVIDENCE.values() for text in (kind.words, kind.bars) if text), *IN_ADVICE.values()],
        "bases": [one.words for one in BASES.values()],
        "differences": [one.words for one in DIFFERENCES.values()],
        "rules": [rule.title for rule in default().rule],
        "states": sorted({str(word).replace("_", " ") for one in enums for word in one if word}),
        "reasons": [word.replace("_", " ") for word in reasons.SHIPPED],
        "headings": sorted(
            {name.replace("_", " ") for name in STANDARD}
            | {word for path in (ROOT / "matcher" / "cli").rglob("*.py") for word in _headings(path)}
        ),
        "pack": sorted(
            {word for path in (ROOT / "matcher" / "pipeline" / "pack").rglob("*.py") for word in _headings(path)}
            | {
                found
                for path in (ROOT / "matcher" / "exports" / "pack" / "templates").glob("*.html")
                for found in re.findall(r"\b(?:say|word)\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))
            }
        ),
        "help": list(dict.fromkeys(_help(main))),
        "by hand": [line for line in BY_HAND if line],
    }


def entries() -> dict[str, str]:
    """All entries, and where each is from."""
    found = {text.strip(): part for part, texts in vocabulary().items() for text in texts}
    for path in sorted((ROOT / "matcher").rglob("*.py")):
        name = path.relative_to(ROOT / "matcher").as_posix()
        if name.startswith(("languages/", "codes/", "codes_page", "engines/", "cli/tables/webpage", "fullscreen/look")) or name in UNREAD:
            continue
        for text in _said(path, name.startswith(SCREENS)):
            found.setdefault(text, name)
    return found


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'


def catalogue(language: str, told: Mapping[str, str]) -> str:
    """The text of a catalogue: all entries in the order of their places, with what is told of them."""
    head = [
        "# What matcher says, in another language. Made by tests/contract/messages.py: change what stands behind msgstr only.", 'msgid ""',
        'msgstr ""', f'"Language: {language}\\n"', '"MIME-Version: 1.0\\n"', '"Content-Type: text/plain; charset=UTF-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
    ]  # fmt: skip
    parts = ["\n".join(head)]
    for entry, place in sorted(entries().items(), key=lambda one: (not one[1].islower() or "/" in one[1], one[1], one[0])):
        parts.append(f"#: {place.replace(' ', '-')}\nmsgid {_quoted(entry)}\nmsgstr {_quoted(told.get(entry, ''))}")
    return "\n\n".join(parts) + "\n"


def written(language: str) -> dict[str, str]:
    """What the catalogue of a language has now."""
    return {said: words for said, words, flags in parse(source(language)) if said and "fuzzy" not in flags}


def path_of(language: str) -> Path:
    """The file of a catalogue."""
    return ROOT / "matcher" / "languages" / f"{language}.po"


if __name__ == "__main__" and "--write" in sys.argv:
    for one in LANGUAGES[1:]:
        path_of(one).write_text(catalogue(one, written(one)), encoding="utf-8")
