"""What a layout of an ERP's list may say: the schema of the TOML files beside this module. docs/open_items.md explains every key."""

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from matcher import money
from matcher.openitems.layouts.words import Kind

LAYOUT_NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
Text = Annotated[str, Field(min_length=1, max_length=400)]

ItemField = Literal[
    "item_id", "entity", "customer_id", "customer", "customer_name", "document_type", "document_no", "issue_date", "due_date", "currency",
    "currency_local", "amount", "amount_local", "open_amount", "open_local", "paid_amount", "credited_amount", "debit", "credit",
    "indicator", "buckets", "terms", "discount_pct", "discount_date", "purchase_order", "payment_reference", "status", "closed_date",
    "disputed_amount", "instalment", "position", "fiscal_year", "reference",
]  # fmt: skip
CustomerField = Literal[
    "customer_id", "customer_no", "name", "trade_name", "alias", "country", "currency", "parent_id", "account", "entity", "terms"
]
AnyField = ItemField | CustomerField
IdPart = Literal["entity", "document_type", "document_no", "issue_year", "instalment", "position", "fiscal_year", "customer_id"]

LEFT_OUT = "left_out"
"""What a status may stand for: the row is no receivable (a draft, a cancelled document)."""
BY_SIGN = "by_sign"
"""What a document type may stand for: a debit note when the amount is positive, a credit note when it is negative."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Layout(_Strict):
    """A layout.

    Attributes:
        name: as it is named on the command line; of a file the same as the file's.
        system: whose list it is, for people.
        kind: what the list holds.
        marks: header texts that tell this layout from others: of each list one must be there.
        without: header texts that must not be there.
        columns: header texts of each field, in the order of choice; ``#4`` is the fourth column. A field that is not named here is looked
            for in the vocabulary; one with an empty list is not looked for at all.
        vocabulary: whether columns and words that the layout does not name are looked up in the shipped vocabulary.
        generic: any other layout that fits comes before it.
        encodings: of files that are not Unicode; tried before the usual ones.
        delimiters: of text files; empty takes what fits the header.
        header_rows: rows that the header takes; the texts of one column are read together.
        decimal: the decimal mark; ``auto`` decides once for the file from all of its amounts, and refuses when they do not tell.
        dates: forms of dates as of `strptime`; empty decides once for the file from all of its dates.
        sign: ``auto``: as written, but credits that are all written as positive become negative; ``signed``: as written;
            ``by_type``: amounts have no sign, the document type gives it; ``reversed``: what customers owe is written as negative.
        lines: whether each row is a line of a document that repeats the document's own amounts: every document is read once.
        unnumbered: whether documents may have no number, as payments in some systems: their kind and day stand for it.
        groups: whether a customer stands on a row of its own above the documents.
        names: what a customer's name is without a number: ``lookup``: looked up among the customers of the books; ``id``: the key itself.
        constants: fields that are the same in every row.
        values: by field, what words of the file stand for.
        item_id: of what an item's key is made when the file has none.
    """

    name: str = Field(pattern=LAYOUT_NAME)
    system: Text
    kind: Kind = "items"
    marks: list[list[Text]] = []
    without: list[Text] = []
    columns: dict[AnyField, list[Text]] = {}
    vocabulary: bool = True
    generic: bool = False
    encodings: list[Text] = []
    delimiters: list[Literal[",", ";", "\t", "|"]] = []
    header_rows: int = Field(default=1, ge=1, le=4)
    decimal: Literal[".", ",", "auto"] = "auto"
    dates: list[Text] = []
    sign: Literal["auto", "signed", "by_type", "reversed"] = "auto"
    lines: bool = False
    unnumbered: bool = False
    groups: bool = False
    names: Literal["lookup", "id"] = "lookup"
    constants: dict[AnyField, Text] = {}
    values: dict[Literal["document_type", "status", "indicator", "currency", "entity"], dict[str, list[str]]] = {}
    item_id: list[IdPart] = ["entity", "document_type", "document_no", "instalment"]

    @field_validator("encodings")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        for name in names:
            try:
                "".encode(name)
            except LookupError:
                raise ValueError(f"there is no encoding {name!r}") from None
        return names

    @model_validator(mode="after")
    def _of_its_kind(self) -> "Layout":
        fields = get_args(ItemField if self.kind == "items" else CustomerField)
        for field in (*self.columns, *self.constants):
            if field not in fields:
                raise ValueError(f"{field!r} is no column of {self.kind}; there are {', '.join(fields)}")
        if (code := self.constants.get("currency")) and code not in money.SCALE:
            raise ValueError(f"constants: {code!r} is not an ISO 4217 currency code")
        for field, meant in self.values.items():
            known = _WORDS.get(field, tuple(meant))
            if wrong := next((word for word in meant if word not in known), ""):
                raise ValueError(f"values.{field}: {wrong!r} is none of {', '.join(known)}")
        if self.kind == "items" and not {"document_no"} & set(self.item_id):
            raise ValueError("item_id must hold document_no")
        return self


_WORDS: dict[str, tuple[str, ...]] = {
    "document_type": ("invoice", "credit_note", "debit_note", "instalment", "on_account", BY_SIGN, LEFT_OUT),
    "status": ("open", "part_paid", "closed", LEFT_OUT),
    "indicator": ("debit", "credit"),
}
