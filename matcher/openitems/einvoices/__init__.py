"""Electronic invoices of our own as open items: UBL, CII (Factur-X, ZUGFeRD, XRechnung), 数电票, and the PDF or OFD that holds one.

`reading` tells the form of a file and reads it into a `records.EInvoice`; `parties` finds the customer and the legal entity; `rows`
makes rows of the contract's table of it.
"""

from matcher.openitems.einvoices.reading import is_invoice, is_xml, may_be_invoice, read
from matcher.openitems.einvoices.records import EInvoice, Party

__all__ = ["EInvoice", "Party", "is_invoice", "is_xml", "may_be_invoice", "read"]
