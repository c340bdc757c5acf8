"""Tables on a page: columns fall away by priority, texts are cut, ids and amounts never are, and no line is wider than the page."""

import pytest

from matcher.cli.tables import show

ROWS = [
    {
        "line_id": "cb0645d07a4a0919",
        "amount": "1234567.89",
        "text": "a long text of the payer that has to be cut somewhere on a narrow page",
    },
    {"line_id": "561e1f7b6ac09d67", "amount": "-5.00", "text": ""},
]


@pytest.mark.parametrize(("columns", "cut"), [("", False), ("60", True), ("80", True), ("110", False)])
def test_ids_and_amounts_are_whole_at_any_width(
    columns: str, cut: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    show(ROWS, ("line_id", "amount", "text"), "table", numbers=("amount",))
    printed = capsys.readouterr().out
    for word in ("cb0645d07a", "561e1f7b6a", "1,234,567.89", "-5.00", "a long text"):
        assert word in printed
    assert (ROWS[0]["text"] not in printed) == cut
    assert max(map(len, printed.splitlines())) <= int(columns or 100)


def test_a_cell_that_a_spreadsheet_would_run_is_text_and_an_amount_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    show([{"amount": "-5.00", "text": "=1+1"}], ("amount", "text"), "csv", numbers=("amount",))
    assert capsys.readouterr().out == "amount,text\n-5.00,'=1+1\n"
