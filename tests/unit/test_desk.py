"""What keys do to receipts, without any screen and without any books."""

from datetime import date
from types import SimpleNamespace
from typing import cast

import pytest

from matcher.books import Books
from matcher.fullscreen.desk import Desk, Unable
from matcher.fullscreen.requests import Kind, cleared, proposed
from matcher.fullscreen.tally import Tally
from matcher.pipeline.choices.records import Choice, OpenItem, Share
from matcher.review.queue import ProposedItem, Waiting, WaitingLine

DAY = date(2026, 10, 31)


def line(name: str, amount: int = 100_00, *, offered: int = 0, **more: object) -> WaitingLine:
    """A receipt; with a proposal for a document that has `offered` open."""
    item = ProposedItem(f"I-{name}", f"N-{name}", "C1", DAY, "EUR", min(amount, offered), offered, 0, "", offered - min(amount, offered))
    fields = {
        "line_id": name, "account": "giro", "entity": "1", "booking_date": DAY, "amount": amount, "pending": amount, "currency": "EUR",
        "payer": "Brandt", "text": "", "customer_id": "", "customer_name": "", "outcome": "unexplained",
        "state": "proposed" if offered else "none", "rule": "", "confidence": None, "reason": "", "other_line": "",
        "items": (item,) if offered else (),
    }  # fmt: skip
    return WaitingLine(**(fields | more))  # type: ignore[arg-type]


def item(name: str, amount: int) -> OpenItem:
    return OpenItem(name, f"N-{name}", "C1", "1", DAY, DAY, "EUR", amount)


def laid_out(*lines: WaitingLine) -> Desk:
    desk = Desk()
    desk.lay_out(Waiting(DAY, tuple(one.line_id for one in lines), len(lines), {"EUR": sum(one.amount for one in lines)}, lines))
    return desk


def test_a_decision_takes_its_receipts_off_and_undo_puts_them_back_where_they_were() -> None:
    desk = laid_out(line("a"), line("b", offered=100_00), line("c"))
    desk.move(1)
    step = desk.decide(desk.accept())
    assert (desk.ids, desk.current, desk.progress()) == (["a", "c"], "c", (1, 3, {"EUR": 200_00}))
    assert desk.undo() is step
    assert (desk.ids, desk.current, desk.progress()) == (["a", "b", "c"], "b", (0, 3, {"EUR": 300_00}))
    with pytest.raises(Unable, match="Nothing was decided"):
        desk.undo()


def test_an_undo_that_is_the_next_work_after_the_saving_takes_it_back() -> None:
    desk, asked = laid_out(line("a", offered=100_00)), []
    step = desk.decide(desk.accept())
    books = SimpleNamespace(as_shown=lambda *_: books, accept=lambda _: [SimpleNamespace(decision_id="D1")], undo=asked.append)
    step.undo(cast(Books, books))
    step.save(cast(Books, books))
    step.undo(cast(Books, books))
    assert asked == ["D1"]


def test_several_go_and_come_back_together() -> None:
    desk = laid_out(*(line(name, offered=100_00) for name in "abcde"))
    for place in (0, 2, 4):
        desk.look_at(place)
        desk.mark()
    step = desk.decide(desk.accept_marked())
    assert (desk.ids, desk.marked, desk.done) == (["b", "d"], {}, 3)
    desk.refused(step)
    assert (desk.ids, desk.done, desk.steps) == (list("abcde"), 0, [])
    assert desk.missing(0, 5) == ["a", "c", "e"]


def test_what_is_not_saved_yet_stays_away_when_the_list_is_read_anew() -> None:
    desk = laid_out(line("a", offered=100_00), line("b"))
    desk.decide(desk.accept())
    assert desk.lay_out(Waiting(DAY, ("a", "b", "c"), 3, {"EUR": 300_00}, (line("c"),))) == (1, 0)
    assert (desk.ids, desk.sums) == (["b", "c"], {"EUR": 200_00})
    desk.saved(desk.steps[0], [])
    assert desk.lay_out(Waiting(DAY, ("c",), 1, {"EUR": 100_00}, ())) == (0, 1)
    assert (desk.ids, desk.current) == (["c"], "c")


def test_enter_decides_only_what_was_read_and_is_proposed() -> None:
    desk = laid_out(line("a"))
    desk.records.clear()
    with pytest.raises(Unable, match="still being read"):
        desk.accept()
    desk.keep([line("a")])
    with pytest.raises(Unable, match="Nothing is proposed"):
        desk.accept()
    with pytest.raises(Unable, match="still being looked for"):
        desk.take(1)
    desk.keep([line("a", customer_id="C1", outcome="duplicate")])
    assert (desk.accept().kind, desk.accept().text) == (Kind.ON_ACCOUNT, "C1")
    with pytest.raises(Unable, match="No receipt is on the list"):
        Desk().accept()


def test_the_highlight_goes_round_and_leaves_with_the_receipt() -> None:
    desk = laid_out(line("a"), line("b"))
    desk.choices["a"] = (Choice("C1", "", (Share(item("I", 100_00), 100_00),), 0, ""), Choice("C2", "", (), 100_00, ""))
    seen = []
    for steps in (1, 1, 1, -1):
        desk.highlight(steps)
        seen.append(desk.highlighted)
    assert seen == [0, 1, 0, 1]
    assert (desk.accept().kind, desk.accept().text, desk.take(1).kind) == (Kind.ON_ACCOUNT, "C2", Kind.ALLOCATE)
    desk.move(1)
    assert desk.highlighted is None


def test_a_part_payment_leaves_open_what_a_discount_clears() -> None:
    desk = laid_out(line("a", 98_00, offered=100_00))
    assert desk.difference() == (2_00, "EUR")
    assert [(share.cash, share.left) for share in desk.part().shares] == [(98_00, 2_00)]
    assert [(share.adjustment, share.reason, share.left) for share in desk.clear("discount").shares] == [(2_00, "discount", 0)]
    whole = laid_out(line("b", offered=100_00))
    for key in (whole.part, lambda: whole.clear("fee")):
        with pytest.raises(Unable):
            key()


def test_a_proposal_is_a_choice_of_the_same_money() -> None:
    choice = proposed(line("a", 98_00, offered=100_00))
    assert choice is not None
    assert (choice.rest, [share.left for share in choice.shares], choice.proposed) == (0, [2_00], True)
    assert proposed(line("a")) is None
    assert cleared(choice.shares, "")[0].reason == ""


def test_alike_is_the_same_payer_or_the_same_reason_whatever_line_it_names() -> None:
    one, other, far = (
        line("a", reason="line 0123456789abcdef has paid"),
        line("b", reason="line fedcba9876543210 has paid"),
        line("c", payer="Olsen"),
    )
    desk = laid_out(one, other, far)
    assert desk.alike([one, other, far]) == [one, other]
    assert desk.waiting_alike([one, other, far]) == [one, other]
    assert desk.mark_all([one, far, line("z")]) == 2
    assert list(desk.marked) == ["a", "c"]


def test_ticks_give_what_fits_and_a_credit_gives_more() -> None:
    tally = Tally(line("a", 100_00))
    first, second, credit = item("I1", 70_00), item("I2", 50_00), item("I3", -20_00)
    tally.tick(first)
    tally.tick(second)
    assert (tally.left, [share.cash for share in tally.shares]) == (0, [70_00, 30_00])
    with pytest.raises(Unable, match="Nothing is left"):
        tally.tick(item("I4", 1))
    tally.clear(second, "discount")
    assert (tally.shares[1].adjustment, tally.shares[1].left) == (20_00, 0)
    tally.clear(second, "")
    tally.tick(second)
    tally.tick(credit)
    tally.tick(second)
    assert (tally.left, tally.ticked["I2"].cash) == (0, 50_00)
    for wrong in (item("I9", 5), first):
        with pytest.raises(Unable):
            tally.clear(wrong, "discount")
