"""Tell whether a run of digits can be the number of a person or of a body, by the check digits of the standards.

Exports `is_resident_id`, `has_resident_id_form`, `is_old_resident_id`, `is_credit_code`, `passes_luhn`,
`without_numbers`.
All of them take ASCII digits (and capital letters) without separators.
"""

from __future__ import annotations

import re
import unicodedata

from sitegen.screening.patterns import later

# GB/T 2260: the provinces; 71, 81, 82 and 83 are Taiwan, Hong Kong and Macao, and the residence permits of all three.
_PROVINCES = later("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_LONG = later(r"[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X]")
_SHORT = later(r"[1-9][0-9]{14}")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643
_CHECKS = "10X98765432"
_CREDIT = later(r"[159AN][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CREDIT_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100: no I, O, S, V, Z
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def is_resident_id(number: str) -> bool:
    """Whether these 18 characters are a resident's identity number: province, birthday and check digit are right.

    >>> is_resident_id("110199199003070017"), is_resident_id("110199199003070018")
    (True, False)
    """
    return has_resident_id_form(number) and _check_digit(number) == number[17]


def has_resident_id_form(number: str) -> bool:
    """Whether province and birthday of these 18 characters are possible; 9 begins a foreigner's permanent residence."""
    return (
        len(number) == 18
        and _LONG.fullmatch(number) is not None
        and (_PROVINCES.match(number) is not None or number[0] == "9")
        and _is_day(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    )


def is_old_resident_id(number: str) -> bool:
    """Whether these 15 digits can be an identity number as given out until 1999; it has no check digit."""
    return (
        len(number) == 15
        and _SHORT.fullmatch(number) is not None
        and _PROVINCES.match(number) is not None
        and _is_day(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
    )


def is_credit_code(code: str) -> bool:
    """Whether these 18 characters are a unified social credit code (统一社会信用代码) by GB 32100."""
    if not _CREDIT.fullmatch(code):
        return False
    total = sum(_CREDIT_DIGITS.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
    return _CREDIT_DIGITS[-total % 31] == code[17]


def passes_luhn(number: str) -> bool:
    """Whether the last digit of a card number is the check digit of the rest.

    >>> passes_luhn("6222020000000000000"), passes_luhn("6222020000000000001")
    (True, False)
    """
    digits = [int(c) for c in reversed(number)]
    return (sum(digits[::2]) + sum(_DOUBLED[d] for d in digits[1::2])) % 10 == 0


_ANY_LONG = later(r"(?<!\d)(?:\d{17}[\dXxＸｘ]|1\d{10}|\d{15,19})(?!\d)")


def without_numbers(text: str) -> str:
    """The text with identity, phone and card numbers masked, for messages that quote what somebody wrote."""
    return _ANY_LONG.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    number = unicodedata.normalize("NFKC", found[0]).upper()
    is_personal = (
        is_resident_id(number)
        or is_old_resident_id(number)
        or re.fullmatch("1[3-9][0-9]{9}", number)
        or (number.isdecimal() and len(number) >= 16 and passes_luhn(number))
    )
    return f"{number[:2]}…{number[-2:]}" if is_personal else found[0]


def _check_digit(number: str) -> str:
    return _CHECKS[sum(int(c) * weight for c, weight in zip(number, _WEIGHTS, strict=False)) % 11]


def _is_day(year: int, month: int, day: int) -> bool:
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    return (month, day) != (2, 29) or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))
