"""Find in a text what belongs to a person and must not be published: numbers, accounts, addresses, illness, minors.

《政府信息公开条例》第十五条、《个人信息保护法》第二十五、二十八条. A text of 2,500 characters with nothing of the
kind costs some thirty microseconds: digits that follow each other are looked for in its bytes, single characters
stand for the words. Only a text that may hold something is read closely.

Whose number it is, the words around it say. Offices pass: phones that the site lists, phones with the name of a
service (咨询电话, 值班电话), accounts of public bodies (财政专户, 户名：某某局). Exports `find_personal`, `CODES`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from sitegen.screening.patterns import later
from sitegen.screening.personal.accounts import accounts
from sitegen.screening.personal.codes import CODES
from sitegen.screening.personal.identity import half_masked_ids, old_ids, resident_ids
from sitegen.screening.personal.phones import allowed, home_phones, mobiles
from sitegen.screening.personal.reading import Hit, Reading, read, to_half_width
from sitegen.screening.personal.tables import table_hits
from sitegen.screening.personal.words import (
    ages,
    ailments,
    chats,
    classes,
    homes,
    passports,
    permits,
    plates,
    social_cards,
    student_numbers,
)
from sitegen.screening.spots import Screen, Spot

__all__ = ["CODES", "find_personal"]

_MOST_OF_A_CODE = 20  # a roster of thousands is one fault, not thousands

# Digits are counted in the bytes of the text. 0xEF begins full-width digits, and full-width marks as well: a little
# too many texts are read closely.
_DIGIT_COUNT = bytearray(b"." * 256)
_DIGIT_COUNT[48:58] = b"0" * 10
_DIGIT_COUNT[0xEF] = ord("0")
_DIGIT_MAP = bytes(_DIGIT_COUNT)
_VALUES = bytes(c if c in b"0123456789" else ord(".") for c in range(256))

# All that may stand between digits; of characters outside ASCII the first byte, and every byte that follows one.
_BETWEEN = bytes((*range(0x21), 0x7F, *range(0x80, 0xC0), 0xC2, 0xC3, 0xE1, 0xE2, 0xE3)) + b"-.*_\\|<>/brxX"
_BETWEEN_PLAIN = _BETWEEN + b"\xef"  # where full-width digits are plain ones

_SEVEN_DIGITS, _ELEVEN_DIGITS, _TWELVE_DIGITS, _FIFTEEN_DIGITS = (b"0" * count for count in (7, 11, 12, 15))
_LIKE_A_MOBILE = later(rb"1[3-9][0-9]{9}")

# Without one of these words no table has a column of persons.
_NAME_WORD = later(
    "姓名|名单|户主|对象|享受人|领取人|申请人|申报人|受益人|残疾人|患者|病人|学生|家长|监护人|持卡人|贫困户|脱贫户|监测户|救助人|受助人|产妇|孕妇|"
    "承租人|购房人|农户|当事人|车主|联系人|负责人|代表人|人员|家庭成员|被征收人|权利人|老人"
)

_ENTITY = later("&(?:nbsp|emsp|ensp|thinsp|#160|#xa0|#8194|#8195|#12288);", re.IGNORECASE)

# What is looked for by its words. Each pattern begins with one character, which `re` finds at a nanosecond a place;
# what must stand before it is looked at from there.
_Kind = Callable[[Reading], Iterator[Hit]]

_BY_WORD: tuple[tuple[re.Pattern[str], _Kind], ...] = (
    (
        later(
            r"住(?:址|家|(?<=居住)[地于在：]|(?<=[现租暂家，,。；;、（(：:\s]住)(?![房建院宿户宅])|(?<=\A住)(?![房建院宿户宅]))"
        ),
        homes,
    ),
    (later("址(?:(?<=家庭地址)|(?<=家庭详细地址)|(?<=家庭居住地址)|(?<=户籍地址))"), homes),
    (later("籍(?<=户籍)"), homes),
    (later("口(?<=户口)所在"), homes),
    (later(r"岁(?:(?<=[0-9０-９]岁)|(?<=[0-9０-９]周岁)|(?<=[0-9０-９]\s岁))"), ages),
    (later(r"班(?<=[0-9０-９一二三四五六七八九十）)\s]班)"), classes),
    (later(r"姓\s*名[：:]"), ailments),
    (later("患者[：:]"), ailments),
    (later("病人[：:]"), ailments),
    (later("车主"), plates),
    (later("驶(?<=驾驶)[人员]"), plates),
    (later("微信"), chats),
    (later("Q(?=Q)"), chats),
    (later("q(?=q)"), chats),
)

_BY_WORD_AND_NUMBER: tuple[tuple[re.Pattern[str], _Kind], ...] = (
    (later("宅"), home_phones),
    (later("庭(?<=家庭)"), home_phones),
    (later("学[籍号]"), student_numbers),
    (later("照(?<=护照)"), passports),
    (later("证(?:(?<=通行证)|(?<=台胞证)|(?<=回乡证)|(?<=居住证))"), permits),
    (later("保(?<=[社医低]保)"), social_cards),
    (later("障(?<=社会保障)[卡号]"), social_cards),
    (later("疗(?<=医疗)[保证]"), social_cards),
    (later("证(?:(?<=残疾证)|(?<=疾人证)|(?<=优抚证)|(?<=[军警]官证)|(?<=士兵证)|(?<=医疗证))"), social_cards),
)


def find_personal(text: str, screen: Screen, *, is_table: bool = False) -> tuple[Spot, ...]:
    """Every place of `text` that shows a person's data, by place; no message holds more than four digits of it.

    `is_table` says that the lines are the rows of one sheet. Of each code the first twenty places are given.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda entity: " " * len(entity.group()), text)
    digits = text.encode("utf-8", "replace").translate(_DIGIT_MAP, _BETWEEN)
    words = _kinds_by_word(text, has_seven_digits=_SEVEN_DIGITS in digits)
    has_mobile = has_account = has_id = False
    if _ELEVEN_DIGITS in digits:  # mostly a fixed phone: it begins with 0, and is too short for anything else
        values = to_half_width(text).encode("utf-8", "replace").translate(_VALUES, _BETWEEN_PLAIN)
        digits = values.translate(_DIGIT_MAP)
        has_mobile = _LIKE_A_MOBILE.search(values) is not None
        has_account, has_id = _TWELVE_DIGITS in digits, _FIFTEEN_DIGITS in digits
    has_table = is_table or "|" in text or "\t" in text
    names_in_table = has_table and _NAME_WORD.search("".join(text.split(" "))) is not None
    if not (has_account or has_mobile or names_in_table or words):
        return ()
    reading = read(text, is_table=is_table, has_table=has_table)
    searches: list[Iterator[Hit]] = []
    if has_id:
        searches += [resident_ids(reading), old_ids(reading)]
    if has_account:
        searches += [half_masked_ids(reading), accounts(reading)]
    if has_mobile:
        searches.append(mobiles(reading, allowed(screen)))
    searches += [search(reading) for search in words]
    if names_in_table:
        searches += [table_hits(table) for table in reading.tables]
    return _spots(reading, _without_repetitions(chain.from_iterable(searches), len(text)))


def _without_repetitions(hits: Iterable[Hit], length: int) -> list[Hit]:
    """What is found first counts: nothing is found again in it."""
    is_taken = bytearray(length + 1)
    kept: list[Hit] = []
    for hit in hits:
        if not any(is_taken[hit.start : hit.end]):
            is_taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            kept.append(hit)
    return kept


def _spots(reading: Reading, hits: list[Hit]) -> tuple[Spot, ...]:
    total = Counter(hit.code for hit in hits)
    shown: Counter[str] = Counter()
    spots: list[Spot] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, hit.code)):
        shown[hit.code] += 1
        more = total[hit.code] - shown[hit.code]
        if shown[hit.code] > _MOST_OF_A_CODE:
            continue
        number = reading.line_at(hit.start)
        message = hit.message
        if shown[hit.code] == _MOST_OF_A_CODE and more:
            message += f"；往下同类的还有 {more} 处"
        spots.append(Spot(hit.code, number + 1, hit.start - reading.line_starts[number] + 1, message, hit.hint))
    return tuple(spots)


def _kinds_by_word(text: str, *, has_seven_digits: bool) -> list[_Kind]:
    """The searches whose words the text has."""
    kinds = (*_BY_WORD, *_BY_WORD_AND_NUMBER) if has_seven_digits else _BY_WORD
    return list(dict.fromkeys(kind for word, kind in kinds if word.search(text)))
