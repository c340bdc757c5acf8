"""Words that banks use for their columns, by our field, in the languages seen. Used to name what an unknown file seems to hold.

A layout never reads by these words: they only help a person to write one.
"""

import re
from collections.abc import Sequence

from matcher.parsers.csv.text import bare, fold

_WORDS: dict[str, str] = {
    "booking_date": (
        "booking date|posting date|date posted|posted date|post date|date comptable|date de comptabilisation|"
        "transaction date|txn date|date|date processed|created|buchungstag|buchungsdatum|buchung|datum|belegdatum|"
        "boekdatum|transactiedatum|uitvoeringsdatum|date opération|date de l'opération|date operation|fecha|"
        "fecha operación|fecha contable|data|data lançamento|data operazione|data contabile|bogføringsdato|"
        "bokföringsdag|bokföringsdatum|bogføringsdag|bokført|kirjauspäivä|dátum|könyvelés dátuma|"
        "tranzakció dátuma|datum zaúčtování|datum provedení|data operacji|data księgowania|交易日期|记账日期|"
        "交易日|记账日|交易时间|日期|入账日期|日付|取引日|お取引日|年月日|取引年月日|거래일자"
        "|дата операции|дата проводки|дата|дата операції|ημερομηνία|ημ/νία|ημερομηνία συναλλαγής|תאריך"
        "|tarih|işlem tarihi|tarih/saat|ngày giao dịch|ngày|วันที่|tanggal|tanggal transaksi"
        "|data tranzactie|data tranzacției|تاريخ|التاريخ|거래일시|trans. date|tran date|dato|datum transakce"
        "|reskontradatum|fecha operacion|día|交易時間|日期時間|帳務日期"
    ),
    "value_date": (
        "value date|valuta|valutadatum|wertstellung|wertstellungsdatum|rentedatum|date valeur|date de valeur|"
        "fecha valor|data valuta|valutadag|rentedato|valör|értéknap|datum valuty|data waluty|起息日|起息日期|"
        "起算日"
        "|дата валютирования|дата платежа|valeur|תאריך ערך|valör tarihi|ngày hiệu lực|arvopäivä"
    ),
    "amount": (
        "amount|transaction amount|local amount|betrag|umsatz|buchungsbetrag|bedrag|transactiebedrag|montant|"
        "importe|cantidad|importo|valor|beløb|belopp|summa|määrä|összeg|tranzakció összege|částka|"
        "zaúčtovaná částka|kwota|金额|交易金额|发生额|金額|取引金額|거래금액"
        "|сумма|сумма операции|сума|ποσό|ποσό συναλλαγής|סכום|tutar|işlem tutarı|số tiền|jumlah|monto"
        "|montante|suma|iznos|objem|จำนวนเงิน|المبلغ|valor (r$)|交易金額"
    ),
    "credit": (
        "credit|credit amount|paid in|money in|deposit|deposits|deposit amt.|deposit amount|haben|gutschrift|bij|"
        "credit bedrag|crédit|abono|haber|crédito|entrate|avere|ind|insättning|kredit|贷方|贷方金额|贷方发生额|"
        "收入|收入金额|转入金额|存入|入金|お預り金額|預入金額|お預入額|お預入れ|預かり金額|입금액"
    ),
    "debit": (
        "debit|debit amount|paid out|money out|withdrawal|withdrawals|withdrawal amt.|withdrawal amount|soll|"
        "belastung|lastschrift|af|débit|cargo|debe|débito|uscite|dare|ud|uttag|debet|借方|借方金额|借方发生额|"
        "支出|支出金额|转出金额|取出|出金|お支払金額|引出金額|お引出額|お引出し|支払い金額|출금액"
    ),
    "indicator": (
        "debit/credit|credit/debit|d/c|dc|cr/dr|dr/cr|debit or credit|transaction type dc|soll/haben|s/h|af bij|"
        "creditdebet|debet/credit|débit/crédit|bevétel/kiadás|借贷|借贷标志|收/支|收支|入出金区分"
        "|χρέωση / πίστωση|χρέωση/πίστωση|приход/расход|borç/alacak"
    ),
    "currency": (
        "currency|ccy|währung|waehrung|valuta munt|munt|muntsoort|devise|monnaie|moneda|divisa|moeda|valuta kod|"
        "měna|měna účtu|waluta|devizanem|币种|币别|货币|通貨"
        "|валюта|валюта операции|νόμισμα|מטבע|döviz cinsi|para birimi|loại tiền|mata uang|幣別"
    ),
    "balance": (
        "balance|running balance|running bal.|account balance|balance after|saldo|kontostand|saldo nach buchung|"
        "saldo na trn|solde|zůstatek|egyenleg|saldo po operacji|余额|账户余额|本次余额|联机余额|残高|差引残高|"
        "お預り残高|잔액"
        "|остаток|залишок|υπόλοιπο|יתרה|bakiye|số dư|ยอดเงินคงเหลือ|sold|sold contabil|餘額|帳戶餘額|الرصيد"
    ),
    "account": (
        "account|account number|account no|iban|auftragskonto|kontonummer|iban auftragskonto|rekening|"
        "rekeningnummer|iban/bban|compte|numéro de compte|cuenta|conto|konto|číslo účtu|账号|帐号|卡号|本方账号|"
        "口座番号"
    ),
    "counterparty_name": (
        "name|payee|payer|partner name|counterparty|counterparty name|beneficiary|empfänger|auftraggeber|"
        "auftraggeber/empfänger|beguenstigter/zahlungspflichtiger|begünstigter/auftraggeber|"
        "name zahlungsbeteiligter|zahlungsempfänger|zahlungspflichtiger|naam|naam / omschrijving|naam tegenpartij|"
        "tegenpartij|bénéficiaire|nom|tiers|beneficiario|ordenante|nimi|mottagare|对方户名|对方名称|对方单位|"
        "对方账户名|交易对方|収 付 方名称|收(付)方名称|相手先|振込依頼人名|取引先"
        "|контрагент|получатель|плательщик|наименование контрагента|όνομα αντισυμβαλλόμενου|שם"
        "|karşı taraf|gönderen|đơn vị|ordonator|nazwa kontrahenta|nadawca|odbiorca|název protiúčtu"
        "|saaja/maksaja|other party info|對方戶名|merchant name|nombre|ragione sociale"
    ),
    "counterparty_account": (
        "partner iban|counterparty account|counterparty iban|to account|from account|kontonummer/iban|"
        "iban zahlungsbeteiligter|tegenrekening|tegenrekening iban/bban|tegenrekening nummer|iban bénéficiaire|"
        "číslo protiúčtu|对方账号|对方帐号|对方账户|对方卡号/账号|收(付)方账号"
        "|счет контрагента|rachunek kontrahenta|protiúčet|saajan tilinumero|轉出入帳號|對方帳號|gegenkonto"
    ),
    "counterparty_bank": "bic|swift|bic (swift-code)|blz|bic tegenpartij|bankcode|对方开户行|对方行名|对方行号",
    "remittance_information": (
        "description|details|narrative|narration|memo|reference text|payment reference|particulars|"
        "verwendungszweck|buchungstext|umsatztext|omschrijving|mededelingen|mededeling|libellé|libelle|"
        "communication|concepto|descripción|descrizione|causale|histórico|descrição|tekst|text|meddelande|viesti|"
        "közlemény|popis|zpráva pro příjemce|tytuł|opis operacji|摘要|交易摘要|用途|附言|交易附言|备注|商品说明|"
        "商品|お取引内容|内容|取引内容|적요"
        "|описание|назначение платежа|призначення платежу|περιγραφή|תיאור|הערה|açıklama|mô tả|nội dung"
        "|รายละเอียด|รายการ|keterangan|descriere|détails|remarks|transaction remarks|備註|selitys"
        "|tytuł operacji|opis transakcji|البيان"
    ),
    "creditor_reference": (
        "creditor reference|payment ref|kid|ocr|viitenumero|viite|variabilní symbol|betalingskenmerk|gestructureerde mededeling"
    ),
    "end_to_end_id": "end to end id|end-to-end id|end-to-end-referenz|kundenreferenz (end-to-end)|kundenreferenz",
    "mandate_id": "mandate id|mandate reference|mandatsreferenz|machtigingskenmerk|mandat",
    "bank_reference": (
        "transaction id|transaction reference|bank reference|reference|reference number|ref no.|chq./ref.no.|id|"
        "volgnr|volgnummer|transactionid|référence|referencia|交易流水号|流水号|交易单号|交易订单号|凭证号|日志号"
    ),
    "transaction_code": (
        "transaction type|type|code|umsatzart|buchungsart|mutatiesoort|transactiesoort|type opération|tipo|交易类型|交易名称"
    ),
    "status": "status|state|statetype|zustand|statut|estado|交易状态|当前状态",
    "time": "time|uhrzeit|tijd|heure|hora|交易时间点|时刻",
}
BY_WORD: dict[str, tuple[str, ...]] = {}
for _name, _text in _WORDS.items():
    for _word in _text.split("|"):
        BY_WORD[fold(_word)] = (*BY_WORD.get(fold(_word), ()), _name)
DATE_WORDS = [fold(word) for word in _WORDS["booking_date"].split("|")]
"""Titles of a booking date, the surest first."""
_TRAILING = re.compile(r"\s*[(\[（].{1,12}[)\]）]$|\s*\*$|\s+(?:[€$£¥]|[a-z]{3})$")


def fields_of(title: str) -> tuple[str, ...]:
    """The fields a header text may stand for, the likeliest first; a currency or note in brackets at its end is left aside."""
    folded = fold(title)
    folded = folded.replace("_", " ")
    return BY_WORD.get(folded) or BY_WORD.get(_TRAILING.sub("", folded)) or BY_WORD.get(folded.replace(" ", "")) or ()


def looks_like_header(cells: Sequence[str]) -> bool:
    """Whether a row names a date and an amount and little else that a header would not hold."""
    names = {name for cell in cells for name in fields_of(bare(cell.strip()))[:1]}
    money = {"amount", "credit", "debit", "balance"} & names
    return "booking_date" in names and bool(money)
