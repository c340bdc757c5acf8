"""What persons have said of three lines alike is offered as a rule, tried on the books, accepted, and never goes against a person."""

import tomllib
from pathlib import Path

import pytest
from support import CONFIG, Row, filled, lines_file
from teller import Teller

MONTHS = ("Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember")


def fees(*numbers: int, amount: str = "12.90", **changed: str) -> list[Row]:
    """Commission that a provider pays each month: money in that is no customer's."""
    return [
        {"bank_reference": f"F{n}", "amount": amount, "booking_date": f"2026-{n + 5:02}-28", "counterparty_name": "Sparbank Nord"}
        | {"remittance_information": f"Vermittlung {MONTHS[n]} 2026"} | changed
        for n in numbers
    ]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    made = Teller(filled(tmp_path, lines=fees(0, 1, 2, 3)), monkeypatch)
    made.do("run")
    return made


def _come(desk: Teller, rows: list[Row]) -> None:
    desk.do("ingest", str(lines_file(desk.folder, rows, f"{rows[0]['bank_reference']}.csv")))
    desk.do("run")


def _id(desk: Teller) -> str:
    (row,) = desk.told("rules", "propose")
    return str(row["rule"])


def _found(desk: Teller, line: str) -> tuple[str, str]:
    row = desk.told("explain", line)[0]
    return row["outcome"], row["state"]


def test_three_alike_are_offered_as_a_rule_and_accepted(desk: Teller) -> None:
    for n in range(2):
        assert "rules propose" not in desk.do("classify", f"ref:F{n}", "--as", "fee")
    assert desk.told("rules", "propose") == []
    assert "rules propose" in desk.do("classify", "ref:F2", "--as", "fee")
    assert "1 rule proposed by what was classified: matcher rules propose" in desk.do("queue")
    (row,) = desk.told("rules", "propose")
    assert (row["kind"], row["lines"], row["agreed"], row["contradicted"], row["takes"]) == ("fee", 4, 3, 0, 1)
    assert tomllib.loads(str(row["toml"]))["line"][0]["id"] == row["rule"]
    screen = desk.do("rules", "propose")
    assert "[[line]]" in screen and f"matcher rules accept {row['rule']}" in screen  # noqa: PT018 - one screen
    assert "the next run takes 1 of the undecided lines by it" in desk.do("rules", "accept", str(row["rule"]))
    assert desk.told("rules", "propose") == []
    assert "rules propose" not in desk.do("queue")
    assert _found(desk, "ref:F3") == ("unexplained", "none")
    desk.do("run")
    assert _found(desk, "ref:F3") == ("non_receivable", "none")
    assert desk.waiting() == set()
    _come(desk, fees(4) + fees(5, amount="99.00"))  # more than twice the largest is something else
    assert desk.waiting() == {"F5"}
    desk.do("rules", "check")
    desk.do("verify")


def test_other_keys_of_rules_toml_stay_as_they_are(desk: Teller) -> None:
    written = '# ours\ntrust = []\n\n[words]\nprepayment = ["vorab"]\n'
    path = desk.folder / "books" / "rules.toml"
    path.write_text(written, encoding="utf-8")
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("rules", "accept", _id(desk))
    assert path.read_text(encoding="utf-8").startswith(written)
    desk.do("rules", "check")


def test_who_may_not_classify_may_not_say_what_becomes_of_a_rule(desk: Teller) -> None:
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    people = (
        '[policy]\npeople_only = true\n[policy.roles.looker]\nmay = ["note"]\n[policy.people.cem]\nrole = "looker"\n[policy.people.ada]\n'
    )
    (desk.folder / "books" / "matcher.toml").write_text(f"{CONFIG}\n{people}", encoding="utf-8")
    rule = _id(desk)
    for word in ("accept", "decline"):
        assert "policy.people" in desk.do("rules", word, rule, status=4, actor="zoe")
        assert "may not classify" in desk.do("rules", word, rule, status=4, actor="cem")
    assert not (desk.folder / "books" / "rules.toml").exists()
    assert "stands in rules.toml" in desk.do("rules", "accept", rule)


def test_rules_toml_stays_valid_where_nothing_can_be_added_at_its_end(desk: Teller) -> None:
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    path = desk.folder / "books" / "rules.toml"
    path.write_text("line = []\n", encoding="utf-8")
    rule = _id(desk)
    assert "rules.invalid" in desk.do("rules", "accept", rule, status=2)
    assert path.read_text(encoding="utf-8") == "line = []\n"
    path.unlink()
    desk.do("rules", "accept", rule)


def test_lines_without_money_are_classified_and_make_no_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Teller(filled(tmp_path, lines=fees(0, 1, 2, 3, amount="0.00")), monkeypatch)
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    assert desk.told("rules", "propose") == []


def test_a_person_s_word_stands_and_stops_the_rule(desk: Teller) -> None:
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("rules", "accept", _id(desk))
    desk.do("classify", "ref:F3", "--as", "other")
    _come(desk, fees(4))
    assert _found(desk, "ref:F3") == ("non_receivable", "posted")
    assert desk.waiting() == {"F4"}
    assert "takes nothing: line" in desk.do("run")
    desk.do("undo", "ref:F3")
    desk.do("run")
    assert desk.waiting() == set()


def test_a_rule_that_is_contradicted_cannot_be_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items: list[Row] = [{"item_id": "A", "customer_id": "C1", "document_no": "KM-1", "amount": "500.00"}]
    desk = Teller(filled(tmp_path, items=items, customers=[{"customer_id": "C1", "name": "Ostwerft"}], lines=fees(0, 1, 2, 3)), monkeypatch)
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("allocate", "ref:F3", "A")
    (row,) = desk.told("rules", "propose")
    assert (row["agreed"], row["contradicted"], row["takes"]) == (3, 1, 0)
    assert "rule.contradicted" in desk.do("rules", "accept", str(row["rule"]), status=2)
    assert "It cannot be accepted" in desk.do("rules", "propose")
    assert not (desk.folder / "books" / "rules.toml").exists()


def test_what_is_declined_is_not_offered_again(desk: Teller) -> None:
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    rule = _id(desk)
    assert "not proposed again" in desk.do("rules", "decline", rule, "--reason", "we look at each")
    assert desk.told("rules", "propose") == []
    assert "rule.unknown" in desk.do("rules", "accept", rule, status=2)
    assert "rules propose" not in desk.do("queue")


def test_two_people_accept_it_where_policy_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Teller(filled(tmp_path, lines=fees(0, 1, 2, 3)), monkeypatch)
    (desk.folder / "books" / "matcher.toml").write_text(f'{CONFIG}\n[policy]\nfour_eyes_for = ["classify"]\n', encoding="utf-8")
    for n in range(3):
        (made,) = desk.told("classify", f"ref:F{n}", "--as", "fee")
        desk.do("approve", made["decision_id"], actor="ben")
    rule = _id(desk)
    assert "waits until another person accepts it, too" in desk.do("rules", "accept", rule)
    assert "approval.self" in desk.do("rules", "accept", rule, status=4, actor="Ada")
    assert not (desk.folder / "books" / "rules.toml").exists()
    assert "ada has accepted it; another person accepts it, too:" in desk.do("rules", "propose")
    assert "stands in rules.toml" in desk.do("rules", "accept", rule, actor="ben")


def test_a_word_on_a_rule_is_none_on_one_whose_bound_has_grown_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    larger = fees(4, amount="99.00")[0]
    desk = Teller(filled(tmp_path, lines=[*fees(0, 1, 2, 3), larger]), monkeypatch)
    (desk.folder / "books" / "matcher.toml").write_text(f'{CONFIG}\n[policy]\nfour_eyes_for = ["classify"]\n', encoding="utf-8")

    def classified(line: str) -> None:
        (made,) = desk.told("classify", line, "--as", "fee")
        desk.do("approve", made["decision_id"], actor="ben")

    for n in range(3):
        classified(f"ref:F{n}")
    rule = _id(desk)
    desk.do("rules", "accept", rule)
    classified("ref:F4")
    assert _id(desk) == rule
    assert "waits until another person accepts it, too" in desk.do("rules", "accept", rule, actor="ben")
    assert not (desk.folder / "books" / "rules.toml").exists()
    assert "stands in rules.toml" in desk.do("rules", "accept", rule)
    assert 'up_to = "198.00"' in (desk.folder / "books" / "rules.toml").read_text(encoding="utf-8")


def test_rules_toml_that_is_a_link_stays_one(desk: Teller) -> None:
    shared = desk.folder / "shared.toml"
    shared.write_text("", encoding="utf-8")
    (desk.folder / "books" / "rules.toml").symlink_to(shared)
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("rules", "accept", _id(desk))
    assert (desk.folder / "books" / "rules.toml").is_symlink()
    assert "[[line]]" in shared.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ('up_to = "0.00"', "above zero"),
        ('up_to = "1.005"', "up_to"),
        ('currency = "EURO"', "ISO 4217"),
        ('kind = "own_transfer"', "kind"),
        ('direction = "both"', "direction"),
        ('id = "named-full"', "the id is taken"),
    ],
)
def test_a_line_rule_that_is_wrong_is_refused(desk: Teller, changed: str, fault: str) -> None:
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("rules", "accept", _id(desk))
    path = desk.folder / "books" / "rules.toml"
    key = changed.partition(" ")[0]
    lines = [changed if line.startswith(f"{key} ") else line for line in path.read_text(encoding="utf-8").splitlines()]
    path.write_text("\n".join(lines), encoding="utf-8")
    said = desk.do("rules", "check", status=2)
    assert "rules.invalid" in said
    assert fault in said


def test_a_refused_line_and_a_customer_s_payment_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items: list[Row] = [{"item_id": "A", "customer_id": "C1", "document_no": "KM-1", "amount": "13.10"}]
    desk = Teller(filled(tmp_path, items=items, lines=fees(0, 1, 2, 3)), monkeypatch)
    desk.do("classify", "ref:F0", "ref:F1", "ref:F2", "--as", "fee")
    desk.do("run")
    assert _found(desk, "ref:F3") == ("non_receivable", "proposed")
    desk.do("reject", "ref:F3")
    desk.do("rules", "accept", _id(desk))
    _come(desk, fees(4, amount="13.10"))  # the amount of an open document
    assert desk.waiting() == {"F3", "F4"}
