"""Electronic invoices beside the ERP's lists: whose they are, that a document counts once, and that they close nothing."""

import json
from pathlib import Path

import invoices
import pytest
from click.testing import CliRunner
from invoices import Sold
from support import CONFIG, Row, copied, filled, items_file, new_books, write

from matcher.books import Books
from matcher.cli import main
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.import_results import ImportResult

CUSTOMERS = """customer_id,customer_no,name,trade_name,alias,entity,terms,VAT ID,Leitweg-ID
C1,20017,Hafenbau Nordsee GmbH,,Hafenbau|HBN,,net 20,DE299887766,
C2,20018,Müller Anlagen GmbH,,,1,,,04011000-12345-34
C3,20019,Müller Anlagen GmbH,,,2,,,
C4,20020,Twin AG,,,,,DE111111111,
C5,20021,Twin AG,,,,,DE222222222,
C6,20022,Group AG North,,,,,DE333333333,
C7,20023,Group AG South,,,,,DE333333333,
"""
ERP = {"customer_id": "C1", "document_no": "NK-2026-0417", "amount": "1190.00", "issue_date": "2026-10-05"}


def start(folder: Path) -> None:
    filled(folder).import_files("customers", [write(folder, "customers.csv", CUSTOMERS)])


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, start)


def put(folder: Path, *sold: Sold, name: str = "invoice") -> list[Path]:
    paths = []
    for number, one in enumerate(sold):
        path = folder / f"{name}_{number}.xml"
        path.write_bytes(invoices.ubl(one))
        paths.append(path)
    return paths


def imported(books: Books, folder: Path, *sold: Sold) -> ImportResult:
    return books.import_files("items", put(folder, *sold))


def rows(books: Books) -> list[tuple[object, ...]]:
    columns = ("item_id", "entity", "customer_id", "document_type", "amount", "open_amount", "status", "due_date")
    return [(*row[:-1], str(row[-1])) for row in books.state().items.sort("item_id").select(columns).iter_rows()]


def refused(books: Books, paths: list[Path], **how: object) -> MatcherError:
    before = rows(books)
    with pytest.raises(MatcherError) as error:
        books.import_files("items", list(paths), **how)  # type: ignore[arg-type]
    assert rows(books) == before
    return error.value


def test_an_invoice_and_a_credit_note_become_open_items(books: Books, tmp_path: Path) -> None:
    part_paid = Sold(prepaid="190.00", payable="1000.00", reference="RF18539007547034", order="PO-77", due="", terms="see contract")
    credit = Sold(number="NK-2026-G1", code="381", gross="119.00", payable="119.00", preceding="NK-2026-0417")
    settled = Sold(number="NK-2026-0419", prepaid="1190.00", payable="0.00")
    result = imported(books, tmp_path, part_paid, credit, settled)
    assert (result.new, result.changed, result.closed) == (3, 0, 0)
    assert rows(books) == [
        ("E-1-2026-NK-2026-0417", "1", "C1", "invoice", 119_000, 100_000, "part_paid", "2026-10-25"),  # the customer's terms
        ("E-1-2026-NK-2026-0419", "1", "C1", "invoice", 119_000, 0, "closed", "2026-11-04"),
        ("E-1-2026-NK-2026-G1", "1", "C1", "credit_note", -11_900, -11_900, "open", "2026-11-04"),
    ]
    item = books.state().items.row(0, named=True)
    assert (item["payment_reference"], item["purchase_order"]) == ("RF18539007547034", "PO-77")
    assert '"terms_text":"see contract"' in item["extra"]
    assert [check.name for check in books.verify() if check.failure] == []


@pytest.mark.parametrize(
    ("terms", "due", "discount"),
    [
        ("2/10 net 30", "2026-11-04", (20_000, "2026-10-15")),
        ("#SKONTO#TAGE=14#PROZENT=2.00#\n", "2026-10-25", (20_000, "2026-10-19")),
        ("14/2026 see order", "2026-10-25", (None, "None")),
        ("immediate", "2026-10-05", (None, "None")),
    ],
)
def test_terms_are_read_where_they_are_terms(books: Books, tmp_path: Path, terms: str, due: str, discount: tuple[int | None, str]) -> None:
    imported(books, tmp_path, Sold(due="", terms=terms))
    item = books.state().items.row(0, named=True)
    assert (str(item["due_date"]), (item["discount_ppm"], str(item["discount_date"]))) == (due, discount)


@pytest.mark.parametrize(
    ("sold", "customer"),
    [
        (Sold(), "C1"),
        (Sold(buyer="Hafenbau"), "C1"),
        (Sold(buyer="A New Name AG", buyer_vat="DE 299 887 766"), "C1"),
        (Sold(buyer="A New Name AG", buyer_number="20017"), "C1"),
        (Sold(buyer="Nobody", buyer_reference="20017"), "C1"),
        (Sold(buyer="Nobody", buyer_reference="04011000-12345-34"), "C2"),
        (Sold(buyer="Müller Anlagen GmbH"), "C2"),  # the other is a customer of another legal entity
        (Sold(buyer="Twin AG", buyer_vat="DE222222222"), "C5"),
        (Sold(buyer="Group AG South", buyer_vat="DE333333333"), "C7"),
    ],
)
def test_the_buyer_is_found(books: Books, tmp_path: Path, sold: Sold, customer: str) -> None:
    assert [one.customer_id for one in imported(books, tmp_path, sold).invoices] == [customer]


@pytest.mark.parametrize(
    ("sold", "said"),
    [
        (Sold(buyer="Nobody Ltd"), "'Nobody Ltd', the buyer of 'NK-2026-0417', is no customer of the books"),
        (Sold(buyer="Twin AG"), "may be 2 customers: C4, C5"),
        (Sold(buyer="Group AG", buyer_vat="DE333333333"), "may be 2 customers: C6, C7"),
        (Sold(buyer_vat="DE999999999"), "is no customer of the books"),  # the name's customer has another VAT id
        (Sold(buyer="Twin AG", buyer_vat="DE111111111", buyer_number="20021"), "C4 by its tax number and C5 by its number"),
        (Sold(buyer_number="20018"), "is C2 by its number and C1 by its name"),
        (Sold(buyer="Twin AG", buyer_reference="20017"), "is C1 by its buyer reference and C4 by its name"),
    ],
)
def test_a_buyer_who_is_not_one_customer_is_named(books: Books, tmp_path: Path, sold: Sold, said: str) -> None:
    (path,) = put(tmp_path, sold)
    error = refused(books, [path])
    assert (error.code, error.where) == ("invoice.customer", str(path))
    assert said in error.what
    result = books.import_files("items", [path], customer="C6")
    assert [one.customer_id for one in result.invoices] == ["C6"]


def test_customer_is_for_invoices_and_known_customers(books: Books, tmp_path: Path) -> None:
    assert refused(books, put(tmp_path, Sold()), customer="C9").code == "invoice.customer"
    assert refused(books, [items_file(tmp_path, [{"item_id": "I1", **ERP}])], customer="C1").code == "usage.option"


@pytest.mark.parametrize(
    ("sold", "entity"),
    [
        (Sold(), "1"),
        (Sold(seller="Nordkai Service GmbH", buyer_vat="DE299887766"), "2"),
        (Sold(seller="Nordkai", account="DE02500105170137075030"), "2"),
        (Sold(seller="Nordkai", seller_vat="DE999999999", account=""), None),
        (Sold(seller="Supplier AG", seller_vat="DE5", account="", buyer="Nordkai Handel GmbH"), None),
    ],
)
def test_the_seller_is_a_legal_entity_of_ours(books: Books, tmp_path: Path, sold: Sold, entity: str | None) -> None:
    if entity:
        assert [one.entity for one in imported(books, tmp_path, sold).invoices] == [entity]
    else:
        assert refused(books, put(tmp_path, sold)).code == "invoice.entity"


ALONE = CONFIG.replace('[[entity]]\nid = "2"\nname = "Nordkai Service GmbH"\n', "").replace('entity = "2"', 'entity = "1"')
STRANGER = Sold(seller="Fremdwerk AG", seller_vat="DE999999999", account="")


def test_a_stranger_s_invoice_is_not_taken_for_one_of_the_only_entity(books: Books, tmp_path: Path) -> None:
    alone = new_books(books.directory, ALONE)
    error = refused(alone, put(tmp_path, STRANGER))
    assert (error.code, "--entity" in error.hint) == ("invoice.entity", True)
    assert "'Fremdwerk AG' (VAT id DE999999999), the seller of 'NK-2026-0417', is no [[entity]]" in error.what
    # a person may say whose it is: the old name of the company, a branch
    taken = alone.import_files("items", put(tmp_path, STRANGER), entity="1")
    assert [one.entity for one in taken.invoices] == ["1"]


def test_entity_tells_sellers_apart_and_contradicts_none(books: Books, tmp_path: Path) -> None:
    assert [one.entity for one in books.import_files("items", put(tmp_path, STRANGER), entity="2").invoices] == ["2"]
    assert refused(books, put(tmp_path, Sold()), entity="2").code == "invoice.entity"
    to_us = STRANGER.but(buyer="Nordkai Handel GmbH")
    assert refused(books, put(tmp_path, to_us), entity="1").code == "invoice.entity"
    assert refused(books, put(tmp_path, Sold()), entity="9").code == "usage.option"


def test_an_entity_is_known_by_its_vat_id(books: Books, tmp_path: Path) -> None:
    config = CONFIG.replace('name = "Nordkai Service GmbH"', 'name = "Nordkai Service GmbH"\nvat_id = "DE 555"')
    changed = new_books(books.directory, config)
    assert [one.entity for one in imported(changed, tmp_path, Sold(seller_vat="DE555", buyer_vat="DE299887766")).invoices] == ["2"]


def test_one_document_in_two_forms_counts_once(books: Books, tmp_path: Path) -> None:
    sold = Sold()
    (path,) = put(tmp_path, sold)
    inside = tmp_path / "invoice.pdf"
    inside.write_bytes(invoices.pdf(("factur-x.xml", invoices.cii(sold))))
    result = books.import_files("items", [path, inside])
    assert (result.files, result.new, [one.known for one in result.invoices]) == (2, 1, [False, True])
    again = books.import_files("items", [inside])
    assert (again.new, again.changed) == (0, 0)
    assert len(rows(books)) == 1


@pytest.mark.parametrize("first", ["list", "invoice", "together"])
@pytest.mark.parametrize("partial", [False, True])
def test_a_document_of_the_erp_counts_once(books: Books, tmp_path: Path, first: str, partial: bool) -> None:
    listed = items_file(tmp_path, [{"item_id": "4711", **ERP}])
    (invoice,) = put(tmp_path, Sold(due="2026-10-01"))
    steps = {"list": [[listed], [invoice]], "invoice": [[invoice], [listed]], "together": [[listed, invoice]]}[first]
    for files in steps:
        books.import_files("items", files, partial=partial)
    state = books.state().items
    assert state.filter(state["open"] != 0)["item_id"].to_list() == ["4711"]
    # whatever comes again changes nothing
    assert books.import_files("items", [invoice]).invoices[0].known
    assert books.state().items.filter(books.state().items["open"] != 0)["item_id"].to_list() == ["4711"]
    assert [check.name for check in books.verify() if check.failure] == []


def test_a_correction_beside_what_it_corrects_is_told(books: Books, tmp_path: Path) -> None:
    (first,) = imported(books, tmp_path, Sold()).invoices
    fix = Sold(number="NK-2026-0420", code="384", preceding="NK-2026-0417")
    (second,) = imported(books, tmp_path, fix).invoices
    (credit,) = imported(books, tmp_path, fix.but(number="NK-2026-G1", code="381")).invoices
    (of_none,) = imported(books, tmp_path, fix.but(number="NK-2026-0421", preceding="NK-1")).invoices
    assert [one.corrects for one in (first, second, credit, of_none)] == [(), ("NK-2026-0417",), (), ()]


def test_instalments_of_the_erp_are_the_document_together(books: Books, tmp_path: Path) -> None:
    parts: list[Row] = [
        {**ERP, "item_id": f"4711-{n}", "document_type": "instalment", "amount": amount} for n, amount in enumerate(("1000.00", "190.00"))
    ]
    books.import_files("items", [items_file(tmp_path, parts)])
    assert [one.item_id for one in imported(books, tmp_path, Sold()).invoices] == ["4711-0"]
    assert len(rows(books)) == 2


def test_another_amount_of_a_document_is_refused(books: Books, tmp_path: Path) -> None:
    books.import_files("items", [items_file(tmp_path, [{"item_id": "4711", **ERP}])])
    (path,) = put(tmp_path, Sold(gross="1200.00", payable="1200.00"))
    error = refused(books, [path])
    assert (error.code, error.where) == ("invoice.differs", str(path))
    assert "is 1190.00 EUR as item 4711, and 1200.00 EUR in this file" in error.what
    # numbers begin anew with a year
    assert imported(books, tmp_path, Sold(issued="2025-10-05", gross="1200.00", payable="1200.00")).new == 1


def test_invoices_close_nothing_and_a_list_closes_only_what_it_speaks_for(books: Books, tmp_path: Path) -> None:
    imported(books, tmp_path, Sold(number="A-1"), Sold(number="A-2", seller="Nordkai Service GmbH", buyer_vat="DE299887766"))
    imported(books, tmp_path, Sold(number="A-3"))
    assert [row[6] for row in rows(books)] == ["open"] * 3
    # an invoice of the other entity beside the list does not make the list speak for it
    listed = items_file(tmp_path, [{"item_id": "4711", **ERP}])
    other = put(tmp_path, Sold(number="A-4", seller="Nordkai Service GmbH", buyer_vat="DE299887766"), name="other")
    books.import_files("items", [listed, *other], allow_closing=True)
    assert {row[0]: row[6] for row in rows(books)} == {
        "4711": "open", "E-1-2026-A-1": "closed", "E-1-2026-A-3": "closed", "E-2-2026-A-2": "open", "E-2-2026-A-4": "open",
    }  # fmt: skip


def test_all_that_is_wrong_is_said_at_once(books: Books, tmp_path: Path) -> None:
    paths = put(
        tmp_path, Sold(number="B-1", buyer="Nobody"), Sold(code="325"), Sold(number="B-2"), Sold(seller="X", account="", seller_vat="")
    )
    error = refused(books, paths)
    assert [(fault.code, fault.where) for fault in error.faults] == [
        ("invoice.type", str(paths[1])), ("invoice.customer", str(paths[0])), ("invoice.entity", str(paths[3])),
    ]  # fmt: skip


def test_other_xml_is_named(books: Books, tmp_path: Path) -> None:
    order = write(tmp_path, "order.xml", '<?xml version="1.0"?><Order xmlns="urn:other"><ID>1</ID></Order>')
    camt = write(tmp_path, "camt.xml", '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt/></Document>')
    error = refused(books, [order, camt])
    assert [(fault.code, fault.where) for fault in error.faults] == [("invoice.unknown", str(order)), ("file.unknown", str(camt))]


def test_a_receipt_pays_an_invoice_by_its_payment_reference(books: Books, tmp_path: Path) -> None:
    imported(books, tmp_path, Sold(reference="RF18539007547034"))
    line = {
        "account": "giro",
        "booking_date": "2026-10-20",
        "amount": "1190.00",
        "currency": "EUR",
        "creditor_reference": "RF18539007547034",
    }
    text = ",".join(line) + "\n" + ",".join(line.values()) + "\n"
    books.ingest([write(tmp_path, "bank.csv", text)])
    books.run()
    assert books.state().allocations["item_id"].to_list() == ["E-1-2026-NK-2026-0417"]


def test_what_was_posted_on_an_invoice_is_told_when_the_erp_lists_it(books: Books, tmp_path: Path) -> None:
    imported(books, tmp_path, Sold())
    text = "account,booking_date,amount,currency\ngiro,2026-10-20,190.00,EUR\n"
    books.ingest([write(tmp_path, "bank.csv", text)])
    (line,) = books.state().lines["line_id"]
    books.allocate(line, [AllocationRequest("E-1-2026-NK-2026-0417", "190.00")])
    result = books.import_files("items", [items_file(tmp_path, [{"item_id": "4711", **ERP, "due_date": "2026-11-04"}])])
    assert [(one.item_id, one.by_item_id, one.lines) for one in result.replaced] == [("E-1-2026-NK-2026-0417", "4711", (line,))]


def test_the_command_says_what_came_twice_and_what_is_corrected(books: Books, tmp_path: Path) -> None:
    def run(*words: str | Path) -> tuple[str, str]:
        result = CliRunner().invoke(main, ["--books", str(books.directory), "import", "items", *map(str, words)], env={"COLUMNS": "80"})
        assert result.exit_code == 0, result.stderr
        return result.stdout, " ".join(result.stderr.split())

    (path,) = put(tmp_path, Sold())
    inside = tmp_path / "same.pdf"
    inside.write_bytes(invoices.pdf(("factur-x.xml", invoices.cii(Sold()))))
    _, said = run(path, inside)
    assert "1 electronic invoice is in the books already or comes twice, and counts once: NK-2026-0417 (E-1-2026-NK-2026-0417)." in said
    fix = put(tmp_path, Sold(number="NK-2026-0420", code="384", preceding="NK-2026-0417", buyer="Somebody"), name="fix")
    _, said = run(*fix, "--customer", "C1")
    assert "NK-2026-0420 corrects NK-2026-0417, which is open too: both count until the ERP says otherwise." in said
    out, _ = run(*fix, "--customer", "C1", "--dry-run", "-O", "json")
    (found,) = json.loads(out)["invoices"]
    assert (found["file"], found["syntax"], found["payable"], found["item_id"], found["known"]) == (
        str(fix[0]), "ubl", "1190.00", "E-1-2026-NK-2026-0420", False,
    )  # fmt: skip


SAP = ERP | {"item_id": "S1", "document_no": "1400000123"}


@pytest.mark.parametrize("status", ["open", "closed"])
def test_a_document_that_the_ledger_lists_under_a_number_of_its_own_is_a_question(books: Books, tmp_path: Path, status: str) -> None:
    books.import_files("items", [items_file(tmp_path, [SAP | {"status": status}])])
    (path,) = put(tmp_path, Sold())
    error = refused(books, [path])
    assert (error.code, error.where) == ("invoice.double", str(path))
    assert "'NK-2026-0417' of customer C1, 1190.00 EUR of 2026-10-05, may be item S1 (1400000123)" in error.what
    # a person may know that it is another one, and has to say so once
    assert books.import_files("items", [path], distinct=["NK-2026-0417"]).new == 1
    assert books.import_files("items", [path]).new == 0


@pytest.mark.parametrize(
    "other",
    [
        {"issue_date": "2026-10-06"}, {"amount": "1190.01"}, {"currency": "USD"}, {"customer_id": "C4"},
        {"document_no": "NK-2026-0418"},  # the next number of the same series
        {"payment_reference": "NK-2026-0418"},
    ],
)  # fmt: skip
def test_what_differs_is_another_document(books: Books, tmp_path: Path, other: dict[str, str]) -> None:
    books.import_files("items", [items_file(tmp_path, [SAP | other])])
    assert imported(books, tmp_path, Sold()).new == 1


def test_two_invoices_of_a_day_and_an_amount_are_two(books: Books, tmp_path: Path) -> None:
    assert imported(books, tmp_path, Sold(), Sold(number="90001234")).new == 2


def test_a_list_of_changes_that_may_double_an_invoice_says_so(books: Books, tmp_path: Path) -> None:
    imported(books, tmp_path, Sold())
    file = items_file(tmp_path, [SAP])
    result = books.import_files("items", [file], partial=True)
    assert any("S1 (1400000123) may be E-1-2026-NK-2026-0417" in text for text in result.warnings())
    assert not books.import_files("items", [file], partial=True).warnings()  # it is said once
