"""Result files of ERPs into answers: CSV, XLSX or JSON Lines, by the layout of the target, or whatever the target reads itself."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp.answers import AnswerLayout, answers, fits, generic, layout
from matcher.exports.erp.base import Answer, Target
from matcher.exports.erp.registry import failures_named
from matcher.openitems.sheets import raw_sheets
from matcher.parsers.base import Source
from matcher.pipeline.session import Session

_MOST_BYTES = 64 << 20
Row = tuple[str, Mapping[str, str]]


def read(session: Session, source: Source, target: str | None, sent_to: Sequence[str]) -> tuple[list[Answer], str, list[MatcherError]]:
    """The answers of a file, its digest, and all that is wrong with it.

    Args:
        session: of the command.
        source: the file.
        target: that it answers for; None finds the layout that fits.
        sent_to: targets that something was sent to.

    Raises:
        MatcherError: ``ack.unreadable``, ``target.*``, what makes a file unreadable.
    """
    if source.size is not None and source.size > _MOST_BYTES:
        raise MatcherError("ack.unreadable", "the file is larger than any list of answers", source.name)
    with source.open() as stream:
        data = stream.read()
    digest = hashlib.sha256(data).hexdigest()
    targets = [erp.load(name) for name in ([target] if target else sent_to)]
    own = [one for one in targets if one.read_answer is not None]
    if target and own and (read := _by_itself(session, own[0], data, source.name)) is not None:
        return list(read), digest, []
    layouts = [layout(text, one.name) for one in targets for text in one.answers] + [generic()]
    for how in layouts:
        rows = list(_rows(data, source.name, how))
        if rows and fits(rows[0][1], how):
            found, faults = answers(rows, how)
            return found, digest, faults
    if len(own) == 1 and not target and (read := _by_itself(session, own[0], data, source.name)) is not None:
        return list(read), digest, []
    needed = ", ".join(layouts[0].columns.external_id + layouts[0].columns.result)
    raise MatcherError("ack.unreadable", f"the file has no row, or lacks the columns of a result file ({needed})", source.name)


def _by_itself(session: Session, target: Target, data: bytes, name: str) -> Sequence[Answer] | None:
    settings = erp.settings_of(target, session.config.target.get(target.name, {}))
    assert target.read_answer is not None
    with failures_named(target.name):
        return target.read_answer(data, name, settings)


def _rows(data: bytes, name: str, how: AnswerLayout) -> Iterator[Row]:
    if not data.strip():
        raise MatcherError("file.empty", "the file is empty", name)
    if data[:4] == b"PK\x03\x04":
        yield from _xlsx(data, name)
        return
    try:
        text = data.decode(how.encoding)
    except (UnicodeDecodeError, LookupError):
        raise MatcherError("file.encoding", f"the bytes are not {how.encoding.upper()}", name) from None
    yield from _json_lines(text, name) if text.lstrip()[:1] == "{" else _csv(text, name, how.delimiter)


def _csv(text: str, name: str, delimiter: str) -> Iterator[Row]:
    first = text.lstrip("\r\n").partition("\n")[0]
    found = delimiter or max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=found, strict=True)
    titles: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not titles:
                titles = [cell.strip() for cell in cells]
            elif len(cells) != len(titles):
                what = f"the row has {len(cells)} cells, the header {len(titles)}"
                raise MatcherError("row.width", what, f"{name}:{reader.line_num}")
            else:
                yield f"{name}:{reader.line_num}", dict(zip(titles, cells, strict=True))
    except csv.Error:
        raise MatcherError("file.malformed", "the quotes of a cell do not match", f"{name}:{reader.line_num}") from None


def _xlsx(data: bytes, name: str) -> Iterator[Row]:
    sheets = raw_sheets(data, name)
    if not sheets:
        raise MatcherError("file.empty", "the workbook is empty", name)
    titles = [str(cell).strip() for cell in sheets[0].rows[0]]
    for number, cells in enumerate(sheets[0].rows[1:], sheets[0].first + 1):
        row = [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in cells]
        if any(cell.strip() for cell in row):
            yield f"{name}:{number}", dict(zip(titles, row, strict=True))


def _json_lines(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise MatcherError("ack.unreadable", "the line is no JSON object", f"{name}:{number}") from None
        if not isinstance(record, dict):
            raise MatcherError("ack.unreadable", "the line is no JSON object", f"{name}:{number}")
        yield f"{name}:{number}", {str(key): "" if value is None else str(value) for key, value in record.items()}
