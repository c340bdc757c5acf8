"""Element names of OFX that matter to the readers of this package. Any other element is passed over."""

TRANSACTIONS = frozenset({"STMTTRN", "STMTTRNP"})
"""A booked and a pending transaction."""

STATEMENTS = frozenset({"STMTRS", "CCSTMTRS", "INVSTMTRS"})
ACCOUNTS = frozenset({"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"})
LISTS = frozenset({"BANKTRANLIST", "INVTRANLIST"})

OWN_ACCOUNT = ACCOUNTS | STATEMENTS
"""Where a statement's own account is named; some banks leave the aggregate out."""

_AROUND_TRANSACTIONS = """
    OFX BANKMSGSRSV1 CREDITCARDMSGSRSV1 INVSTMTMSGSRSV1 STMTTRNRS CCSTMTTRNRS INVSTMTTRNRS BANKTRANLIST BANKTRANLISTP
    INVTRANLIST INVBANKTRAN LEDGERBAL AVAILBAL
"""
BOUNDARIES = TRANSACTIONS | STATEMENTS | frozenset(_AROUND_TRANSACTIONS.split())
"""Elements that never stand inside a transaction: one of them ends a transaction that lacks its end tag."""

AFTER_TRANSACTION = frozenset({"STMTTRN", "STMTTRNP", "/BANKTRANLIST", "/BANKTRANLISTP", "/INVBANKTRAN", "/INVTRANLIST"})
"""Tags that may follow a transaction. Any other one after a transaction without end tag shows that a part of the file is missing."""

_AROUND_LEAVES = "SONRS FI STATUS INVPOSLIST INVBAL BALLIST BAL ACCTINFO SECLIST"
AGGREGATES = (BOUNDARIES - TRANSACTIONS) | ACCOUNTS | frozenset(_AROUND_LEAVES.split())
"""Elements outside transactions that hold others. Any other name is taken for a leaf, which does no harm."""

IN_TRANSACTION = frozenset({"PAYEE", "BANKACCTTO", "CCACCTTO", "CURRENCY", "ORIGCURRENCY", "IMAGEDATA"})
"""Aggregates inside a transaction."""

_TRANSACTION_LEAVES = """
    STMTTRN TRNTYPE DTPOSTED DTUSER DTAVAIL TRNAMT FITID SRVRTID CHECKNUM CHKNUM REFNUM SIC PAYEEID NAME EXTDNAME MEMO
"""
REGULAR = frozenset(_TRANSACTION_LEAVES.split())
"""All that a transaction holds which is read with one regular expression."""

ONCE = frozenset({"TRNAMT", "DTPOSTED", "DTTRAN", "FITID"})
"""Elements of which a second one means that two transactions have run into each other."""

FREE_TEXT = frozenset({"NAME", "EXTDNAME", "MEMO", "MESSAGE", "ORG", "PAYEE/NAME"})
"""Leaves that people and banks fill with any text, ``<br>`` included."""

_LEAVES = "ACCTID ACCTTYPE BALAMT BANKID BRANCHID BROKERID CODE CURDEF CURRATE CURSYM DTASOF DTEND DTSTART DTTRAN MESSAGE ORG SEVERITY"
SPELLED_OTHERWISE = AGGREGATES | TRANSACTIONS | IN_TRANSACTION | REGULAR | frozenset(_LEAVES.split())
"""Names that are also taken in another spelling than capitals. Another tag that is not in capitals is text inside a free text."""

_SECURITIES = """
    BUYDEBT BUYMF BUYOPT BUYOTHER BUYSTOCK CLOSUREOPT INCOME INVEXPENSE JRNLFUND JRNLSEC MARGININTEREST REINVEST RETOFCAP
    SELLDEBT SELLMF SELLOPT SELLOTHER SELLSTOCK SPLIT TRANSFER
"""
SECURITIES = frozenset(_SECURITIES.split())
"""Transactions of an investment statement that are no bank transactions (OFX 2.2 section 13.9.2)."""

WITHOUT_STATEMENT = {
    "SONRS": "an answer to a sign-on",
    "ACCTINFO": "a list of accounts",
    "STMTRQ": "a request for a statement",
    "CCSTMTRQ": "a request for a statement",
    "INVSTMTRQ": "a request for a statement",
    "STMTENDRS": "closing information without transactions",
    "CCSTMTENDRS": "closing information without transactions",
    "PROFRS": "a profile of the bank's services",
}
"""What a file without any statement holds instead, by the element that shows it."""

MONEY_IN = frozenset({"CREDIT", "DEP", "DIRECTDEP"})
MONEY_OUT = frozenset({"DEBIT", "CHECK", "ATM", "POS", "DIRECTDEBIT"})
MONEY_OUT_OF_BANK_ACCOUNTS = frozenset({"FEE", "SRVCHG", "PAYMENT", "REPEATPMT", "CASH"})
"""TRNTYPE (OFX 2.2 section 11.4.4.3) that says in which direction money goes; on a card's statement a payment comes in."""
EITHER_WAY = frozenset({"ATM", "POS"})
"""Of these the standard leaves the direction to the sign of the amount. They go out only where other types show that there are no signs."""

STRAY = frozenset({"TRNTYPE", "DTPOSTED", "TRNAMT"})
"""Elements that every bank entry has and nothing else: one outside any shows an entry that has lost its opening tag."""
