"""Find the numbers of identity cards: of 18 and 15 digits, broken, boxed, mistyped, or masked too little.

Exports `half_masked_ids`, `old_ids`, `resident_ids`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.screening.patterns import later
from sitegen.screening.personal.identifiers import (
    has_resident_id_form,
    is_credit_code,
    is_old_resident_id,
    is_resident_id,
)
from sitegen.screening.personal.reading import (
    ACCOUNT_HEADING,
    GAP,
    ID_LABEL,
    OTHER_HEADING,
    OTHER_NUMBER,
    Hit,
    Reading,
    masked,
    place_of,
)

_RUN = later(rf"[0-9][0-9xX{GAP}|\t\n.·_/\\]{{13,}}")

_KEPT = frozenset("0123456789xX")

_PIECE, _OVERLAP = 100_000, 1000  # characters

_LONG_ID = later(r"(?=([1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9xX]))")

_SHORT_ID = later(r"(?=([1-9][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}))")

_CELL_SHAPES = frozenset(
    ((6, 8, 4), (6, 4, 4, 4), (6, 4, 2, 2, 4), (3, 3, 4, 4, 4), (6, 8, 3, 1), (6, 6, 6), (4, 4, 4, 4, 2))
)

_HALF_MASKED = later(r"(?<![0-9A-Za-z])[1-9][0-9]{5}[0-9*＊×xX●○•]{11}[0-9*＊×xX●○•](?![0-9A-Za-z*＊])")

_MASK = later(r"[*＊×xX●○•]")

_TWO_MASKS = later(r"[*＊×xX●○•][0-9*＊×xX●○•]{0,10}[*＊×xX●○•]")  # as near as in a number half hidden

_CREDIT_LABEL = later(r"信用代码|税号|纳税人识别|组织机构代码|机构代码|营业执照")


def resident_ids(reading: Reading) -> Iterator[Hit]:
    end_of_last = 0
    for start, end, number, written in _windows(reading, _LONG_ID, 18):
        if start < end_of_last or not has_resident_id_form(number):
            continue
        place = place_of(reading, start)
        label = f"{place.heading}{place.label}"
        is_labelled = ID_LABEL.search(label) is not None
        if not is_labelled and _CREDIT_LABEL.search(label) and is_credit_code(number):
            continue
        if number[0] == "9" and not is_labelled:
            continue
        is_right = is_resident_id(number)
        if not is_right and (not is_labelled or re.search(r"[|\t\n]", written)):
            continue
        end_of_last = end
        if is_right:
            broken = "，中间有分隔" if len(written) > 18 else ""
            yield Hit(
                start,
                end,
                "S200",
                f"有完整的公民身份号码（{masked(number)}{broken}）",
                "删去，或隐去出生日期 8 位以上。",
            )
        else:
            yield Hit(
                start,
                end,
                "S202",
                f"“身份证”后的 18 位号码校验位不对（{masked(number)}），可能是写错的公民身份号码",
                "写错的号码也会指向真实的人：删去，或隐去出生日期 8 位以上。",
            )


def old_ids(reading: Reading) -> Iterator[Hit]:
    end_of_last = 0
    may_be_labelled = ID_LABEL.search(reading.text) is not None
    for start, end, number, written in _windows(reading, _SHORT_ID, 15):
        if start < end_of_last or not is_old_resident_id(number):
            continue
        if not may_be_labelled and not (reading.has_table and len(written) == 15):
            continue
        place = place_of(reading, start)
        is_labelled = ID_LABEL.search(f"{place.heading}{place.label[-24:]}") is not None
        in_list = (
            place.names_person and not OTHER_HEADING.search(place.heading) and not ACCOUNT_HEADING.search(place.heading)
        )
        if not is_labelled and not (in_list and len(written) == 15):
            continue
        if not is_labelled and OTHER_NUMBER.search(place.label):
            continue
        end_of_last = end
        yield Hit(
            start, end, "S201", f"有 15 位的旧身份证号码（{masked(number)}）", "删去，或隐去出生日期等 8 位以上。"
        )


def half_masked_ids(reading: Reading) -> Iterator[Hit]:
    if not _TWO_MASKS.search(reading.text):
        return
    for found in _HALF_MASKED.finditer(reading.text):
        number = found.group()
        hidden = len(_MASK.findall(number))
        filled = _MASK.sub("0", number)
        if not 2 <= hidden <= 6 or not has_resident_id_form(f"{filled[:6]}19900101{filled[14:]}"):
            continue
        if number[6:8].isdigit() and number[6:8] not in ("19", "20"):
            continue
        yield Hit(
            found.start(),
            found.end(),
            "S203",
            f"身份证号码只隐去了 {hidden} 位，其余 {18 - hidden} 位足以推算出来",
            "多数地方的做法是至少隐去出生日期 8 位；不必区分同名的，整个删去。",
        )


def _windows(reading: Reading, pattern: re.Pattern[str], size: int) -> Iterator[tuple[int, int, str, str]]:
    """Where `size` digits of the pattern begin and end with a group of digits: start, end, number, what separates."""
    for start_of_run, written, is_first in _pieces(reading.text):
        kept = [at for at, c in enumerate(written) if c in _KEPT]
        if len(kept) < size:
            continue
        digits = "".join(written[at] for at in kept)
        before: list[int] = []
        for found in pattern.finditer(digits):
            if not before:
                before, after = _joined(digits, kept)
            first, last = found.start(), found.start() + size - 1
            if not is_first and kept[first] < _OVERLAP // 2:
                continue  # was seen at the end of the piece before
            if not _is_whole(digits, last, before[first], after[last], size):
                continue
            start, end = kept[first], kept[last] + 1
            if _is_one_number(written[start:end], size):
                yield start_of_run + start, start_of_run + end, found.group(1).upper(), written[start:end]


def _pieces(text: str) -> Iterator[tuple[int, str, bool]]:
    """The runs of digits with their place; a long one, such as a sheet of numbers, in pieces that overlap."""
    for run in _RUN.finditer(text):
        for start in range(run.start(), max(run.end() - _OVERLAP, run.start() + 1), _PIECE - _OVERLAP):
            yield start, text[start : min(start + _PIECE, run.end())], start == run.start()


def _joined(digits: str, kept: list[int]) -> tuple[list[int], list[int]]:
    """How many characters are written without any gap before each one, as far as they are digits, and after it."""
    before, after = [0] * len(kept), [0] * len(kept)
    for at in range(1, len(kept)):
        if kept[at] == kept[at - 1] + 1 and digits[at - 1].isdigit():
            before[at] = before[at - 1] + 1
    for at in range(len(kept) - 2, -1, -1):
        if kept[at + 1] == kept[at] + 1:
            after[at] = after[at + 1] + 1
    return before, after


def _is_whole(digits: str, last: int, left: int, right: int, size: int) -> bool:
    if left == 0 and right == 0:
        return True
    if size != 18:
        return False
    if left == 0 and right == 2:  # number of a disability certificate: kind 1-7 and grade 1-4 follow
        return digits[last + 1] in "1234567" and digits[last + 2] in "1234"
    beside = right or left
    return (left == 0 or right == 0) and beside in (11, 18)  # two columns ran together


def _is_one_number(written: str, size: int) -> bool:
    """Whether what separates the digits can be the breaks of one number: one break, boxes, or the parts of a number."""
    if len(written) == size:
        return True
    if size != 18 and ("|" in written or "\t" in written or written.count("\n") > 1):
        return False
    pieces = [re.sub(r"[^0-9xX]", "", piece) for piece in re.split(r"[|\t\n][\s|]*", written)]
    sizes = tuple(len(piece) for piece in pieces if piece)
    return len(sizes) <= 2 or len(set(sizes)) == 1 or sizes in _CELL_SHAPES or set(sizes[:-1]) == {sizes[0]}
