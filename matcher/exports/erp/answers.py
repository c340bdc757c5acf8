"""The answers of ERPs: which columns of a result file say what. The layouts are TOML with the grammar of those of open items."""

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from matcher.errors import MatcherError
from matcher.exports.erp.base import Answer
from matcher.settings import load_toml
from matcher.states import Answered

_ANSWERS = (Answered.ACCEPTED, Answered.REJECTED, Answered.UNKNOWN)
_OURS = re.compile("(?<![0-9a-f])[0-9a-f]{20}(?![0-9a-f])", re.IGNORECASE)
Titles = Annotated[tuple[str, ...], Field(strict=False)]


class Columns(BaseModel):
    """Titles of the columns, of each the first that the file has. Upper and lower case are the same."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    external_id: Titles
    result: Titles = ()
    erp_number: Titles = ()
    message: Titles = ()


class Values(BaseModel):
    """What the cells of the result column mean."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    result: dict[str, tuple[str, ...]] = Field(default_factory=dict, strict=False)

    @field_validator("result", mode="before")
    @classmethod
    def _known(cls, value: object) -> object:
        if isinstance(value, dict):
            for word in value:
                if word not in _ANSWERS:
                    raise ValueError(f"{word!r} is none of {', '.join(_ANSWERS)}")
            return {word: tuple(cells) for word, cells in value.items()}
        return value


class AnswerLayout(BaseModel):
    """A layout of a result file.

    Attributes:
        name: of the layout; the target's.
        delimiter: of a CSV file; '' finds it.
        encoding: of a CSV file.
        columns: which column says what.
        marks: titles of which a file of this layout has one, where one system writes several kinds of file.
        listed: whether the file lists other documents too, or our id stands in its cell among other characters or in capitals. Then a row
            without an id of ours says nothing.
        values: what the cells of the result column mean; case does not count.
        otherwise: what a row means whose result is none of these, or in a file without such a column; '' refuses the file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    delimiter: str = ""
    encoding: str = "utf-8-sig"
    columns: Columns
    marks: Titles = ()
    listed: bool = False
    values: Values = Values()
    otherwise: str = ""

    @field_validator("otherwise")
    @classmethod
    def _answer(cls, value: str) -> str:
        if value and value not in _ANSWERS:
            raise ValueError(f"{value!r} is none of {', '.join(_ANSWERS)}")
        return value


def layout(text: str, where: str) -> AnswerLayout:
    """A layout from its TOML text.

    Raises:
        MatcherError: ``layout.invalid`` with the key at fault.
    """
    try:
        return AnswerLayout.model_validate(load_toml(text, where, "layout.invalid"))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise MatcherError("layout.invalid", f"{key}: {first['msg'].removeprefix('Value error, ')}", where) from error


def generic() -> AnswerLayout:
    """The layout of a result file of no particular ERP."""
    return layout((resources.files("matcher.exports.erp") / "generic_answers.toml").read_text(encoding="utf-8"), "generic")


def fits(titles: Iterable[str], how: AnswerLayout) -> bool:
    """Whether a file with these titles has what the layout needs."""
    there = {title.casefold() for title in titles}
    named = [how.columns.external_id, how.marks, () if how.otherwise else how.columns.result]
    return all(any(title.casefold() in there for title in some) for some in named if some)


def answers(rows: Iterable[tuple[str, Mapping[str, str]]], how: AnswerLayout) -> tuple[list[Answer], list[MatcherError]]:
    """The answers of a file, and all that is wrong with it.

    Args:
        rows: the place of each row, and its cells by title.
        how: the layout.
    """
    found, faults = list[Answer](), list[MatcherError]()
    means = {cell.casefold(): word for word, cells in how.values.result.items() for cell in cells}
    for place, cells in rows:
        by_title = {title.casefold(): cell.strip() for title, cell in cells.items()}
        external_id, said, number, message = (
            next((by_title[title.casefold()] for title in titles if title.casefold() in by_title), "")
            for titles in (how.columns.external_id, how.columns.result, how.columns.erp_number, how.columns.message)
        )
        if how.listed:
            ours = _OURS.search(external_id)
            if ours is None:
                continue
            external_id = ours.group().lower()
        word = means.get(said.casefold(), how.otherwise)
        if not external_id:
            faults.append(MatcherError("ack.unreadable", "the row names no document", place))
        elif not word:
            faults.append(MatcherError("ack.unreadable", f"{said!r} is no result that the layout {how.name} knows", place))
        else:
            found.append(Answer(external_id, Answered(word), number, message, place))
    return found, faults
