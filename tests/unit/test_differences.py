"""What lies between the sum of some items and the amount of a receipt: each kind of difference at its bounds, to the cent."""

from datetime import date, timedelta

import pytest
from engine import BOOK, DAY, explained, item, kinds, pool, rates, receipt

from matcher.matching.explanations import differences
from matcher.matching.explanations.differences import Difference
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Item, Receipt
from matcher.model import Allocation


def find(paying: Receipt, *items: Item, about: OpenItems | None = None, grace: int = 0) -> dict[str, Difference]:
    """Ways to explain the amount, by kind of difference."""
    found = list(differences.explain(items, paying, about or pool(items), BOOK, grace))
    assert len({difference.kind for difference in found}) == len(found)
    for difference in found:
        assert_conserved(difference, paying, items)
    return {difference.kind: difference for difference in found}


def assert_conserved(difference: Difference, paying: Receipt, items: tuple[Item, ...]) -> None:
    """No more cash than there is, no item beyond what it has, and all of the money when the line is said to be matched."""
    cash = sum(share.amount for share in difference.shares)
    assert cash <= paying.amount
    assert (cash < paying.amount) == (difference.outcome == "overpaid")
    left = {i.item_id: i.open for i in items}
    for share in difference.shares:
        low, high = sorted((0, left[share.item_id]))
        assert low <= share.item_amount + share.adjustment <= high
        assert (share.adjustment != 0) == bool(share.adjustment_reason)


def shares(difference: Difference) -> dict[str, tuple[int, int, str]]:
    return {s.item_id: (s.amount, s.adjustment, s.adjustment_reason) for s in difference.shares}


def test_the_exact_amount_leaves_no_gap_and_nothing_else_is_said() -> None:
    found = find(receipt(119_00), item("1", 119_00))
    assert list(found) == ["none"]
    assert (found["none"].outcome, shares(found["none"])) == ("matched", {"1": (119_00, 0, "")})


@pytest.mark.parametrize(("item_count", "kind"), [(1, "amount_unique"), (2, "amount_rare"), (5, "amount_rare"), (6, "amount_common")])
def test_an_amount_that_many_items_have_says_less(item_count: int, kind: str) -> None:
    items = [item(str(n), 49_00, f"C{n}") for n in range(item_count)]
    many = [item(str(1_000 + n), 1_000_00 + n, "D") for n in range(200)]
    (found,) = differences.explain(items[:1], receipt(49_00), pool(items + many), BOOK, 0)
    assert found.evidence == (kind,)


def test_that_one_item_alone_has_an_amount_says_little_among_few() -> None:
    (found,) = differences.explain([item("1", 49_00)], receipt(49_00), pool([item("1", 49_00)]), BOOK, 0)
    assert found.evidence == ("amount_rare",)


def test_several_items_with_the_sum_are_told_apart_from_one() -> None:
    assert kinds(find(receipt(169_00), item("1", 119_00), item("2", 50_00))["none"]) == {"amount_sum"}


def test_a_netted_credit_note_is_used_up_with_its_sign() -> None:
    found = find(receipt(80_00), item("1", 100_00), item("2", -20_00))
    assert shares(found["none"]) == {"1": (100_00, 0, ""), "2": (-20_00, 0, "")}


@pytest.mark.parametrize(
    ("late", "grace", "kind"), [(0, 0, "discount"), (1, 0, "discount_late"), (1, 1, "discount"), (3, 2, "discount_late")]
)
def test_a_discount_ends_with_its_last_day_and_grace(late: int, grace: int, kind: str) -> None:
    found = find(receipt(98_00, day=DAY + timedelta(late)), item("1", 100_00, discount=2_00), grace=grace)
    assert {"discount", "discount_late"} & set(found) == {kind}
    given = {"discount": (98_00, 2_00, "discount"), "discount_late": (98_00, 0, "")}
    assert (found[kind].outcome, shares(found[kind])) == ("matched" if kind == "discount" else "partial", {"1": given[kind]})


def test_the_value_date_decides_about_the_discount() -> None:
    late_booking = receipt(98_00, day=DAY + timedelta(1), value=DAY)
    assert "discount" in find(late_booking, item("1", 100_00, discount=2_00))


def test_a_discount_of_several_items_is_taken_on_each_that_has_one() -> None:
    found = find(receipt(148_00), item("1", 100_00, discount=2_00), item("2", 50_00))
    assert shares(found["discount"]) == {"1": (98_00, 2_00, "discount"), "2": (50_00, 0, "")}


@pytest.mark.parametrize(
    ("paid", "kind", "taken"),
    [
        (1_197_52, "discount", 37_03),  # the payer rounds down
        (1_197_51, "discount", 37_04),
        (1_197_50, "discount", 37_05),
        (1_203_43, "discount_net", 31_12),  # 3 % of the amount without 19 % of tax
        (1_199_76, "", 0),
    ],
)
def test_a_discount_to_a_cent_and_one_on_the_net_amount(paid: int, kind: str, taken: int) -> None:
    found = find(receipt(paid), item("1", 1_234_55, discount=37_04))
    assert {"discount", "discount_net", "fee"} & set(found) == {kind or "fee"}
    if kind:
        assert (found[kind].outcome, shares(found[kind])) == ("matched", {"1": (paid, taken, "discount")})


@pytest.mark.parametrize(("paid", "last"), [(196_49, 2_00), (196_48, 2_01), (196_47, 2_02)])
def test_a_discount_on_a_total_is_shared_out_to_the_cent(paid: int, last: int) -> None:
    found = find(receipt(paid), item("1", 100_25, discount=2_01), item("2", 100_25, discount=2_01))
    assert shares(found["discount"]) == {"1": (98_24, 2_01, "discount"), "2": (100_25 - last, last, "discount")}


def test_a_discount_on_the_net_total_is_shared_out_to_the_cent() -> None:
    found = find(receipt(1_190_00 + 595_00 - 30_00), item("1", 1_190_00, discount=23_80), item("2", 595_00, discount=11_90))
    assert shares(found["discount_net"]) == {"1": (1_170_00, 20_00, "discount"), "2": (585_00, 10_00, "discount")}


def test_a_discount_on_the_net_amount_that_is_late_is_neither_a_fee_nor_said_to_be_one() -> None:
    late = find(receipt(1_170_00, day=DAY + timedelta(1)), item("1", 1_190_00, discount=23_80))
    assert ("discount_late" in late, "fee" in late, "discount_net" in late) == (False, False, False)
    assert late["part"].evidence == ("difference_part_small",)


@pytest.mark.parametrize(
    ("country", "home", "payer", "fee"),
    [
        ("DE", "DE", "PAYER", False),
        ("SE", "DE", "PAYER", True),
        ("", "DE", "PAYER", True),
        ("", "DE", "DE21500105170000012345", False),
        ("SE", "DE", "DE21500105170000012345", False),  # it came from an account at home
        ("DE", "DE", "SE4550000000058398257466", True),
        ("EU", "", "PAYER", False),  # a currency tells where an account is that does not tell itself
    ],
)
def test_no_bank_keeps_a_fee_at_home(country: str, home: str, payer: str, fee: bool) -> None:
    about = OpenItems([item("1", 100_00)], {}, {"C1": country} if country else {}, rates())
    found = find(receipt(90_00, home=home, payer=payer), item("1", 100_00), about=about)
    assert ("fee" in found) is fee


@pytest.mark.parametrize(
    ("text", "fee"), [("RE-1 BEN DEDUCT EUR 10.00", True), ("RE-1 abzgl. Bankgebühren, Spesen", True), ("RE-1", False)]
)
def test_a_fee_at_home_is_one_where_the_text_says_so(text: str, fee: bool) -> None:
    about = OpenItems([item("1", 100_00)], {}, {"C1": "DE"}, rates())
    assert ("fee" in find(receipt(90_00, home="DE", text=text), item("1", 100_00), about=about)) is fee


def test_an_item_without_terms_has_no_discount() -> None:
    assert set(find(receipt(98_00), item("1", 100_00))) == {"fee", "part"}


@pytest.mark.parametrize(("lacking", "is_rounding"), [(1, True), (5, True), (6, False)])
def test_a_few_cents_are_a_rounding(lacking: int, is_rounding: bool) -> None:
    found = find(receipt(100_00 - lacking), item("1", 100_00))
    assert ("rounding" in found) is is_rounding
    if is_rounding:
        assert shares(found["rounding"]) == {"1": (100_00 - lacking, lacking, "rounding")}


def test_the_rounding_of_several_items_is_on_the_largest() -> None:
    found = find(receipt(149_98), item("1", 50_00), item("2", 100_00))
    assert shares(found["rounding"]) == {"1": (50_00, 0, ""), "2": (99_98, 2, "rounding")}


def test_items_smaller_than_the_rounding_are_not_given_negative_cash() -> None:
    found = find(receipt(2), item("1", 3), item("2", 4))
    assert "rounding" not in found


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        (60_00, "difference_fee_even"),
        (15_50, "difference_fee_even"),
        (15_37, "difference_fee"),
        (60_01, ""),
        (5, ""),
        (6, ""),
        (99, ""),
        (1_00, "difference_fee_even"),
    ],
)
def test_a_fee_is_bounded_and_whole_or_half_units_are_likelier(difference: int, kind: str) -> None:
    found = find(receipt(1_000_00 - difference), item("1", 1_000_00))
    assert ("fee" in found) is bool(kind)
    if kind:
        assert (found["fee"].outcome, kinds(found["fee"])) == ("matched", {kind})
        assert shares(found["fee"]) == {"1": (1_000_00 - difference, difference, "fee")}


def test_a_fee_is_no_large_share_of_the_invoice() -> None:
    assert "fee" in find(receipt(90_00), item("1", 100_00))
    assert "fee" not in find(receipt(89_99), item("1", 100_00))


def test_the_bound_of_a_fee_is_in_the_base_currency() -> None:
    yen = item("1", 100_000, currency="JPY")
    about = pool([yen], rate=rates(JPY=160.0))
    assert "fee" in find(receipt(100_000 - 9_600, currency="JPY"), yen, about=about)
    assert "fee" not in find(receipt(100_000 - 9_601, currency="JPY"), yen, about=about)


@pytest.mark.parametrize(
    ("country", "amount", "found_in"),
    [("IN", 900_00, True), ("IN", 980_00, True), ("IN", 950_00, False), ("DE", 900_00, False), ("", 900_00, False)],
)
def test_tax_withheld_depends_on_the_payer_s_country(country: str, amount: int, found_in: bool) -> None:
    one = item("1", 1_000_00)
    found = find(receipt(amount), one, about=pool([one], countries={"C1": country} if country else {}))
    assert ("withholding" in found) is found_in
    if found_in:
        assert shares(found["withholding"]) == {"1": (amount, 1_000_00 - amount, "withholding_tax")}


def test_tax_withheld_is_rounded_half_up_to_the_cent() -> None:
    one = item("1", 1_234_55)  # a tenth is 123.455
    assert "withholding" in find(receipt(1_234_55 - 123_46), one, about=pool([one], countries={"C1": "IN"}))
    assert "withholding" not in find(receipt(1_234_55 - 123_45), one, about=pool([one], countries={"C1": "IN"}))


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (50_00, "difference_part_even"),
        (50_01, "difference_part"),
        (95_00, "difference_part_small"),
        (94_99, "difference_part_small"),
        (39_99, "difference_part"),
    ],
)
def test_a_part_payment_leaves_the_rest_open(amount: int, kind: str) -> None:
    found = find(receipt(amount), item("1", 100_00))["part"]
    assert (found.outcome, shares(found), kinds(found)) == ("partial", {"1": (amount, 0, "")}, {kind})


@pytest.mark.parametrize(
    ("missing", "kind"),
    [(60_00, "difference_part_small"), (60_01, "difference_part_kept"), (250_00, "difference_part_kept"), (250_01, "difference_part")],
)
def test_no_bank_keeps_more_than_a_fee_may_be(missing: int, kind: str) -> None:
    found = find(receipt(5_000_00 - missing), item("1", 5_000_00))
    assert kinds(found["part"]) == {kind}
    assert ("fee" in found) is (kind == "difference_part_small")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RE-1 less damaged goods", "difference_part_kept"),
        ("RE-1 minus bonus", "difference_part_kept"),
        ("RE-1 abzgl. Fehlmenge", "difference_part_kept"),
        ("RE-1", "difference_part_small"),
        ("RE-1 less bank charges and returns", "difference_part_small"),
    ],
)
def test_what_the_payer_says_he_keeps_back_is_no_fee(text: str, kind: str) -> None:
    found = find(receipt(985_00, text=text), item("1", 1_000_00))
    assert kinds(found["part"]) == {kind}
    assert ("fee" in found) is (kind == "difference_part_small")


@pytest.mark.parametrize(("missing", "fee"), [(99, False), (1_00, True)])
def test_no_bank_keeps_less_than_one_unit(missing: int, fee: bool) -> None:
    assert ("fee" in find(receipt(872_00 - missing), item("1", 872_00))) is fee


def test_a_part_payment_of_several_items_settles_in_the_order_given() -> None:
    found = find(receipt(120_00), item("1", 100_00), item("2", 50_00), item("3", 10_00))["part"]
    assert shares(found) == {"1": (100_00, 0, ""), "2": (20_00, 0, "")}
    assert "not all are paid" in found.note


@pytest.mark.parametrize(
    ("amount", "kind"),
    [
        (130_00, "difference_over_even"),
        (130_01, "difference_over"),
        (150_00, "difference_over_even"),
        (178_50, "difference_over"),
        (178_51, "difference_over_large"),
    ],
)
def test_an_overpayment_settles_all_and_leaves_money(amount: int, kind: str) -> None:
    found = find(receipt(amount), item("1", 119_00))
    assert list(found) == ["over"]
    assert (found["over"].outcome, shares(found["over"]), kinds(found["over"])) == ("overpaid", {"1": (119_00, 0, "")}, {kind})


def test_a_receipt_never_pays_a_credit_note_alone() -> None:
    assert find(receipt(20_00), item("1", -20_00)) == {}
    assert find(receipt(20_00), item("1", -50_00), item("2", 30_00)) == {}


def test_yen_have_no_decimals() -> None:
    one = item("1", 12_000, currency="JPY")
    found = find(receipt(11_995, currency="JPY"), one)
    assert shares(found["rounding"]) == {"1": (11_995, 5, "rounding")}
    assert kinds(find(receipt(11_000, currency="JPY"), one)["part"]) == {"difference_part_even"}
    assert kinds(find(receipt(5_003, currency="JPY"), one)["part"]) == {"difference_part"}


def test_the_item_s_own_amount_before_conversion_settles_it() -> None:
    dollars = item("1", 1_000_00, currency="USD")
    found = find(receipt(921_13, instructed_amount=1_000_00, instructed_currency="USD"), dollars)
    assert list(found["converted"].shares) == [Allocation("1", 921_13, 1_000_00)]


@pytest.mark.parametrize(("amount", "currency"), [(999_99, "USD"), (1_000_00, "GBP"), (1_000_00, "")])
def test_another_amount_before_conversion_does_not(amount: int, currency: str) -> None:
    dollars = item("1", 1_000_00, currency="USD")
    about = pool([dollars], rate=rates(USD=1.0856, GBP=0.85))
    assert find(receipt(921_13, instructed_amount=amount, instructed_currency=currency), dollars, about=about) == {}


@pytest.mark.parametrize(
    ("amount", "share"),
    [
        (1_000_00, Allocation("1", 1_000_00, 1_100_00)),
        (1_005_00, Allocation("1", 1_005_00, 1_100_00)),  # a little too much is the bank's rate
        (985_00, Allocation("1", 985_00, 1_083_50, 16_50, "exchange_difference")),
        (1_005_01, None),
        (984_99, None),
    ],
)
def test_a_payment_near_the_day_s_rate_settles_an_item_in_another_currency(amount: int, share: Allocation | None) -> None:
    dollars = item("1", 1_100_00, currency="USD")
    found = find(receipt(amount), dollars, about=pool([dollars], rate=rates(USD=1.1)))
    assert [difference.shares for difference in found.values()] == ([(share,)] if share else [])


def test_without_a_rate_nothing_is_said_of_another_currency() -> None:
    assert find(receipt(1_000_00), item("1", 1_100_00, currency="USD")) == {}


def test_items_in_another_currency_are_not_explained_together() -> None:
    two = item("1", 1_100_00, currency="USD"), item("2", 1_100_00, currency="USD")
    assert find(receipt(2_000_00), *two, about=pool(two, rate=rates(USD=1.1))) == {}


def test_conversion_knows_the_places_of_each_currency() -> None:
    """Example of a dollar invoice paid in yen: 100.00 USD at 1.25 and 160 for a euro are 12,800 JPY."""
    about = pool([], rate=rates(USD=1.25, JPY=160.0, KWD=0.34))
    assert differences.convert(100_00, "USD", "JPY", DAY, about) == 12_800
    assert differences.convert(12_800, "JPY", "USD", DAY, about) == 100_00
    assert differences.convert(1_00, "EUR", "KWD", DAY, about) == 340
    assert differences.convert(1, "JPY", "USD", DAY, about) == 1  # 0.0078125 is 0.01, half up
    assert differences.convert(1_00, "EUR", "SEK", DAY, about) is None


def test_a_discount_is_gone_once_something_was_paid() -> None:
    one = item("1", 100_00, discount=2_00)
    stock = pool([one])
    (part,) = differences.explain([one], receipt(40_01), stock, BOOK, 0)
    stock.take(as_explanation(part))
    left = stock.items["1"]
    assert (left.open, differences.discounts_of(left, receipt(59_99), 30)) == (59_99, [])


def as_explanation(difference: Difference) -> Explanation:
    return explained(0, *((s.item_id, s.amount) for s in difference.shares))


def test_no_discount_after_an_item_without_a_last_day() -> None:
    without = item("1", 100_00)._replace(discount=2_00, discount_until=None)
    assert differences.discounts_of(without, receipt(98_00, day=date(2020, 1, 1)), 99) == []


STEPS = item("1", 1_000_00, discount=30_00, discount_until=DAY, later=((20_00, DAY + timedelta(10)),))


@pytest.mark.parametrize(
    ("day", "paid", "kind", "share"),
    [
        (-1, 970_00, "discount", (970_00, 30_00, "discount")),
        (5, 980_00, "discount", (980_00, 20_00, "discount")),
        (5, 970_00, "discount_late", (970_00, 20_00, "discount")),  # two per cent are earned, the third stays open
        (15, 980_00, "discount_late", (980_00, 0, "")),
        (15, 970_00, "discount_late", (970_00, 0, "")),
        (-1, 980_00, "", ()),  # he may take three, and takes two: that is said by no terms
    ],
)
def test_of_several_steps_the_one_counts_in_whose_days_the_money_comes(day: int, paid: int, kind: str, share: tuple[int, int, str]) -> None:
    found = find(receipt(paid, day=DAY + timedelta(day)), STEPS)
    assert {"discount", "discount_late"} & set(found) == ({kind} if kind else set())
    if kind:
        assert (found[kind].outcome, shares(found[kind])) == ("matched" if kind == "discount" else "partial", {"1": share})


@pytest.mark.parametrize(("paid", "taken"), [(970_00, 30_00), (980_00, 20_00)])
def test_in_the_days_of_grace_both_steps_may_be_taken(paid: int, taken: int) -> None:
    found = find(receipt(paid, day=DAY + timedelta(2)), STEPS, grace=3)
    assert shares(found["discount"]) == {"1": (paid, taken, "discount")}


def test_an_invoice_with_two_steps_is_found_by_either_amount() -> None:
    about = pool([STEPS])
    assert [list(about.holding("C1", "EUR").by_discounted_amount)] == [[970_00, 980_00]]
