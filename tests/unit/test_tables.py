import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from support import new_books

from matcher.errors import MatcherError
from matcher.exports import tables
from matcher.exports.tables import Report, csv_chunks, json_lines, neutralise, write

FRAME = pl.DataFrame(
    {"text": ["=1+2", "plain"], "amount": ["-5.00", "7"], "day": [date(2026, 3, 1), None], "minor": [-505, 0], "currency": ["EUR", "JPY"]}
)
REPORT = Report(FRAME, {"minor": "currency"})


def csv_text(frame: pl.DataFrame) -> str:
    return b"".join(csv_chunks(frame)).decode()


@pytest.mark.parametrize(
    "cell", ["=1+2", "+49 40 1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "+5", "-5.00e", "--5", "+5.00"]
)
def test_text_that_a_spreadsheet_would_run_is_marked_as_text(cell: str) -> None:
    assert neutralise(pl.DataFrame({"text": [cell]})).item() == "'" + cell


@pytest.mark.parametrize("cell", ["-5", "-5.00", "0.05", "a=1", "'=1", " =1", "1-2", "", "2026-03-01", "华信贸易"])
def test_amounts_and_other_text_stay_as_they_are(cell: str) -> None:
    assert neutralise(pl.DataFrame({"text": [cell]})).item() == cell


def test_dates_and_numbers_are_not_touched() -> None:
    frame = FRAME.select("day", "minor")
    assert neutralise(frame).equals(frame)


def test_csv(tmp_path: Path) -> None:
    write(REPORT, tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"text,amount,day,minor,currency\n'=1+2,-5.00,2026-03-01,-5.05,EUR\nplain,7,,0,JPY\n"


def test_empty_text_is_an_empty_cell_and_an_empty_frame_still_has_its_header() -> None:
    assert csv_text(pl.DataFrame({"a": [""], "b": ["x"]})) == "a,b\n,x\n"
    assert csv_text(pl.DataFrame({"a": [], "b": []}, schema={"a": pl.String, "b": pl.String})) == "a,b\n"


@pytest.mark.parametrize("text", ['quote " inside', "comma, inside", "line\nbreak", "carriage\rreturn", "both\r\n", "semi;colon"])
def test_any_text_comes_back_from_csv(text: str) -> None:
    frame = pl.DataFrame({"id": ["1", "2"], "text": [text, "next"]})
    assert [row[1] for row in csv.reader(io.StringIO(csv_text(frame), newline=""))] == ["text", text, "next"]


def test_json_and_json_lines_keep_the_text(tmp_path: Path) -> None:
    expected = [
        {"text": "=1+2", "amount": "-5.00", "day": "2026-03-01", "minor": "-5.05", "currency": "EUR"},
        {"text": "plain", "amount": "7", "day": None, "minor": "0", "currency": "JPY"},
    ]
    for name in ("out.json", "out.jsonl"):
        write(REPORT, tmp_path / name)
    assert json.loads((tmp_path / "out.json").read_bytes()) == expected
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()] == expected
    write(Report(FRAME.clear()), tmp_path / "empty.json")
    assert json.loads((tmp_path / "empty.json").read_bytes()) == []


def test_a_json_line_is_one_line_for_every_reader() -> None:
    text = "a\u2028b\u2029c\x85d\ne"
    (line,) = b"".join(json_lines(pl.DataFrame({"text": [text]}))).decode().splitlines()
    assert json.loads(line) == {"text": text}


def test_parquet_has_decimals_floats_and_dates(tmp_path: Path) -> None:
    more = FRAME.with_columns(share=pl.Series([999_500, None]), rate=pl.Series(["1.0827", ""]))
    report = Report(more, {"minor": "currency"}, ("share",), ("rate",), ("day", "minor", "share", "rate", "text"))
    write(report, tmp_path / "out.parquet", {"head": "7"})
    back = pl.read_parquet(tmp_path / "out.parquet")
    assert back.schema == {
        "day": pl.Date, "minor": pl.Decimal(38, 4), "share": pl.Float64, "rate": pl.Decimal(38, 12), "text": pl.String
    }  # fmt: skip
    assert back.rows() == [
        (date(2026, 3, 1), Decimal("-5.05"), 0.9995, Decimal("1.0827"), "=1+2"), (None, Decimal(0), None, None, "plain"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        ("de", "text;amount;day;minor;currency;share\r\n'=1+2;-5.00;01.03.2026;-5,05;EUR;0,9995\r\nplain;7;;0;JPY;\r\n"),
        ("fr", "text;amount;day;minor;currency;share\r\n'=1+2;-5.00;01/03/2026;-5,05;EUR;0,9995\r\nplain;7;;0;JPY;\r\n"),
        ("zh", "text,amount,day,minor,currency,share\r\n'=1+2,-5.00,2026-03-01,-5.05,EUR,0.9995\r\nplain,7,,0,JPY,\r\n"),
    ],
)
def test_csv_of_a_locale(tmp_path: Path, locale: str, expected: str) -> None:
    report = Report(FRAME.with_columns(share=pl.Series([999_500, None])), {"minor": "currency"}, ("share",))
    write(report, tmp_path / "out.csv", locale=locale)
    assert (tmp_path / "out.csv").read_bytes() == b"\xef\xbb\xbf" + expected.encode()


def test_a_locale_is_for_csv_only_and_must_be_known(tmp_path: Path) -> None:
    for name, locale in (("out.xlsx", "de"), ("out.csv", "xx")):
        with pytest.raises(MatcherError, match=r"usage\.option"):
            write(REPORT, tmp_path / name, locale=locale)
    assert list(tmp_path.iterdir()) == []


def test_long_frames_are_written_in_parts_without_a_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"n": [str(n) for n in range(7)]})
    whole = dict.fromkeys(("a.csv", "a.json", "a.jsonl"), b"")
    for name in whole:
        write(Report(frame), tmp_path / name)
        whole[name] = (tmp_path / name).read_bytes()
    monkeypatch.setattr(tables, "CHUNK_ROWS", 3)
    for name, expected in whole.items():
        write(Report(frame), tmp_path / name)
        assert (tmp_path / name).read_bytes() == expected


def test_another_ending_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(MatcherError, match=r"usage\.option.*\.csv, \.xlsx, \.parquet"):
        write(REPORT, tmp_path / "out.txt")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("day", [2**31 - 1, -(2**31), 2_932_897, -719_163])
def test_a_day_that_no_calendar_has_is_a_bad_date_and_no_panic(day: int, tmp_path: Path) -> None:
    odd = pl.Series("booking_date", [day], pl.Int32).cast(pl.Date)
    frame = pl.DataFrame([odd, pl.Series("amount", ["1.00"]), pl.Series("currency", ["EUR"]), pl.Series("account", ["giro"])])
    frame.write_parquet(tmp_path / "lines.parquet")
    books = new_books(tmp_path)
    with pytest.raises(MatcherError) as caught:
        books.ingest([tmp_path / "lines.parquet"])
    assert caught.value.code == "date.invalid"
    rates = pl.DataFrame([odd.alias("date"), pl.Series("currency", ["USD"]), pl.Series("per_base", ["1.1"])])
    rates.write_parquet(tmp_path / "rates.parquet")
    with pytest.raises(MatcherError) as caught:
        books.import_files("rates", [tmp_path / "rates.parquet"])
    assert caught.value.code == "date.invalid"
