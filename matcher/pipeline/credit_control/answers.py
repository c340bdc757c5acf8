"""What customers answer on statements of account: agreed, disputed or remarked, by item. Answers move no money."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from matcher import money
from matcher.errors import MatcherError
from matcher.exports.credit_control.account_statements import ANSWERS, ITEM, OPEN, YES, headings, meanings
from matcher.openitems.faults import together
from matcher.parsers.base import Source
from matcher.pipeline import filled_in
from matcher.pipeline.actions import item_notes
from matcher.pipeline.actions.base import Decided, Look, text
from matcher.pipeline.actions.item_notes import AGREED, REMARKED, ItemNote
from matcher.pipeline.actions.limits import known_reasons
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.pipeline.session import Session
from matcher.states import DecisionKind

_GROUPED = re.compile(r"\d{1,3}(?:([.,' \u00a0\u2019\u202f])\d{3})(?:\1\d{3})*(?:([.,])(\d+))?")
_PLAIN = re.compile(r"\d+(?:[.,](\d+))?")


@dataclass(frozen=True, slots=True)
class AnswersTaken:
    """Answers that came in.

    Attributes:
        files: of the command.
        rows: rows about items, answered or not.
        agreed, disputed, remarked, unanswered: rows of each kind.
        again: answers that say what was said before, and are not recorded again.
        decided: what was recorded.
    """

    files: int
    rows: int
    agreed: int
    disputed: int
    remarked: int
    unanswered: int
    again: int
    decided: tuple[Decided, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        names = ("files", "rows", "agreed", "disputed", "remarked", "unanswered", "again")
        return {name: getattr(self, name) for name in names} | {"decisions": [one.to_dict() for one in self.decided]}


class _Row(NamedTuple):
    """A row of an answer: where it is, and its cells by the names of `ANSWERS`, `ITEM` and `OPEN`."""

    where: str
    cells: Mapping[str, str]
    fault: tuple[str, str] | None


def take(session: Session, sources: Sequence[Source]) -> AnswersTaken:
    """Takes the answers of these files in, all of them or none.

    Raises:
        MatcherError: with all faults of the files: ``column.missing`` for a file that is no answer, ``answer.item``, ``answer.changed``
            where another amount is open by now, ``answer.amount`` for more than is open, ``answer.unclear``, ``row.invalid``, ``amount.*``.
    """
    rows = [row for source in sources for row in _rows(source)]
    named = [row.cells[ITEM] for row in rows]
    look = Look(session, [], list(dict.fromkeys(named)))
    items, seen, notes, errors = look.items(named), dict[str, str](), list[ItemNote](), list[MatcherError]()
    for row in rows:
        if not any(row.cells.get(name) for name in ANSWERS):
            continue
        try:
            if row.fault:
                raise MatcherError(*row.fault)
            item = _item(row, items, seen)
            notes.append(_note(session, row, item))
        except MatcherError as error:
            errors.append(error.at(row.where))
    if errors:
        raise together(errors)
    new = [note for note in notes if not _known(look, note)]
    ended = [ItemNote(DecisionKind.DISPUTE, note.item, 0, "", note.reason) for note in new if note.code == AGREED and _disputed(look, note)]
    made = item_notes.append(look, "import answers", [*new, *ended], {"files": [source.name for source in sources]}) if new else []
    counts = [sum(_kind(note) == kind for note in notes) for kind in (AGREED, DecisionKind.DISPUTE, REMARKED)]
    return AnswersTaken(
        len(sources), len(rows), counts[0], counts[1], counts[2], len(rows) - len(notes), len(notes) - len(new), tuple(made)
    )


def _kind(note: ItemNote) -> str:
    return note.kind.value if note.kind == DecisionKind.DISPUTE else note.code


def _rows(source: Source) -> list[_Row]:
    with source.open() as stream:
        found = filled_in.below(stream.read(), source.name, _places)
    if found is None:
        what = f"there is no row with the columns {ITEM}, {OPEN} and {', '.join(ANSWERS)}"
        raise MatcherError("column.missing", what, source.name, "Take a workbook that `matcher account-statement` has written.")
    rows = []
    for number, cells in found.rows:
        told = {name: cells[place].strip() for name, place in found.places.items() if place < len(cells)}
        if told.get(ITEM):
            # a remark may begin with a dash; what else is said of it is about letters
            remark = (ANSWERS[-1], told.get(ANSWERS[-1], "").lstrip("".join(filled_in.FORMULA) + " "))
            filled = [*((name, told[name]) for name in ANSWERS[:-1] if told.get(name)), remark]
            wrong = next((bad for name, cell in filled if (bad := filled_in.fault(name, cell, sure=found.sure))), None)
            rows.append(_Row(f"{source.name}:{number}", told, wrong))
    return rows


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where the columns stand, whatever the language; nothing unless all of them are there."""
    plain = [cell.replace("\ufeff", "").strip().casefold() for cell in header]
    named = {name: headings(name) for name in ANSWERS} | {ITEM: {ITEM}, OPEN: {OPEN}}
    places = {name: next((place for place, cell in enumerate(plain) if cell in called), -1) for name, called in named.items()}
    return places if min(places.values()) >= 0 else {}


def _item(row: _Row, items: Mapping[str, ItemSnapshot], seen: dict[str, str]) -> ItemSnapshot:
    """The item of a row, once, with what was open of it in the statement."""
    item = items.get(row.cells[ITEM])
    if item is None:
        raise MatcherError("answer.item", f"no item has the id {row.cells[ITEM]!r}")
    name = item.document_no or item.item_id
    if before := seen.get(item.item_id):
        raise MatcherError("answer.unclear", f"{name} stands in {before} already")
    seen[item.item_id] = row.where
    if money.parse(row.cells.get(OPEN, ""), item.currency) != item.open:
        what = f"{row.cells.get(OPEN, '')} {item.currency} of {name} were open in the statement, {text(item.open, item.currency)} are now"
        raise MatcherError("answer.changed", what)
    return item


def _note(session: Session, row: _Row, item: ItemSnapshot) -> ItemNote:
    """What a row says of its item."""
    agreed, amount, reason, remark = (row.cells.get(name, "") for name in ANSWERS)
    name = item.document_no or item.item_id
    if agreed and meanings([YES]).get(agreed.casefold()) != YES:
        raise MatcherError("answer.unclear", f"{name}: {agreed!r} stands under agreed, and is no yes")
    if agreed and (amount or reason):
        raise MatcherError("answer.unclear", f"{name} is agreed and disputed at once")
    if agreed:
        return ItemNote(DecisionKind.ANSWER, item, item.open, AGREED, remark)
    if not amount and not reason:
        return ItemNote(DecisionKind.ANSWER, item, item.open, REMARKED, remark)
    if not amount or not reason:
        missing = "how much" if reason else "why"
        raise MatcherError("answer.unclear", f"{name} is disputed, and it is not said {missing}")
    disputed = read_amount(amount, item.currency)
    if item.amount <= 0 or not 0 < disputed <= item.open:
        raise MatcherError(
            "answer.amount", f"{text(disputed, item.currency)} of {name} are disputed, of {text(item.open, item.currency)} open"
        )
    return ItemNote(DecisionKind.DISPUTE, item, disputed, _code(session, reason), remark)


def _code(session: Session, typed: str) -> str:
    known = known_reasons(session.config)
    words = meanings([code for code in known if known[code].disputed])
    if code := words.get(typed.casefold()):
        return code
    if typed in known:
        return typed
    codes = ", ".join(dict.fromkeys(words.values()))
    raise MatcherError("answer.unclear", f"{typed!r} is no reason of a dispute", hint=f"The codes are {codes}.")


def read_amount(typed: str, currency: str) -> int:
    """Minor units of an amount as people write it, with a point or a comma; what may mean two amounts is refused.

    Raises:
        MatcherError: ``amount.invalid``, ``amount.decimals``, ``amount.range``.
    """
    plain, places = typed.strip().removesuffix(currency).strip(), money.scale(currency)
    if match := _GROUPED.fullmatch(plain):
        if match[2] == match[1] or (match[2] is None and plain.count(match[1]) == 1 and match[1] in ".,"):
            raise MatcherError("amount.invalid", f"{typed!r} may mean two amounts")
        whole = plain[: match.start(2)] if match[2] else plain
        return money.parse("".join(filter(str.isdigit, whole)) + (f".{match[3]}" if match[2] else ""), currency)
    if match := _PLAIN.fullmatch(plain):
        if match[1] and len(match[1]) > places:
            raise MatcherError("amount.decimals", f"{typed!r} has more decimal places than {currency} ({places})")
        return money.parse(plain.replace(",", "."), currency)
    raise MatcherError("amount.invalid", f"{typed[:40]!r} is not an amount")


def _known(look: Look, note: ItemNote) -> bool:
    """Whether the latest that was said of the item in this kind is the same."""
    return (note.item.item_id, note.kind.value, note.amount, note.code, note.reason) in _latest(look)


def _disputed(look: Look, note: ItemNote) -> bool:
    return any(item_id == note.item.item_id and kind == DecisionKind.DISPUTE and amount for item_id, kind, amount, *_ in _latest(look))


def _latest(look: Look) -> list[tuple[str, str, int, str, str]]:
    rows = look.state.item_notes.select("item_id", "kind", "amount", "code", "reason").iter_rows()
    return [(str(item_id), str(kind), int(amount), str(code), str(reason)) for item_id, kind, amount, code, reason in rows]
