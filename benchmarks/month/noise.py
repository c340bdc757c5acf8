"""How payers write, in two worlds: model `a` is the one to develop with, model `b` is held out and only measured.

Shares of kinds are parts of a thousand, of the matchable receipts and of the other credits. Neither model is a survey: the shares
of `a` follow what makes up a month of a mid-sized exporter, those of `b` are deliberately different.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.month.kinds import KINDS

DIFFICULTY: Mapping[str, int] = {"easy": 50, "normal": 100, "hard": 180}
"""Percent by which the weights of hard kinds, ways to write names and missing accounts are multiplied."""


@dataclass(frozen=True)
class Noise:
    """One world of payers.

    Attributes:
        matched, unmatched: weights of the kinds among matchable receipts and among the other credits.
        credit_per_mille, matched_per_mille: credits among the lines, matchable among the credits.
        written: weights of how the reference is written in lines whose kind is about the amount.
        names, native_names: weights of how the payer's name is written; the second for names in other scripts.
        account_stated, account_changed: per mille of lines that state the payer's account, and of those a new one.
        master_account: per mille of customers whose account the master data holds.
        alias_known: per mille of names in other scripts whose Latin form the master data holds.
        look_alikes: pairs of characters that are swapped.
        typos: weights of wrong, missing, doubled and transposed digit.
        name_cuts: widths at which banks cut names.
        text_cuts: widths at which banks cut lists.
        list_marks: what stands between numbers of a list.
        cut_front: per cent of truncated numbers that lack their first characters instead of the last.
        styles: names of the document number styles of the legal entities, see `styles`.
        chatter: per cent of texts with further numbers in them (telephone, own reference, date).
        lateness: quantiles of days between due date and payment.
    """

    name: str
    matched: Mapping[str, int]
    unmatched: Mapping[str, int]
    credit_per_mille: int
    matched_per_mille: int
    written: Mapping[str, int]
    names: Mapping[str, int]
    native_names: Mapping[str, int]
    account_stated: int
    account_changed: int
    master_account: int
    alias_known: int
    look_alikes: tuple[str, ...]
    typos: Mapping[str, int]
    name_cuts: tuple[int, ...]
    text_cuts: tuple[int, ...]
    list_marks: tuple[str, ...]
    cut_front: int
    styles: tuple[str, ...]
    chatter: int
    lateness: tuple[int, ...]


_A = Noise(
    name="a",
    matched={
        "readable": 352, "prefix_missing": 70, "end_to_end_only": 40,
        "ref_rf": 22, "ref_ch_qrr": 10, "ref_be_ogm": 8, "ref_fi": 6, "ref_no_kid": 6, "ref_se_ocr": 8, "ref_dk_fik": 4, "ref_nl": 6,
        "ref_si": 3, "ref_hr": 3,
        "blanks_inserted": 22, "zeros_missing": 16, "column_wrap": 18, "ocr_swap": 14, "typo": 16, "typo_other": 3, "truncated": 14,
        "restarting_number": 10,
        "no_reference_unique": 38, "no_reference_twins": 14, "old_reference": 8, "purchase_order": 18, "customer_number": 12,
        "list": 82, "list_short": 9, "list_range": 7, "list_cut": 13, "first_plus_others": 7, "advice_only": 6, "all_due": 7,
        "batch_unlisted": 28, "list_netted": 6, "list_discount": 4,
        "part_payment": 22, "instalment": 12, "discount_in_terms": 24, "discount_grace": 4, "discount_late": 5, "bank_fee": 13,
        "rounding": 6, "withholding": 5, "other_currency": 7, "exchange_difference": 4, "overpayment": 8,
    },
    unmatched={
        "duplicate": 50, "closed_item": 90, "prepayment": 140, "fee_refund": 30, "interest": 40, "tax_refund": 40,
        "own_transfer": 120, "provider_payout": 110, "unrelated": 380,
    },
    credit_per_mille=830,
    matched_per_mille=730,
    written={"readable": 700, "prefix_missing": 110, "blanks_inserted": 40, "end_to_end_only": 60, "structured": 60, "none": 30},
    names={
        "exact": 300, "capitals": 210, "no_legal_form": 120, "word_order": 40, "no_diacritics": 60, "cut": 90, "abbreviation": 40,
        "trade_name": 30, "with_place": 40, "parent": 25, "private": 15, "missing": 30,
    },
    native_names={"latin": 560, "exact": 180, "script_variant": 100, "branch": 90, "parent": 25, "private": 15, "missing": 30},
    account_stated=800,
    account_changed=40,
    master_account=560,
    alias_known=750,
    look_alikes=("0O", "1I", "5S", "8B"),
    typos={"wrong": 55, "missing": 15, "doubled": 10, "swapped": 20},
    name_cuts=(27, 35),
    text_cuts=(140, 105),
    list_marks=(", ", " ", "; ", " / ", "+"),
    cut_front=0,
    styles=("year_dash", "short_year", "inv_run", "polish", "bare8", "customer", "daily", "si_run", "year_month", "cn20", "mixed"),
    chatter=25,
    lateness=(-12, -6, -3, -1, 0, 0, 1, 2, 4, 9, 18, 45),
)  # fmt: skip

_B = Noise(
    name="b",
    matched={
        "readable": 262, "prefix_missing": 96, "end_to_end_only": 62,
        "ref_rf": 34, "ref_ch_qrr": 14, "ref_be_ogm": 5, "ref_fi": 9, "ref_no_kid": 4, "ref_se_ocr": 5, "ref_dk_fik": 7, "ref_nl": 9,
        "ref_si": 5, "ref_hr": 5,
        "blanks_inserted": 34, "zeros_missing": 25, "column_wrap": 12, "ocr_swap": 8, "typo": 24, "typo_other": 5, "truncated": 22,
        "restarting_number": 18,
        "no_reference_unique": 55, "no_reference_twins": 22, "old_reference": 12, "purchase_order": 30, "customer_number": 18,
        "list": 52, "list_short": 15, "list_range": 11, "list_cut": 9, "first_plus_others": 11, "advice_only": 10, "all_due": 12,
        "batch_unlisted": 20, "list_netted": 9, "list_discount": 7,
        "part_payment": 30, "instalment": 18, "discount_in_terms": 18, "discount_grace": 7, "discount_late": 8, "bank_fee": 20,
        "rounding": 9, "withholding": 9, "other_currency": 5, "exchange_difference": 7, "overpayment": 12,
    },
    unmatched={
        "duplicate": 80, "closed_item": 130, "prepayment": 100, "fee_refund": 20, "interest": 25, "tax_refund": 60,
        "own_transfer": 90, "provider_payout": 150, "unrelated": 345,
    },
    credit_per_mille=770,
    matched_per_mille=690,
    written={"readable": 560, "prefix_missing": 180, "blanks_inserted": 60, "end_to_end_only": 90, "structured": 70, "none": 40},
    names={
        "exact": 180, "capitals": 300, "no_legal_form": 150, "word_order": 60, "no_diacritics": 50, "cut": 60, "abbreviation": 60,
        "trade_name": 45, "with_place": 20, "parent": 30, "private": 10, "missing": 35,
    },
    native_names={"latin": 640, "exact": 90, "script_variant": 140, "branch": 60, "parent": 30, "private": 10, "missing": 30},
    account_stated=700,
    account_changed=70,
    master_account=480,
    alias_known=650,
    look_alikes=("0Q", "1L", "2Z", "6G", "0O"),
    typos={"wrong": 30, "missing": 25, "doubled": 15, "swapped": 30},
    name_cuts=(24, 32, 40),
    text_cuts=(130, 90, 75),
    list_marks=(" + ", ",", " und ", " & ", "-- ", " | "),
    cut_front=40,
    styles=(
        "long_dash", "bare9", "fa_slash", "branch_run", "weekly", "customer_dot", "hash_run", "year_letter", "short_year", "cn20", "polish",
    ),
    chatter=40,
    lateness=(-20, -9, -4, -2, 0, 1, 3, 6, 10, 16, 28, 70),
)  # fmt: skip

MODELS: Mapping[str, Noise] = {"a": _A, "b": _B}


def weights(table: Mapping[str, int], factor: int) -> list[int]:
    """Weights of all kinds in their fixed order, those of hard kinds multiplied by `factor` per cent; 0 for kinds not in the table."""
    return [table.get(kind.name, 0) * (factor if kind.hard else 100) for kind in KINDS]


def harder(table: Mapping[str, int], easy: tuple[str, ...], factor: int) -> dict[str, int]:
    """The table with everything but the easy entries multiplied by `factor` per cent."""
    return {name: weight * (100 if name in easy else factor) for name, weight in table.items()}
