"""Tables on a page: nothing is ever cut off, long texts fold, and a row is one line when nobody asked for a page."""

import pytest

from matcher.cli.common import show

ROWS = [
    {"line_id": "cb0645d07a4a0919", "amount": "1234567.89", "text": "a long text of the payer that has to fold somewhere on a narrow page"},
    {"line_id": "561e1f7b6ac09d67", "amount": "-5.00", "text": ""},
]


@pytest.mark.parametrize("columns", ["", "20", "60", "110"])
def test_ids_and_amounts_are_whole_at_any_width(columns: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    show(ROWS, ("line_id", "amount", "text"), "table", numbers=("amount",))
    printed = capsys.readouterr().out
    for word in ("cb0645d07a4a0919", "561e1f7b6ac09d67", "1234567.89", "-5.00", *ROWS[0]["text"].split()):
        assert word in printed
    assert (ROWS[0]["text"] in printed) == (columns in ("", "110"))


def test_a_cell_that_a_spreadsheet_would_run_is_text_and_an_amount_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"amount": "-5.00", "text": "=1+1"}], ("amount", "text"), "csv", numbers=("amount",))
    assert capsys.readouterr().out == "amount,text\n-5.00,'=1+1\n"
