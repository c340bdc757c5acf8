"""Structured payment references with their check digits, as a legal entity would issue them.

Written from the published rules of each scheme; `payload` is the number that identifies the item, digits only.
"""

from collections.abc import Callable, Mapping

_QRR_CARRY = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_NL_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1)


def _mod97(text: str) -> int:
    return int("".join(str(int(c, 36)) for c in text)) % 97


def rf(payload: str) -> str:
    """ISO 11649: check digits such that the number with them moved to the end has remainder 1 by 97."""
    body = payload.lstrip("0") or "0"
    return f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def qrr(payload: str) -> str:
    """Swiss QR reference: 26 digits and a recursive modulo 10 digit."""
    body, carry = payload.rjust(26, "0"), 0
    for digit in body:
        carry = _QRR_CARRY[(carry + int(digit)) % 10]
    return f"{body}{(10 - carry) % 10}"


def ogm(payload: str) -> str:
    """Belgian structured communication: ten digits and their remainder by 97, where 0 is written 97."""
    body = payload[-10:].rjust(10, "0")
    digits = f"{body}{int(body) % 97 or 97:02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def finnish(payload: str) -> str:
    """Finnish reference: weights 7, 3, 1 from the right."""
    body = payload.lstrip("0").rjust(3, "1")
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def _luhn(body: str) -> int:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return -sum(n - 9 if n > 9 else n for n in doubled) % 10


def kid(payload: str) -> str:
    """Norwegian KID with a modulo 10 (Luhn) digit, padded to a fixed length as creditors agree with their bank."""
    body = payload.rjust(12, "0")
    return f"{body}{_luhn(body)}"


def swedish(payload: str) -> str:
    """Swedish OCR: a digit for the whole length, then a Luhn digit."""
    body = payload.lstrip("0") or "0"
    body += str((len(body) + 2) % 10)
    return f"{body}{_luhn(body)}"


def danish(payload: str) -> str:
    """Danish payment slip of type 71: 14 digits and a Luhn digit, with the creditor's number behind."""
    body = payload.rjust(14, "0")
    return f"+71<{body}{_luhn(body)}+88341207<"


def dutch(payload: str) -> str:
    """Dutch betalingskenmerk of 16 digits: modulo 11 with weights 2 4 8 5 10 9 7 3 6 1 from the right."""
    body = payload.rjust(15, "0")
    total = sum(int(digit) * _NL_WEIGHTS[place % 10] for place, digit in enumerate(reversed(body)))
    check = 11 - total % 11
    return f"{ {10: 1, 11: 0}.get(check, check) }{body}"


def _mod11(body: str, weights_from: int) -> int:
    return sum(int(digit) * (place + weights_from) for place, digit in enumerate(reversed(body))) % 11


def slovenian(payload: str) -> str:
    """Slovenian reference of model 12: one part with a modulo 11 digit, where 10 and 11 become 0."""
    body = payload.rjust(12, "0")
    check = 11 - _mod11(body, 2)
    return f"SI12 {body}{check if check < 10 else 0}"


def croatian(payload: str) -> str:
    """Croatian reference of model 01: parts with one modulo 11 digit at the end, where remainders 0 and 1 give 0."""
    body = payload.rjust(10, "0")
    rest = _mod11(body, 2)
    return f"HR01 {body[:4]}-{body[4:]}{0 if rest < 2 else 11 - rest}"


SCHEMES: Mapping[str, Callable[[str], str]] = {
    "ref_rf": rf,
    "ref_ch_qrr": qrr,
    "ref_be_ogm": ogm,
    "ref_fi": finnish,
    "ref_no_kid": kid,
    "ref_se_ocr": swedish,
    "ref_dk_fik": danish,
    "ref_nl": dutch,
    "ref_si": slovenian,
    "ref_hr": croatian,
}
"""The scheme of each structured kind."""
