"""The set-shaped forms say what the plain forms say: amounts, dates, identities, candidates."""

from datetime import date

import duckdb
import polars as pl
from effort import tries
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.engine import ReferenceEngine

from matcher import columns, ids, money
from matcher.engines.duckdb import DuckDBEngine
from matcher.errors import MatcherError

amount_texts = st.one_of(
    st.from_regex(r"\A[+-]?[0-9]{0,6}(\.[0-9]{0,6})?\Z"),
    st.text(alphabet="0123456789.+-eEN a,", max_size=12),
    st.integers(-(10**18), 10**18).map(str),
    st.sampled_from(
        [
            "NaN",
            "1E3",
            "inf",
            "--1",
            ".",
            "-",
            "",
            "1,000.00",
            "0.000",
            "10000000000000.00",
            "１２",
            "121645100408832000",
            "0000000000000000000007",
        ]
    ),
)


@settings(max_examples=tries(300))
@given(text=amount_texts, currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_amount_columns_read_what_money_reads(text: str, currency: str) -> None:
    (found,) = pl.DataFrame({"t": [text.strip()], "c": [currency]}).select(columns.amount(pl.col("t"), pl.col("c"))).to_series()
    try:
        expected: int | None = money.parse(text, currency)
    except MatcherError:
        expected = None
    assert found == expected


@settings(max_examples=tries(200))
@given(minor=st.integers(-money.MAX_MINOR, money.MAX_MINOR), currency=st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_what_is_rendered_is_read_back(minor: int, currency: str) -> None:
    assert money.parse(money.render(minor, currency), currency) == minor


@settings(max_examples=tries(200))
@given(text=st.one_of(st.dates().map(str), st.text(alphabet="0123456789-/ ", max_size=10)))
def test_date_columns_read_iso_dates_only(text: str) -> None:
    (found,) = pl.DataFrame({"t": [text]}).select(columns.iso_date(pl.col("t"))).to_series()
    try:
        expected = date.fromisoformat(text) if len(text) == 10 and text[4] == "-" else None
    except ValueError:
        expected = None
    assert found == expected


texts = st.text(alphabet="aäÖßı Ａ１-/.0123ab中\n", max_size=12)


@settings(max_examples=tries(100))
@given(
    account=texts,
    day=st.dates(),
    amount=st.integers(-(10**12), 10**12),
    reference=texts,
    parts=st.tuples(texts, texts, texts),
    occurrence=st.integers(1, 12),
)
def test_line_keys_in_columns_are_those_in_python(
    account: str, day: date, amount: int, reference: str, parts: tuple[str, str, str], occurrence: int
) -> None:
    columns_ = ("bank_reference", "counterparty_account", "counterparty_name", "remittance_information")
    (told,) = pl.DataFrame([(reference, *parts)], schema=dict.fromkeys(columns_, pl.String()), orient="row").select(ids.told()).to_series()
    sql = f"""SELECT {ids.LINE_KEY_SQL} AS line_key, ? AS occurrence FROM (
        SELECT ? AS account, ?::DATE AS booking_date, ?::BIGINT AS amount, ? AS told)"""
    with duckdb.connect() as connection:
        ((key, name),) = connection.execute(
            f"SELECT line_key, {ids.LINE_ID_SQL} FROM ({sql})", [occurrence, account, day, amount, told]
        ).fetchall()
    assert key == ids.line_key(account, day, amount, reference, "".join(parts))
    assert name == ids.line_id(key, occurrence)


numbers = st.sampled_from(["RE-2026-00001", "RE-2026-00011", "2026/00001", "INV 77", "4711", "12345678", "26-00011", "PO 4711"])
names = st.sampled_from(
    ["Alster GmbH", "ALSTER", "Alsters Handel", "Alster Handels AG", "Alstre Handel", "Bille AG", "Bille Werke", "Elbe Ltd", ""]
)
accounts = st.sampled_from(["DE01", "de 01", "DE02", ""])
documents = st.sampled_from(["invoice", "instalment"])
ITEM = ("item_id", "entity", "customer_id", "document_type", "document_no", "payment_reference", "purchase_order")
LINE = ("line_id", "entity", "remittance_information", "creditor_reference", "end_to_end_id", "counterparty_name", "counterparty_account")
CUSTOMER = ("customer_id", "customer_no", "name", "trade_name", "alias", "account", "entity")


def frame(rows: list[tuple[str, ...]], columns: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String()), orient="row")


@settings(max_examples=tries(25))
@given(
    items=st.lists(st.tuples(st.sampled_from(["1", "2"]), documents, numbers, numbers), max_size=9),
    lines=st.lists(st.tuples(st.sampled_from(["1", "2"]), st.lists(numbers, max_size=3), names, accounts), max_size=9),
    customers=st.lists(st.tuples(numbers | st.just(""), names, names, accounts, st.sampled_from(["", "1", "2"])), max_size=5),
)
def test_the_engine_finds_what_nested_loops_find(
    items: list[tuple[str, str, str, str]], lines: list[tuple[str, list[str], str, str]], customers: list[tuple[str, str, str, str, str]]
) -> None:
    item_frame = frame(
        [(f"I{n}", entity, "C1", kind, number, "", order) for n, (entity, kind, number, order) in enumerate(items)],
        ITEM,
    )
    written = [(f"L{n}", entity, " und ".join(text), "", "", name, account) for n, (entity, text, name, account) in enumerate(lines)]
    known = [(f"C{n}", number, name, "", alias, account, entity) for n, (number, name, alias, account, entity) in enumerate(customers)]
    frames = frame(written, LINE), item_frame, frame(known, CUSTOMER)
    fast, plain = DuckDBEngine().candidates(*frames), ReferenceEngine().candidates(*frames)
    assert fast.references.rows() == plain.references.rows()
    assert fast.payers.rows() == plain.payers.rows()


def test_the_two_engines_speak_of_customers_in_every_way() -> None:
    """The property above means nothing if its books are too small for one of the ways; here each is there."""
    lines = frame(
        [
            ("L1", "1", "customer 10042", "", "", "Alsters Handel GmbH", ""),
            ("L2", "1", "", "", "", "Bille AG", "DE 01"),
            ("L3", "2", "", "", "", "Elbe", "DE 01"),
        ],
        LINE,
    )
    customers = frame(
        [
            ("C1", "10042", "Alster Handel GmbH", "", "", "", ""),
            ("C2", "7", "Bille", "", "", "de01", "1"),
            ("C3", "", "Elbe", "", "", "", "1"),
        ],
        CUSTOMER,
    )
    items = frame([], ITEM)
    for engine in (DuckDBEngine(), ReferenceEngine()):
        found = [row[:3] for row in engine.candidates(lines, items, customers).payers.rows()]
        assert found == [("L1", "C1", "alike"), ("L1", "C1", "number"), ("L2", "C2", "account"), ("L2", "C2", "equal")]
