"""Money that has nothing to do with our documents, and money that goes out."""

from collections.abc import Sequence
from datetime import date, timedelta

from benchmarks.second import accounts
from benchmarks.second.chance import Chance
from benchmarks.second.founding import firm_name
from benchmarks.second.parties import Customer, Seller
from benchmarks.second.payment import Payment
from benchmarks.second.trade import Item
from benchmarks.second.words import COUNTRIES

# what strangers write: {d} date, {plz} postcode and town, {q} quantity, {tel} telephone, {n4} to {n8} numbers, {y} year, {name} a person,
# {firm} a firm, {street} a street
_TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "de": (
        ("stray_deposit", "Kaution Wohnung {street} {q}, {plz}|Mietkaution {name} ab {d}|Rückgabe Kaution Vertrag {n6}"),
        ("stray_tax", "FINANZAMT ERST.{y} UST {n8} STNR {n3}/{n4}/{n5}|Erstattung Gewerbesteuer {y} Az. {n6}|"
            "USt-VA {d} Erstattung StNr {n5}"),
        ("stray_supplier", "Gutschrift Rechnung {n5} v. {d} Ihre Kd-Nr. {n6}|Rückvergütung RE {n6}|Bonus {y} Lieferant {n5}|"
            "Storno unserer Rg. {n6}"),
        ("stray_gift", "Spende {y} {name} {plz}|Spende Sommerfest {d}|{q} Karten Tombola {d}|Danke für alles, {name}, Tel {tel}"),
        ("stray_insurance", "Schaden {n8} vom {d} Entschädigung|Schadennr. {n8} KFZ {n4}|Versicherung Vertrag {n8} Beitragsrückerst."),
        ("stray_staff", "Rückzahlung Darlehen {name} Rate {q}|PersNr {n5} Vorschuss {d}|Reisekosten {n4} Rückz."),
        ("stray_sale", "{q} Paletten Altmetall {d}|Verkauf Gabelstapler Bj. {y} Fg.Nr. {n8}|Kantine {d} {q} Essen|Schrott {q} to WS {n5}"),
        ("stray_payout", "PAYPAL AUSZAHLUNG {n8}|STRIPE PAYOUT {d}|Klarna Settlement {n8} {d}|AMZN Mktp DE {n6}"),
        ("stray_post", "Rücklastschrift Gebühr {n6}|Irrläufer vom {d} Ref {n8}|Rücküberweisung Konto {n8} erloschen"),
    ),
    "en": (
        ("stray_deposit", "Security deposit unit {q} {street}|Rent deposit {name} {d}|refund deposit {n6}"),
        ("stray_tax", "HMRC VAT {n8}|IRS TREAS TAX REF {n6}|Tax refund {y} ref {n8}"),
        ("stray_supplier", "Refund inv {n5} {d}|Credit balance acct {n6}|rebate {y} supplier {n5}|overpayment returned {n6}"),
        ("stray_gift", "donation {name} {plz}|raffle {q} tickets {d}|Charity run {d} tel {tel}|thanks {name}"),
        ("stray_insurance", "Claim {n8} settlement {d}|policy {n8} premium refund"),
        ("stray_staff", "loan repayment {name} {q}|employee {n5} advance {d}"),
        ("stray_payout", "STRIPE TRANSFER {n8}|PAYPAL {n8} {d}|ADYEN BATCH {n4} {d}|SQUARE INC {d}"),
        ("stray_sale", "sale of forklift {y} serial {n8}|{q} pallets scrap {d}|cash sales {d}|vending {n4}"),
    ),
    "fr": (
        ("stray_deposit", "Dépôt de garantie {street} {q} {plz}|Caution {name} {d}"),
        ("stray_tax", "DGFIP REMB TVA {y} {n8}|Remboursement CFE {y} ref {n8}"),
        ("stray_supplier", "Remboursement facture {n5} du {d}|Ristourne {y} fournisseur {n5}|Avoir {n6}"),
        ("stray_gift", "Don {name} {plz}|{q} billets tombola {d}|Cotisation {y} {name}"),
        ("stray_insurance", "Sinistre {n8} du {d} indemnité|Contrat {n8} trop perçu"),
        ("stray_sale", "Vente chariot {y} serie {n8}|{q} palettes {d}|Espèces {d}"),
    ),
    "nl": (
        ("stray_deposit", "Borg {street} {q} {plz}|Waarborgsom {name} {d}"),
        ("stray_tax", "Teruggave BTW {y} {n8}|Belastingdienst teruggaaf {n8}"),
        ("stray_supplier", "Terugbetaling factuur {n5} {d}|Bonus {y} leverancier {n5}|creditnota {n6}"),
        ("stray_gift", "Gift {name} {plz}|{q} loten {d}|Bijdrage {y} {name}"),
        ("stray_insurance", "Schade {n8} d.d. {d}|Polis {n8} premierestitutie"),
        ("stray_sale", "{q} pallets oud ijzer {d}|Verkoop heftruck {y} {n8}"),
    ),
    "sv": (
        ("stray_tax", "Skatteverket moms {y} {n8}|Återbetalning skattekonto {n8}"),
        ("stray_supplier", "Återbetalning faktura {n5} {d}|Bonus {y} lev {n5}"),
        ("stray_gift", "Gåva {name} {plz}|{q} lotter {d}"),
        ("stray_sale", "{q} pallar skrot {d}|Såld truck {y} {n8}"),
    ),
    "no": (
        ("stray_tax", "Mva {y} {n8}|Skatteetaten tilbakebetaling {n8}"),
        ("stray_supplier", "Tilbakebetaling faktura {n5} {d}|Bonus {y} lev {n5}"),
        ("stray_gift", "Gave {name} {plz}|{q} lodd {d}"),
        ("stray_sale", "{q} paller skrap {d}|Solgt truck {y} {n8}"),
    ),
    "zh": (
        ("stray_tax", "退税{y} {n8}|增值税退税 {n8}"),
        ("stray_deposit", "投标保证金退回 {n6}|押金 {d}"),
        ("stray_supplier", "退货款 {n5}|{d}退款 发票{n8}"),
        ("stray_staff", "{name} 还款 {n4}|备用金 {d}"),
        ("stray_sale", "废料款 {q}吨 {d}|食堂{d}"),
    ),
}  # fmt: skip
_TONGUE = {"da": "no", "fi": "en"}
_OUT = {
    "de": "Rechnung {n6} vom {d}|Gehalt {n4}|Miete {d}|Kontoführung {d}|SEPA-Lastschrift {n8} Strom|Umsatzsteuer {d}|Lohn PersNr {n5}",
    "en": "Invoice {n6}|salaries {d}|account fee|rent {d}|DD {n8} utilities|payroll {n4}",
    "fr": "Facture {n6}|salaires {d}|frais de tenue de compte|loyer {d}|PRLV {n8} EDF",
    "nl": "Factuur {n6}|salaris {d}|kosten rekening|huur {d}|incasso {n8}",
    "zh": "货款 {n6}|工资 {d}|手续费|房租 {d}",
}
_SAVED = ("Umbuchung", "Übertrag Festgeld", "own transfer", "cash pooling", "virement interne", "资金调拨", "interne overboeking")


class Strangers:
    """Makes the money of strangers. Half of the time its amount is one that somebody owes the company."""

    def __init__(self, companies: Sequence[Seller], everyone: Sequence[Customer], owed_share: int, customers_share: int) -> None:
        self.companies = companies
        self.everyone = everyone
        self.owed_share = owed_share
        self.customers_share = customers_share

    def receipt(self, seller: Seller, day: date, open_items: Sequence[Item], chance: Chance) -> Payment:
        """One receipt that pays nothing."""
        owed = [item for item in open_items if item.seller is seller and item.currency == seller.currency and item.open > 0]
        amount = chance.pick((chance.between(1, 40) * 500, chance.between(1, 60) * 5000, chance.between(300, 900000)))
        bears = owed and chance.happens(self.owed_share)
        item = chance.pick(owed) if owed else None
        if bears and item is not None:
            amount = item.open
        payment = Payment(day, seller, chance.below(len(seller.accounts)), amount, "", "unexplained")
        how = chance.below(20)
        if how == 0:
            return self._own(payment, chance)
        if how == 1:
            return self._interest(payment, chance)
        if item is not None and chance.happens(self.customers_share):
            return self._customers_other(payment, item.customer, chance)
        kinds = _TEXTS[_TONGUE.get(seller.language, seller.language)]
        payment.kind, texts = chance.pick(kinds)
        payment.text = self._fill(chance.pick(texts.split("|")), seller, day, chance)
        if payment.kind in ("stray_tax", "stray_payout"):
            payment.outcome = "non_receivable"
        words = COUNTRIES[seller.country]
        person = f"{chance.pick(words.given)} {chance.pick(words.families)}"
        private = payment.kind in ("stray_gift", "stray_deposit", "stray_staff")
        office = chance.pick(words.public) if payment.kind == "stray_tax" else firm_name(chance, words)[0]
        payment.name = person if private else office
        payment.account = accounts.account(chance, seller.country)
        return payment

    def _own(self, payment: Payment, chance: Chance) -> Payment:
        """From another account of the group; it bears our own name, or that of a sister."""
        other = chance.pick(self.companies)
        payment.kind, payment.outcome = "own_transfer", "non_receivable"
        payment.name, payment.account = other.name, chance.pick(other.accounts)
        payment.text = chance.pick(_SAVED) + chance.pick(("", f" {payment.day:%d%m%y}", f" {chance.digits(6)}"))
        return payment

    def _interest(self, payment: Payment, chance: Chance) -> Payment:
        payment.kind, payment.outcome = "interest", "non_receivable"
        payment.amount, payment.code = chance.between(3, 9000), "INTR"
        payment.text = chance.pick(("Zinsen", "Habenzinsen", "interest paid", "credit interest")) + f" {payment.day.year}"
        return payment

    def _customers_other(self, payment: Payment, customer: Customer, chance: Chance) -> Payment:
        """A customer pays something that is no document: a deposit, a refund, a gift; the text says what."""
        spoken = {
            "de": "Mietkaution Stapler {n4}|Rückerstattung Doppelzahlung vom {d}|Schadenersatz Az {n6}|Spende Jubiläum|"
            "Pfand {q} Gitterboxen|"
            "Gutschrift unserer Rechnung {n5}|Bonus {y}",
            "fr": "Caution matériel {n4}|Remboursement trop perçu du {d}|Ristourne {y}|Consigne {q} palettes",
            "nl": "Borg machine {n4}|Terugbetaling dubbel betaald {d}|Bonus {y}|Statiegeld {q} pallets",
            "zh": "保证金 {n4}|退款 {d}|返利{y}|押金 {q}",
        }.get(customer.language, "Deposit equipment {n4}|refund of double payment {d}|Rebate {y}|Deposit {q} pallets|our credit memo {n5}")
        payment.kind, payment.payer, payment.name_form = "stray_customer", customer, "full"
        payment.name, payment.account = customer.name, customer.accounts[0]
        payment.account_form = "known" if payment.account in customer.known else "unknown"
        payment.text = self._fill(chance.pick(spoken.split("|")), payment.seller, payment.day, chance)
        return payment

    def spent(self, seller: Seller, day: date, chance: Chance) -> Payment:
        """Money that goes out."""
        words = COUNTRIES[seller.country]
        texts = _OUT.get(seller.language, _OUT["en"])
        payment = Payment(day, seller, chance.below(len(seller.accounts)), -chance.between(250, 800000), "outgoing", "outgoing")
        payment.name, payment.account = firm_name(chance, words)[0], accounts.account(chance, seller.country)
        payment.text = self._fill(chance.pick(texts.split("|")), seller, day, chance)
        if chance.happens(60) and self.everyone:
            customer = chance.pick(self.everyone)
            payment.name, payment.account = customer.name, customer.accounts[0]
        return payment

    def _fill(self, text: str, seller: Seller, day: date, chance: Chance) -> str:
        words = COUNTRIES[seller.country]
        past = day - timedelta(days=chance.between(0, 60))
        style = chance.pick(("%d.%m.%Y", "%d/%m/%Y", "%d%m%Y", "%Y-%m-%d", "%d.%m.%y"))
        values = {f"n{count}": chance.digits(count) for count in range(3, 9)}
        values |= {
            "d": past.strftime(style), "plz": chance.pick(words.places).split("=")[0], "q": str(chance.between(1, 120)),
            "tel": f"0{chance.digits(3)}/{chance.digits(6)}", "y": str(day.year - chance.below(3)),
            "name": f"{chance.pick(words.given)} {chance.pick(words.families)}", "street": chance.pick(words.streets),
        }  # fmt: skip
        return text.format(**values)
