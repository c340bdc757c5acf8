"""Electronic invoices written from plain fields, in every form that is read."""

import io
import zipfile
from dataclasses import dataclass, replace
from decimal import Decimal
from xml.sax.saxutils import escape

import pypdf


@dataclass(frozen=True)
class Sold:
    """What an invoice is to say; amounts as decimal text, '' for what it leaves out."""

    number: str = "NK-2026-0417"
    code: str = "380"
    issued: str = "2026-10-05"
    due: str = "2026-11-04"
    terms: str = ""
    currency: str = "EUR"
    gross: str = "1190.00"
    prepaid: str = ""
    rounding: str = ""
    payable: str = "1190.00"
    reference: str = ""
    buyer: str = "Hafenbau Nordsee GmbH"
    buyer_vat: str = ""
    buyer_number: str = ""
    buyer_reference: str = ""
    order: str = ""
    preceding: str = ""
    seller: str = "Nordkai Handel GmbH"
    seller_vat: str = "DE811223344"
    account: str = "DE02120300000000202051"
    others: str = ""
    """Collected for third parties (XRechnung extension)."""
    guideline: str = "urn:cen.eu:en16931:2017"

    def but(self, **fields: str) -> "Sold":
        """The same with other fields."""
        return replace(self, **fields)


def _tag(name: str, text: str, attributes: str = "") -> str:
    return f"<{name}{attributes}>{escape(text)}</{name}>" if text else ""


def _in(name: str, *parts: str) -> str:
    inner = "".join(parts)
    return f"<{name}>{inner}</{name}>" if inner else ""


def ubl(sold: Sold) -> bytes:
    """UBL 2.1: a credit note for its codes, else an invoice."""
    kind = "CreditNote" if sold.code in ("381", "396") else "Invoice"
    money = f' currencyID="{sold.currency}"'

    def party(name: str, vat: str, number: str) -> str:
        return _in(
            "cac:Party",
            _in("cac:PartyIdentification", _tag("cbc:ID", number)),
            _in("cac:PartyTaxScheme", _tag("cbc:CompanyID", vat), _in("cac:TaxScheme", _tag("cbc:ID", "VAT" if vat else ""))),
            _in("cac:PartyLegalEntity", _tag("cbc:RegistrationName", name)),
        )

    body = [
        _tag("cbc:CustomizationID", sold.guideline),
        _tag("cbc:ID", sold.number), _tag("cbc:IssueDate", sold.issued), _tag("cbc:DueDate", sold.due if kind == "Invoice" else ""),
        _tag(f"cbc:{kind}TypeCode", sold.code), _tag("cbc:DocumentCurrencyCode", sold.currency),
        _tag("cbc:BuyerReference", sold.buyer_reference), _in("cac:OrderReference", _tag("cbc:ID", sold.order)),
        _in("cac:BillingReference", _in("cac:InvoiceDocumentReference", _tag("cbc:ID", sold.preceding))),
        _in("cac:AccountingSupplierParty", party(sold.seller, sold.seller_vat, "")),
        _in("cac:AccountingCustomerParty", party(sold.buyer, sold.buyer_vat, sold.buyer_number)),
        _in(
            "cac:PaymentMeans", _tag("cbc:PaymentMeansCode", "58"), _tag("cbc:PaymentDueDate", sold.due if kind == "CreditNote" else ""),
            _tag("cbc:PaymentID", sold.reference), _in("cac:PayeeFinancialAccount", _tag("cbc:ID", sold.account)),
        ),
        _in("cac:PaymentTerms", _tag("cbc:Note", sold.terms)),
        _in("cac:PrepaidPayment", _tag("cbc:ID", "10" if sold.others else ""), _tag("cbc:PaidAmount", sold.others, money)),
        _in(
            "cac:LegalMonetaryTotal", _tag("cbc:TaxInclusiveAmount", sold.gross, money), _tag("cbc:PrepaidAmount", sold.prepaid, money),
            _tag("cbc:PayableRoundingAmount", sold.rounding, money), _tag("cbc:PayableAmount", sold.payable, money),
        ),
    ]  # fmt: skip
    spaces = "urn:oasis:names:specification:ubl:schema:xsd:"
    names = f'xmlns="{spaces}{kind}-2" xmlns:cac="{spaces}CommonAggregateComponents-2" xmlns:cbc="{spaces}CommonBasicComponents-2"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} {names}>{"".join(body)}</{kind}>'.encode()


def cii(sold: Sold, *, first_version: bool = False) -> bytes:
    """UN/CEFACT Cross Industry Invoice, D16B or as ZUGFeRD 1.0 has it."""
    old = first_version
    document, transaction = (
        ("HeaderExchangedDocument", "SpecifiedSupplyChainTradeTransaction") if old else ("ExchangedDocument", "SupplyChainTradeTransaction")
    )
    header = "ApplicableSupplyChain" if old else "ApplicableHeader"
    order = "ram:ID" if old else "ram:IssuerAssignedID"
    root = "CrossIndustryDocument" if old else "CrossIndustryInvoice"
    totals = f"ram:SpecifiedTradeSettlement{'' if old else 'Header'}MonetarySummation"

    def date(name: str, day: str) -> str:
        return _in(name, _tag("udt:DateTimeString", day.replace("-", ""), ' format="102"'))

    def party(name: str, written: str, vat: str, number: str) -> str:
        tax = _in("ram:SpecifiedTaxRegistration", _tag("ram:ID", vat, ' schemeID="VA"'))
        return _in(name, _tag("ram:ID", number), _tag("ram:Name", written), tax)

    agreement = _in(
        f"ram:{header}TradeAgreement",
        _tag("ram:BuyerReference", sold.buyer_reference),
        party("ram:SellerTradeParty", sold.seller, sold.seller_vat, ""),
        party("ram:BuyerTradeParty", sold.buyer, sold.buyer_vat, sold.buyer_number),
        _in("ram:BuyerOrderReferencedDocument", _tag(order, sold.order)),
    )
    settlement = _in(
        f"ram:{header}TradeSettlement",
        _tag("ram:PaymentReference", sold.reference),
        _tag("ram:InvoiceCurrencyCode", sold.currency),
        _in("ram:SpecifiedTradeSettlementPaymentMeans", _in("ram:PayeePartyCreditorFinancialAccount", _tag("ram:IBANID", sold.account))),
        _in("ram:SpecifiedTradePaymentTerms", _tag("ram:Description", sold.terms), date("ram:DueDateDateTime", sold.due)),
        _in(
            totals,
            _tag("ram:RoundingAmount", sold.rounding),
            _tag("ram:GrandTotalAmount", sold.gross),
            _tag("ram:TotalPrepaidAmount", sold.prepaid),
            _tag("ram:DuePayableAmount", sold.payable),
        ),
        _in("ram:InvoiceReferencedDocument", _tag("ram:IssuerAssignedID", sold.preceding)),
        _in("ram:SpecifiedAdvancePayment", _tag("ram:PaidAmount", sold.others)),
    )
    guideline = "urn:ferd:CrossIndustryDocument:invoice:1p0:basic" if old else sold.guideline
    context = _in(
        f"rsm:{'Specified' if old else ''}ExchangedDocumentContext",
        _in("ram:GuidelineSpecifiedDocumentContextParameter", _tag("ram:ID", guideline)),
    )
    about = context + _in(
        f"rsm:{document}", _tag("ram:ID", sold.number), _tag("ram:TypeCode", sold.code), date("ram:IssueDateTime", sold.issued)
    )
    if old:
        spaces = ("urn:ferd:CrossIndustryDocument:invoice:1p0", "12", "15")
    else:
        spaces = ("urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100", "100", "100")
    data = "urn:un:unece:uncefact:data:standard:"
    names = f'xmlns:rsm="{spaces[0]}" xmlns:ram="{data}ReusableAggregateBusinessInformationEntity:{spaces[1]}" '
    names += f'xmlns:udt="{data}UnqualifiedDataType:{spaces[2]}"'
    trade = _in(f"rsm:{transaction}", agreement, settlement)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rsm:{root} {names}>{about}{trade}</rsm:{root}>'.encode()


def fapiao(sold: Sold, remark: str = "") -> bytes:
    """数电票 as XML."""
    net = Decimal(sold.gross) if sold.gross else Decimal(0)
    data = _in(
        "EInvoiceData",
        _in(
            "SellerInformation",
            _tag("SellerIdNum", sold.seller_vat),
            _tag("SellerName", sold.seller),
            _tag("SellerBankAccNum", sold.account),
        ),
        _in("BuyerInformation", _tag("BuyerIdNum", sold.buyer_vat), _tag("BuyerName", sold.buyer)),
        _in(
            "BasicInformation",
            _tag("TotalAmWithoutTax", f"{net:f}"),
            _tag("TotalTaxAm", "0.00"),
            _tag("TotalTax-includedAmount", sold.gross),
        ),
        _in("AdditionalInformation", _tag("Remark", remark)),
    )
    told = _in("TaxSupervisionInfo", _tag("InvoiceNumber", sold.number), _tag("IssueTime", sold.issued))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<EInvoice>{data}{told}</EInvoice>'.encode()


def pdf(*files: tuple[str, bytes], password: str = "") -> bytes:
    """A PDF of one blank page with these files inside."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=72, height=72)
    for name, data in files:
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def ofd(files: dict[str, bytes]) -> bytes:
    """An OFD of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("OFD.xml", files.get("OFD.xml", b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>'))
        for name, data in files.items():
            if name != "OFD.xml":
                archive.writestr(name, data)
    return out.getvalue()


def tagged_ofd(sold: Sold) -> bytes:
    """An OFD whose tags point to the texts of its page."""
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    values = {
        "InvoiceNo": sold.number, "IssueDate": sold.issued, "BuyerName": sold.buyer, "BuyerTaxID": sold.buyer_vat,
        "SellerName": sold.seller, "SellerTaxID": sold.seller_vat, "TaxInclusiveTotalAmount": f"¥{sold.gross}",
    }  # fmt: skip
    texts = "".join(
        f'<ofd:TextObject ID="{n}"><ofd:TextCode>{escape(value)}</ofd:TextCode></ofd:TextObject>'
        for n, value in enumerate(values.values(), 10)
    )
    refs = "".join(f'<ofd:{name}><ofd:ObjectRef PageRef="1">{n}</ofd:ObjectRef></ofd:{name}>' for n, name in enumerate(values, 10))
    page = f"<ofd:Page {space}><ofd:Content><ofd:Layer>{texts}</ofd:Layer></ofd:Content></ofd:Page>"
    tags = f"<ofd:eInvoice {space}>{refs}</ofd:eInvoice>"
    return ofd({"Doc_0/Pages/Page_0/Content.xml": page.encode(), "Doc_0/Tags/CustomTag.xml": tags.encode()})
