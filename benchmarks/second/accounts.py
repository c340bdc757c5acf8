"""Bank accounts and structured references, with their check digits."""

from benchmarks.second.chance import Chance

_BBAN = {
    "DE": "n18", "AT": "n16", "CH": "n17", "FR": "n23", "BE": "n10", "NL": "a4n10", "GB": "a4n14", "FI": "n14", "SE": "n20",
    "NO": "n11", "DK": "n14", "IT": "x1n22", "ES": "n20", "PL": "n24",
}  # fmt: skip
_BANKS = {"NL": ("ABNA", "INGB", "RABO", "TRIO"), "GB": ("BARC", "LOYD", "NWBK", "MIDL")}
_LUHN = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_SWISS = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def _as_number(text: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in text))


def account(chance: Chance, country: str) -> str:
    """An account number as banks of the country have them: an IBAN where there are any."""
    if country == "CN":
        return "6222" + chance.digits(15) if chance.happens(300) else chance.digits(chance.pick((16, 18, 19)))
    if country == "US":
        return chance.digits(chance.pick((9, 10, 12)))
    shape = _BBAN[country]
    if shape.startswith("a4"):
        body = chance.pick(_BANKS[country]) + chance.digits(int(shape[3:]))
    elif shape.startswith("x1"):
        body = chance.letters(1) + chance.digits(int(shape[3:]))
    else:
        body = chance.digits(int(shape[1:]))
    if country == "BE":
        body += f"{int(body) % 97 or 97:02d}"
    check = 98 - _as_number(f"{body}{country}00") % 97
    return f"{country}{check:02d}{body}"


def luhn(digits: str) -> str:
    """The check digit of Luhn's sum."""
    total = sum(_LUHN[int(d)] if place % 2 == 0 else int(d) for place, d in enumerate(reversed(digits)))
    return str(-total % 10)


def reference(style: str, customer: str, counter: int) -> str:
    """A structured reference for a document of a customer."""
    number = f"{int(customer[-5:] or 0):05d}{counter:06d}"
    if style == "RF":
        return rf(number.lstrip("0"))
    return _DIGITS[style](number)


def rf(number: str) -> str:
    """A creditor reference of ISO 11649."""
    return f"RF{98 - _as_number(number + 'RF00') % 97:02d}{number}"


def qrr(number: str) -> str:
    """A Swiss QR reference."""
    digits = f"{number:0>26}"
    carry = 0
    for digit in digits:
        carry = _SWISS[(carry + int(digit)) % 10]
    return f"{digits}{(10 - carry) % 10}"


def ogm(number: str) -> str:
    """A Belgian structured communication."""
    digits = number[-10:]
    whole = f"{digits}{int(digits) % 97 or 97:02d}"
    return f"+++{whole[:3]}/{whole[3:7]}/{whole[7:]}+++"


def finnish(number: str) -> str:
    """A Finnish reference number."""
    digits = number.lstrip("0")
    total = sum(int(d) * (7, 3, 1)[place % 3] for place, d in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def kid(number: str) -> str:
    """A Norwegian KID."""
    return number + luhn(number)


def ocr(number: str) -> str:
    """A Swedish OCR number with its length."""
    digits = number.lstrip("0")
    digits += str((len(digits) + 2) % 10)
    return digits + luhn(digits)


def fik(number: str) -> str:
    """The number of a Danish payment slip of type 71."""
    digits = f"{number:0>14}"
    return digits + luhn(digits)


def dutch(number: str) -> str:
    """A Dutch betalingskenmerk."""
    digits = f"{number:0>15}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)
    rest = sum(int(d) * weights[place % 10] for place, d in enumerate(reversed(digits))) % 11
    return f"{(11 - rest) % 11 if rest != 1 else 1}{digits}"


_DIGITS = {"QRR": qrr, "OGM": ogm, "FI": finnish, "KID": kid, "OCR": ocr, "FIK": fik, "NL": dutch}
STYLE = {"CH": "QRR", "BE": "OGM", "FI": "FI", "NO": "KID", "SE": "OCR", "DK": "FIK", "NL": "NL"}
"""The reference that a country's payers know; others have RF."""
