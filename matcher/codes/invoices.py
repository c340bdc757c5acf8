"""What can be wrong with electronic invoices."""

from matcher.codes.entry import bad

INVOICES = (
    bad("invoice.unknown", "The XML is no invoice of a form that is read.", "Ask for UBL 2.1 or CII (XRechnung, Factur-X, ZUGFeRD)."),
    bad(
        "invoice.missing",
        "The PDF or OFD has no invoice inside that a program can read.",
        "Ask for the XML, or put the invoice into a list of open items.",
    ),
    bad("invoice.several", "The PDF or OFD has several different invoices inside.", "Import the XML of the one that counts."),
    bad(
        "invoice.incomplete",
        "The invoice lacks what an open item needs.",
        "Ask for a complete one, or put it into a list of open items.",
    ),
    bad(
        "invoice.type",
        "It is not known what a document of this type code claims.",
        "If it claims money, put it into a list of open items; a pro-forma invoice or an offer is none.",
    ),
    bad(
        "invoice.sign",
        "Type and sign of an invoice contradict each other, so nobody can tell who owes whom.",
        "Ask who wrote it, then put it into a list of open items.",
    ),
    bad(
        "invoice.totals",
        "Gross, prepaid, rounding and payable amount of an invoice do not fit each other, so nobody can tell what is open.",
        "Ask who wrote it for a corrected one, or put the document into a list of open items.",
    ),
    bad(
        "invoice.customer",
        "No customer of the books, or not one alone, is the invoice's buyer.",
        "Add the buyer's VAT id or number to the customer, import the customers again, or name one with --customer.",
    ),
    bad(
        "invoice.entity",
        "No [[entity]], or not one alone, is the invoice's seller.",
        "Put the seller's VAT id into [[entity]] of matcher.toml, or say whose it is with --entity; invoices written to us are not read.",
    ),
    bad(
        "invoice.double",
        "An item of the ERP of the same customer, day and amount may be the invoice's document under a number of the ledger's own.",
        "If it is, leave the file out, or have the list say the invoice's number as reference; if it is not, add --distinct NUMBER.",
    ),
    bad(
        "invoice.differs",
        "The books have a document of that number and customer with another amount.",
        "Import the list that is right; an invoice file does not change what the ERP lists.",
    ),
)
